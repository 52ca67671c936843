"""Forms and buttons over time: half-given answers, restarts, plugins that are paused, gone, or off in one community."""

from __future__ import annotations

import pytest

from coterie.core.api import Button, Card, Config, Context, Plugin, Refusal, button, command, form
from coterie.core.context import FORM_LIFE
from coterie.core.engine.breaker import FIRST_PAUSE, THRESHOLD
from coterie.core.events import FormSubmitted
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.people import NoOpenForm
from tests.engine_kit import two_communities

ORDER: dict[str, bool] = {}
"""Whether the desk is out of order."""


class Desk(Plugin):
    """Has a form and a button."""

    name = "desk"

    @command("apply")
    def apply(self, ctx: Context) -> None:
        """Open the form."""
        ctx.ask("about", source="desk")

    @form("about")
    def about(self, ctx: Context, why: str, age: int, nick: str = "", *, source: str) -> None:
        """Take the answers."""
        if ORDER.get("broken"):
            raise ZeroDivisionError
        if why == "no":
            raise Refusal("not-allowed", namespace="core")
        ctx.answer(f"{source}: {why}, {age}, {nick or '-'}")

    @command("card")
    def card(self, ctx: Context, expires: int = 0, only: bool = False) -> None:
        """Show a card with a button."""
        mine = ctx.member.id if only else 0
        ctx.reply(Card("Here", buttons=((Button("Press", do="press", expires=expires, only=mine),),)))

    @command("long")
    def long(self, ctx: Context) -> None:
        """Show a card whose button carries more than fits into a token."""
        ctx.reply(Card("Here", buttons=((Button("Press", do="press", args={"words": "w" * 300}),),)))

    @button("press")
    def press(self, ctx: Context, words: str = "") -> None:
        """Count a press."""
        if ORDER.get("broken"):
            raise ZeroDivisionError
        ctx.ledger.grant(ctx.member, 1, reason="press", key=ctx.event.key)
        ctx.answer(f"pressed {len(words)}")


class Other(Plugin):
    """Stays when the desk is gone."""

    name = "other"


pytestmark = pytest.mark.coterie(plugins=[Desk, Other])


@pytest.fixture(autouse=True)
def in_order() -> None:
    ORDER.clear()


def break_down(town: LiveTown, times: int = THRESHOLD) -> None:
    """Let the desk's form and button fail so often."""
    ORDER["broken"] = True
    dora = town.people("dora")[0]
    with town.failures():
        dora.says("/card")
        dora.says("/apply")
        dora.fills({"why": "x", "age": "1"})
        dora.taps("Press")
        for _ in range(times - 1):
            dora.taps("Press")
            dora.fills({})


def test_answers_that_come_one_by_one_end_with_the_last_question(town: LiveTown) -> None:
    """A platform that asks one question after the other also asks those that may be left out."""
    (alice,) = town.people("alice")

    def answer(**given: str) -> None:
        asked = town.stage.open_form(alice.persona)
        assert asked.form is not None
        where = town.stage.rooms[asked.room].where
        event = FormSubmitted(
            key=town.stage.next_key(),
            who=alice.persona.who,
            where=where,
            token=asked.form.token,
            answers=given,
            partial=True,
        )
        town.act(lambda: town.stage.hand_in(event))

    for nick, shown in (("Ali", "Ali"), ("", "-")):
        alice.says("/apply")
        answer(why="Curious")
        answer(age="30")
        assert alice.sees_not("desk: Curious")
        answer(nick=nick)
        assert alice.sees(f"desk: Curious, 30, {shown}")


