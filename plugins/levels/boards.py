"""Leaderboards: scores, the counts that ranks are read from, and pages.

A board is the scores of one period.  Beside them stand counts: how many members have a score in each bucket
(:func:`.rules.bucket_of`: small scores have one of their own, greater ones share it with scores at most 1/64 away).  A
rank is the sum of the counts above plus the members above within one bucket, so its cost does not grow with the rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from coterie.core.api import Context, Statement, upsert
from coterie.plugins.levels.models import buckets, scores
from coterie.plugins.levels.rules import bucket_of, first_of, wholes
from coterie.plugins.levels.sql import ALL, RUNNING

_b = bindparam
_HERE = (scores.c.community_id == _b("community_id"), scores.c.board == _b("board"))
_COUNTS = (buckets.c.community_id == _b("community_id"), buckets.c.board == _b("board"))
CHUNK: Final = 4000
"""Scores that one step of a recount reads."""


@cache
def _add(count: int) -> Statement:
    """Add to the scores on so many boards at once."""
    rows: list[dict[str, Any]] = [
        {
            "community_id": _b("community_id"),
            "member_id": _b("member_id"),
            "board": _b(f"board{number}"),
            "xp": _b("xp"),
            "score": _b("score"),
            "tally": _b("score"),
        }
        for number in range(count)
    ]
    return Statement(
        upsert(
            scores,
            rows,
            lambda new: {
                "xp": scores.c.xp + new.xp,
                "score": scores.c.score + new.score,
                "tally": scores.c.tally + new.tally,
            },
            (scores.c.board, scores.c.xp, scores.c.score),
        )
    )


COUNT = Statement(
    upsert(
        buckets,
        {name: _b(name) for name in ("community_id", "board", "bucket", "members")},
        lambda new: {"members": buckets.c.members + new.members},
    )
)
ROWS = Statement(
    select(scores.c.board, scores.c.xp, scores.c.score, scores.c.tally).where(
        scores.c.community_id == _b("community_id"), scores.c.member_id == _b("member_id")
    )
)
SET_ROW = Statement(
    update(scores)
    .where(*_HERE, scores.c.member_id == _b("member"))
    .values(xp=_b("xp"), score=_b("score"), tally=_b("score"))
)
TRUST_TALLIES = Statement(
    update(scores)
    .where(
        scores.c.community_id == _b("community_id"),
        scores.c.member_id == _b("member"),
        scores.c.score != scores.c.tally,
    )
    .values(score=scores.c.tally)
)
SCORE = Statement(select(scores.c.score, scores.c.xp).where(*_HERE, scores.c.member_id == _b("member_id")))
ABOVE = Statement(
    select(func.coalesce(func.sum(buckets.c.members), 0)).where(*_COUNTS, buckets.c.bucket > _b("bucket"))
)
WITHIN = Statement(
    select(func.count()).select_from(scores).where(*_HERE, scores.c.score > _b("low"), scores.c.score < _b("high"))
)
_tied = (
    select(scores.c.member_id)
    .where(*_HERE, scores.c.score == _b("score"), scores.c.member_id > _b("member_id"))
    .limit(_b("count"))
    .subquery()
)
TIED = Statement(select(func.count()).select_from(_tied))
COUNTS = Statement(select(buckets.c.bucket, buckets.c.members).where(*_COUNTS).order_by(buckets.c.bucket.desc()))
TOP = Statement(
    select(scores.c.member_id, scores.c.score)
    .where(*_HERE, scores.c.score > 0, scores.c.score < _b("high"))
    .order_by(scores.c.score.desc(), scores.c.member_id.desc())
    .limit(_b("count"))
    .offset(_b("skip"))
)
ASCENDING = Statement(
    select(scores.c.score).where(*_HERE, scores.c.score >= _b("low")).order_by(scores.c.score).limit(_b("count"))
)
SET_TALLIES = Statement(
    update(scores)
    .where(*_HERE, scores.c.score >= _b("low"), scores.c.score < _b("high"), scores.c.tally != scores.c.score)
    .values(tally=scores.c.score)
)
CLEAR_COUNTS = Statement(
    delete(buckets).where(*_COUNTS, buckets.c.bucket >= _b("first"), buckets.c.bucket < _b("last"))
)
BOARDS = Statement(
    select(buckets.c.board)
    .where(buckets.c.community_id == _b("community_id"), buckets.c.board > _b("after"))
    .order_by(buckets.c.board)
    .limit(1)
)
_BEYOND: Final = 2**62


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a board; members with the same score share their rank."""

    rank: int
    member: int
    score: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a board: the first one is 1; ``members`` are on the whole board."""

    number: int
    pages: int
    members: int
    rows: tuple[Row, ...]


# -- writing


def add(ctx: Context, member: int, boards: Sequence[str], xp: int, *, shown: bool) -> int:
    """Add XP (from 1) to a member's scores on some boards; returns what the first of them has in all now."""
    here = {"community_id": ctx.community.id, "member_id": member, "xp": xp, "score": xp if shown else 0}
    rows = ctx.sql.all(_add(len(boards)), **here, **{f"board{place}": board for place, board in enumerate(boards)})
    if shown:
        _count(ctx, [(board, score - xp, score) for board, _, score in rows])
    return next(int(total) for board, total, _ in rows if board == boards[0])


