"""What people do with packets in a simulation, and what has to be true of their rows at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, func, literal_column, select

from coterie.core.api import Context, Statement, namesakes
from coterie.plugins.redpacket import simulation_rain
from coterie.plugins.redpacket.fairness import Draws, promise
from coterie.plugins.redpacket.models import entries, faces, packets, shares
from coterie.plugins.redpacket.rules import Pool, divide
from coterie.plugins.redpacket.service import purse
from coterie.plugins.redpacket.sql import SHARES, STANDING

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 5
"""Packets that are looked at: those of long ago do not change any more."""
PAID: Final = 2
"""Shares, the last ones taken, whose payments are looked up."""
STATES: Final = ("open", "empty", "expired", "cancelled")
WISHES: Final = (
    *("", "", "", " equal", " lucky good luck", " 普通 恭喜", " min=2 max=30", " 最少=3 time=1h", " shares=1,2,3"),
    *(
        " draw=5m",
        " 抽签=2h equal",
        " phrase=sesame",
        " anonymous ask=Six*seven? answer=42",
        " tag=vip",
        " if=balance>=5",
    ),
)
"""What senders want beside an amount and a number of people; some of it is impossible."""

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
_joined = (
    select(func.count())
    .where(entries.c.community_id == packets.c.community_id, entries.c.packet_id == packets.c.id)
    .correlate(packets)
    .scalar_subquery()
)
PACKETS: Final = Statement(
    select(
        packets.c.id,
        *STANDING,
        packets.c.ended_at,
        packets.c.refunded,
        packets.c.draws_at,
        _divided.c.count,
        _divided.c.total,
        _divided.c.taken_count,
        _divided.c.taken,
        _shown,
        _joined,
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


SEALED: Final = Statement(
    select(
        packets.c.id,
        packets.c.split,
        packets.c.total,
        packets.c.count,
        packets.c.least,
        packets.c.most,
        packets.c.seed,
        packets.c.seed_hash,
    )
    .where(packets.c.community_id == _b("community_id"))
    .order_by(packets.c.id.desc())
    .limit(literal_column("1"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Packets of all kinds, possible and impossible, people who want a share of them, some of them twice or with two
    accounts, senders who change their mind, and rains.
    """
    rng = view.rng
    sender = rng.choice(view.people)
    money, count = view.money(sender), rng.choice((1, 2, 3, 3, 5))
    total = rng.randint(count, max(count, min(money, 60)))
    yield f"{sender}: /packet {total} {count}{rng.choice(WISHES)}"
    if rng.random() < 0.2:
        yield f"{sender}: /packet {rng.choice((0, 1, money + 1))} {rng.choice((0, 2, 201))}"
        yield f"{sender}: /packet-for {total} @{rng.choice(view.people).partition('@')[0]} for you alone"
        yield f"{sender}: {rng.choice(('/packet-cancel', '/packet-cancel 1 why not', '/packets', '/packet-verify 1'))}"
    for name in view.people:
        yield from _of_one(view, name)
    for one, other in namesakes(view):
        if "Grab" in view.buttons(other):
            yield f"link {one} {other}"
    yield from simulation_rain.actions(view)


