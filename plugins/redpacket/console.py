"""Packets as operators look at them: found, stopped, and added up by sender and by day. Only operators may ask.

Lists are paged by the key of their last row, so a page costs the same wherever it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from sqlalchemy import bindparam, func, literal_column, or_, select

from coterie.core.api import Context, Member, Statement, least_at
from coterie.plugins.redpacket import ending, service
from coterie.plugins.redpacket.models import days, packets, shares

MOST: Final = 100
"""Rows of one page at most."""
NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A packet in a list; instants are milliseconds, amounts minor units of ``currency``.

    ``origin`` is ``member``, ``budget`` or ``prize``, with the budget's name, or the giver and its key, in
    ``origin_name``; ``sender_id`` is the member who gave or ordered it, also of an anonymous one.
    """

    id: int
    number: int
    sender_id: int
    origin: str
    origin_name: str
    currency: str
    total: int
    count: int
    taken: int
    taken_count: int
    refunded: int
    state: str
    anonymous: int
    created_at: int
    ended_at: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Search:
    """Which packets are looked for; what is left out does not matter.

    ``sender`` is a member's id, ``since`` and ``until`` are instants between which a packet was made (milliseconds, the
    second one not included).
    """

    state: str = ""
    sender: int = 0
    currency: str = ""
    since: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some packets, newest first; ``before`` is what the next page is asked for with, 0 where there is none."""

    rows: tuple[Row, ...]
    before: int


@dataclass(frozen=True, slots=True)
class Stats:
    """One member's packets in a currency: what they gave from their own money, and what they took.

    Of what was ``sent``, ``returned`` went back, ``to_others`` was taken by others; ``claimed`` is what the member took
    of any packet, ``best`` the most at once, ``luckiest`` how often it was the most of all in a packet divided by luck.
    """

    packets: int
    sent: int
    returned: int
    to_others: int
    claims: int
    claimed: int
    best: int
    luckiest: int

    @property
    def given(self) -> int:
        """What was sent and did not come back."""
        return self.sent - self.returned


@dataclass(frozen=True, slots=True)
class Day:
    """What went into packets on a day of the community."""

    day: date
    amount: int
    packets: int


_b = bindparam
_COLUMNS: Final = tuple(packets.c[each.name] for each in fields(Row))
_SENDER: Final = packets.c.sender_id == _b("sender")
_STATE: Final = packets.c.state == _b("state")


def _list(*narrowed: object) -> Statement:
    """Packets by an index of their own for each way to narrow them down; what is rarer is looked at row by row."""
    return Statement(
        select(*_COLUMNS)
        .where(
            packets.c.community_id == _b("community_id"),
            *narrowed,  # type: ignore[arg-type]  # clauses, of which there may be none
            packets.c.id < _b("before"),
            packets.c.id >= _b("since"),
            or_(_b("currency") == literal_column("''"), packets.c.currency == _b("currency")),
        )
        .order_by(packets.c.id.desc())
        .limit(_b("page"))
    )


LISTS: Final = {
    (False, False): _list(),
    (True, False): _list(_SENDER),
    (False, True): _list(_STATE),
    (True, True): _list(_SENDER, _STATE),
}
"""By whether a sender, and whether a state is asked for."""
ONE: Final = Statement(
    select(*_COLUMNS).where(packets.c.community_id == _b("community_id"), packets.c.number == _b("number"))
)
_OWN: Final = (
    packets.c.community_id == _b("community_id"),
    packets.c.sender_id == _b("member"),
    packets.c.origin == literal_column("'member'"),
    packets.c.currency == _b("currency"),
)
SENT: Final = Statement(
    select(
        func.count(),
        func.coalesce(func.sum(packets.c.total), 0),
        func.coalesce(func.sum(packets.c.refunded), 0),
        func.coalesce(func.sum(packets.c.taken), 0),
    ).where(*_OWN)
)
_taken = shares.join(packets, (packets.c.community_id == shares.c.community_id) & (packets.c.id == shares.c.packet_id))
_MINE: Final = (shares.c.community_id == _b("community_id"), shares.c.member_id == _b("member"))
CLAIMED: Final = Statement(
    select(func.count(), func.coalesce(func.sum(shares.c.amount), 0), func.coalesce(func.max(shares.c.amount), 0))
    .select_from(_taken)
    .where(*_MINE, packets.c.currency == _b("currency"))
)
OF_OWN: Final = Statement(
    select(func.coalesce(func.sum(shares.c.amount), 0)).select_from(_taken).where(*_MINE, *_OWN[1:])
)
_other = shares.alias()
_beaten = select(_other.c.number).where(
    _other.c.community_id == shares.c.community_id,
    _other.c.packet_id == shares.c.packet_id,
    or_(
        _other.c.amount > shares.c.amount,
        (_other.c.amount == shares.c.amount) & (_other.c.number < shares.c.number),
    ),
)
LUCKIEST: Final = Statement(
    select(func.count())
    .select_from(_taken)
    .where(
        *_MINE,
        packets.c.currency == _b("currency"),
        packets.c.state == literal_column("'empty'"),
        packets.c.count > literal_column("1"),
        packets.c.split != literal_column("'equal'"),
        ~_beaten.exists(),
    )
)
DAYS: Final = Statement(
    select(days.c.day, days.c.amount, days.c.packets)
    .where(
        days.c.community_id == _b("community_id"),
        days.c.source == literal_column("'all'"),
        days.c.currency == _b("currency"),
        days.c.day < _b("before"),
    )
    .order_by(days.c.day.desc())
    .limit(_b("page"))
)


def search(ctx: Context, wanted: Search, before: int = NEWEST, count: int = MOST) -> Page:
    """Packets, newest first, at most ``count`` (1 to 100) of them, older than the id ``before``; one statement."""
    ctx.require_operator()
    count = max(1, min(count, MOST))
    until = least_at(wanted.until) if wanted.until else NEWEST
    values = {
        "community_id": ctx.community.id,
        "before": min(before, until),
        "since": least_at(wanted.since) if wanted.since else 0,
        "currency": wanted.currency,
        "page": count + 1,
    }
    if wanted.sender:
        values["sender"] = wanted.sender
    if wanted.state:
        values["state"] = wanted.state
    found = [Row(*row) for row in ctx.sql.all(LISTS[bool(wanted.sender), bool(wanted.state)], **values)]
    return Page(tuple(found[:count]), found[count - 1].id if len(found) > count else 0)


def look(ctx: Context, number: int) -> Row | None:
    """One packet by what people call it."""
    ctx.require_operator()
    row = ctx.sql.one(ONE, community_id=ctx.community.id, number=number)
    return None if row is None else Row(*row)


def stop(ctx: Context, number: int, reason: str = "") -> bool:
    """End a packet: what nobody took goes back to where it came from, and the audit log keeps it.

    False for one that has ended before, or that nobody knows; nothing happens then.
    """
    ctx.require_operator()
    found = service.find_by_number(ctx, number)
    if found is None or found.state != "open":
        return False
    ending.call_off(ctx, found, reason)
    return True


def stats_of(ctx: Context, member: Member, currency: str) -> Stats:
    """What a member sent and took; four statements, each by an index on the member."""
    if member.id != ctx.actor:
        ctx.require_operator()
    mine = {"community_id": ctx.community.id, "member": member.id, "currency": currency}
    sent, total, returned, taken = (int(each) for each in ctx.sql.one(SENT, **mine) or (0, 0, 0, 0))
    claims, claimed, best = (int(each) for each in ctx.sql.one(CLAIMED, **mine) or (0, 0, 0))
    own, lucky = (int((ctx.sql.one(each, **mine) or (0,))[0]) for each in (OF_OWN, LUCKIEST))
    return Stats(sent, total, returned, taken - own, claims, claimed, best, lucky)


def by_day(ctx: Context, currency: str, before: str = "9999-12-31", count: int = MOST) -> tuple[Day, ...]:
    """What went into packets on each day before one (ISO date), newest first; days without packets are left out."""
    ctx.require_operator()
    page = max(1, min(count, MOST))
    rows = ctx.sql.all(DAYS, community_id=ctx.community.id, currency=currency, before=before, page=page)
    return tuple(Day(date.fromisoformat(day), int(amount), int(packets)) for day, amount, packets in rows)
