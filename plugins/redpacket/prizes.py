"""Prizes: packets that other plugins give."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import bindparam, select

from coterie.core.api import Context, InsufficientFunds, Money, PrizeChanged, PrizeOffered, Refusal, Rich, Statement
from coterie.plugins.redpacket import outcome, sending
from coterie.plugins.redpacket.funding import Order
from coterie.plugins.redpacket.models import packets
from coterie.plugins.redpacket.plans import read_plan
from coterie.plugins.redpacket.wishes import MOST_PEOPLE

LONGEST_NAME: Final = 128
"""Characters of a giver's name and key together."""
BY_NAME: Final = Statement(
    select(packets.c.id).where(
        packets.c.community_id == bindparam("community_id"),
        packets.c.origin == outcome.PRIZE,
        packets.c.origin_name == bindparam("name"),
    )
)


def give(ctx: Context, offer: PrizeOffered) -> None:
    """Make a packet of a prize, once for each of the giver's keys, and tell the giver how it stands."""
    name = f"{offer.giver}{outcome.BETWEEN}{offer.key}"
    given = ctx.sql.one(BY_NAME, community_id=ctx.community.id, name=name)
    if given is not None:
        outcome.tell(ctx, int(given[0]))
        return
    try:
        made = sending.send(ctx, _order(ctx, offer, name), [ctx.place_of(offer.channel)])
    except InsufficientFunds as refusal:
        balance, needed = Money(refusal.balance, refusal.currency), Money(refusal.needed, refusal.currency)
        _refuse(ctx, offer, ctx.t_room("prize-short", needed=needed, money=balance))
    except Refusal as refusal:
        own = not refusal.namespace
        _refuse(ctx, offer, ctx.t_room(refusal.key, **refusal.args) if own else ctx.t_room("prize-wrong"))
    except LookupError:
        _refuse(ctx, offer, ctx.t_room("prize-nowhere"))
    else:
        outcome.tell(ctx, made.id)


def _order(ctx: Context, offer: PrizeOffered, name: str) -> Order:
    """The packet that is offered; raises :class:`Refusal` for what cannot be, or is not allowed."""
    member, source = ctx.find_member(offer.member), offer.source
    own = source.kind == "budget" or (source.kind == "escrow" and source.owner.startswith(f"{offer.giver}:"))
    if member is None or not own or outcome.BETWEEN in offer.giver or len(name) > LONGEST_NAME:
        raise Refusal("prize-wrong")
    if offer.total < 1 or offer.count < 1 or len(offer.members) > MOST_PEOPLE:
        raise Refusal("prize-wrong")
    plan = read_plan(offer.wishes, ctx.conditions.names(), {})
    order = sending.order_of(ctx, offer.total, offer.count, plan.wishes, member)
    order = replace(order, currency=offer.currency, source=source, origin="prize", name=name)
    if not offer.members:
        return order
    people = tuple(dict.fromkeys(offer.members))
    if offer.count > len(people):
        raise Refusal("packet-more-shares", count=offer.count, people=len(people))
    return replace(order, invited=people, terms=replace(order.terms, named=True))


def _refuse(ctx: Context, offer: PrizeOffered, why: Rich) -> None:
    ctx.emit(PrizeChanged(key=offer.key, giver=offer.giver, state="refused", why=str(why)))