def _count(ctx: Context, moves: Iterable[tuple[str, int, int]]) -> None:
    """Move members from one score to another (0: not on the board) in the counts."""
    changes: dict[tuple[str, int], int] = {}
    for board, before, after in moves:
        for score, step in ((before, -1), (after, 1)):
            if score > 0:
                place = (board, bucket_of(score))
                changes[place] = changes.get(place, 0) + step
    rows = [
        {"community_id": ctx.community.id, "board": board, "bucket": bucket, "members": step}
        for (board, bucket), step in sorted(changes.items())
        if step
    ]
    if rows:
        ctx.sql.many(COUNT, rows)


def settle(ctx: Context, member: int, *, shown: bool, change: int = 0, only: Sequence[str] = ()) -> None:
    """Make a member's scores and their counts what they should be, on every board.

    Afterwards a score is the XP if the member is ``shown``, and 0 if not.  What a merge of two records, or its undoing,
    left behind is put right: there the tally has more or less than the score by what the other record had.  ``change``
    is added to the XP on the boards in ``only``, which does not go below 0.  What was taken away counts on no board of
    these days: none has more than one that counts the same and more.
    """
    moves: list[tuple[str, int, int]] = []
    rows = ctx.sql.all(ROWS, community_id=ctx.community.id, member_id=member)
    totals = {board: max(0, xp + change if board in only else xp) for board, xp, _, _ in rows}
    running = ctx.sql.one(RUNNING, community_id=ctx.community.id)
    for part, whole in wholes(ctx.community.today(), None if running is None else running[0]):
        if part in totals:
            totals[part] = min(totals[part], totals.get(whole or ALL, 0))
    for board, xp, score, tally in rows:
        total = totals[board]
        wanted = total if shown else 0
        if (total, wanted, wanted) == (xp, score, tally):
            continue
        other = tally - score
        moves += [(board, score, wanted), (board, other, 0) if other > 0 else (board, 0, -other)]
        ctx.sql.run(SET_ROW, community_id=ctx.community.id, board=board, member=member, xp=total, score=wanted)
    _count(ctx, moves)


def come_back(ctx: Context, member: int) -> None:
    """A record is its own again: what is counted of its scores is what came back of them.

    They are as they were at the merge, but where some has been taken away since, less came back, as the tallies tell.
    """
    ctx.sql.run(TRUST_TALLIES, community_id=ctx.community.id, member=member)


# -- reading


def score_of(ctx: Context, board: str, member: int) -> tuple[int, int]:
    """A member's score on a board (0: not on it) and the XP behind it."""
    row = ctx.sql.one(SCORE, community_id=ctx.community.id, board=board, member_id=member)
    return (0, 0) if row is None else (row[0], row[1])


