"""Tiers: they begin at once, end after notice and grace, and give and take accesses that nobody else gave."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.core.api import Context, Grant
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels, review
from coterie.plugins.levels.config import LevelsConfig
from tests.levels_kit import TALK, counts_hold, met, tier_of, xp_of
from tests.plugin_kit import all_translated, link, member_id

pytestmark = pytest.mark.coterie(plugins=[Levels])

ACCESS = {name: {"targets": [{"role": name}]} for name in ("lounge", "vault", "garden")}


def tiers(*found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Settings with these tiers."""
    return {"levels": {"messages": {"cooldown": 0}, "tiers": list(found), **more}}


BRONZE, SILVER = {"name": "bronze", "xp": 20, "access": ["lounge"]}, {"name": "silver", "xp": 60, "access": ["vault"]}


def accesses(town: LiveTown, person: Person) -> set[tuple[str, str]]:
    """The accesses that somebody has because of a tier."""
    member = member_id(town, person)

    def look(ctx: Context) -> list[Grant]:
        found = ctx.find_member(member)
        assert found is not None
        return ctx.grants.of(found)

    return {(grant.access, grant.source) for grant in town.inside(look, "levels")}


def configure(town: LiveTown, **changes: Any) -> None:
    """Change the settings of the running community, as an operator does who edits the file."""

    def change(ctx: Context) -> None:
        ctx.community.configs["levels"] = ctx.config.model_copy(update=changes)

    town.inside(change, "levels")


def as_tiers(*found: dict[str, Any]) -> Any:
    """Tiers as the settings have them."""
    return LevelsConfig.model_validate({"tiers": list(found)}, strict=False).tiers


