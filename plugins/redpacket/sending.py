"""Sending a packet: what an operator allows, the order that follows from somebody's wishes, and where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from coterie.core.api import Context, Member, MemberRef, Money, Refusal, Where, to_datetime
from coterie.plugins.redpacket import cards, funding
from coterie.plugins.redpacket.claiming import is_blocked
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.funding import Order
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.rules import Pool
from coterie.plugins.redpacket.terms import Terms
from coterie.plugins.redpacket.wishes import MOST_PEOPLE, Wishes

_MILLISECOND: Final = timedelta(milliseconds=1)
SHORTEST: Final = timedelta(minutes=1)
"""The least time that a packet lasts."""
SHORTEST_DRAW: Final = timedelta(seconds=10)


def order_of(ctx: Context, total: int, count: int, wishes: Wishes, sender: Member | None = None) -> Order:
    """A packet of a member, the acting one unless named, as they wish it; raises :class:`Refusal` for what cannot be,
    or is not allowed.
    """
    config: RedPacketConfig = ctx.config
    giver = ctx.member if sender is None else sender
    people = tuple(dict.fromkeys(_invited(ctx, name).id for name in wishes.people))
    if len(people) > MOST_PEOPLE:
        raise Refusal("packet-too-many", count=MOST_PEOPLE)
    if people and count > len(people):
        raise Refusal("packet-more-shares", count=count, people=len(people))
    if wishes.anonymous and not config.anonymous:
        raise Refusal("packet-not-anonymous")
    asked = tuple(ctx.conditions.read(name, value) for name, value in wishes.asked)
    return Order(
        pool=_pool(config, total, count, wishes),
        currency=config.currency,
        sender=giver,
        source=giver,
        lasts=_lasts(config, wishes) // _MILLISECOND,
        draw=(wishes.draw or timedelta(0)) // _MILLISECOND,
        greeting=wishes.greeting,
        anonymous=wishes.anonymous,
        terms=Terms(bool(people), wishes.phrase, wishes.question, wishes.answers, asked, wishes.cover),
        invited=people,
    )


def send(ctx: Context, order: Order, places: Sequence[Where]) -> Packet:
    """Fund a packet, show it in places, and see to its end; what can be shown in none of them comes back.

    Raises :class:`Refusal` for a sender who may not, :class:`InsufficientFunds`, and :class:`ValueError` without a
    place.
    """
    if not places:
        raise ValueError("a packet is shown somewhere")
    _check_sender(ctx, order)
    packet = funding.fund(ctx, order)
    card = cards.packet(ctx, packet)
    refs = [ref for place in places if (ref := ctx.send(place, card)) is not None]
    funding.add_faces(ctx, packet.id, refs)
    ctx.timers.at(to_datetime(packet.expires_at), "expire", key=packet.id, packet=packet.id)
    return packet


def places(ctx: Context, here: Where) -> list[Where]:
    """A place and the rooms that the operator chose, each once."""
    chosen = {(here.adapter, here.channel): here}
    for room in ctx.config.rooms:
        chosen.setdefault((room.platform, room.id), room.where)
    return list(chosen.values())


def _invited(ctx: Context, name: str) -> Member:
    member = ctx.member_of(MemberRef(name))
    if ctx.is_bot(member):
        raise Refusal("bots-cannot", namespace="core")
    return member


def _lasts(config: RedPacketConfig, wishes: Wishes) -> timedelta:
    wanted, least = wishes.lasts or wishes.draw, SHORTEST if wishes.draw is None else SHORTEST_DRAW
    if wanted is None:
        return config.expires
    if not least <= wanted <= max(config.longest, config.expires):
        raise Refusal("packet-wish-lasts", minimum=least, maximum=max(config.longest, config.expires))
    return wanted


def _pool(config: RedPacketConfig, total: int, count: int, wishes: Wishes) -> Pool:
    """What is divided; raises :class:`Refusal` with the reason why it cannot be."""
    if total > config.max_total:
        raise Refusal("packet-too-large", money=Money(config.max_total, config.currency))
    if count > config.max_shares:
        raise Refusal("packet-too-many", count=config.max_shares)
    if total < count:
        raise Refusal("packet-too-small", money=Money(count, config.currency), count=count)
    try:
        return Pool(wishes.split, total, count, wishes.least, wishes.most, wishes.amounts)
    except ValueError:
        if wishes.amounts:
            made = Money(sum(wishes.amounts), config.currency)
            raise Refusal("packet-amounts", money=made, count=len(wishes.amounts)) from None
        least = Money(wishes.least * count, config.currency)
        most = Money(wishes.most * count if wishes.most else config.max_total, config.currency)
        raise Refusal("packet-bounds", least=least, most=most, count=count) from None


def _check_sender(ctx: Context, order: Order) -> None:
    """Whether somebody may send so much today."""
    config: RedPacketConfig = ctx.config
    if order.origin != "member":
        return
    if is_blocked(ctx, order.sender):
        raise Refusal("packet-blocked")
    total = order.pool.total
    if config.sender_daily and isinstance(order.source, Member):
        given = ctx.ledger.spent_today(order.source, "packet", order.currency)
        _check_daily("packet-daily", config.sender_daily, given, total, order.currency)
    if config.community_daily:
        given = funding.given_today(ctx, order.currency)
        _check_daily("packet-daily-all", config.community_daily, given, total, order.currency)


def _check_daily(key: str, limit: int, given: int, total: int, currency: str) -> None:
    if given + total > limit:
        left = max(0, limit - given)
        raise Refusal(key, money=Money(limit, currency), left=Money(left, currency))