def rank_of(ctx: Context, board: str, score: int) -> int:
    """The rank of a score: one more than members have a greater one."""
    here = {"community_id": ctx.community.id, "board": board}
    bucket = bucket_of(score)
    above = ctx.sql.one(ABOVE, **here, bucket=bucket)
    end = first_of(bucket + 1)
    within = ctx.sql.one(WITHIN, **here, low=score, high=end) if end - score > 1 else None
    return 1 + int(above[0] if above else 0) + int(within[0] if within else 0)


def place_of(ctx: Context, board: str, member: int, score: int) -> int:
    """Where a member's line stands, from 1: behind those with a greater score, and with the same one and a greater id
    (of so many, the first :data:`CHUNK` count).
    """
    here = {"community_id": ctx.community.id, "board": board}
    tied = ctx.sql.one(TIED, **here, score=score, member_id=member, count=CHUNK)
    return rank_of(ctx, board, score) + (int(tied[0]) if tied else 0)


def size_of(ctx: Context, board: str) -> int:
    """How many members are on a board."""
    found = ctx.sql.one(ABOVE, community_id=ctx.community.id, board=board, bucket=-1)
    return int(found[0]) if found else 0


def page_of(ctx: Context, board: str, number: int, size: int) -> Page:
    """A page of a board, the last one if the number is beyond it."""
    here = {"community_id": ctx.community.id, "board": board}
    counts = [(bucket, members) for bucket, members in ctx.sql.all(COUNTS, **here) if members > 0]
    members = sum(count for _, count in counts)
    pages = max(1, -(-members // size))
    number = min(max(1, number), pages)
    skip, high = (number - 1) * size, _BEYOND
    for bucket, count in counts:
        if skip < count:
            break
        skip, high = skip - count, first_of(bucket)
    found = ctx.sql.all(TOP, **here, high=high, count=size, skip=skip)
    rows: list[Row] = []
    for place, (member, score) in enumerate(found):
        if not rows:
            rank = rank_of(ctx, board, score)
        elif score != rows[-1].score:
            rank = (number - 1) * size + place + 1
        rows.append(Row(rank, member, score))
    return Page(number, pages, members, tuple(rows))


# -- proving


def recount(ctx: Context, board: str, low: int) -> int:
    """Count anew the buckets from the one that begins at a score, a part of them; returns where to go on, 0 at the
    end.

    Each bucket is counted within one transaction of the only writer, so its new count is exact whatever happens between
    the parts.  The counts then miss nothing that a tally would tell of.
    """
    here: dict[str, Any] = {"community_id": ctx.community.id, "board": board}
    found = [score for (score,) in ctx.sql.all(ASCENDING, **here, low=max(1, low), count=CHUNK)]
    first = bucket_of(max(1, low))
    last = _BEYOND_BUCKET if len(found) < CHUNK else bucket_of(found[-1])
    counts: dict[int, int] = {}
    if last == first:  # one bucket fills the whole part
        last = first + 1
        row = ctx.sql.one(WITHIN, **here, low=first_of(first) - 1, high=first_of(last))
        counts[first] = int(row[0]) if row else 0
    else:
        for score in found:
            bucket = bucket_of(score)
            if bucket < last:
                counts[bucket] = counts.get(bucket, 0) + 1
    high = _BEYOND if last == _BEYOND_BUCKET else first_of(last)
    ctx.sql.run(SET_TALLIES, **here, low=first_of(first) if first > bucket_of(1) else 0, high=high)
    ctx.sql.run(CLEAR_COUNTS, **here, first=first, last=last)
    ctx.sql.many(COUNT, [{**here, "bucket": bucket, "members": members} for bucket, members in counts.items()])
    return 0 if last == _BEYOND_BUCKET else first_of(last)


_BEYOND_BUCKET: Final = 2**31 - 1


def next_board(ctx: Context, after: str) -> str:
    """The board that follows another in the order of their names; empty after the last one."""
    row = ctx.sql.one(BOARDS, community_id=ctx.community.id, after=after)
    return "" if row is None else row[0]
