"""The daily round: tiers reviewed, counts proved, old rows forgotten; each step a small part of its own on the lane."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from coterie.core.api import Context
from coterie.plugins.levels import boards, cards, ladder, rules, seasons, service
from coterie.plugins.levels.config import LevelsConfig
from coterie.plugins.levels.ladder import Rung
from coterie.plugins.levels.sql import (
    FORGET_BOARD,
    FORGET_COUNTS,
    FORGET_CREDITS,
    FORGET_MESSAGES,
    FORGET_REACTIONS,
    FORGET_SCORES,
    FORGET_TALLIES,
    PAGE,
    REVIEWED,
    SET_LEVEL,
    SET_SETTING,
    SETTING,
)

AT_ONCE: Final = 100
"""Members that one part of the review looks at."""
FORGOTTEN: Final = 2000
"""Rows that one part of the forgetting deletes from a table."""
TALLIES_KEPT: Final = timedelta(days=35)
CREDITS_KEPT: Final = timedelta(days=400)
WEEKS_KEPT: Final = timedelta(weeks=10)
DAYS_KEPT: Final = 8
_NOW: Final = timedelta(0)


def begin(ctx: Context) -> bool:
    """Begin the round of a community day, once; whether it began now."""
    today = ctx.community.today()
    here = {"community_id": ctx.community.id, "name": REVIEWED}
    row = ctx.sql.one(SETTING, **here)
    if row is not None and row[2] >= today.isoformat():
        return False
    ctx.sql.run(SET_SETTING, **here, value=0, until=0, day=today.isoformat())
    running = seasons.open_season(ctx)
    ends_on = running.ends_on.isoformat() if running and running.ends_on else ""
    seasons.current(ctx, running.id if running else 0, ends_on, today)
    ctx.timers.at(_NOW, "review", after=0)
    return True


def part(ctx: Context, after: int) -> None:
    """Review the next members in the order of their ids."""
    config: LevelsConfig = ctx.config
    first, last = ladder.recent_boards(config, ctx.community.today())
    rows = ctx.sql.all(PAGE, community_id=ctx.community.id, after=after, first=first, last=last, count=AT_ONCE)
    spent = ladder.spent_by(ctx, [row[0] for row in rows])
    for identifier, tier, ends_on, told, since, level, hidden, xp, score, recent in rows:
        member = ctx.find_member(identifier)
        if member is not None and member.id == identifier and score != (0 if hidden or member.left else xp):
            service.show(ctx, member)  # while this plugin was off, two records became one, or somebody came or left
        rung = Rung(tier, ends_on, bool(told))
        facts = ladder.made_facts(ctx, int(xp), int(recent), since, spent.get(identifier, 0))
        if level != facts.level:  # the curve is another one now
            ctx.sql.run(SET_LEVEL, community_id=ctx.community.id, member=identifier, level=facts.level)
        if ladder.settled(config, rung, facts):
            continue
        if member is None or member.id != identifier or member.left:
            continue
        risen = ladder.review(ctx, member, rung, facts)
        if risen is not None and config.announce != "off":
            ctx.send(member, cards.risen(ctx, member, 0, risen))
    if len(rows) == AT_ONCE:
        ctx.timers.at(_NOW, "review", after=rows[-1][0])
    else:
        ctx.timers.at(_NOW, "recount", board="", low=0)


def recount(ctx: Context, board: str, low: int) -> None:
    """Prove the counts of the boards that can be looked at, a part of one at a time."""
    today = ctx.community.today()
    live = (rules.day_board(today), rules.week_board(today))
    if not low:
        board = boards.next_board(ctx, board)
        while board.startswith(("d", "w")) and board not in live:
            board = boards.next_board(ctx, board)
        if not board:
            ctx.timers.at(_NOW, "forget", step=0)
            return
    low = boards.recount(ctx, board, low)
    ctx.timers.at(_NOW, "recount", board=board, low=low)


def forget(ctx: Context, step: int) -> None:
    """Forget what nobody needs any more, a part of one table at a time."""
    steps = (_messages, _reactions, _tallies, _credits, _days, _weeks, _seasons)
    if step < len(steps):
        more = steps[step](ctx)
        ctx.timers.at(_NOW, "forget", step=step if more else step + 1)


def _before(ctx: Context, age: timedelta) -> int:
    return ctx.instant - age // timedelta(milliseconds=1)


def _messages(ctx: Context) -> bool:
    before = _before(ctx, ctx.config.reactions.window)
    return ctx.sql.run(FORGET_MESSAGES, community_id=ctx.community.id, before=before, count=FORGOTTEN) == FORGOTTEN


def _reactions(ctx: Context) -> bool:
    # As long as a message can earn, and a day for the limit between two members.
    before = _before(ctx, ctx.config.reactions.window + timedelta(days=2))
    return ctx.sql.run(FORGET_REACTIONS, community_id=ctx.community.id, before=before, count=FORGOTTEN) == FORGOTTEN


def _tallies(ctx: Context) -> bool:
    day = (ctx.community.today() - TALLIES_KEPT).isoformat()
    return ctx.sql.run(FORGET_TALLIES, community_id=ctx.community.id, day=day, count=FORGOTTEN) == FORGOTTEN


def _credits(ctx: Context) -> bool:
    before = _before(ctx, CREDITS_KEPT)
    return ctx.sql.run(FORGET_CREDITS, community_id=ctx.community.id, before=before, count=FORGOTTEN) == FORGOTTEN


def _days(ctx: Context) -> bool:
    kept = timedelta(days=max(DAYS_KEPT, ctx.config.recent_days))
    return _boards(ctx, "d", rules.day_board(ctx.community.today() - kept))


def _weeks(ctx: Context) -> bool:
    return _boards(ctx, "w", rules.week_board(ctx.community.today() - WEEKS_KEPT))


def _boards(ctx: Context, first: str, last: str) -> bool:
    here = {"community_id": ctx.community.id, "first": first, "last": last}
    ctx.sql.run(FORGET_COUNTS, **here)
    return ctx.sql.run(FORGET_SCORES, **here, count=FORGOTTEN) == FORGOTTEN


def _seasons(ctx: Context) -> bool:
    old = [season for season in seasons.newest(ctx) if season.over][ctx.config.seasons.kept :]
    met = [
        ctx.sql.run(FORGET_BOARD, community_id=ctx.community.id, board=season.board, count=FORGOTTEN) for season in old
    ]
    for season in old:
        ctx.sql.run(boards.CLEAR_COUNTS, community_id=ctx.community.id, board=season.board, first=0, last=2**31 - 1)
    return FORGOTTEN in met
