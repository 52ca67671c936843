"""Conditions before somebody gets something: the core's, those of plugins, and what happens when one cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from coterie.core.api import Condition, Context, Member, Plugin, UsageError
from coterie.core.conditions import LONGEST_VALUE
from coterie.core.testing.kit import LiveTown
from tests.plugin_kit import member_id, switch_off


class Choir(Plugin):
    """Contributes conditions, one of which is broken."""

    name = "choir"

    def contribute_conditions(self) -> Sequence[Condition]:
        """Who may sing."""
        return (
            Condition("sings", meets=lambda ctx, member, value: self._sings(ctx, member), aliases=("唱歌",)),
            Condition("broken", meets=lambda ctx, member, value: 1 // 0 == 0),
            Condition("tag", meets=lambda ctx, member, value: True),
        )

    def _sings(self, ctx: Context, member: Member) -> bool:
        assert ctx.plugin == "choir", "a condition is asked in the name of its plugin"
        return ctx.tags.has(member, "tenor")


pytestmark = pytest.mark.coterie(plugins=[Choir])


def why(town: LiveTown, *asked: tuple[str, str], tags: Sequence[str] = ()) -> str | None:
    """What Alice is told, if anything."""
    alice = town.person("alice")
    alice.says("hi")
    identifier = member_id(town, alice)

    def ask(ctx: Any) -> str | None:
        member = ctx.find_member(identifier)
        for tag in tags:
            ctx.tags.add(member, tag)
        ctx.plugin = "giver"
        found = ctx.conditions.unmet(member, asked)
        assert ctx.plugin == "giver", "whoever asks stays who they are"
        return None if found is None else str(found)

    return town.inside(ask)


def test_all_are_met(town: LiveTown) -> None:
    asked = (("tag", "vip"), ("sings", ""), ("active", "1d"), ("if", "not left"))
    assert why(town, *asked, tags=("vip", "tenor")) is None
    assert why(town) is None


def test_the_first_that_is_not_met_is_told(town: LiveTown) -> None:
    assert why(town, ("active", "1d"), ("tag", "vip"), ("tenure", "30d")) == ("This is for members with the tag “vip”.")
    assert why(town, ("tenure", "30d"), ("tag", "vip")) == "This is for members who have been here for 30d."


def test_a_name_that_the_core_has_stays_the_cores(town: LiveTown) -> None:
    assert why(town, ("tag", "vip")) is not None


def test_what_fails_or_is_gone_is_not_met(town: LiveTown, caplog: pytest.LogCaptureFixture) -> None:
    with town.failures():
        assert why(town, ("broken", "")) is not None
    assert "plugin choir failed in the condition broken" in caplog.text
    assert why(town, ("sings", ""), tags=("tenor",)) is None
    switch_off(town, "choir")
    assert why(town, ("sings", "")) == "Nobody can tell any more who meets the condition “sings”, so it isn’t met."


class Torn(Plugin):
    """Cannot say which conditions it has."""

    name = "torn"

    def contribute_conditions(self) -> Sequence[Condition]:
        """Fail."""
        raise LookupError("no conditions today")


@pytest.mark.coterie(plugins=[Choir, Torn])
def test_a_plugin_that_fails_takes_only_its_own_conditions_away(
    town: LiveTown, caplog: pytest.LogCaptureFixture
) -> None:
    with town.failures():
        assert why(town, ("sings", ""), tags=("tenor",)) is None
    assert "plugin torn failed in contribute_conditions" in caplog.text


def test_a_segment_that_is_gone_has_nobody_in_it(town: LiveTown) -> None:
    assert why(town, ("segment", "regulars"), ("active", "1d")) == "This is for members of the group “regulars”."


def test_many_long_filters_are_asked_one_by_one(town: LiveTown) -> None:
    asked = [
        ("if", " or ".join(f"tag:t{number}" for number in range(first, first + 18))) for first in range(0, 126, 18)
    ]
    assert sum(len(value) for _, value in asked) > 1000
    assert why(town, *asked) is not None
    assert why(town, *asked, tags=[f"t{first}" for first in range(0, 126, 18)]) is None


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("TAG", " VIP ", ("tag", "VIP")),
        ("标签", "vip", ("tag", "vip")),
        ("tenure", "2周", ("tenure", "2周")),
        ("唱歌", "whatever", ("sings", "")),
        ("条件", "tag:vip and not left", ("if", "tag:vip and not left")),
        ("tag", 'a"b', ("tag", 'a"b')),
    ],
)
def test_what_somebody_typed(town: LiveTown, name: str, value: str, kept: tuple[str, str]) -> None:
    assert town.inside(lambda ctx: ctx.conditions.read(name, value)) == kept


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("flies", "", "condition-unknown"),
        ("tag", " ", "arg-missing"),
        ("tag", "x" * (LONGEST_VALUE + 1), "arg-too-long"),
        ("tenure", "long", "arg-not-duration"),
        ("if", "tag:", "filter-expected-value-end"),
        ("segment", "nobody", "filter-no-segment"),
    ],
)
def test_what_is_wrong(town: LiveTown, name: str, value: str, key: str) -> None:
    def read(ctx: Any) -> str:
        with pytest.raises(UsageError) as refused:
            ctx.conditions.read(name, value)
        return refused.value.key

    assert town.inside(read) == key


def test_a_condition_is_said_in_one_way() -> None:
    with pytest.raises(ValueError, match="either a filter or a function"):
        Condition("both", filter="left", meets=lambda ctx, member, value: True)
    with pytest.raises(ValueError, match="either a filter or a function"):
        Condition("neither")


def test_a_value_cannot_leave_its_quotation_marks(town: LiveTown) -> None:
    """Somebody who may ask for a tag may not ask for anything else with it."""
    assert why(town, ("tag", 'x" or not tag:"x')) is not None
