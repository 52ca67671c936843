"""The gate: from a join request to one decision, whatever happens in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from coterie.core.cli.play import run_play
from coterie.core.testing import NoOpenForm, NoSuchButton
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.proof.rows import DEAD
from coterie.plugins.gate import Gate
from coterie.plugins.gate.models import applications
from coterie.plugins.identity import Identity
from tests.plugin_kit import (
    SCENARIOS,
    all_translated,
    language_problems,
    link,
    member_id,
    switch_off,
    table_differences,
    tap_as,
)

pytestmark = pytest.mark.coterie(plugins=[Gate])
ANSWERS = {"Why?": "Curious", "Age": "30"}


def states(town: LiveTown) -> list[str]:
    """The states of all applications, oldest first."""
    return list(town.inside(lambda ctx: ctx.db.scalars(select(applications.c.state).order_by(applications.c.id)).all()))


@pytest.fixture
def applied(town: LiveTown) -> LiveTown:
    """A town with the operators Alice and Oscar, where Erin asked to join and answered."""
    alice, oscar, erin = town.people("alice", "oscar", "erin")
    alice.becomes("operator")
    oscar.becomes("operator")
    erin.asks_to_join("may I?")
    erin.fills(ANSWERS)
    return town


# -- applying ----------------------------------------------------------------------------------------------------------


def test_an_applicant_is_asked_and_every_operator_reads_the_answers(town: LiveTown) -> None:
    alice, oscar, erin, bob = town.people("alice", "oscar", "erin", "bob")
    alice.becomes("operator")
    oscar.becomes("operator")
    erin.asks_to_join("may I?")
    assert erin.sees("Before you join\nWhy?: ____\nAge: ____")
    assert alice.sees_not("Erin")
    erin.fills(ANSWERS)
    assert erin.sees("Thank you. The operators will look at your answers")
    for operator in (alice, oscar):
        assert operator.sees("🚪 Erin asks to join\nTheir words: may I?\nWhy?: Curious\nAge: 30\n[Approve] [Decline]")
    assert bob.sees_not("Erin")
    assert states(town) == ["applied"]
    with pytest.raises(NoOpenForm):
        erin.fills(ANSWERS)


def test_a_half_filled_form_outlives_a_restart(town: LiveTown) -> None:
    alice, erin = town.people("alice", "erin")
    alice.becomes("operator")
    erin.asks_to_join()
    erin.fills({"Why?": "Curious", "Age": "7"})
    assert erin.sees("Age is too small: it can be from 13 to 120.")
    town.restart()
    erin.fills({"Age": "12x"})
    assert erin.sees("Age must be a whole number")
    town.kill()
    erin.fills({"Age": "13"})
    assert alice.sees("Why?: Curious\nAge: 13")
    assert states(town) == ["applied"]


def test_answers_have_bounds(town: LiveTown) -> None:
    (erin,) = town.people("erin")
    erin.asks_to_join()
    for answers in ({"Why?": " ", "Age": "30"}, {"Why?": "x" * 501, "Age": "30"}, {"Why?": "x", "Age": "121"}):
        erin.fills(answers)
        assert states(town) == ["new"]
    erin.fills({"Why?": "x" * 500, "Age": "120"})
    assert states(town) == ["applied"]


def test_asking_again_changes_nothing(town: LiveTown) -> None:
    alice, erin = town.people("alice", "erin")
    alice.becomes("operator")
    erin.asks_to_join()
    town.duplicate(erin)
    erin.asks_to_join()
    assert erin.sees("Please answer the questions that I sent you here.")
    erin.fills(ANSWERS)
    town.duplicate(erin)
    erin.asks_to_join()
    assert erin.sees("Your answers are with the operators.")
    assert states(town) == ["applied"]
    cards = [message for message in town.stage.visible(alice.persona) if "Erin asks" in message.shown()]
    assert len(cards) == 1


def test_who_let_the_form_expire_is_asked_anew(town: LiveTown) -> None:
    (erin,) = town.people("erin")
    erin.asks_to_join()
    town.wait(days=8)
    erin.asks_to_join()
    erin.fills(ANSWERS)
    assert states(town) == ["applied"]


def test_who_cannot_be_asked_is_judged_without_answers(town: LiveTown) -> None:
    alice, erin = town.people("alice", "erin")
    alice.becomes("operator")
    town.stage.faults.closed_dms.add("erin")
    erin.asks_to_join()
    assert alice.sees("Answers: None.")
    alice.taps("Approve")
    assert erin.persona.present


def test_hostile_words_stay_literal(town: LiveTown) -> None:
    alice, erin = town.people("alice", "erin")
    alice.becomes("operator")
    erin.persona.name = "<b>x</b>{ $name }"
    erin.asks_to_join("\u202e@everyone *x*")
    erin.fills({"Why?": "{ $x } </code><b>y", "Age": "30"})
    assert alice.sees("<b>x</b>{ $name } asks to join\nTheir words: @everyone *x*\nWhy?: { $x } </code><b>y")
    assert town.stage.pings == {}


# -- deciding ----------------------------------------------------------------------------------------------------------


def test_an_approval_lets_in_and_tells_everybody_concerned(applied: LiveTown) -> None:
    alice, oscar, erin = applied.people("alice", "oscar", "erin")
    alice.taps("Approve")
    assert erin.persona.present
    assert erin.sees("🎉 You are in. Welcome to main!")
    for operator in (alice, oscar):
        with pytest.raises(NoSuchButton):
            operator.taps("Approve")
        newest = [message.shown() for message in applied.stage.visible(operator.persona, f"dm:{operator}")][-1]
        assert newest.endswith("Approved by Alice")
    assert states(applied) == ["approved"]
    assert all_translated(applied)


def test_a_decline_is_told_in_private(applied: LiveTown) -> None:
    alice, erin, bob = applied.people("alice", "erin", "bob")
    alice.taps("Decline")
    assert not erin.persona.present
    assert erin.sees("The operators have decided not to let you in.")
    assert bob.sees_not("let")
    erin.asks_to_join()
    assert erin.sees("Before you join")
    assert states(applied) == ["declined", "new"]


def test_two_operators_cannot_decide_differently(applied: LiveTown) -> None:
    alice, oscar, erin = applied.people("alice", "oscar", "erin")
    applied.at_once(lambda: alice.taps("Decline"), lambda: oscar.taps("Approve"), lambda: alice.taps("Approve"))
    assert oscar.sees("This was already decided by Alice: declined.")
    assert not erin.persona.present
    assert states(applied) == ["declined"]


def test_a_decision_survives_restart_kill_and_repetition(applied: LiveTown) -> None:
    alice, _, erin = applied.people("alice", "oscar", "erin")
    applied.restart()
    applied.at_once(lambda: alice.taps("Approve"), applied.kill)
    assert states(applied) == ["applied"]
    applied.duplicate(alice)
    applied.duplicate(alice)
    assert states(applied) == ["approved"]
    assert erin.persona.present


def test_only_operators_decide(applied: LiveTown) -> None:
    alice, bob, erin = applied.people("alice", "bob", "erin")
    tap_as(applied, bob, "Approve", alice)
    assert bob.sees("Only operators can do this.")
    alice.becomes("member")
    alice.taps("Approve")
    assert alice.sees("Only operators can do this.")
    assert not erin.persona.present
    bob.says("/applications")
    assert bob.sees("Only operators can do this.")


def test_a_plugin_that_is_off_decides_nothing(applied: LiveTown) -> None:
    alice, erin = applied.people("alice", "erin")
    switch_off(applied, "gate")
    alice.taps("Approve")
    assert alice.sees("This feature has been turned off")
    assert not erin.persona.present


def test_who_was_let_in_on_the_platform_leaves_nothing_open(applied: LiveTown) -> None:
    alice, erin = applied.people("alice", "erin")
    message, button = applied.stage.find_button(alice.persona, "Decline")
    erin.joins()
    assert states(applied) == ["approved"]
    applied.act(lambda: applied.stage.tap(alice.persona, message, button))
    assert alice.sees("Let in on the platform itself.")
    assert erin.persona.present


def test_waiting_applications_are_shown_to_a_new_operator(applied: LiveTown) -> None:
    (carol,) = applied.people("carol")
    carol.becomes("operator")
    carol.says("/applications")
    carol.taps("Approve", "general")
    assert applied.people("erin")[0].persona.present
    carol.says("/applications")
    assert carol.sees("Nobody is waiting to be let in.")


def test_applicants_and_operators_may_be_linked_meanwhile(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Gate, Identity])
    alice, desk, erin, phone = town.people("alice@telegram", "alice@discord", "erin@telegram", "erin@discord")
    phone.says("hello")
    desk.says("hello")
    alice.becomes("operator")
    erin.asks_to_join()
    erin.fills(ANSWERS)
    link(town, phone, erin)
    link(town, desk, alice)
    alice.taps("Approve")
    assert erin.persona.present
    row = town.inside(lambda ctx: ctx.db.execute(select(applications.c.member_id, applications.c.decided_by)).one())
    assert tuple(row) == (member_id(town, phone), member_id(town, desk))


def test_an_applicant_who_is_unlinked_meanwhile_is_let_in(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Gate, Identity])
    alice, erin, phone = town.people("alice", "erin@telegram", "erin@discord")
    alice.becomes("operator")
    phone.says("hello")
    link(town, phone, erin)
    erin.asks_to_join()
    erin.fills(ANSWERS)
    town.wait(hours=24)
    phone.in_dm("/unlink")
    phone.taps("Erin (telegram)")
    phone.taps("Unlink")
    assert member_id(town, erin) != member_id(town, phone)
    alice.taps("Approve")
    assert erin.persona.present


# -- time and configuration --------------------------------------------------------------------------------------------


def test_operators_are_reminded_once_and_it_stays_open(applied: LiveTown) -> None:
    alice, erin = applied.people("alice", "erin")
    applied.wait(hours=71)
    assert alice.sees_not("still waits")
    applied.restart()
    applied.wait(hours=1)
    assert alice.sees("This still waits for a decision.\n[Approve] [Decline]")
    applied.wait(days=60)
    reminders = [m for m in applied.stage.visible(alice.persona) if "still waits" in m.shown()]
    assert len(reminders) == 1
    assert states(applied) == ["applied"]
    alice.taps("Approve")
    assert erin.persona.present


def test_what_an_erased_applicant_left_behind_ends_quietly(applied: LiveTown) -> None:
    """Its timer and its buttons outlive the row when somebody is erased."""
    applied.inside(lambda ctx: ctx.db.execute(delete(applications)))
    alice = applied.people("alice")[0]
    alice.taps("Approve")
    assert alice.sees("Closed: the applicant is not known any more.")
    applied.wait(days=30)
    assert applied.inside(lambda ctx: ctx.unit.db.all(DEAD, {"after": 0})) == []


@pytest.mark.coterie(config={"gate": {"unreviewed": "decline", "review_expires": "1h"}})
def test_an_unreviewed_application_can_end_by_itself(applied: LiveTown) -> None:
    alice, erin = applied.people("alice", "erin")
    message, button = applied.stage.find_button(alice.persona, "Approve")
    applied.wait(hours=1)
    assert states(applied) == ["applied"]
    applied.wait(hours=1)
    assert states(applied) == ["declined"]
    assert erin.sees("Nobody found the time to look at your request")
    applied.act(lambda: applied.stage.tap(alice.persona, message, button))
    assert alice.sees("Closed, because nobody decided in time.")
    assert not erin.persona.present


@pytest.mark.coterie(config={"gate": {"auto_approve": True}})
def test_everybody_can_be_let_in_at_once(town: LiveTown) -> None:
    (erin,) = town.people("erin")
    erin.asks_to_join()
    assert erin.persona.present
    assert states(town) == []


@pytest.mark.coterie(config={"gate": {"questions": False}})
def test_questions_can_be_turned_off(town: LiveTown) -> None:
    alice, erin = town.people("alice", "erin")
    alice.becomes("operator")
    erin.asks_to_join("please")
    assert alice.sees("🚪 Erin asks to join\nTheir words: please\nAnswers: None.")
    alice.taps("Approve")
    assert erin.persona.present


@given(st.permutations(["approve", "decline", "join", "kill", "again", "wait"]))
@settings(max_examples=12, deadline=None)
def test_whatever_the_order_there_is_one_decision(order: list[str]) -> None:
    town = LiveTown(plugins=[Gate], config={"gate": {"unreviewed": "decline", "review_expires": "1h"}})
    town.start()
    try:
        alice, oscar, erin = town.people("alice", "oscar", "erin")
        alice.becomes("operator")
        oscar.becomes("operator")
        erin.asks_to_join()
        erin.fills(ANSWERS)
        approve = town.stage.find_button(alice.persona, "Approve")
        decline = town.stage.find_button(oscar.persona, "Decline")
        steps: dict[str, Callable[[], object]] = {
            "approve": lambda: town.act(lambda: town.stage.tap(alice.persona, *approve)),
            "decline": lambda: town.act(lambda: town.stage.tap(oscar.persona, *decline)),
            "join": erin.joins,
            "kill": town.kill,
            "again": lambda: town.duplicate(erin),
            "wait": lambda: town.wait(hours=2),
        }
        seen = []
        for step in order:
            steps[step]()
            seen.append(states(town)[0])
        decided = [state for state in seen if state != "applied"]
        assert len(set(decided)) == 1
    finally:
        town.close()


# -- the parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "question", "approve"), [("zh-Hans", "为什么想加入？", "通过"), ("zh-Hant", "為什麼想加入？", "通過")]
)
def test_it_speaks_chinese(town: LiveTown, locale: str, question: str, approve: str) -> None:
    alice, erin = town.person("alice", locale), town.person("erin", locale)
    alice.becomes("operator")
    erin.asks_to_join()
    erin.fills({question: "好奇", "age": "30"})
    assert erin.sees(re.compile("[一-鿿]{4}"))
    erin.asks_to_join()
    alice.taps(approve)
    assert erin.sees("main")
    alice.says("/applications")
    assert alice.sees(re.compile("[一-鿿]{4}"))
    assert all_translated(town)


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(Gate, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Gate) == []


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[Gate, Identity], db=postgres)
    alice, erin, phone = town.people("alice", "erin", "erin@telegram")
    alice.becomes("operator")
    erin.asks_to_join()
    erin.fills(ANSWERS)
    link(town, erin, phone)
    alice.says("/applications")
    alice.taps("Approve")
    assert erin.persona.present
    assert states(town) == ["approved"]


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_play(SCENARIOS / "gate.play", enable=["coterie.plugins.gate:Gate"]) == 0, capsys.readouterr().out
