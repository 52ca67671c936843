"""/privacy: what is kept, export, an erasure that waits, consent."""

from __future__ import annotations

from typing import ClassVar

import pytest

from coterie.core.api import ConsentChanged, Context, Plugin, button, command, listens
from coterie.core.cli.play import run_play
from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.privacy import Privacy
from tests.plugin_kit import SCENARIOS, all_translated, language_problems, link, member_id
from tests.privacy_kit import erasure

HEARD: list[tuple[str, bool]] = []


class Letters(Plugin):
    """Wants a consent."""

    name: ClassVar[str] = "letters"

    @command("letters")
    def letters(self, ctx: Context) -> None:
        if ctx.consent.given("mail", wording="v2"):
            ctx.answer("you get letters")
        elif ctx.consent.refused("mail"):
            ctx.answer("you want none")
        else:
            ctx.consent.ask("mail", wording="v2")

    @listens(ConsentChanged)
    def changed(self, event: ConsentChanged, ctx: Context) -> None:
        HEARD.append((event.purpose, event.given))

    @button("nothing")
    def nothing(self, ctx: Context) -> None:
        """Nothing."""


pytestmark = pytest.mark.coterie(plugins=[Privacy, "checkin", "identity"])


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()


def test_the_overview_is_private_and_tells_of_every_feature(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/privacy")
    assert alice.sees("This is what is kept about you")
    alice.says("/privacy")
    assert alice.sees("checkin: The days on which you checked in")
    assert bob.sees_not("Your data")
    assert all_translated(town)


def test_an_erasure_asks_twice_waits_and_happens(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.grant(alice, 30)
    alice.in_dm("/privacy")
    member = member_id(town, alice)
    alice.taps("Erase me")
    assert alice.sees("What you have is lost: 30 points")
    alice.taps("Yes, erase me")
    assert alice.sees("You will be erased at")
    town.wait(hours=23)
    assert town.balance(alice) == 30
    town.wait(hours=1)
    assert alice.sees("This is my last message to you")
    assert erasure(town, member)[0].state == "done"
    assert erasure(town, member)[0].why == "member"
    assert town.balance(alice) == 0
    assert town.ledger_balanced()


def test_an_erasure_can_be_taken_back(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.in_dm("/privacy")
    alice.taps("Erase me")
    alice.taps("Yes, erase me")
    alice.taps("Yes, erase me")
    town.wait(hours=10)
    alice.in_dm("/privacy")
    assert alice.sees("You will be erased at")
    alice.taps("Don’t erase me")
    assert alice.sees("Nothing will be erased.")
    member = member_id(town, alice)
    town.wait(days=3)
    assert member_id(town, alice) == member


def test_the_last_question_does_not_stand_for_ever(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.in_dm("/privacy")
    alice.taps("Erase me")
    town.wait(minutes=11)
    alice.taps("Yes, erase me")
    assert alice.sees("expired")


def test_nobody_erases_somebody_else(town: LiveTown) -> None:
    alice, mallory = town.people("alice", "mallory")
    alice.in_dm("/privacy")
    with pytest.raises(NoSuchButton):
        mallory.taps("Erase me")
    _, found = town.stage.find_button(alice.persona, "Erase me")
    town.act(lambda: town.stage.tap_token(mallory.persona, town.room, found.token))
    assert mallory.sees("for someone else")


@pytest.mark.parametrize("first", [0, 1])
def test_who_was_linked_since_asking_has_to_ask_again(town: LiveTown, first: int) -> None:
    alice, other = people = town.people("alice", "alice@telegram")
    alice.in_dm("/streak")
    asking = people[first]
    asking.in_dm("/privacy")
    asking.taps("Erase me")
    asking.taps("Yes, erase me")
    link(town, alice, other)
    assert alice.sees("Your accounts were linked since you asked")
    town.wait(hours=25)
    assert member_id(town, alice) == member_id(town, other)


@pytest.mark.coterie(plugins=[Privacy], config={"privacy": {"delay": "0s"}})
def test_without_a_delay_it_happens_at_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.in_dm("/privacy")
    member = member_id(town, alice)
    alice.taps("Erase me")
    alice.taps("Yes, erase me")
    assert erasure(town, member)[0].state == "done"


def test_operators_are_asked_for_the_file_once_a_day(town: LiveTown) -> None:
    alice, boss = town.people("alice", "boss")
    boss.in_dm("/privacy")
    alice.in_dm("/privacy")
    alice.taps("Get my data")
    assert alice.sees("There is nobody here")
    boss.becomes("operator")
    alice.taps("Get my data")
    assert alice.sees("The operators have been asked")
    assert boss.sees(f"coterie member export {member_id(town, alice)}")
    boss.says("thank you")
    alice.taps("Get my data")
    assert alice.sees("know already")
    assert boss.sees_not("wants a copy")
    town.wait(days=1)
    alice.taps("Get my data")
    assert boss.sees("wants a copy")


def test_a_public_address_makes_a_link(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    object.__setattr__(town._host.app.services, "public", "https://coterie.example")
    alice.in_dm("/privacy")
    alice.taps("Get my data")
    assert alice.sees("The link works once")


def test_consent_is_asked_kept_and_taken_back(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Privacy, Letters])
    (alice,) = town.people("alice")
    alice.says("/letters")
    alice.taps("I agree")
    assert alice.sees("Thank you, noted.")
    alice.says("/letters")
    assert alice.sees("you get letters")
    alice.in_dm("/privacy")
    alice.taps("Take back: mail")
    alice.says("/letters")
    assert alice.sees("you want none")
    assert HEARD == [("mail", True), ("mail", False)]


def test_no_is_kept_as_well(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Privacy, Letters])
    (alice,) = town.people("alice")
    alice.says("/letters")
    alice.taps("No")
    alice.says("/letters")
    assert alice.sees("you want none")
    member = member_id(town, alice)

    def rows(ctx: Context) -> list[tuple[str, bool]]:
        found = ctx.find_member(member)
        assert found is not None
        return [(row.purpose, row.given) for row in ctx.consent.of(found)]

    assert town.inside(rows) == [("mail", False)]


def test_words_in_every_language() -> None:
    assert language_problems(Privacy) == []


def test_the_scenario_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_play(SCENARIOS / "privacy.play", enable=["privacy", "checkin", "wallet"]) == 0, "".join(
        capsys.readouterr()
    )
