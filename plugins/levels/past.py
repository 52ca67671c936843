"""History from before: what imported messages would have earned, day by day, under the same caps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select

from coterie.core.api import Context, HistoryImported, Statement
from coterie.plugins.levels import boards, ladder, rules, service
from coterie.plugins.levels.config import LevelsConfig
from coterie.plugins.levels.models import tallies
from coterie.plugins.levels.sql import ALL, IMPORTED, TALLY

_b = bindparam
TALLIED: Final = Statement(
    select(tallies.c.day, tallies.c.xp, tallies.c.times).where(
        tallies.c.community_id == _b("community_id"),
        tallies.c.member_id == _b("member_id"),
        or_(tallies.c.source == service.MESSAGE, tallies.c.source == IMPORTED),
        tallies.c.day >= _b("first"),
        tallies.c.day <= _b("last"),
    )
)


def imported(ctx: Context, event: HistoryImported) -> None:
    """Credit the days of an import; each is tallied, so that further messages of a day find what it has earned."""
    config: LevelsConfig = ctx.config
    member = ctx.find_member(event.member)
    if not config.imported or member is None or not event.days or service.is_bot(ctx, member):
        return
    mine = {"community_id": ctx.community.id, "member_id": member.id}
    before: dict[str, tuple[int, int]] = {}
    for day, xp, times in ctx.sql.all(TALLIED, **mine, first=min(event.days), last=max(event.days)):
        earned, counted = before.get(day, (0, 0))
        before[day] = (earned + xp, counted + times)
    rows, gains = [], dict[str, int]()
    for day, messages in sorted(event.days.items()):
        earned, counted = before.get(day, (0, 0))
        own = config.messages
        xp = rules.many_messages(own.xp, counted, messages, own.full)
        xp = rules.room_left(xp, earned, own.daily_cap)
        rows.append({**mine, "day": day, "source": IMPORTED, "xp": xp, "times": messages})
        gains[day] = xp
    ctx.sql.many(TALLY, [{**row, "last_at": ctx.instant, "marks": ""} for row in rows])
    _add(ctx, event.member, gains)


def _add(ctx: Context, identifier: int, gains: dict[str, int]) -> None:
    """Add what each day earned to the boards that are kept; those of seasons stay as they were."""
    member = ctx.find_member(identifier)
    total = sum(gains.values())
    if member is None or not total:
        return
    service.enrol(ctx, member)
    shown = service.is_shown(ctx, member)
    today = ctx.community.today()
    found: dict[str, int] = {}
    for text, xp in gains.items():
        day = date.fromisoformat(text)
        if xp and today - timedelta(days=ctx.config.recent_days) < day <= today:
            found[rules.day_board(day)] = xp
        if xp and rules.week_board(day) == rules.week_board(today):
            week = rules.week_board(day)
            found[week] = found.get(week, 0) + xp
    for board, xp in found.items():
        boards.add(ctx, member.id, [board], xp, shown=shown)
    after = boards.add(ctx, member.id, [ALL], total, shown=shown)
    ladder.rise(ctx, member, after - total, after, look=True, quiet=True)
