"""Packets as rows: finding them, taking a share, ending them. Nothing here speaks to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from coterie.core.api import Account, Context, Member
from coterie.plugins.redpacket import outcome
from coterie.plugins.redpacket.claims import Claims
from coterie.plugins.redpacket.pot import Packet, Pot
from coterie.plugins.redpacket.rules import Claim
from coterie.plugins.redpacket.sql import (
    BY_FACE,
    BY_NUMBER,
    BY_PHRASE,
    END,
    FACES,
    FAILED,
    FIRST,
    GREATEST,
    LAST,
    OPEN_OF,
    ORIGIN,
    PACKET,
)
from coterie.plugins.redpacket.wishes import fold

End = Literal["expired", "cancelled"]


# -- finding


def find(ctx: Context, packet: int) -> Packet | None:
    """A packet by id."""
    row = ctx.sql.one(PACKET, community_id=ctx.community.id, packet=packet)
    return None if row is None else Packet(*row)


def find_by_face(ctx: Context, ref: int) -> Packet | None:
    """The packet that a message shows."""
    row = ctx.sql.one(BY_FACE, community_id=ctx.community.id, ref=ref)
    return None if row is None else Packet(*row)


def find_by_number(ctx: Context, number: int) -> Packet | None:
    """A packet by what people call it."""
    row = ctx.sql.one(BY_NUMBER, community_id=ctx.community.id, number=number)
    return None if row is None else Packet(*row)


def find_by_phrase(ctx: Context, words: str) -> int | None:
    """The id of the oldest open packet whose phrase somebody said."""
    said = fold(words)  # what has no phrase is kept as one that is empty
    row = ctx.sql.one(BY_PHRASE, community_id=ctx.community.id, phrase=said) if said else None
    return None if row is None else int(row[0])


def open_of(ctx: Context, member: Member) -> list[Packet]:
    """The open packets that a member gave, newest first."""
    return [Packet(*row) for row in ctx.sql.all(OPEN_OF, community_id=ctx.community.id, sender=member.id)]


def find_to_claim(ctx: Context, packet: int, member: Member) -> tuple[Pot | None, int | None, list[int]]:
    """A packet by id, what a member took from it, and the messages that show it (not those that failed)."""
    claims = ctx.batched(Claims, packet)
    mine = claims.look(member.id)
    return claims.pot, mine, claims.refs


def faces_of(ctx: Context, packet: int) -> list[int]:
    """The messages that show a packet, but for those that could not be sent."""
    rows = ctx.sql.all(FACES, community_id=ctx.community.id, packet=packet)
    return [int(ref) for ref, failed in rows if not failed]


def first(ctx: Context, packet: int) -> Claim | None:
    """The first who took a share."""
    return next(iter(_claims(ctx.sql.all(FIRST, community_id=ctx.community.id, packet=packet, count=1))), None)


def latest(ctx: Context, packet: int, count: int) -> list[Claim]:
    """The last who took a share, in the order of taking."""
    return _claims(ctx.sql.all(LAST, community_id=ctx.community.id, packet=packet, count=count))[::-1]


def greatest(ctx: Context, packet: int, count: int) -> list[Claim]:
    """Those who got most, the most first; of equal ones the earlier first."""
    return _claims(ctx.sql.all(GREATEST, community_id=ctx.community.id, packet=packet, count=count))


def _claims(rows: Iterable[Sequence[Any]]) -> list[Claim]:
    return [Claim(int(member), int(amount), int(at)) for member, amount, at in rows]


def purse(ctx: Context, packet: int) -> Account:
    """The escrow account that holds a packet's money."""
    return ctx.ledger.escrow(packet)


def drop_face(ctx: Context, ref: int) -> None:
    """A message could not be sent."""
    ctx.sql.run(FAILED, community_id=ctx.community.id, ref_=ref, one=1)


# -- taking


def take(ctx: Context, packet: Pot, member: Member | None = None) -> int:
    """Give a member (the acting one unless named) the next share: recorded, counted and paid in one go.

    Returns the amount; raises :class:`Refusal` when there is none left.
    """
    taker = ctx.member if member is None else member
    number, amount = ctx.batched(Claims, packet.id).take(taker.id, ctx.instant)
    ctx.ledger.transfer(
        purse(ctx, packet.id),
        taker,
        amount,
        reason="share",
        key=f"{packet.id}:{number}",
        currency=packet.currency,
    )
    if number + 1 == packet.count:
        ctx.timers.cancel("expire", key=packet.id)
        outcome.tell(ctx, packet.id)
    return amount


# -- ending


def giver(ctx: Context, packet: Packet) -> Member | Account:
    """To whom goes what is left of a packet: back to where it came from, and what came from somebody who is gone to
    the community.
    """
    row = ctx.sql.one(ORIGIN, community_id=ctx.community.id, packet=packet.id)
    origin, name = ("member", "") if row is None else row
    if origin == "budget" and name:
        return ctx.ledger.budget(name)
    booked = ctx.ledger.find(f"packet:{packet.id}") if origin == "prize" else None
    if booked is not None:
        return next(leg.account for leg in booked.legs if leg.amount < 0)
    sender = ctx.find_member(packet.sender) if origin == "member" else None
    return ctx.ledger.budget() if sender is None else sender


def expire(ctx: Context, packet: Packet, to: Member | Account, state: End = "expired", reason: str = "") -> bool:
    """End a packet and give back what is left; False for one that has ended already."""
    met = ctx.sql.run(
        END,
        community_id=ctx.community.id,
        packet=packet.id,
        state_=state,
        ended=ctx.instant,
        back=packet.left,
        back_to="" if not packet.left else "budget" if isinstance(to, Account) and to.kind == "budget" else "sender",
        by=ctx.actor or None if state == "cancelled" else None,
        why=reason,
    )
    if not met:
        return False
    ctx.timers.cancel("expire", key=packet.id)
    if packet.left:
        ctx.ledger.transfer(
            purse(ctx, packet.id), to, packet.left, reason="refund", key=packet.id, currency=packet.currency
        )
    outcome.tell(ctx, packet.id)
    return True
