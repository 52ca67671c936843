"""Seasons: by an operator or by themselves, one after the other; results stay, prizes are paid once or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown
from coterie.plugins.levels import Levels
from coterie.plugins.levels.models import scores, seasons
from tests.levels_kit import QUICK, TALK, counts_hold, xp_of
from tests.plugin_kit import all_translated

pytestmark = pytest.mark.coterie(plugins=[Levels], config={"levels": QUICK})


def lasting(days: int, **more: Any) -> dict[str, Any]:
    """Settings with seasons of so many days (0: an operator's)."""
    return {"levels": {**QUICK, "seasons": {"days": days, **more}}}


def rows(town: LiveTown) -> list[tuple[int, str, str, str, bool]]:
    """Every season: number, name, first day, first day after it, whether it is over."""
    query = select(seasons).order_by(seasons.c.number)
    found = town.inside(lambda ctx: list(ctx.db.execute(query)))
    return [(row.number, row.name, row.begins_on, row.ends_on, row.ended_at is not None) for row in found]


def fund(town: LiveTown, amount: int) -> None:
    """Fill the community's budget."""

    def work(ctx: Context) -> None:
        ledger = ctx.ledger
        ledger.transfer(ledger.issuer(), ledger.budget(), amount, reason="test", key=ctx.new_id())

    town.inside(work, "levels")


def test_an_operator_starts_and_ends_a_season(town: LiveTown) -> None:
    alice, bob, op = town.people("alice", "bob", "op")
    bob.says(TALK[0])
    bob.says("/season start Mine")
    assert bob.sees("operators")
    op.becomes("operator")
    op.says("/season start Spring tide", "market")
    assert op.sees("Spring tide has begun.")
    op.says("/season start Again")
    assert op.sees("A season is running already.")
    alice.says(TALK[1])
    alice.says(TALK[2])
    bob.says(TALK[3])
    alice.says("/leaderboard season")
    assert alice.sees("🏆 Leaderboard: Spring tide\n🥇 Alice — 40 XP ← you\n🥈 Bob — 20 XP")
    op.says("/season end")
    assert op.sees("Spring tide has ended.")
    assert town.shows("🏁 Spring tide is over\n🥇 Alice — 40 XP\n🥈 Bob — 20 XP", "market")
    alice.says(TALK[4])  # after the end
    op.says("/season end")
    assert op.sees("There is no season at the moment.")
    op.says("/season start")
    alice.says(TALK[5])
    bob.says("/seasons")
    assert bob.sees("Season 2: since Jan 1, 2026, running\nSpring tide: since Jan 1, 2026, ended")
    bob.taps("Spring tide")
    assert bob.sees("🥇 Alice — 40 XP\n🥈 Bob — 20 XP ← you")
    bob.says("/seasons")
    bob.taps("Season 2")
    assert bob.sees("🥇 Alice — 20 XP")
    assert xp_of(town, bob) == 40
    assert counts_hold(town)
    assert all_translated(town)


@pytest.mark.coterie(config=lasting(7))
def test_seasons_follow_each_other_without_a_gap(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    town.wait(days=6, hours=23, minutes=59)
    alice.says(TALK[1])
    town.wait(minutes=1)
    alice.says(TALK[2])  # before the daily round
    assert rows(town) == [
        (1, "", "2026-01-01", "2026-01-08", True),
        (2, "", "2026-01-08", "2026-01-15", False),
    ]
    alice.says("/leaderboard season")
    assert alice.sees("🏆 Leaderboard: Season 2\n🥇 Alice — 20 XP ← you")
    town.wait(days=7, hours=1)  # nobody says anything
    assert [row[2:] for row in rows(town)][1:] == [
        ("2026-01-08", "2026-01-15", True),
        ("2026-01-15", "2026-01-22", False),
    ]
    assert counts_hold(town)


@pytest.mark.coterie(config=lasting(7))
def test_what_nobody_ran_is_passed_over(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])

    def old(ctx: Context) -> None:
        ctx.db.execute(seasons.update().values(begins_on="2025-11-01", ends_on="2025-11-08"))

    town.inside(old)
    alice.says(TALK[1])
    assert [row[2:] for row in rows(town)] == [("2025-11-01", "2025-11-08", True), ("2025-12-27", "2026-01-03", False)]


@pytest.mark.coterie(config=lasting(0, prizes=[100, 50, 20]))
def test_prizes_come_from_the_budget_once(town: LiveTown) -> None:
    people = town.people(*"abcd")
    (op,) = town.people("op")
    op.becomes("operator")
    for person in people:
        person.in_dm("hello")
    fund(town, 200)
    op.says("/season start Cup")
    for place, person in enumerate(people):
        for text in TALK[: (4, 2, 2, 1)[place]]:
            person.says(text)
    op.says("/season end")
    town.restart()
    assert town.shows("🥇 A — 80 XP (+100 points)")
    assert people[0].sees("You have won 100 points in Cup!")
    assert [town.balance(each) for each in people] == [100, 35, 35, 0]
    op.says("/season pay")
    assert op.sees("The prizes of Cup are paid: 3 winners.")
    assert [town.balance(each) for each in people] == [100, 35, 35, 0]
    assert town.inside(lambda ctx: ctx.ledger.balance(ctx.ledger.budget()), "levels") == 30
    assert town.ledger_balanced()
    assert all_translated(town)


@pytest.mark.coterie(config=lasting(0, prizes=[100]))
def test_a_budget_that_is_too_small_pays_nobody_until_it_is_filled(town: LiveTown) -> None:
    alice, op = town.people("alice", "op")
    op.becomes("operator")
    op.in_dm("hello")
    fund(town, 99)
    op.says("/season pay")
    assert op.sees("No season has ended yet.")
    op.says("/season start Cup")
    alice.says(TALK[0])
    op.says("/season end")
    assert op.sees("The prizes of Cup are not paid: the budget “community” has 99 points, they need 100 points.")
    assert town.shows_not("(+100 points)")
    op.says("/season pay")
    assert op.sees("are not paid")
    assert town.balance(alice) == 0
    fund(town, 1)
    op.says("/season pay")
    assert op.sees("The prizes of Cup are paid: 1 winner.")
    assert town.balance(alice) == 100
    assert town.ledger_balanced()


@pytest.mark.coterie(config=lasting(0, prizes=[100]))
def test_a_kill_in_the_middle_pays_once(town: LiveTown) -> None:
    alice, op = town.people("alice", "op")
    op.becomes("operator")
    fund(town, 1000)
    op.says("/season start Cup")
    alice.says(TALK[0])
    town.at_once(lambda: op.says("/season end"), town.kill)
    assert town.balance(alice) == 0
    town.duplicate(op)
    town.kill()
    town.duplicate(op)
    assert town.balance(alice) == 100
    assert town.ledger_balanced()


@pytest.mark.coterie(config=lasting(0, prizes=[100]))
def test_who_hides_wins_nothing(town: LiveTown) -> None:
    alice, bob, op = town.people("alice", "bob", "op")
    op.becomes("operator")
    fund(town, 1000)
    op.says("/season start Cup")
    for text in TALK[:3]:
        alice.says(text)
    bob.says(TALK[0])
    alice.says("/leaderboard hide")
    op.says("/season end")
    assert [town.balance(alice), town.balance(bob)] == [0, 100]


@pytest.mark.coterie(config=lasting(5, kept=2))
def test_only_so_many_boards_are_kept(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for number in range(5):
        alice.says(TALK[number])
        town.wait(days=5)
    town.wait(days=1)
    assert len(rows(town)) == 6

    def boards(ctx: Context) -> set[str]:
        return {board for board in ctx.db.scalars(select(scores.c.board)) if board.startswith("s")}

    assert len(town.inside(boards)) == 2
    assert counts_hold(town)
