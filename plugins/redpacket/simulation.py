"""What people do with packets in a simulation, and what has to be true of their rows at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, func, select

from coterie.core.api import Context, Statement
from coterie.plugins.redpacket.models import faces, packets, shares
from coterie.plugins.redpacket.service import purse

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 5
"""Packets that are looked at: those of long ago do not change any more."""
PAID: Final = 2
"""Shares, the last ones taken, whose payments are looked up."""
STATES: Final = ("open", "empty", "expired")

_b = bindparam
_newest = (
    select(packets.c.id)
    .where(packets.c.community_id == _b("community_id"))
    .order_by(packets.c.id.desc())
    .limit(_b("newest"))
    .subquery()
)
_divided = (
    select(
        shares.c.packet_id,
        func.count().label("count"),
        func.sum(shares.c.amount).label("total"),
        func.count(shares.c.member_id).label("taken_count"),
        func.sum(case((shares.c.member_id.is_not(None), shares.c.amount), else_=0)).label("taken"),
    )
    .where(shares.c.community_id == _b("community_id"), shares.c.packet_id.in_(select(_newest.c.id)))
    .group_by(shares.c.packet_id)
    .subquery()
)
_shown = (
    select(func.count())
    .where(faces.c.community_id == packets.c.community_id, faces.c.packet_id == packets.c.id)
    .correlate(packets)
    .scalar_subquery()
)
PACKETS: Final = Statement(
    select(
        packets.c.id,
        packets.c.currency,
        packets.c.total,
        packets.c.count,
        packets.c.state,
        packets.c.taken_count,
        packets.c.taken,
        packets.c.ended_at,
        _divided.c.count,
        _divided.c.total,
        _divided.c.taken_count,
        _divided.c.taken,
        _shown,
    )
    .select_from(packets.outerjoin(_divided, _divided.c.packet_id == packets.c.id))
    .where(packets.c.community_id == _b("community_id"), packets.c.id.in_(select(_newest.c.id)))
    .order_by(packets.c.id)
)
TAKEN: Final = Statement(
    select(shares.c.packet_id, shares.c.number, shares.c.amount, shares.c.member_id, shares.c.taken_at)
    .where(
        shares.c.community_id == _b("community_id"),
        shares.c.packet_id.in_(select(_newest.c.id)),
        shares.c.member_id.is_not(None),
    )
    .order_by(shares.c.taken_at.desc(), shares.c.packet_id.desc(), shares.c.number.desc())
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Packets of all kinds, possible and impossible, and people who tap on them, some of them twice."""
    rng = view.rng
    sender = rng.choice(view.people)
    money, count = view.money(sender), rng.choice((1, 2, 3, 3, 5))
    total = rng.randint(count, max(count, min(money, 60)))
    yield f"{sender}: /packet {total} {count}{rng.choice(('', ' equal', ' lucky good luck', ' 普通 恭喜'))}"
    if rng.random() < 0.2:
        yield f"{sender}: /packet {rng.choice((0, 1, money + 1))} {rng.choice((0, 2, 201))}"
    for name in view.people:
        if any(label == "Grab" for label in view.buttons(name)):
            yield f"{name}: [Grab]"
            if rng.random() < 0.3:
                yield f"duplicate {name}: [Grab]"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself or the ledger in the newest packets.

    Three statements, and a few look-ups for each packet that is open; it costs the same however many packets there have
    been.
    """
    here = {"community_id": ctx.community.id, "newest": NEWEST}
    for row in ctx.sql.all(PACKETS, **here):
        yield from _packet(ctx, row)
    taken = ctx.sql.all(TAKEN, **here)
    for share in taken[:PAID]:
        yield from _paid(ctx, *share)
    if taken:
        yield from _once_each(ctx, [share for share in taken if share[0] == taken[0][0]])


def _packet(ctx: Context, row: tuple[Any, ...]) -> Iterator[str]:
    """One packet: its shares, its counts, its state, its money, and what will end it."""
    packet, currency, total, count, state, taken_count, taken, ended_at, made, made_of, gone, gone_of, shown = row
    made, made_of, gone, gone_of = (int(each or 0) for each in (made, made_of, gone, gone_of))
    if (made, made_of) != (count, total):
        yield f"packet {packet} was funded with {total} for {count} people, and its {made} shares make {made_of}"
    if (gone, gone_of) != (taken_count, taken):
        yield f"packet {packet} counts {taken_count} shares taken, {taken} in all, and there are {gone} with {gone_of}"
    if state not in STATES:
        yield f"packet {packet} is {state!r}, which is no state"
    if (state == "empty") != (gone == made):
        yield f"packet {packet} is {state}, and {gone} of its {made} shares are taken"
    if (state == "open") != (ended_at is None):
        yield f"packet {packet} is {state}, and its end is written down as {ended_at}"
    if not shown:
        yield f"packet {packet} is shown nowhere"
    held, left = ctx.ledger.balance(purse(ctx, packet), currency), total - gone_of if state == "open" else 0
    if held != left:
        yield f"packet {packet} is {state} and should hold {left} {currency}, and {held} are in its purse"
    waits = ctx.timers.due("expire", key=packet) is not None
    if state == "open" and not waits:
        yield f"packet {packet} is open, and nothing will end it"
    if state != "open" and waits:
        yield f"packet {packet} is {state}, and would be ended once more"
    if state == "expired" and total > gone_of:
        booked = ctx.ledger.find(f"refund:{packet}")
        back = 0 if booked is None else booked.amount
        if back != total - gone_of:
            yield f"packet {packet} had {total - gone_of} left at its end, and {back} went back"


def _paid(ctx: Context, packet: int, number: int, amount: int, member: int, _at: int) -> Iterator[str]:
    """One share that was taken: the same amount left the purse for the same person, once."""
    booked = ctx.ledger.find(f"share:{packet}:{number}")
    if booked is None:
        yield f"share {number} of packet {packet} is taken, and nobody was paid for it"
        return
    if booked.amount != amount:
        yield f"share {number} of packet {packet} is {amount}, and {booked.amount} were paid"
    paid = {_person(ctx, int(leg.account.owner)) for leg in booked.legs if leg.account.kind == "member"}
    owner = ctx.find_member(member)
    if owner is not None and owner.id not in paid and not any(merge.undone_at for merge in ctx.merges_of(owner)):
        yield f"share {number} of packet {packet} was taken by {owner.name}, and somebody else was paid"


def _once_each(ctx: Context, taken: list[tuple[Any, ...]]) -> Iterator[str]:
    """The shares of one packet, newest first: two of one person only where both were there before they became one."""
    last: dict[int, int] = {}
    for packet, _, _, member, taken_at in taken:
        person = _person(ctx, member)
        owner = ctx.find_member(person)
        if person not in last:
            last[person] = taken_at
        elif owner and not any(m.undone_at is None and m.at >= last[person] for m in ctx.merges_of(owner)):
            yield f"{owner.name} has two shares of packet {packet}"


def _person(ctx: Context, member: int) -> int:
    """Whose record this is by now."""
    found = ctx.find_member(member)
    return member if found is None else found.id
