"""Check-ins as rows: collecting and counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from coterie.core.api import Context, Contribution, Member, Refusal, Statement, insertion
from coterie.plugins.checkin import rules
from coterie.plugins.checkin.config import CheckInConfig
from coterie.plugins.checkin.models import days

_b = bindparam
_OF_MEMBER = (days.c.community_id == _b("community_id"), days.c.member_id == _b("member_id"))

FIND = Statement(select(days.c.at).where(*_OF_MEMBER, days.c.day == _b("day")))
ADD = insertion(days, "community_id", "member_id", "day", "at")
ALL = Statement(select(days.c.day).where(*_OF_MEMBER).order_by(days.c.day.desc()))


@dataclass(frozen=True, slots=True)
class Collected:
    """A day that was just collected: points for the day, the bonus of a milestone, and days in a row with this one."""

    points: int
    bonus: int
    streak: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands: days in a row up to now, days in all, and whether today is collected."""

    streak: int
    total: int
    today: bool


def collect(ctx: Context) -> Collected:
    """Give the acting member today's points; raises :class:`Refusal` on the second time in a community day.

    After a clock that was put back, today may be a day before one that is collected: that one was it.
    """
    config: CheckInConfig = ctx.config
    today = ctx.community.today()
    mine = {"community_id": ctx.community.id, "member_id": ctx.member.id}
    found = _days(ctx)
    if found and found[0] >= today:
        raise Refusal("checkin-already", opens=ctx.community.day_begins(found[0] + timedelta(days=1)))
    if ctx.member.separated and ctx.community.day_of(ctx.member.separated) >= today:
        raise Refusal("checkin-separated", opens=ctx.community.day_begins(today + timedelta(days=1)))
    ctx.sql.run(ADD, **mine, day=today.isoformat(), at=ctx.instant)
    streak = rules.streak([today, *found], today)
    points, bonus = rules.reward(config, streak), config.milestones.get(streak, 0)
    if points + bonus:
        ctx.ledger.grant(ctx.member, points + bonus, reason="checkin", key=today)
    done = f"checkin:{ctx.member.id}:{today}"
    ctx.emit(Contribution(key=done, who=ctx.event.who, where=ctx.event.where, member=ctx.member.id, kind="checkin"))
    return Collected(points, bonus, streak)


def standing(ctx: Context) -> Standing:
    """Where the acting member stands; a streak holds until the day after its last one is over."""
    today = ctx.community.today()
    found = _days(ctx)
    collected = found[:1] == [today]
    return Standing(rules.streak(found, today if collected else today - timedelta(days=1)), len(found), collected)


def collected_today(ctx: Context, member: Member, _value: str) -> bool:
    """Whether a member has collected this community day's points."""
    today = ctx.community.today().isoformat()
    return ctx.sql.one(FIND, community_id=ctx.community.id, member_id=member.id, day=today) is not None


def _days(ctx: Context) -> list[date]:
    """The acting member's days, newest first."""
    rows = ctx.sql.all(ALL, community_id=ctx.community.id, member_id=ctx.member.id)
    return [date.fromisoformat(day) for (day,) in rows]
