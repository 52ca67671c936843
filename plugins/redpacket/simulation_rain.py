"""What people do with rains in a simulation, and what has to be true of rains and days at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Integer, String, bindparam, case, cast, func, literal_column, select

from coterie.core.api import Account, Context, Member, Statement, to_instant
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.models import days, packets, rains

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 6
"""Rains that are looked at."""
FALLEN: Final = 3
"""Packets of rains, the last ones, whose money is looked up."""
LINES: Final = 40
"""Movements of a sender that are added up by days."""
STATES: Final = ("on", "stopped", "over")
EVERY: Final = (
    *("10m", "20m", "30m", "30m", "1h", "1h", "2h", "6h", "1d", "20:00", "00:05", "23:59"),
    *('"0 */2 * * *"', '"30 8,20 * * 1-5"'),
)
NEVER: Final = ("5m", "25:00", "often", '"0 0 31 2 *"', '"*/5 * * * *"')
"""What is no rhythm of a rain."""
WISHES: Final = (
    *("", "", "", " equal", " Rain, rain", " time=10m", " 时限=2h 下雨了", " anonymous phrase=sesame"),
    *(" until=3h", " until=2d equal", " 为期=1d", " draw=5m until=1d", " min=2"),
)
REFUSED: Final = (" for=@boris", " until=1s", " day=0", " day=many", " max=1 min=2")
"""Wishes that no rain can have."""
BUDGETS: Final = ("community", "community", "party")
"""Who pays for what the community gives."""

_b = bindparam


class _Rain(NamedTuple):
    """A rain as its row has it, then what the packets say that are its own, and what the days say."""

    id: int
    owner: int
    currency: str
    total: int
    state: str
    sent: int
    given: int
    per_day: int
    starts_at: int
    ends_at: int | None
    last_at: int | None
    made: int
    moments: int
    made_of: int
    odd: int
    gone: int
    last_made: int
    counted: int
    counted_of: int
    most: int


class _Fallen(NamedTuple):
    """A packet of a rain."""

    id: int
    rain: int
    sender: int
    origin: str
    name: str
    currency: str
    total: int
    refunded: int


_newest = (
    select(rains)
    .where(rains.c.community_id == _b("community_id"))
    .order_by(rains.c.id.desc())
    .limit(_b("newest"))
    .subquery()
)
_left = case((packets.c.state == literal_column("'open'"), packets.c.total - packets.c.taken), else_=packets.c.refunded)
_rows = (
    select(
        packets.c.rain_id,
        func.count().label("made"),
        func.count(packets.c.created_at.distinct()).label("moments"),
        func.sum(packets.c.total).label("made_of"),
        func.sum(
            cast((packets.c.total != _newest.c.total) | (packets.c.currency != _newest.c.currency), Integer)
        ).label("odd"),
        func.sum(packets.c.taken + _left).label("gone"),
        func.max(packets.c.created_at).label("last_made"),
    )
    .select_from(packets.join(_newest, packets.c.rain_id == _newest.c.id))
    # A rain is older than its packets, by their ids: what fell from rains of long ago is not read again.
    .where(
        packets.c.community_id == _b("community_id"), packets.c.id > select(func.min(_newest.c.id)).scalar_subquery()
    )
    .group_by(packets.c.rain_id)
    .subquery()
)
_source = literal_column("'rain:'", String).concat(cast(_newest.c.id, String(20)))
_days = (
    select(
        days.c.source,
        func.sum(days.c.packets).label("counted"),
        func.sum(days.c.amount).label("counted_of"),
        func.max(days.c.amount).label("most"),
    )
    .where(days.c.community_id == _b("community_id"))
    .group_by(days.c.source)
    .subquery()
)
RAINS: Final = Statement(
    select(
        *(_newest.c[name] for name in ("id", "owner_id", "currency", "total", "state", "sent", "given", "per_day")),
        *(_newest.c[name] for name in ("starts_at", "ends_at", "last_at")),
        *(_rows.c[name] for name in ("made", "moments", "made_of", "odd", "gone", "last_made")),
        *(_days.c[name] for name in ("counted", "counted_of", "most")),
    )
    .select_from(_newest.outerjoin(_rows, _rows.c.rain_id == _newest.c.id).outerjoin(_days, _days.c.source == _source))
    .order_by(_newest.c.id)
)
LAST: Final = Statement(
    select(
        *(packets.c[name] for name in ("id", "rain_id", "sender_id", "origin", "origin_name", "currency", "total")),
        packets.c.refunded,
    )
    .where(packets.c.community_id == _b("community_id"), packets.c.rain_id.is_not(None))
    .order_by(packets.c.id.desc())
    .limit(_b("count"))
)
SENDERS: Final = Statement(
    select(packets.c.sender_id, packets.c.currency)
    .where(packets.c.community_id == _b("community_id"), packets.c.origin == literal_column("'member'"))
    .order_by(packets.c.id.desc())
    .limit(literal_column("1"))
)
BEYOND: Final = Statement(
    select(days.c.day, days.c.source, days.c.currency, days.c.amount)
    .where(
        days.c.community_id == _b("community_id"),
        days.c.source >= literal_column("'budget:'"),
        days.c.source < literal_column("'budget;'"),
        days.c.amount > _b("most"),
    )
    .order_by(days.c.day, days.c.source)
)
"""What budgets gave in a day that was more than they may; ``;`` comes behind ``:``."""


def actions(view: SimulatedView) -> Iterator[str]:
    """Rains of members and of the community, possible and impossible, that soon run dry; people who stop them, let them
    go on and fall elsewhere; and time, without which nothing falls.
    """
    rng, number = view.rng, view.rng.choice((1, 1, 2, 3, 5))
    member, operator = rng.choice(view.people), rng.choice(view.operators or view.people)
    if rng.random() < 0.6:
        yield _ordered(view, operator if rng.random() < 0.85 else member)
    if rng.random() < 0.3:
        act, name = rng.choice(("donate", "fund", "take")), rng.choice(BUDGETS)
        yield f"{operator}: /budget {act} {name} {rng.choice((10, 60, 150))} for rainy days"
        yield f"{operator}: /packet-budget {rng.randint(3, 60)} {rng.choice((1, 2, 3))} budget={name} on the house"
    if rng.random() < 0.3:
        act = rng.choice(("stop", "stop", "resume", "resume", "here"))
        yield f"{rng.choice((operator, member))}: /rain-{act} {number}"
    if rng.random() < 0.05:
        yield f"{rng.choice((operator, member))}: /rains"
    if rng.random() < 0.15:
        yield f"wait {rng.choice(('10m', '20m', '1h', '3h', '1d'))}"


def _ordered(view: SimulatedView, who: str) -> str:
    """Somebody's order of a rain: of much at a time for few, so that money runs short while somebody looks."""
    rng = view.rng
    count = rng.choice((1, 1, 2, 3))
    total = rng.randint(2 * count, max(2 * count, min(view.money(who), 200) // rng.choice((1, 2, 6))))
    every, wishes = rng.choice(EVERY), rng.choice(WISHES)
    if rng.random() < 0.4:
        wishes = f" budget={rng.choice(BUDGETS)}{wishes}"
    if rng.random() < 0.3:
        wishes = f" {rng.choice(('day', '每天'))}={total * rng.choice((1, 2, 3)) + rng.choice((-1, 0, 1))}{wishes}"
    if rng.random() < 0.15:
        every = rng.choice(NEVER)
    if rng.random() < 0.1:
        wishes = f"{rng.choice(REFUSED)}{wishes}"
    return f"{who}: /rain {every} {total} {count}{wishes}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the newest rains, in what fell of them, and in what days have given.

    Four statements, and a few look-ups for each rain; packets are counted from the oldest of these rains on.
    """
    here = {"community_id": ctx.community.id}
    for row in ctx.sql.all(RAINS, **here, newest=NEWEST):
        yield from _rain(ctx, _Rain(*row))
    for row in ctx.sql.all(LAST, **here, count=FALLEN):
        yield from _paid(ctx, _Fallen(*row))
    yield from _bounds(ctx)


def _rain(ctx: Context, rain: _Rain) -> Iterator[str]:
    """One rain: its counts, its state, what waits for it, and its bounds."""
    name, sent, given = f"rain {rain.id}", rain.sent, rain.given
    made, made_of = rain.made or 0, rain.made_of or 0
    if (sent, given) != (made, made_of):
        yield f"{name} says that {sent} packets of {given} fell, and there are {made} with {made_of}"
    counted, counted_of = rain.counted or 0, rain.counted_of or 0
    if (sent, given) != (counted, counted_of):
        yield f"{name} says that {sent} packets of {given} fell, and days count {counted} with {counted_of}"
    if rain.odd:
        yield f"{name} gives {rain.total} {rain.currency} each time, and {rain.odd} of its packets have something else"
    if (rain.gone or 0) != given:
        yield f"{name} gave {given}, and {rain.gone or 0} were taken, are there to be taken or went back"
    if rain.made and rain.moments != rain.made:
        yield f"{name} fell {rain.made} times in {rain.moments} moments"
    if rain.per_day and (rain.most or 0) > rain.per_day:
        yield f"{name} gave {rain.most} in a day, and {rain.per_day} are allowed"
    if rain.made and rain.last_made < rain.starts_at:
        yield f"{name} fell before it began"
    if rain.made and rain.ends_at is not None and rain.last_made > rain.ends_at:
        yield f"{name} fell after its end"
    if rain.made and (rain.last_at is None or rain.last_at < rain.last_made):
        yield f"{name} fell at {rain.last_made}, and counts as fallen until {rain.last_at}"
    if rain.state not in STATES:
        yield f"{name} is {rain.state!r}, which is no state"
    yield from _waits(ctx, rain)


def _waits(ctx: Context, rain: _Rain) -> Iterator[str]:
    """Something waits for a rain exactly while it is on, and for a moment at which nothing has fallen yet."""
    due = ctx.timers.due("rain", key=rain.id)
    if rain.state == "on" and due is None:
        yield f"rain {rain.id} is on, and nothing will let it fall"
    if rain.state != "on" and due is not None:
        yield f"rain {rain.id} is {rain.state}, and something waits to let it fall"
    if due is not None and to_instant(due) <= max(rain.starts_at, rain.last_at or 0):
        yield f"rain {rain.id} would fall at {due}, when it has not begun or has fallen already"


def _paid(ctx: Context, packet: _Fallen) -> Iterator[str]:
    """A packet of a rain was paid by who pays for the rain, and what was left of it went back there."""
    booked = ctx.ledger.find(f"packet:{packet.id}")
    if booked is None or booked.amount != packet.total or booked.currency != packet.currency:
        paid = "nothing" if booked is None else f"{booked.amount} {booked.currency}"
        yield f"packet {packet.id} of a rain has {packet.total} {packet.currency}, and {paid} was paid for it"
        return
    named = f"packet {packet.id} of a rain, which is from {packet.origin} {packet.name}".rstrip()
    payer = next(leg.account for leg in booked.legs if leg.amount < 0)
    if not _is_payer(ctx, packet, payer):
        yield f"{named}, was paid by {payer.kind} {payer.owner}"
    back = ctx.ledger.find(f"refund:{packet.id}") if packet.refunded else None
    if back is not None:
        to = next(leg.account for leg in back.legs if leg.amount > 0)
        # What is left of somebody who is gone belongs to the community.
        gone = packet.origin == "member" and to == ctx.ledger.budget()
        if not gone and not _is_payer(ctx, packet, to):
            yield f"what was left of {named}, went to {to.kind} {to.owner}"


def _is_payer(ctx: Context, packet: _Fallen, account: Account) -> bool:
    """Whether an account is that of who pays for a packet; of records that came apart again nobody can tell."""
    if packet.origin == "budget":
        return account == ctx.ledger.budget(packet.name)
    sender = ctx.find_member(packet.sender)
    if sender is None or any(merge.undone_at for merge in ctx.merges_of(sender)):
        return account.kind == "member"
    return ctx.ledger.owner_now(account) == Account("member", str(sender.id))


def _bounds(ctx: Context) -> Iterator[str]:
    """No budget, and not whoever sent the newest packet, has given more in a day than they may."""
    config: RedPacketConfig = ctx.config
    here = {"community_id": ctx.community.id}
    if config.budget_daily:
        for day, source, currency, amount in ctx.sql.all(BEYOND, **here, most=config.budget_daily):
            yield f"the {source} gave {amount} {currency} on {day}, and {config.budget_daily} are allowed"
    row = ctx.sql.one(SENDERS, **here) if config.sender_daily else None
    sender = None if row is None else ctx.find_member(int(row[0]))
    if row is not None and sender is not None:
        yield from _of_sender(ctx, sender, row[1], config.sender_daily)


def _of_sender(ctx: Context, sender: Member, currency: str, most: int) -> Iterator[str]:
    """What somebody put into packets, day by day: each movement counts on its own day, however the clock was set."""
    given: Counter[str] = Counter()
    for line in ctx.ledger.statement(sender, currency, count=LINES):
        if (line.plugin, line.reason) == ("redpacket", "packet"):
            given[ctx.community.day_of(line.at).isoformat()] -= line.amount
    for day, amount in sorted(given.items()):
        if amount > most:
            yield f"{sender.name} put {amount} {currency} into packets on {day}, and {most} are allowed"
