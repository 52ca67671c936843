"""Levels: what reactions, contributions and imported history earn; what operators give; linked accounts are one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.api import Contribution, HistoryImported, Where
from coterie.core.events import MessagePosted, ReactionAdded
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.checkin import CheckIn
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels
from coterie.plugins.levels.models import credits
from tests.levels_kit import TALK, counts_hold, emit, met, quick, xp_of
from tests.plugin_kit import all_translated, link, member_id

pytestmark = pytest.mark.coterie(plugins=[Levels])


# -- reactions ---------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=quick())
def test_a_reaction_is_the_author_s_once_for_each_member(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    alice.says(TALK[0])
    bob.reacts("👍", TALK[0])
    bob.reacts("🎉", TALK[0])
    town.duplicate(bob)
    carol.reacts("👍", TALK[0])
    alice.reacts("👍", TALK[0])  # one's own
    assert xp_of(town, alice) == 20 + 5 + 5
    assert xp_of(town, bob) == xp_of(town, carol) == 0
    assert counts_hold(town)


@pytest.mark.coterie(config=quick())
def test_a_reaction_need_not_know_the_topic_of_the_message(town: LiveTown) -> None:
    """Telegram tells a reaction's chat and message, not its topic."""
    alice, bob = town.people("alice", "bob")
    topic, chat = Where("sandbox", "general:7", "town"), Where("sandbox", "general", "town")
    alice.in_dm("hello")
    said = MessagePosted(key="said", who=alice.persona.who, where=topic, text=TALK[0], message="m7")
    liked = ReactionAdded(key="liked", who=bob.persona.who, where=chat, message="m7", emoji="👍")
    for event in (said, liked):
        town.act(lambda event=event: town.stage.redeliver(event))  # type: ignore[misc]
    assert xp_of(town, alice) == 25


