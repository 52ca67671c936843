"""Red packets: money for the room, divided by luck or equally, first come, first served, the rest back after a day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from sqlalchemy import MetaData

from coterie.core.api import (
    Card,
    Config,
    Context,
    Length,
    MemberTable,
    MessageDelivered,
    Money,
    Plugin,
    Range,
    Refusal,
    Rest,
    SimulatedView,
    button,
    command,
    made_at,
    timer,
    to_datetime,
)
from coterie.plugins.redpacket import cards, models, service
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.rules import mode_and_greeting
from coterie.plugins.redpacket.service import Packet

Greeting = Annotated[str, Length(200), Rest()]


class RedPacket(Plugin):
    """Sends packets and hands out their shares."""

    name: ClassVar[str] = "redpacket"
    config: ClassVar[type[Config]] = RedPacketConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    @command("packet", where="room", aliases=("hongbao", "红包", "紅包"))
    def packet(
        self,
        ctx: Context,
        total: Annotated[int, Range(1, 10**12)],
        shares: Annotated[int, Range(1, 2000)],
        greeting: Greeting = "",
    ) -> None:
        """Put points in a packet for this room."""
        config: RedPacketConfig = ctx.config
        if total > config.max_total:
            raise Refusal("packet-too-large", money=Money(config.max_total, config.currency))
        if shares > config.max_shares:
            raise Refusal("packet-too-many", count=config.max_shares)
        if total < shares:
            raise Refusal("packet-too-small", money=Money(shares, config.currency), count=shares)
        mode, words = mode_and_greeting(greeting)
        packet = service.fund(ctx, mode, total, shares, words)
        service.save(ctx, packet, _show_first(ctx, packet))
        ctx.timers.at(to_datetime(packet.expires_at), "expire", key=packet.id, packet=packet.id)

    @button("grab")
    def grab(self, ctx: Context, packet: int) -> None:
        """Take the next share."""
        found, mine, refs = service.find_to_claim(ctx, packet, ctx.member)
        if found is None:
            raise Refusal("packet-gone")
        if mine is not None:
            raise Refusal("packet-already", money=Money(mine, found.currency))
        if found.state != "open" or found.expires_at <= ctx.instant:
            raise Refusal("packet-empty" if found.state == "empty" else "packet-expired")
        if found.sender == ctx.member.id and not ctx.config.sender_may_claim:
            raise Refusal("packet-own")
        if ctx.member.separated and made_at(packet) <= ctx.member.separated:
            raise Refusal("packet-before")
        amount = service.take(ctx, found)
        ctx.answer(ctx.t("packet-got", money=Money(amount, found.currency)))
        _show(ctx, packet, refs)

    @timer("expire")
    def expire(self, ctx: Context, packet: int) -> None:
        """Give back what nobody took."""
        found = service.find(ctx, packet)
        if found is None or found.state != "open":
            return
        self._end(ctx, found, "packet-refund")

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """A packet that could be shown in none of its rooms is given back at once."""
        found = service.find_by_face(ctx, event.ref) if event.state == "failed" else None
        if found is None:
            return
        service.drop_face(ctx, event.ref)
        if found.state == "open" and found.taken_count == 0 and not service.faces_of(ctx, found.id):
            self._end(ctx, found, "packet-not-shown")

    def _end(self, ctx: Context, found: Packet, message: str) -> None:
        sender = ctx.find_member(found.sender)
        if sender is None:
            raise LookupError(f"packet {found.id} has no sender to give {found.left} back to")
        service.expire(ctx, found, sender)
        ctx.timers.cancel("expire", key=found.id)
        if found.left:
            ctx.send(sender, ctx.t_for(sender, message, money=Money(found.left, found.currency)))
        _show(ctx, found.id, service.faces_of(ctx, found.id))

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """What people may do next in a simulation."""
        from coterie.plugins.redpacket import simulation  # loaded where a town is simulated

        return simulation.actions(view)

    def invariants(self, ctx: Context) -> Iterable[str]:
        """What contradicts itself in the rows."""
        from coterie.plugins.redpacket import simulation  # loaded where somebody asks

        return simulation.invariants(ctx)


def _show_first(ctx: Context, packet: Packet) -> list[int]:
    """Show a packet where it was sent, and in the rooms that the operator chose."""
    card = cards.packet(ctx, packet)
    here, config = (ctx.where.adapter, ctx.where.channel), ctx.config
    others = [room.where for room in config.rooms if (room.platform, room.id) != here]
    return [ctx.reply(card), *(ref for where in others if (ref := ctx.send(where, card)) is not None)]


def _show(ctx: Context, packet: int, refs: Iterable[int]) -> None:
    """Bring the packet's cards up to date, once for all that happens at the same time."""

    def render(later: Context) -> Card:
        state = service.find(later, packet)
        return Card(text=later.t_room("packet-gone")) if state is None else cards.packet(later, state)

    for ref in refs:
        ctx.refresh(ref, render)
