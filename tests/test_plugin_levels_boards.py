"""Leaderboards: ranks and pages are those of a plain sort, whatever happened; who hides or leaves is on none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels, boards, review
from coterie.plugins.levels.models import buckets
from coterie.plugins.levels.models import settings as rows
from tests.levels_kit import QUICK, TALK, board_names, counts_hold, score_of, xp_of
from tests.plugin_kit import all_translated, link, member_id, tap_as
from tests.privacy_kit import erase

pytestmark = pytest.mark.coterie(plugins=[Levels], config={"levels": {**QUICK, "page": 3}})


@contextmanager
def running(**config: Any) -> Iterator[LiveTown]:
    """A town outside of any fixture: hypothesis runs many in one test."""
    town = LiveTown(plugins=[Levels, Identity], config={"levels": {**QUICK, **config}})
    town.start()
    try:
        yield town
    finally:
        town.close()


# -- ranks and pages ---------------------------------------------------------------------------------------------------

amounts = st.one_of(
    st.integers(1, 300), st.integers(1, 10**6), st.sampled_from([20, 127, 128, 129, 255, 256, 4095, 4096])
)


@given(st.lists(amounts, min_size=1, max_size=40), st.integers(1, 7))
@settings(max_examples=25, deadline=None)
def test_ranks_and_pages_are_those_of_a_plain_sort(found: list[int], size: int) -> None:
    with running() as town:
        town.inside(lambda ctx: _compare(ctx, found, size), "levels")
        assert counts_hold(town)


def _compare(ctx: Context, found: list[int], size: int) -> None:
    for member, score in enumerate(found, 1):
        boards.add(ctx, member, ["all"], score, shown=True)
    lines = sorted(((score, member) for member, score in enumerate(found, 1)), reverse=True)
    expected = [(1 + sum(other > score for other in found), member, score) for score, member in lines]
    assert boards.size_of(ctx, "all") == len(found)
    seen = []
    for number in range(1, -(-len(found) // size) + 1):
        page = boards.page_of(ctx, "all", number, size)
        assert (page.number, page.members) == (number, len(found))
        seen += [(row.rank, row.member, row.score) for row in page.rows]
    assert seen == expected
    assert boards.page_of(ctx, "all", 10**6, size).rows == page.rows
    for place, (rank, member, score) in enumerate(expected, 1):
        assert boards.rank_of(ctx, "all", score) == rank
        assert boards.place_of(ctx, "all", member, score) == place


def test_an_empty_board(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/leaderboard day")
    assert alice.sees("Nobody is on this board yet")
    alice.says("/leaderboard season")
    assert alice.sees("There is no season at the moment.")
    alice.says("/rank")
    assert alice.sees("On no leaderboard")
    assert all_translated(town)


def test_a_board_turns_its_pages_on_one_message(town: LiveTown) -> None:
    people = town.people(*"abcdefgh")
    for place, person in enumerate(people):
        for text in TALK[: len(people) - place]:
            person.says(text)
    f = people[5]
    f.says("/leaderboard")
    assert f.sees("🥇 A — 160 XP\n🥈 B — 140 XP\n🥉 C — 120 XP\nPage 1 of 3, 8 members · You: rank 6 with 60 XP")
    before = len(town.stage.visible(f.persona))
    f.taps("▶")
    assert f.sees("4. D — 100 XP\n5. E — 80 XP\n6. F — 60 XP ← you\nPage 2 of 3")
    f.taps("▶")
    assert f.sees("7. G — 40 XP\n8. H — 20 XP\nPage 3 of 3")
    assert f.sees_not("[▶]")
    f.taps("◀")
    f.taps("Today")
    assert f.sees("Leaderboard: today")
    f.taps("My place")
    assert f.sees("Page 2 of 3")
    f.says("/leaderboard all 3")
    assert f.sees("Page 3 of 3")
    assert len(town.stage.visible(f.persona)) == before + 2  # what was asked, and the second board
    assert people[0].sees_not("Leaderboard")
    assert all_translated(town)


def test_equal_scores_share_a_rank(town: LiveTown) -> None:
    people = town.people(*"abcd")
    for person in people:
        person.says(TALK[0])
    people[0].says(TALK[1])
    people[1].says("/leaderboard")
    assert people[1].sees(re.compile("🥇 A — 40 XP\n🥈 . — 20 XP.*\n🥈 . — 20 XP.*\nPage 1 of 2"))
    people[1].taps("▶")
    assert people[1].sees(re.compile("🥈 . — 20 XP.*\nPage 2 of 2"))
    people[1].says("/rank")
    assert people[1].sees("Rank 2 of 4")


def test_a_button_of_an_older_board_opens_a_new_one_and_is_nobody_else_s(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    alice.says("/leaderboard")
    _, old = town.stage.find_button(alice.persona, "Week")
    tap_as(town, bob, "Week", alice)
    assert bob.sees("for someone else")
    alice.says("/leaderboard")
    town.restart()
    town.act(lambda: town.stage.tap_token(alice.persona, "general", old.token))
    assert alice.sees("Leaderboard: this week")
    alice.taps("Today")
    assert alice.sees("Leaderboard: today")


# -- periods -----------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(timezone="Asia/Shanghai")
def test_days_and_weeks_are_the_community_s_own(town: LiveTown) -> None:
    """The town's clock starts on Thursday, 2026-01-01, at 08:00 in Shanghai."""
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    assert board_names(town) == {"all", "d2026-01-01", "w2026-W01"}
    town.wait(hours=15, minutes=59)
    bob.says(TALK[1])
    assert "d2026-01-02" not in board_names(town)
    town.wait(minutes=1)
    bob.says(TALK[2])
    assert (xp_of(town, bob), xp_of(town, bob, "d2026-01-02")) == (40, 20)
    bob.says("/leaderboard day")
    assert bob.sees("🥇 Bob — 20 XP ← you")
    assert bob.sees_not("Alice")
    town.wait(days=3)  # Monday
    alice.says(TALK[3])
    alice.says("/leaderboard week")
    assert alice.sees("🥇 Alice — 20 XP ← you")
    assert alice.sees("1 member")
    assert xp_of(town, alice, "w2026-W02") == 20
    assert counts_hold(town)