def _of_one(view: SimulatedView, name: str) -> Iterator[str]:
    """What one person may do with what they see."""
    rng, labels = view.rng, view.buttons(name)
    for label in ("Grab", "Join"):
        if label in labels:
            yield f"{name}: [{label}]"
            if rng.random() < 0.3:
                yield f"duplicate {name}: [{label}]"
    if any("Thanks" in label for label in labels) and rng.random() < 0.2:
        yield f"{name}: [Thanks]"
    for question, answers in (("The phrase", ("sesame", "poppy")), ("Your answer", ("42", "41"))):
        if question in view.forms(name):
            yield f'{name} fills: "{question}" = "{rng.choice(answers)}"'
    if rng.random() < 0.05:
        yield f"{name}: sesame"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself or the ledger in the newest packets and rains.

    For packets three statements, and a few look-ups for each that is open; it costs the same however many packets there
    have been.
    """
    here = {"community_id": ctx.community.id, "newest": NEWEST}
    for row in ctx.sql.all(PACKETS, **here):
        yield from _packet(ctx, row)
    yield from _sealed(ctx)
    taken = ctx.sql.all(TAKEN, **here)
    for share in taken[:PAID]:
        yield from _paid(ctx, *share)
    if taken:
        yield from _once_each(ctx, [share for share in taken if share[0] == taken[0][0]])
    yield from simulation_rain.invariants(ctx)


def _sealed(ctx: Context) -> Iterator[str]:
    """The shares of the newest packet are what its seed gives, and its seal is that of the seed."""
    row = ctx.sql.one(SEALED, community_id=ctx.community.id)
    if row is None or row[1] == "fixed":
        return
    packet, split, total, count, least, most, seed, sealed = row
    shares_now = ctx.sql.all(SHARES, community_id=ctx.community.id, packet=packet)
    if promise(seed, split, total, count, least, most) != sealed:
        yield f"the seal of packet {packet} is not that of its seed"
    if divide(Pool(split, total, count, least, most), Draws(seed)) != [amount for _, amount, _, _ in shares_now]:
        yield f"the shares of packet {packet} do not follow from its seed"


def _packet(ctx: Context, row: tuple[Any, ...]) -> Iterator[str]:
    """One packet: its shares, its counts, its state, its money, and what will end it."""
    packet, currency, total, count, state, taken_count, taken, ended_at, refunded, draws_at, *sums = row
    made, made_of, gone, gone_of, shown, joined = (int(each or 0) for each in sums)
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
    if draws_at is not None and state == "open" and gone:
        yield f"packet {packet} is not drawn yet, and {gone} of its shares are taken"
    if draws_at is not None and state == "expired" and gone < min(made, joined):
        yield f"packet {packet} was drawn among {joined}, and {gone} have a share"
    yield from _money(ctx, packet, currency, state, total - gone_of, refunded)


def _money(ctx: Context, packet: int, currency: str, state: str, left: int, refunded: int) -> Iterator[str]:
    """What is left of a packet is in its purse until something ends it, and where it belongs from then on."""
    held, due = ctx.ledger.balance(purse(ctx, packet), currency), left if state == "open" else 0
    if held != due:
        yield f"packet {packet} is {state} and should hold {due} {currency}, and {held} are in its purse"
    waits = ctx.timers.due("expire", key=packet) is not None
    if state == "open" and not waits:
        yield f"packet {packet} is open, and nothing will end it"
    if state != "open" and waits:
        yield f"packet {packet} is {state}, and would be ended once more"
    back = 0 if state in ("open", "empty") else left
    if refunded != back:
        yield f"packet {packet} is {state}, and {refunded} of the {left} left are written down as given back"
    if back:
        booked = ctx.ledger.find(f"refund:{packet}")
        paid = 0 if booked is None else booked.amount
        if paid != back:
            yield f"packet {packet} had {back} left at its end, and {paid} went back"


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
    """The shares of one packet, newest first: two of one person only where both were there before they became one.

    What came first is told by ids: a clock may be put back.
    """
    last: dict[int, int] = {}
    for packet, number, _, member, _ in taken:
        person = _person(ctx, member)
        owner, paid = ctx.find_member(person), ctx.ledger.find(f"share:{packet}:{number}")
        booked = paid.id if paid is not None else 0
        if person not in last or owner is None:
            last[person] = booked
        elif not any(m.undone_at is None and m.id > max(last[person], booked) for m in ctx.merges_of(owner)):
            yield f"{owner.name} has two shares of packet {packet}"


def _person(ctx: Context, member: int) -> int:
    """Whose record this is by now."""
    found = ctx.find_member(member)
    return member if found is None else found.id