def test_half_given_answers_survive_a_restart(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    alice.fills({"why": "Curious"})
    assert alice.sees("Please answer this question")
    town.restart()
    alice.fills({"age": "many"})
    assert alice.sees("must be a whole number")
    town.kill()
    alice.fills({"age": "30"})
    assert alice.sees("desk: Curious, 30, -")
    with pytest.raises(NoOpenForm):
        alice.fills({"age": "31"})


def test_a_form_that_is_answered_twice_counts_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    alice.fills({"why": "Curious", "age": "30"})
    first = town.stage.last_event["alice"]
    town.duplicate(alice)
    assert town.transcript().count("desk: Curious") == 1
    again = type(first)(**{name: getattr(first, name) for name in first.__struct_fields__} | {"key": "fresh"})
    town.act(lambda: town.stage.redeliver(again))
    assert alice.sees("You have no open form")


def test_a_refused_or_cancelled_form_is_over(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    alice.fills({"why": "no", "age": "30"})
    assert alice.sees("Only operators can do this")
    alice.says("/apply")
    town.act(lambda: town.stage.cancel_form(alice.persona))
    assert alice.sees("Cancelled. Nothing was saved.")
    with pytest.raises(NoOpenForm):
        alice.fills({"why": "x"})


def test_a_form_expires(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    town.wait(days=FORM_LIFE.days, minutes=1)
    alice.fills({"why": "Curious", "age": "30"})
    assert alice.sees("This form has expired")


def test_a_form_whose_plugin_fails_keeps_the_answers(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    ORDER["broken"] = True
    with town.failures():
        alice.fills({"why": "Curious", "age": "30"})
    assert alice.sees("Something went wrong on our side")
    ORDER.clear()
    town.restart()
    alice.fills({"nick": "Al"})
    assert alice.sees("desk: Curious, 30, Al")


def test_a_form_of_a_paused_plugin_waits_for_it(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/apply")
    break_down(town)
    ORDER.clear()
    alice.fills({"why": "Curious", "age": "30"})
    assert alice.sees("taking a short break")
    town.wait(minutes=FIRST_PAUSE / 60_000 + 1)
    alice.fills({})
    assert alice.sees("desk: Curious, 30, -")


@pytest.mark.parametrize("show", ["/card", "/long"])
def test_buttons_from_before_a_restart_work(town: LiveTown, show: str) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(show)
    town.restart()
    bob.taps("Press")
    assert bob.sees("pressed")
    town.wait(days=400)
    town.kill()
    alice.taps("Press")
    assert (town.balance(alice), town.balance(bob)) == (1, 1)


def test_a_button_of_a_paused_plugin_says_so(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/card")
    break_down(town)
    ORDER.clear()
    town.restart()
    alice.taps("Press")
    assert alice.sees("taking a short break")
    assert town.balance(alice) == 0
    town.wait(minutes=FIRST_PAUSE / 60_000 + 1)
    alice.taps("Press")
    assert alice.sees("pressed")


def without_desk(town: LiveTown) -> None:
    """Start again without the plugin."""
    host = town._host
    host.plugins.remove(Desk)
    (community,) = host._settings.communities
    object.__setattr__(community, "plugins", {"other": Config()})
    town.restart()


def test_a_plugin_that_is_gone_says_so(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card")
    alice.says("/apply")
    without_desk(town)
    bob.taps("Press")
    assert bob.sees("This feature has been turned off")
    alice.fills({"why": "Curious", "age": "30"})
    assert alice.sees("This feature has been turned off")
    alice.says("/card")
    assert alice.sees("I don’t know /card")


# -- a plugin that is off in one community only


def test_a_plugin_can_be_off_in_one_community(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    town = two_communities(town_factory, monkeypatch, [Desk, Other], off={"desk"})
    (alice,) = town.people("alice")
    alice.says("/card")
    alice.taps("Press")
    assert alice.sees("pressed")
    alice.says("/card", room="second")
    assert alice.sees("I don’t know /card")
    break_down(town)
    ORDER.clear()
    alice.taps("Press")
    assert alice.sees("taking a short break")
    alice.says("/card", room="second")
    assert alice.sees("I don’t know /card"), "there it is not paused, but off"
