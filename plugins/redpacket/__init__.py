"""Red packets: money for the room, divided by luck, equally or within bounds, for everybody or for some; first come,
first served, or drawn among those who joined. What nobody took goes back.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, ClassVar, Final

from sqlalchemy import MetaData

from coterie.core.api import (
    Config,
    Context,
    Length,
    Member,
    MemberRef,
    MemberTable,
    MessageDelivered,
    MessagePosted,
    Money,
    Plugin,
    Range,
    Refusal,
    Rest,
    button,
    command,
    form,
    picture,
    timer,
)
from coterie.plugins.redpacket import claiming, ending, models, private, raining, sending, service
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.console_commands import ConsoleCommands
from coterie.plugins.redpacket.giving import Giving
from coterie.plugins.redpacket.plans import LONGEST_GREETING
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.rain_commands import RainCommands
from coterie.plugins.redpacket.rules import LARGEST, MOST
from coterie.plugins.redpacket.wishes import LONGEST_ANSWER, LONGEST_PHRASE, LONGEST_QUESTION, Wishes, read

Total = Annotated[int, Range(1, LARGEST)]
Shares = Annotated[int, Range(1, MOST)]
Greeting = Annotated[str, Length(1000), Rest()]
"""Wishes and the greeting behind them."""
_NAMES: Final = re.compile(r"(?:@\S+(?:\s+|$))+")


class RedPacket(Giving, RainCommands, ConsoleCommands, Plugin):
    """Sends packets and hands out their shares."""

    name: ClassVar[str] = "redpacket"
    config: ClassVar[type[Config]] = RedPacketConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    # -- sending

    @command("packet", where="room", aliases=("hongbao", "红包", "紅包", "拼手气红包", "拼手氣紅包"))
    def packet(self, ctx: Context, total: Total, shares: Shares, greeting: Greeting = "") -> None:
        """Put points in a packet for this room."""
        _send(ctx, total, shares, _wishes(ctx, greeting))

    @command("packet-equal", where="room", aliases=("普通红包", "普通紅包"))
    def equal(self, ctx: Context, total: Total, shares: Shares, greeting: Greeting = "") -> None:
        """A packet of which everybody gets the same."""
        _send(ctx, total, shares, _wishes(ctx, f"equal {greeting}"))

    @command("packet-for", where="room", aliases=("专属红包", "專屬紅包"))
    def exclusive(self, ctx: Context, total: Total, to: MemberRef, greeting: Greeting = "") -> None:
        """A packet for one member; more of them by words that begin with @."""
        others = _NAMES.match(greeting)
        more, words = (others[0].split(), greeting[others.end() :]) if others is not None else ([], greeting)
        names = (to.raw, *more)
        people = {ctx.member_of(MemberRef(name)).id for name in names}
        _send(ctx, total, len(people), replace(_wishes(ctx, words), people=names))

    @command("packet-phrase", where="room", aliases=("口令红包", "口令紅包"))
    def with_phrase(
        self,
        ctx: Context,
        total: Total,
        shares: Shares,
        phrase: Annotated[str, Length(LONGEST_PHRASE)],
        greeting: Greeting = "",
    ) -> None:
        """A packet for who types a phrase."""
        _send(ctx, total, shares, replace(_wishes(ctx, greeting), phrase=phrase.strip()))

    @command("packet-new", where="room", aliases=("发红包", "發紅包"))
    def ask_all(self, ctx: Context) -> None:
        """A packet step by step, with everything there is."""
        ctx.ask("packet", channel=ctx.channel_id())

    @form("packet")
    def asked(
        self,
        ctx: Context,
        total: Total,
        shares: Shares,
        greeting: Annotated[str, Length(LONGEST_GREETING)] | None = None,
        wishes: Annotated[str, Length(500)] | None = None,
        question: Annotated[str, Length(LONGEST_QUESTION)] | None = None,
        answer: Annotated[str, Length(LONGEST_ANSWER)] | None = None,
        *,
        channel: int,
    ) -> None:
        """Send what was asked for step by step."""
        found = _wishes(ctx, wishes or "")
        if found.greeting:
            raise Refusal("packet-unknown-wish", found=found.greeting[:40])
        asked = Wishes() if not (question or answer) else read(f'ask="{_bare(question)}" answer="{_bare(answer)}"', {})
        if asked.question:
            found = replace(found, question=asked.question, answers=asked.answers)
        sending.send(
            ctx,
            sending.order_of(ctx, total, shares, replace(found, greeting=(greeting or "").strip())),
            sending.places(ctx, ctx.place_of(channel)),
        )
        ctx.answer(ctx.t("packet-sent"))

    # -- taking

    @button("grab")
    def grab(self, ctx: Context, packet: int) -> None:
        """Take the next share, or join the draw."""
        claiming.claim(ctx, packet)

    @form("phrase")
    def say_phrase(self, ctx: Context, phrase: Annotated[str, Length(LONGEST_PHRASE)], *, packet: int) -> None:
        """Somebody says a packet's phrase."""
        claiming.claim(ctx, packet, phrase)

    @form("answer")
    def say_answer(self, ctx: Context, answer: Annotated[str, Length(LONGEST_ANSWER)], *, packet: int) -> None:
        """Somebody answers a packet's question."""
        claiming.claim(ctx, packet, answer)

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Whoever writes the phrase of a packet in a room wants a share of it."""
        if ctx.account is None or ctx.in_dm or len(event.text) > LONGEST_PHRASE:
            return
        packet = service.find_by_phrase(ctx, event.text)
        if packet is not None:
            claiming.claim(ctx, packet, event.text)

    @button("thank")
    def thank(self, ctx: Context, packet: int) -> None:
        """Thank for a share."""
        claiming.thank(ctx, packet)

    # -- ending

    @timer("expire")
    def expire(self, ctx: Context, packet: int) -> None:
        """Draw where people joined for that, and give back what nobody took."""
        ending.due(ctx, packet)

    @timer("show")
    def follow(self, ctx: Context, packet: int) -> None:
        """Show in many rooms what was taken meanwhile."""
        claiming.show(ctx, packet, service.faces_of(ctx, packet))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """A packet that could be shown in none of its rooms is given back at once."""
        if event.state == "failed":
            ending.unseen(ctx, event.ref)

    @command("packet-cancel", aliases=("撤回红包", "撤回紅包"))
    def cancel(
        self,
        ctx: Context,
        number: Annotated[int, Range(1)] | None = None,
        reason: Annotated[str, Length(200), Rest()] = "",
    ) -> None:
        """Take a packet back of which nobody has a share yet; an operator any packet."""
        mine = service.open_of(ctx, ctx.member) if number is None else []
        found = (mine[0] if mine else None) if number is None else service.find_by_number(ctx, number)
        if found is None:
            raise Refusal("packet-gone")
        ending.call_off(ctx, found, reason)
        ctx.answer(ctx.t("packet-cancelled-done", number=str(found.number), money=Money(found.left, found.currency)))

    def erase_member(self, member: Member, ctx: Context) -> None:
        """End the open packets of somebody who is erased, and their rains."""
        ending.forget(ctx, member)
        raining.forget(ctx, member)

    # -- looking

    @command("packets", aliases=("我的红包", "我的紅包"))
    def packets(self, ctx: Context) -> None:
        """What you gave and got in packets."""
        ctx.answer(private.history(ctx, sent=False))

    @button("history")
    def history(self, ctx: Context, sent: bool, before: int) -> None:
        """Turn a page of somebody's history."""
        ctx.answer(private.history(ctx, sent=sent, before=before))

    @command("packet-verify", aliases=("验红包", "驗紅包"))
    def verify(self, ctx: Context, number: Annotated[int, Range(1)]) -> None:
        """Check that a packet was divided as its seed says."""
        ctx.answer(private.verify(ctx, _numbered(ctx, number)))

    @button("check")
    def check(self, ctx: Context, packet: int) -> None:
        """Check that a packet was divided as its seed says."""
        found = service.find(ctx, packet)
        if found is None:
            raise Refusal("packet-gone")
        ctx.answer(private.verify(ctx, found))

    @command("packet-ledger", aliases=("红包账单", "紅包帳單"))
    def ledger(self, ctx: Context, number: Annotated[int, Range(1)]) -> None:
        """All that happened with a packet's money."""
        ctx.answer(private.ledger(ctx, _numbered(ctx, number)))

    @button("ledger")
    def turn_ledger(self, ctx: Context, packet: int, page: int) -> None:
        """Turn a page of a packet's ledger."""
        found = service.find(ctx, packet)
        if found is None:
            raise Refusal("packet-gone")
        ctx.answer(private.ledger(ctx, found, page))

    @picture("cover")
    def cover(self) -> bytes:
        """The cover of a packet, drawn when it is sent."""
        from coterie.plugins.redpacket import drawing  # loads the library for pictures

        return drawing.cover()


def _wishes(ctx: Context, text: str) -> Wishes:
    """What the acting member wants; raises :class:`Refusal`."""
    found = read(text, ctx.conditions.names() if "=" in text or "：" in text or "＝" in text or ":" in text else {})
    if len(found.greeting) > LONGEST_GREETING:
        raise Refusal("packet-wish-long", name="greeting", maximum=LONGEST_GREETING)
    return found


def _send(ctx: Context, total: int, shares: int, wishes: Wishes) -> None:
    """Send a packet of the acting member where they are."""
    order = sending.order_of(ctx, total, shares, wishes)
    if (wishes.anonymous or wishes.question) and isinstance(ctx.event, MessagePosted) and ctx.event.message:
        ctx.remove_message(ctx.event)  # it tells who sends the packet, or the answer
    sending.send(ctx, order, sending.places(ctx, ctx.where))


def _bare(text: str | None) -> str:
    return (text or "").replace('"', "”")


def _numbered(ctx: Context, number: int) -> Packet:
    found = service.find_by_number(ctx, number)
    if found is None:
        raise Refusal("packet-gone")
    return found