# -- who is shown ------------------------------------------------------------------------------------------------------


def test_who_hides_is_on_no_board_and_keeps_earning(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    bob.says(TALK[0])
    alice.says("/leaderboard hide")
    assert alice.sees("on no leaderboard from now on")
    alice.says(TALK[1])
    assert (xp_of(town, alice), score_of(town, alice)) == (40, 0)
    bob.says("/leaderboard")
    assert bob.sees_not("Alice")
    assert bob.sees("1 member")
    bob.says("/rank alice")
    assert bob.sees("Alice keeps the rank private.")
    bob.becomes("operator")
    bob.says("/rank alice")
    assert bob.sees("Level 0 · 40 XP")
    alice.says("/rank")
    assert alice.sees("hidden from the leaderboards")
    assert counts_hold(town)
    alice.says("/leaderboard show")
    assert (xp_of(town, alice), score_of(town, alice)) == (40, 40)
    assert counts_hold(town)
    assert all_translated(town)


def test_who_hides_before_the_first_word_stays_hidden(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/leaderboard hide")
    alice.says(TALK[0])
    assert (xp_of(town, alice), score_of(town, alice)) == (20, 0)


def test_who_leaves_is_on_no_board_until_they_come_back(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    for person in (alice, bob):
        person.joins()
        person.says(TALK[0])
    alice.leaves()
    bob.says("/leaderboard")
    assert bob.sees_not("Alice")
    assert (xp_of(town, alice), score_of(town, alice)) == (20, 0)
    assert counts_hold(town)
    alice.joins()
    assert score_of(town, alice) == 20
    bob.says("/leaderboard")
    assert bob.sees("Alice — 20 XP")
    assert counts_hold(town)


def test_a_hostile_name_stays_literal_and_notifies_nobody(town: LiveTown) -> None:
    mallory, bob = town.people("mallory", "bob")
    mallory.persona.name = "<b>@everyone</b> { $xp }"
    mallory.says(TALK[0])
    bob.says("/leaderboard")
    assert bob.sees("🥇 <b>@everyone</b> { $xp } — 20 XP")
    assert town.stage.pings == {}


def test_who_is_erased_leaves_board_and_counts(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    bob.says(TALK[1])
    erase(town, member_id(town, alice))
    town.wait(minutes=20)
    assert xp_of(town, alice) == 0
    assert counts_hold(town)
    bob.says("/leaderboard")
    assert bob.sees("1 member")


# -- the counts --------------------------------------------------------------------------------------------------------


def test_wrong_counts_are_put_right_over_night(town: LiveTown) -> None:
    people = town.people(*"abcde")
    for place, person in enumerate(people):
        for text in TALK[: place + 1]:
            person.says(text)

    def damage(ctx: Context) -> None:
        ctx.db.execute(update(buckets).where(buckets.c.bucket == 40).values(members=7))
        ctx.db.execute(delete(buckets).where(buckets.c.bucket == 60))

    town.inside(damage)
    with pytest.raises(AssertionError):
        counts_hold(town)
    town.wait(days=1, hours=1)
    assert counts_hold(town)


@pytest.mark.parametrize("chunk", [2, 3, 7])
def test_a_recount_in_small_parts_is_exact(town: LiveTown, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(boards, "CHUNK", chunk)

    def look(ctx: Context) -> None:
        found = [20, 20, 20, 20, 20, 40, 130, 131, 130, 5000, 5001, 5010, 70_000]
        for member, score in enumerate(found, 1):
            boards.add(ctx, member, ["all"], score, shown=True)
        ctx.db.execute(delete(buckets))
        low, steps = boards.recount(ctx, "all", 0), 1
        while low:
            low, steps = boards.recount(ctx, "all", low), steps + 1
        assert steps < 30

    town.inside(look, "levels")
    assert counts_hold(town)


def test_the_round_begins_once_a_day(town: LiveTown) -> None:
    town.wait(hours=1, minutes=30)
    assert town.inside(review.begin, "levels") is False
    town.wait(hours=23)
    assert town.inside(review.begin, "levels") is False

    def forget(ctx: Context) -> None:
        ctx.db.execute(delete(rows))

    town.inside(forget)
    assert town.inside(review.begin, "levels") is True


@pytest.mark.postgres
@pytest.mark.coterie(plugins=[Levels, Identity])
def test_boards_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[Levels, Identity], db=postgres, config={"levels": {**QUICK, "page": 3}})
    town.inside(lambda ctx: _compare(ctx, [20, 20, 300, 301, 4096, 5000, 5001, 5001, 10**6], 4), "levels")
    ann, anne = town.people("ann", "anne@telegram")
    ann.says(TALK[0])
    anne.says(TALK[1])
    link(town, ann, anne)
    assert counts_hold(town)
    ann.says("/leaderboard all 2")
    ann.taps("My place")
    assert ann.sees("Ann — 40 XP ← you")
    ann.says("/leaderboard hide")
    town.wait(days=1)
    assert counts_hold(town)
