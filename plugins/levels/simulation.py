"""What people do for XP in a simulation, and what has to be true of levels and boards at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, bindparam, func, or_, select

from coterie.core.api import Context, Statement, to_datetime
from coterie.plugins.levels import rules
from coterie.plugins.levels.models import buckets, members, scores
from coterie.plugins.levels.sql import ALL, RUNNING, WITH_XP

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 20
"""Members whose levels are looked at, those who came last; and contradictions that are told at once."""
HEARD_WITHIN: Final = timedelta(hours=2)
"""So long ago two records may have become one without this plugin having heard of it, if it was paused."""
_WORDS: Final = ("lake", "train", "tea", "sandwich", "sunset", "station", "bridge", "garden", "lantern", "rain")

_b = bindparam
_LIVE = ("all", "week", "day", "season")
SCORED: Final = Statement(
    select(scores.c.board, scores.c.score, scores.c.tally, func.count())
    .where(scores.c.community_id == _b("community_id"), or_(*(scores.c.board == _b(name) for name in _LIVE)))
    .group_by(scores.c.board, scores.c.score, scores.c.tally)
)
COUNTED: Final = Statement(
    select(buckets.c.board, buckets.c.bucket, buckets.c.members).where(
        buckets.c.community_id == _b("community_id"), or_(*(buckets.c.board == _b(name) for name in _LIVE))
    )
)
WRONG: Final = Statement(
    select(scores.c.member_id, scores.c.board, scores.c.xp, scores.c.score)
    .where(
        scores.c.community_id == _b("community_id"),
        or_(*(scores.c.board == _b(name) for name in _LIVE)),
        or_(scores.c.xp < 0, scores.c.score < 0, scores.c.score > scores.c.xp),
    )
    .limit(_b("newest"))
)
_part, _whole = scores.alias("part"), scores.alias("whole")
MORE: Final = Statement(
    select(_part.c.member_id, _part.c.xp, _whole.c.xp)
    .select_from(
        _part.outerjoin(
            _whole,
            and_(
                _whole.c.community_id == _part.c.community_id,
                _whole.c.member_id == _part.c.member_id,
                _whole.c.board == _b("whole"),
            ),
        )
    )
    .where(
        _part.c.community_id == _b("community_id"),
        _part.c.board == _b("part"),
        func.coalesce(_whole.c.xp, 0) < _part.c.xp,
    )
    .limit(_b("newest"))
)
LEVELS: Final = Statement(
    select(members.c.member_id, members.c.level, func.coalesce(scores.c.xp, 0))
    .select_from(WITH_XP)
    .where(members.c.community_id == _b("community_id"))
    .order_by(members.c.member_id.desc())
    .limit(_b("newest"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Messages that say something, the same once more, boards and pages, XP by operators, seasons."""
    rng = view.rng
    for name in rng.sample(view.people, min(3, len(view.people))):
        yield f"{name}: Who comes to the {rng.choice(_WORDS)} by the {rng.choice(_WORDS)} with {rng.choice(_WORDS)}?"
        yield f"{name}: /leaderboard {rng.choice(('', 'day', 'week', 'season', 'hide', 'show', 'all 2'))}".rstrip()
        yield f"{name}: /rank {rng.choice(('', *view.people)).partition('@')[0]}".rstrip()
        for label in view.buttons(name):
            if label in ("All time", "Today", "Week", "Season", "◀", "▶", "My place", "Show everybody"):
                yield f"{name}: [{label}]"
    if view.operators:
        among = view.people if rng.random() < 0.7 else view.people[:1]  # who has got much may lose it
        operator, member = rng.choice(view.operators), rng.choice(among).partition("@")[0]
        for act in ("give", "take"):
            yield f"{operator}: /xp {act} {member} {rng.choice((1, 80, 600, 5000))} for the poster"
        yield f"{operator}: /season {rng.choice(('start', 'start Summer', 'end', 'pay'))}"
        yield f"{operator}: /xp-boost {rng.choice((0, 100, 200))} 2h"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the boards that grow, and in the levels of those who came last.

    It reads these boards whole: in a large community, only for a person who asks.
    """
    today, here = ctx.community.today(), {"community_id": ctx.community.id, "newest": NEWEST}
    running = [identifier for (identifier,) in ctx.sql.all(RUNNING, community_id=ctx.community.id)]
    season = rules.season_board(running[0]) if running else ""
    live = {"all": ALL, "week": rules.week_board(today), "day": rules.day_board(today), "season": season}
    yield from _counted(ctx, live)
    for member, board, xp, score in ctx.sql.all(WRONG, **here, **live):
        yield f"record {member} has {xp} XP and stands with {score} on board {board}"
    for part, whole in (("day", "week"), ("week", "all"), ("season", "all")):
        for member, less, more in ctx.sql.all(MORE, **here, part=live[part], whole=live[whole]) if live[part] else ():
            yield f"record {member} has {less} XP on the board of the {part}, and {more or 0} on that of {whole}"
    for identifier, level, xp in ctx.sql.all(LEVELS, **here):
        if level != rules.level_of(ctx.config.curve, xp):
            yield from _level(ctx, identifier, level, xp)
    if len(running) > 1:
        yield f"{len(running)} seasons run at once"


def _counted(ctx: Context, live: Mapping[str, str]) -> Iterator[str]:
    """The counts of a board, from which ranks are read, are those of its scores.

    Where a tally is not the score, two records have become one (or two again) and this plugin has not heard of it yet:
    the counts still have what the other record had.
    """
    wanted: dict[tuple[str, int], int] = {}
    for board, score, tally, count in ctx.sql.all(SCORED, community_id=ctx.community.id, **live):
        for part, step in ((score, 1), (tally - score, 1) if tally >= score else (score - tally, -1)):
            if part > 0:
                place = board, rules.bucket_of(part)
                wanted[place] = wanted.get(place, 0) + step * count
    rows = ctx.sql.all(COUNTED, community_id=ctx.community.id, **live)
    found = {(board, bucket): members for board, bucket, members in rows}
    for place in sorted(wanted.keys() | found.keys()):
        counted, there = found.get(place, 0), wanted.get(place, 0)
        if counted != there:
            least = rules.first_of(place[1])
            yield f"board {place[0]} counts {counted} members from {least} XP on, and {there} are there"


def _level(ctx: Context, identifier: int, level: int, xp: int) -> Iterator[str]:
    """Somebody whose level is not that of their XP."""
    member = ctx.find_member(identifier)
    if member is None:
        return  # being erased
    since = ctx.now - HEARD_WITHIN
    if any(to_datetime(max(merge.at, merge.undone_at or 0)) > since for merge in ctx.merges_of(member)):
        return
    yield f"{member.name} is on level {level}, and {xp} XP make level {rules.level_of(ctx.config.curve, xp)}"