# -- up ----------------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=tiers(BRONZE, SILVER), access=ACCESS)
def test_a_tier_begins_at_once_with_what_it_gives(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    assert bob.sees("🏅 Alice is Bronze now!")
    assert (tier_of(town, alice), accesses(town, alice)) == (("bronze", ""), {("lounge", "bronze")})
    alice.says(TALK[1])
    assert bob.sees_not("🏅 Alice is Silver")
    alice.says(TALK[2])
    assert bob.sees("🏅 Alice is Silver now!")
    assert accesses(town, alice) == {("lounge", "bronze"), ("vault", "silver")}
    assert alice.persona.roles == {"lounge", "vault"}
    alice.says("/rank")
    assert alice.sees("Tier: Silver")
    assert all_translated(town)


@pytest.mark.coterie(config=tiers(BRONZE, {**SILVER, "xp": 500}))
def test_one_line_tells_of_level_and_tier(town: LiveTown) -> None:
    alice, op = town.people("alice", "op")
    op.becomes("operator")
    alice.says(TALK[0])
    op.says("/xp give alice 480 thanks")
    lines = [m.shown() for m in town.stage.room("general").messages if "Silver" in m.shown()]
    assert lines == ["⭐ Alice has reached level 3 and is Silver now!"]


@pytest.mark.coterie(config=tiers(BRONZE, announce="private"))
def test_lines_can_be_private(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.in_dm("hello")
    alice.says(TALK[0])
    assert alice.sees("🏅 You are Bronze now!")
    assert bob.sees_not("Bronze")


@pytest.mark.coterie(config=tiers(BRONZE, announce="off"))
def test_lines_can_be_off(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    assert tier_of(town, alice) == ("bronze", "")
    assert alice.sees_not("Bronze")


@pytest.mark.coterie(config={"levels": {"messages": {"cooldown": 0, "xp": 100}, "tiers": [], "announce_every": 2}})
def test_only_some_levels_are_told(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    assert alice.sees_not("level 1")
    for text in TALK[1:3]:
        alice.says(text)
    assert town.shows("reached level 2")


@pytest.mark.coterie(config=tiers({"name": "old", "days": 10}, {"name": "gold", "days": 5, "xp": 40}))
def test_tenure_is_reviewed_every_day(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    bob.joins()  # and says nothing
    town.wait(days=9, hours=12)
    assert [tier_of(town, each) for each in (alice, bob)] == [("", ""), ("", "")]
    alice.says(TALK[1])  # what is missing is XP now, and it counts at once
    assert tier_of(town, alice) == ("gold", "")
    town.wait(days=1)
    assert tier_of(town, bob) == ("old", "")


@pytest.mark.coterie(config=tiers({"name": "patron", "spent": 100}))
def test_spending_counts_with_what_was_captured_and_without_what_came_back(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    member = met(town, alice)
    town.grant(alice, 1000)

    def spend(ctx: Context, charged: int, held: int, captured: int) -> dict[int, int]:
        found = ctx.find_member(member)
        assert found is not None
        ctx.ledger.charge(found, charged, reason="shop", key=ctx.instant)
        ctx.ledger.hold(found, held, reason="bid", key=ctx.instant)
        ctx.ledger.capture(ctx.instant, ctx.ledger.budget(), captured, reason="bid")
        ctx.ledger.release(ctx.instant, reason="bid")
        return ctx.ledger.spent([member, 1])

    assert town.inside(lambda ctx: spend(ctx, 40, 100, 30), "levels") == {member: 70}
    alice.says(TALK[0])
    assert tier_of(town, alice) == ("", "")
    town.wait(minutes=1)
    assert town.inside(lambda ctx: spend(ctx, 20, 100, 10), "levels") == {member: 100}
    town.wait(days=1)
    assert tier_of(town, alice) == ("patron", "")
    assert town.ledger_balanced()


@pytest.mark.coterie(config=tiers({"name": "slow", "xp": 20, "bonus": 50}))
def test_a_tier_can_change_what_is_earned(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    alice.says(TALK[1])
    assert xp_of(town, alice) == 30


# -- down --------------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(
    config=tiers(
        {"name": "member", "xp": 1},
        {"name": "active", "recent": 20, "access": ["garden"]},
        recent_days=5,
        grace=6,
        notice=2,
    ),
    access=ACCESS,
)
def test_a_tier_ends_after_notice_and_grace(town: LiveTown) -> None:
    """The town's clock starts on 2026-01-01 at midnight; the daily round is seven minutes past."""
    (alice,) = town.people("alice")
    alice.in_dm("hello")
    alice.says(TALK[0])
    town.wait(days=4, hours=12)
    assert tier_of(town, alice) == ("active", "")
    town.wait(days=1)  # the 6th: the 1st is not recent any more
    assert tier_of(town, alice) == ("active", "2026-01-12")
    assert alice.sees_not("conditions")
    town.wait(days=3)
    assert alice.sees_not("conditions")
    town.wait(days=1)  # the 10th: two days before
    assert alice.sees("You do not meet the conditions of active at the moment. You keep it until Jan 12, 2026")
    alice.says("/rank")
    assert alice.sees("You keep active until Jan 12, 2026")
    assert accesses(town, alice) == {("garden", "active")}
    town.wait(days=1)
    assert alice.sees_not("do not meet")  # told once
    town.wait(days=1)
    assert alice.sees("Your time as active is over; you are member now.")
    assert (tier_of(town, alice), accesses(town, alice)) == (("member", ""), set())
    assert alice.persona.roles == set()
    alice.says(TALK[1])
    assert (tier_of(town, alice), accesses(town, alice)) == (("active", ""), {("garden", "active")})
    assert all_translated(town)


@pytest.mark.coterie(config=tiers({"name": "active", "recent": 20}, recent_days=5, grace=6, notice=2))
def test_who_meets_the_conditions_again_keeps_the_tier(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    town.wait(days=6)
    assert tier_of(town, alice)[1] == "2026-01-12"
    alice.says(TALK[1])
    assert tier_of(town, alice) == ("active", "")
    town.wait(days=4)
    assert tier_of(town, alice) == ("active", "")


@pytest.mark.coterie(config=tiers(BRONZE, SILVER, grace=0, notice=0), access=ACCESS)
def test_taken_xp_takes_the_tier_by_the_daily_review(town: LiveTown) -> None:
    alice, op = town.people("alice", "op")
    op.becomes("operator")
    for text in TALK[:3]:
        alice.says(text)
    op.says("/xp take alice 30 wrongly counted")
    assert tier_of(town, alice) == ("silver", "")
    town.wait(days=1)
    assert (tier_of(town, alice), accesses(town, alice)) == (("bronze", ""), {("lounge", "bronze")})


# -- settings and rights -----------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=tiers(BRONZE, SILVER, grace=0, notice=0), access=ACCESS)
def test_changed_settings_are_applied_by_the_next_review(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    for text in TALK[:3]:
        alice.says(text)
    bob.says(TALK[0])
    configure(town, tiers=as_tiers({**BRONZE, "access": ["lounge", "garden"]}, {**SILVER, "name": "pearl", "xp": 50}))
    town.wait(days=1)
    assert [tier_of(town, each)[0] for each in (alice, bob)] == ["pearl", "bronze"]
    assert accesses(town, alice) == {("lounge", "bronze"), ("garden", "bronze"), ("vault", "pearl")}
    assert accesses(town, bob) == {("lounge", "bronze"), ("garden", "bronze")}
    configure(town, tiers=())
    town.wait(days=1)
    assert [tier_of(town, each)[0] for each in (alice, bob)] == ["", ""]
    assert accesses(town, alice) == accesses(town, bob) == set()


@pytest.mark.coterie(config=tiers(BRONZE, {**SILVER, "access": ["nowhere"]}), access=ACCESS)
def test_an_access_that_is_not_there_stops_nothing(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for text in TALK[:3]:
        alice.says(text)
    assert (tier_of(town, alice)[0], accesses(town, alice)) == ("silver", {("lounge", "bronze")})


@pytest.mark.coterie(config=tiers(BRONZE), access=ACCESS)
def test_what_others_gave_is_not_touched(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    member = member_id(town, alice)

    def give(ctx: Context) -> None:
        found = ctx.find_member(member)
        assert found is not None
        ctx.plugin = "shop"
        ctx.grants.give(found, "lounge", source="order 1")

    town.inside(give)
    configure(town, tiers=(), grace=0)
    town.wait(days=1)
    assert accesses(town, alice) == {("lounge", "order 1")}
    assert alice.persona.roles == {"lounge"}


@pytest.mark.coterie(plugins=[Levels, Identity], config=tiers(BRONZE, SILVER, grace=0, notice=0), access=ACCESS)
def test_two_records_together_reach_a_tier(town: LiveTown) -> None:
    ann, other = town.people("ann", "ann@telegram")
    for place, text in enumerate(TALK[:4]):
        (ann, other)[place % 2].says(text)
    link(town, ann, other)
    assert xp_of(town, ann) == 80
    assert tier_of(town, ann) == ("silver", "")
    assert accesses(town, ann) == {("lounge", "bronze"), ("vault", "silver")}
    assert counts_hold(town)


@pytest.mark.coterie(config=tiers(BRONZE, grace=0, notice=0))
def test_a_community_of_many_is_reviewed_in_small_parts(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "AT_ONCE", 3)
    people = town.people(*"abcdefghij")
    for person in people:
        person.says(TALK[0])
    configure(town, tiers=as_tiers({**BRONZE, "xp": 21}))
    town.wait(days=1)
    assert [tier_of(town, person)[0] for person in people] == [""] * 10
    configure(town, tiers=as_tiers({**BRONZE, "xp": 20}))
    town.wait(days=1)
    assert [tier_of(town, person)[0] for person in people] == ["bronze"] * 10


@pytest.mark.coterie(config=tiers(BRONZE))
def test_a_changed_curve_changes_levels_at_once_and_their_column_by_the_next_review(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    configure(town, curve=LevelsConfig().curve.model_copy(update={"base": 5}))
    alice.says("/rank")
    assert alice.sees("Level 1 · 20 XP")
    town.wait(days=1)
    assert [fits(town, alice, text) for text in ("level>=1", "level>1", "xp:20", "tier:bronze", "tier:gold")] == [
        True,
        False,
        True,
        True,
        False,
    ]


def fits(town: LiveTown, person: Person, text: str) -> bool:
    """Whether a filter means somebody."""
    member = member_id(town, person)

    def look(ctx: Context) -> bool:
        found = ctx.find_member(member)
        assert found is not None
        return ctx.in_segment(found, text)

    return town.inside(look, "levels")


@pytest.mark.coterie(config=tiers(BRONZE))
def test_filters_know_those_who_have_nothing(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    met(town, bob)
    found = [[fits(town, each, text) for each in (alice, bob)] for text in ("xp<1", "level:0", "tier:bronze")]
    assert found == [[False, True], [True, True], [True, False]]
