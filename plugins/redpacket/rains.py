"""Rains as rows: packets that are sent again and again."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from sqlalchemy import bindparam, func, literal_column, or_, select, update

from coterie.core.api import Context, Member, Statement, insertion, to_datetime, to_instant
from coterie.plugins.redpacket import schedule
from coterie.plugins.redpacket.models import rains

State = Literal["on", "stopped", "over"]


@dataclass(frozen=True, slots=True)
class Rain:
    """A rain as its row has it; instants are milliseconds, amounts minor units.

    ``owner`` ordered it, and pays unless ``origin`` is ``budget`` (of the name ``origin_name``).  ``plan`` are the
    wishes as typed, ``places`` ids of channels, ``every`` a rhythm (:mod:`~coterie.plugins.redpacket.schedule`).
    ``per_day`` 0 is no bound.  Until ``last_at`` it has fallen for all its moments (one that is late stands for those
    that were missed); ``said`` is why nothing was sent then.
    """

    id: int
    number: int
    owner_id: int
    origin: str
    origin_name: str
    currency: str
    total: int
    count: int
    plan: str
    places: str
    every: str
    per_day: int
    starts_at: int
    ends_at: int | None
    state: State
    sent: int
    given: int
    last_at: int | None
    said: str

    @property
    def channels(self) -> list[int]:
        """Where it falls, as ids of channels."""
        return [int(channel) for channel in json.loads(self.places)]


_b = bindparam
_COLUMNS: Final = tuple(rains.c[each.name] for each in fields(Rain))
_HERE: Final = (rains.c.community_id == _b("community_id"), rains.c.id == _b("rain"))
_ON: Final = rains.c.state == literal_column("'on'")
BY_ID: Final = Statement(select(*_COLUMNS).where(*_HERE))
BY_NUMBER: Final = Statement(
    select(*_COLUMNS).where(rains.c.community_id == _b("community_id"), rains.c.number == _b("number"))
)
NEWEST_FIRST: Final = Statement(
    select(*_COLUMNS)
    .where(
        rains.c.community_id == _b("community_id"),
        rains.c.id < _b("before"),
        or_(_b("owner") == literal_column("0"), rains.c.owner_id == _b("owner")),
    )
    .order_by(rains.c.id.desc())
    .limit(_b("page"))
)
RUNNING_OF: Final = Statement(
    select(*_COLUMNS)
    .where(rains.c.community_id == _b("community_id"), rains.c.owner_id == _b("owner"), _ON)
    .order_by(rains.c.id)
)
HIGHEST: Final = Statement(select(func.max(rains.c.number)).where(rains.c.community_id == _b("community_id")))
ADD: Final = insertion(
    rains,
    *("community_id", "id", "number", "owner_id", "origin", "origin_name", "currency", "total", "count", "plan"),
    *("places", "every", "per_day", "starts_at", "ends_at", "state", "created_at"),
)
DUE: Final = Statement(
    update(rains)
    .where(*_HERE, _ON, or_(rains.c.last_at.is_(None), rains.c.last_at < _b("due")))
    .values(last_at=_b("due_at"))
)
"""A rain is due at a moment: once for each, however often that is told."""
SENT: Final = Statement(
    update(rains)
    .where(*_HERE)
    .values(sent=rains.c.sent + literal_column("1"), given=rains.c.given + rains.c.total, said=literal_column("''"))
)
SAID: Final = Statement(update(rains).where(*_HERE).values(said=_b("why")))
MOVE: Final = Statement(update(rains).where(*_HERE, rains.c.state == _b("before")).values(state=_b("after")))
PLACES: Final = Statement(update(rains).where(*_HERE).values(places=_b("channels")))


def _rain(row: tuple[Any, ...]) -> Rain:
    return Rain(*row)


def find(ctx: Context, rain: int) -> Rain | None:
    """A rain by id."""
    row = ctx.sql.one(BY_ID, community_id=ctx.community.id, rain=rain)
    return None if row is None else _rain(row)


def find_by_number(ctx: Context, number: int) -> Rain | None:
    """A rain by what people call it."""
    row = ctx.sql.one(BY_NUMBER, community_id=ctx.community.id, number=number)
    return None if row is None else _rain(row)


def newest(ctx: Context, owner: Member | None, before: int, count: int) -> list[Rain]:
    """At most ``count`` rains of a member, or of everybody, older than the id ``before``, newest first."""
    rows = ctx.sql.all(
        NEWEST_FIRST,
        community_id=ctx.community.id,
        owner=0 if owner is None else owner.id,
        before=before,
        page=count,
    )
    return [_rain(row) for row in rows]


def running_of(ctx: Context, owner: Member) -> list[Rain]:
    """The rains of a member that have not ended."""
    return [_rain(row) for row in ctx.sql.all(RUNNING_OF, community_id=ctx.community.id, owner=owner.id)]


def next_of(ctx: Context, rain: Rain) -> int | None:
    """When a rain falls next (milliseconds); ``None`` when it has ended by then.

    Never before it was ordered, nor twice for a moment, where the clock was put back.
    """
    after = max(ctx.instant, rain.starts_at, rain.last_at or 0)
    due = schedule.next_due(rain.every, to_datetime(rain.starts_at), ctx.community.local(after))
    instant = None if due is None else to_instant(due)
    return None if instant is None or (rain.ends_at is not None and instant > rain.ends_at) else instant


def add(ctx: Context, **values: Any) -> Rain:
    """Write down a new rain that begins now; ``values`` are the columns that a person chooses."""
    row = ctx.sql.one(HIGHEST, community_id=ctx.community.id)
    rain = ctx.new_id()
    ctx.sql.run(
        ADD,
        community_id=ctx.community.id,
        id=rain,
        number=int(row[0] or 0) + 1 if row is not None else 1,
        state="on",
        starts_at=ctx.instant,
        created_at=ctx.instant,
        **values,
    )
    found = find(ctx, rain)
    assert found is not None
    return found


def is_due(ctx: Context, rain: Rain, due: int) -> bool:
    """Whether a rain has to fall for a moment: true once, and never for an earlier moment than before."""
    until = max(due, ctx.instant)  # one that is late stands for all that were missed
    return bool(ctx.sql.run(DUE, community_id=ctx.community.id, rain=rain.id, due=due, due_at=until))


def sent(ctx: Context, rain: Rain) -> None:
    """A packet of a rain has been sent."""
    ctx.sql.run(SENT, community_id=ctx.community.id, rain=rain.id)


def not_sent(ctx: Context, rain: Rain, why: str) -> None:
    """A packet of a rain could not be sent; ``why`` is the name of a message."""
    ctx.sql.run(SAID, community_id=ctx.community.id, rain=rain.id, why=why[:200])


def move(ctx: Context, rain: Rain, state: State) -> bool:
    """Stop, end or resume a rain; False where somebody else has changed it."""
    return bool(ctx.sql.run(MOVE, community_id=ctx.community.id, rain=rain.id, before=rain.state, after=state))


def set_places(ctx: Context, rain: Rain, channels: list[int]) -> None:
    """Let a rain fall in these channels."""
    ctx.sql.run(PLACES, community_id=ctx.community.id, rain=rain.id, channels=json.dumps(channels))
