"""Looking into the tables of levels, and proving what is counted there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from coterie.core.context import Context
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.levels import rules
from coterie.plugins.levels.models import buckets, members, scores
from coterie.plugins.levels.sql import ALL
from tests.plugin_kit import member_id

QUICK: dict[str, Any] = {"messages": {"cooldown": 0}, "announce": "off"}
"""Settings for tests in which people write much."""
TALK = (
    "good morning everybody here",
    "what a lovely picture of mountains",
    "does anyone know how to bake bread",
    "the train was late again this week",
    "my favourite colour is probably green",
    "we should meet near the old harbour",
    "jazz records sound best on vinyl",
    "a fox crossed the street before dawn",
    "please review chapter seven tonight",
    "quantum physics confuses most students",
)
"""Messages that have little in common."""


def xp_of(town: LiveTown, person: Person, board: str = ALL) -> int:
    """What somebody has on a board."""
    return _cell(town, person, board)[0]


def score_of(town: LiveTown, person: Person, board: str = ALL) -> int:
    """What a board shows of somebody, 0 if nothing."""
    return _cell(town, person, board)[1]


def _cell(town: LiveTown, person: Person, board: str) -> tuple[int, int]:
    who = person.persona.who

    def look(ctx: Context) -> tuple[int, int]:
        account = ctx.unit.members.account(ctx.community.id, who.platform, who.id)
        member = 0 if account is None else account.member.id
        query = select(scores.c.xp, scores.c.score).where(scores.c.member_id == member, scores.c.board == board)
        row = ctx.db.execute(query).one_or_none()
        return (0, 0) if row is None else (row[0], row[1])

    return town.inside(look, "levels")


def met(town: LiveTown, person: Person) -> int:
    """The id of somebody who has said hello to the bot, and nothing that earns."""
    person.in_dm("hello")
    return member_id(town, person)


def tier_of(town: LiveTown, person: Person) -> tuple[str, str]:
    """Somebody's tier, and the day on which it ends."""
    query = select(members.c.tier, members.c.ends_on).where(members.c.member_id == member_id(town, person))
    row = town.inside(lambda ctx: ctx.db.execute(query).one_or_none(), "levels")
    return ("", "") if row is None else (row[0], row[1])


def board_names(town: LiveTown) -> set[str]:
    """The boards that have scores."""
    return set(town.inside(lambda ctx: ctx.db.scalars(select(scores.c.board)).all(), "levels"))


def counts_hold(town: LiveTown) -> bool:
    """True; raises :class:`AssertionError` where the counts are not those of the scores."""

    def look(ctx: Context) -> None:
        told = Counter[tuple[str, int]]()
        for board, bucket, count in ctx.db.execute(select(buckets.c.board, buckets.c.bucket, buckets.c.members)):
            if count:
                told[board, bucket] += count
        true = Counter[tuple[str, int]]()
        for board, xp, score, tally in ctx.db.execute(
            select(scores.c.board, scores.c.xp, scores.c.score, scores.c.tally)
        ):
            assert score == tally
            assert score in (0, xp)
            if score:
                true[board, rules.bucket_of(score)] += 1
        assert told == true

    town.inside(look, "levels")
    return True


def quick(**more: Any) -> dict[str, Any]:
    """Settings without a cooldown, and with others."""
    found = {**QUICK, **more}
    found["messages"] = {"cooldown": 0, **more.get("messages", {})}
    return {"levels": found}


def emit(town: LiveTown, *events: Any) -> None:
    """Let a plugin make something known."""

    def work(ctx: Context) -> None:
        for event in events:
            ctx.emit(event)

    town.inside(work, "levels")
