"""Leaderboards through links and their undoing: counts are those of the scores after whatever happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels
from tests.levels_kit import QUICK, TALK, counts_hold, score_of, xp_of
from tests.plugin_kit import link, member_id

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


def _part(ctx: Context, member: int, *, oldest: bool = False) -> None:
    """Undo the newest or the oldest merge of a member that can be undone."""
    found = ctx.find_member(member)
    assert found is not None
    there = [merge.id for merge in ctx.merges_of(found) if merge.undone_at is None]
    if there:
        ctx.undo_merge(there[-1 if oldest else 0])


@pytest.mark.coterie(plugins=[Levels, Identity])
@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("both", [False, True])
def test_a_merge_that_is_undone_leaves_no_trace(town: LiveTown, both: bool, hides: bool) -> None:
    ann, other, bob = town.people("ann", "ann@telegram", "bob")
    bob.says(TALK[0])
    other.says(TALK[1])
    other.says(TALK[2])
    if both:
        ann.says(TALK[3])
    if hides:
        other.says("/leaderboard hide")
    before = [(xp_of(town, each), score_of(town, each)) for each in (ann, other, bob)]
    link(town, ann, other)
    assert xp_of(town, ann) == before[0][0] + before[1][0]
    assert score_of(town, ann) == (0 if hides else xp_of(town, ann))
    assert counts_hold(town)
    member = member_id(town, ann)
    town.inside(lambda ctx: _part(ctx, member), "identity")
    assert [(xp_of(town, each), score_of(town, each)) for each in (ann, other, bob)] == before
    assert counts_hold(town)
    other.says("/leaderboard")
    assert other.sees(f"{2 + both - hides} member")


@pytest.mark.coterie(plugins=[Levels, Identity])
def test_what_was_earned_together_stays_with_the_one_who_was_kept(town: LiveTown) -> None:
    ann, other = town.people("ann", "ann@telegram")
    ann.says(TALK[0])
    other.says(TALK[1])
    link(town, ann, other)
    other.says(TALK[2])
    member = member_id(town, ann)
    town.inside(lambda ctx: _part(ctx, member), "identity")
    assert [xp_of(town, each) for each in (ann, other)] == [40, 20]
    assert counts_hold(town)


@pytest.mark.coterie(plugins=[Levels, Identity])
@pytest.mark.parametrize("both", [False, True])
def test_what_was_taken_away_together_is_shared_out(town: LiveTown, both: bool) -> None:
    """Who goes takes at most what is there, and is counted with that, not with what it was once."""
    ann, other, operator = town.people("ann", "ann@telegram", "op")
    operator.becomes("operator")
    ann.says(TALK[2] if both else "/rank")
    other.says(TALK[0])
    other.says(TALK[1])
    link(town, ann, other)
    operator.says("/xp take ann 300 because")
    other.says(TALK[3])
    member = member_id(town, ann)
    town.inside(lambda ctx: _part(ctx, member), "identity")
    assert [xp_of(town, each) for each in (ann, other)] == [0, 20]
    assert [score_of(town, each) for each in (ann, other)] == [0, 20]
    assert counts_hold(town)


@pytest.mark.coterie(plugins=[Levels, Identity])
def test_what_goes_back_whole_leaves_nothing_to_who_was_united_with_it(town: LiveTown) -> None:
    ann, bob, cat, operator = town.people("ann", "bob@telegram", "cat@discord", "op")
    operator.becomes("operator")
    ann.says("/rank")
    for each in (bob, cat):
        each.says(TALK[0])
        link(town, ann, each)
    operator.says("/xp take ann 20 because")
    member = member_id(town, ann)
    town.inside(lambda ctx: _part(ctx, member, oldest=True), "identity")
    assert [xp_of(town, each) for each in (ann, bob)] == [0, 20]
    assert counts_hold(town)
    town.inside(lambda ctx: _part(ctx, member), "identity")
    assert [xp_of(town, each) for each in (ann, bob, cat)] == [0, 20, 0]
    assert counts_hold(town)


NAMES = ("ann", "bea", "cat", "dan")


class Boards(RuleBasedStateMachine):
    """People earn, hide, leave, are linked, parted, corrected; counts are those of the scores after every step."""

    names: ClassVar = st.sampled_from(NAMES)

    def __init__(self) -> None:
        super().__init__()
        self._scope = running()
        self.town = self._scope.__enter__()
        self.word = 0

    @initialize()
    def everybody_comes(self) -> None:
        for name in NAMES:
            self.town.person(name).joins()
        self.town.person("op").becomes("operator")

    @rule(name=names, platform=st.sampled_from(["", "@telegram"]))
    def says(self, name: str, platform: str) -> None:
        self.word += 1
        self.town.person(name + platform).says(TALK[self.word % len(TALK)])

    @rule(name=names, hidden=st.booleans())
    def hides(self, name: str, hidden: bool) -> None:
        self.town.person(name).says(f"/leaderboard {'hide' if hidden else 'show'}")

    @rule(name=names)
    def leaves(self, name: str) -> None:
        self.town.person(name).leaves()

    @rule(name=names)
    def joins(self, name: str) -> None:
        self.town.person(name).joins()

    @rule(name=names, act=st.sampled_from(["give", "take"]), amount=st.integers(1, 300))
    def is_corrected(self, name: str, act: str, amount: int) -> None:
        self.town.person("op").says(f"/xp {act} {name} {amount} because")

    @rule(name=names, other=names)
    def is_linked(self, name: str, other: str) -> None:
        first, second = self.town.person(name), self.town.person(f"{other}@telegram")
        second.says("/rank")
        first.in_dm("/link")
        try:
            code = first.sees(re.compile(r"/link (\w+)"))[1]
        except AssertionError:
            return  # so many codes are enough
        second.in_dm(f"/link {code}")

    @rule(name=names, oldest=st.booleans())
    def is_parted(self, name: str, oldest: bool) -> None:
        first = self.town.person(name)
        member = member_id(self.town, first)
        self.town.inside(lambda ctx: _part(ctx, member, oldest=oldest), "identity")

    @rule(days=st.sampled_from([0.01, 1, 7]))
    def waits(self, days: float) -> None:
        self.town.wait(days=days)

    @invariant()
    def counts_are_those_of_the_scores(self) -> None:
        counts_hold(self.town)

    def teardown(self) -> None:
        self._scope.__exit__(None, None, None)


Boards.TestCase.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)
TestBoards = Boards.TestCase