@pytest.mark.coterie(config=quick(reactions={"per_pair": 2}))
def test_two_friends_cannot_lift_each_other_for_ever(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    for text in TALK[:4]:
        alice.says(text)
        bob.reacts("👍", text)
    assert xp_of(town, alice) == 80 + 2 * 5
    carol.reacts("👍", TALK[3])
    assert xp_of(town, alice) == 80 + 3 * 5
    town.wait(days=1)
    bob.reacts("👍", TALK[2])  # its reward was refused yesterday
    assert xp_of(town, alice) == 80 + 4 * 5


@pytest.mark.coterie(config=quick(reactions={"daily_cap": 7, "per_pair": 0}))
def test_reactions_have_a_cap_of_their_own(town: LiveTown) -> None:
    alice, *others = town.people("alice", "bob", "carol", "dave")
    alice.says(TALK[0])
    for each in others:
        each.reacts("👍", TALK[0])
    assert xp_of(town, alice) == 20 + 7


@pytest.mark.coterie(config=quick(reactions={"window": "2h"}))
def test_old_messages_and_messages_of_others_earn_nothing(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("/rank")
    alice.says(TALK[0])
    town.wait(hours=2, seconds=1)
    bob.reacts("👍", TALK[0])
    assert xp_of(town, alice) == 20


@pytest.mark.coterie(config=quick())
def test_what_earned_no_xp_can_still_be_liked(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("ok")
    bob.reacts("👍", "ok")
    assert xp_of(town, alice) == 5


# -- contributions -----------------------------------------------------------------------------------------------------


@pytest.mark.coterie(plugins=[Levels, CheckIn], config=quick())
def test_a_check_in_earns(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/checkin")
    alice.says("/checkin")
    town.duplicate(alice)
    assert xp_of(town, alice) == 20
    assert town.balance(alice) == 10  # points are another matter


@pytest.mark.coterie(config=quick(contributions={"art": {"xp": 30, "daily_cap": 100, "points": 4, "points_cap": 10}}))
def test_contributions_have_weight_a_cap_and_count_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    member = met(town, alice)
    emit(town, Contribution(key="a", member=member, kind="art", weight=2))
    emit(town, Contribution(key="a", member=member, kind="art", weight=2))
    emit(town, Contribution(key="b", member=member, kind="unknown"))
    emit(town, Contribution(key="b", member=member, kind="art", weight=0))
    assert (xp_of(town, alice), town.balance(alice)) == (60, 8)
    emit(town, Contribution(key="c", member=member, kind="art", weight=2))
    assert (xp_of(town, alice), town.balance(alice)) == (100, 10)
    assert town.ledger_balanced()
    assert counts_hold(town)


@pytest.mark.coterie(config=quick(messages={"points": 3, "points_cap": 5}, level_points=50))
def test_points_from_activity_have_a_cap_and_levels_pay_once(town: LiveTown) -> None:
    (alice, op) = town.people("alice", "op")
    op.becomes("operator")
    for text in TALK[:4]:
        alice.says(text)
    assert town.balance(alice) == 5
    alice.says(TALK[4])  # level 1
    assert town.balance(alice) == 55
    op.says("/xp take alice 10 too much")
    alice.says(TALK[5])  # level 1 again
    assert town.balance(alice) == 55
    assert town.ledger_balanced()


# -- history -----------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=quick(imported=True, messages={"full": 10, "daily_cap": 250}))
def test_imported_history_earns_under_the_same_caps(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    member = met(town, alice)
    days = {"2025-12-30": 5, "2025-12-31": 15, "2024-01-01": 1000}
    emit(town, HistoryImported(key="i1", member=member, platform="sandbox", days=days))
    assert xp_of(town, alice) == 100 + (200 + 50) + 250
    emit(town, HistoryImported(key="i2", member=member, platform="sandbox", days={"2025-12-30": 10, "2024-01-01": 5}))
    assert xp_of(town, alice) == (100 + 150) + 250 + 250
    assert xp_of(town, alice, "d2025-12-31") == 250
    assert xp_of(town, alice, "w2026-W01") == 250 + 250
    assert counts_hold(town)


@pytest.mark.coterie(config=quick())
def test_imported_history_earns_nothing_unless_asked(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    emit(town, HistoryImported(key="i", member=met(town, alice), platform="sandbox", days={"2025-12-30": 5}))
    assert xp_of(town, alice) == 0


# -- operators ---------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=quick())
def test_operators_give_and_take_with_a_reason(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says(TALK[0])
    bob.says("/xp give alice 100 helping")
    assert bob.sees("operators")
    assert xp_of(town, alice) == 0
    alice.becomes("operator")
    alice.says("/xp give bob 100 helping out")
    assert alice.sees("Bob got 100 XP and has 120 now.")
    town.duplicate(alice)
    assert xp_of(town, bob) == 120
    alice.says("/xp take bob 1000 a mistake")
    assert alice.sees("Bob lost 1,000 XP and has 0 now.")
    assert xp_of(town, bob) == 0
    query = select(credits.c.xp, credits.c.note, credits.c.actor_id).order_by(credits.c.id)
    rows = town.inside(lambda ctx: [tuple(row) for row in ctx.db.execute(query)])
    operator = member_id(town, alice)
    assert rows == [(100, "helping out", operator), (-1000, "a mistake", operator)]
    assert counts_hold(town)
    assert all_translated(town)


@pytest.mark.coterie(config=quick())
def test_a_boost_multiplies_for_a_while(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.becomes("operator")
    alice.says("/xp-boost 200 2h")
    assert alice.sees("200 %")
    bob.says(TALK[0])
    assert xp_of(town, bob) == 40
    town.wait(hours=2)
    bob.says(TALK[1])
    assert xp_of(town, bob) == 60
    alice.says("/xp-boost 300 1d")
    alice.says("/xp-boost 100")
    assert alice.sees("as usual")
    bob.says(TALK[2])
    assert xp_of(town, bob) == 80


# -- one person --------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(plugins=[Levels, Identity], config=quick())
def test_linked_accounts_are_one_member(town: LiveTown) -> None:
    ann, anne, bob = town.people("ann@telegram", "ann@discord", "bob")
    ann.says(TALK[0])
    anne.says(TALK[1])
    anne.says(TALK[2])
    bob.says(TALK[3])
    bob.reacts("👍", TALK[0])
    link(town, ann, anne)
    assert xp_of(town, ann) == 65
    assert counts_hold(town)
    bob.reacts("🎉", TALK[0])
    anne.reacts("👍", TALK[0])  # their own now
    bob.reacts("👍", TALK[1])
    assert xp_of(town, ann) == 70
    bob.says("/leaderboard")
    assert bob.sees("2 members")
    assert counts_hold(town)


acts = st.lists(
    st.tuples(st.sampled_from(["ann", "bea", "cat"]), st.integers(0, 9), st.sampled_from(["says", "likes", "again"])),
    max_size=12,
)


@given(acts, st.integers(0, 12))
@settings(max_examples=10, deadline=None)
def test_when_two_are_linked_makes_no_difference_to_what_they_have(
    acts: list[tuple[str, int, str]], linked: int
) -> None:
    """Linking in the middle, without limits that count people apart, gives what linking at the end gives."""
    free = quick(messages={"remember": 0, "full": 0, "daily_cap": 0}, reactions={"daily_cap": 0, "per_pair": 0})
    assert _story(acts, min(linked, len(acts)), free) == _story(acts, len(acts), free)


def _story(acts: list[tuple[str, int, str]], linked: int, config: dict[str, Any]) -> tuple[int, int]:
    town = LiveTown(plugins=[Levels, Identity], config=config)
    town.start()
    try:
        people = {name: town.person(f"{name}@telegram" if name == "bea" else name) for name in ("ann", "bea", "cat")}
        for place, (name, number, act) in enumerate(acts):
            if place == linked:
                link(town, people["ann"], people["bea"])
            _do(town, people, name, number, act)
        if linked >= len(acts):
            link(town, people["ann"], people["bea"])
        assert counts_hold(town)
        return xp_of(town, people["ann"]), xp_of(town, people["cat"])
    finally:
        town.close()


def _do(town: LiveTown, people: dict[str, Person], name: str, number: int, act: str) -> None:
    person = people[name]
    if act == "says":
        person.says(TALK[number])
    elif act == "again" and person.persona.key in town.stage.last_event:
        town.duplicate(person)
    elif act == "likes" and name == "cat":
        mine = [m for m in town.stage.room("general").messages if m.author.startswith(("ann", "bea"))]
        if mine:
            town.act(lambda: town.stage.react(person.persona, mine[number % len(mine)], "👍"))
