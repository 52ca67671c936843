"""Dispatch: which call an event reaches; a button that should not work says why and does nothing."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Annotated, Any

import pytest

from coterie.core.api import Button, Card, Context, MessagePosted, Plugin, Range, button, command, form
from coterie.core.events import ButtonTapped, CommandCalled, Event, FormSubmitted, StandingChanged
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.people import Persona
from coterie.core.tokens import TOKEN_LENGTH
from tests.engine_kit import two_communities

SPOKEN: list[str] = []


class Teller(Plugin):
    """Pays whoever presses."""

    name = "teller"

    @command("card", aliases=("karte", "卡片"))
    def card(self, ctx: Context, amount: Annotated[int, Range(1, 100)] = 1, only: str = "") -> None:
        """Show a card."""
        mine = ctx.member.id if only else 0
        brief = Button("Brief", do="pay", args={"amount": amount}, expires=60)
        ctx.reply(Card("Here", buttons=((Button("Pay", do="pay", args={"amount": amount}, only=mine), brief),)))

    @button("pay")
    def pay(self, ctx: Context, amount: int) -> None:
        """Pay."""
        ctx.ledger.grant(ctx.member, amount, reason="pay", key=ctx.event.key)
        ctx.answer(f"paid {amount}")

    @command("ask")
    def ask(self, ctx: Context) -> None:
        """Ask."""
        ctx.ask("why")

    @form("why")
    def why(self, ctx: Context, why: str) -> None:
        """Take the answer."""
        ctx.answer(f"why: {why}")

    @command("close", level="operator")
    def close(self, ctx: Context) -> None:
        """Close."""
        ctx.reply("closed")

    @command("here", where="room")
    def here(self, ctx: Context) -> None:
        """Be in a room."""
        ctx.reply("here")

    @command("alone", where="dm")
    def alone(self, ctx: Context) -> None:
        """Be alone."""
        ctx.reply("alone")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Note who spoke."""
        SPOKEN.append("nobody" if ctx.account is None else ctx.member.name)


pytestmark = pytest.mark.coterie(plugins=[Teller])


def token(town: LiveTown, label: str = "Pay") -> str:
    """What the newest button with a label carries."""
    messages = reversed(town.stage.room("general").messages)
    cards = (message.card for message in messages if message.card is not None)
    return next(b.token for card in cards for row in card.buttons for b in row if b.label == label)


def tap(town: LiveTown, persona: Persona, written: str, room: str = "general") -> None:
    town.act(lambda: town.stage.tap_token(persona, room, written))


def only_seen_by(town: LiveTown, persona: Persona, words: str) -> bool:
    """Whether the newest message says something to one person alone."""
    message = list(town.stage.messages.values())[-1]
    return words in message.shown() and message.private_to == persona.key


# -- buttons


def flipped(written: str) -> str:
    position = 7
    other = "B" if written[position] == "A" else "A"
    return f"{written[:position]}{other}{written[position + 1 :]}"


FORGERIES: list[Callable[[str], str]] = [
    flipped,
    lambda written: "",
    lambda written: "x",
    lambda written: written[:-1],
    lambda written: written + "A",
    lambda written: written.lower() if written != written.lower() else written.upper(),
    lambda written: written + "=",
    lambda written: f" {written}",
    lambda written: "A" * TOKEN_LENGTH,
    lambda written: "A" * 100_000,
    lambda written: "é" * TOKEN_LENGTH,
    lambda written: "\ud800" * 4,
    lambda written: "\0" * TOKEN_LENGTH,
    lambda written: "'; DROP TABLE members; --",
    lambda written: "١٢٣٤٥٦٧٨٩٠" * 4,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_button_says_so_and_does_nothing(town: LiveTown, forge: Callable[[str], str]) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    tap(town, bob.persona, forge(token(town)))
    assert only_seen_by(town, bob.persona, "This button is not valid here")
    assert town.balance(bob) == 0
    bob.taps("Pay")
    assert town.balance(bob) == 5, "the real one works"


def test_every_single_change_of_a_token_is_noticed(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    real = token(town)
    letters = string.ascii_letters + string.digits + "-_"
    for position, letter in enumerate(real):
        other = letters[(letters.index(letter) + 1) % len(letters)]
        tap(town, bob.persona, real[:position] + other + real[position + 1 :])
    assert town.balance(bob) == 0
    assert "paid" not in town.transcript()


def test_a_button_of_another_community_is_not_valid_here(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = two_communities(town_factory, monkeypatch, [Teller])
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    bob.says("hello", room="second")
    tap(town, bob.persona, token(town), "second")
    assert only_seen_by(town, bob.persona, "This button is not valid here")
    assert town.balance(bob) == 0


def test_a_button_for_one_member_is_no_one_elses(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5 only")
    bob.taps("Pay")
    assert only_seen_by(town, bob.persona, "This button is for someone else")
    assert town.balance(bob) == 0
    alice.taps("Pay")
    assert town.balance(alice) == 5


def test_a_button_expires(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    town.wait(minutes=2)
    bob.taps("Brief")
    assert only_seen_by(town, bob.persona, "This button has expired")
    assert town.balance(bob) == 0
    bob.taps("Pay")
    assert town.balance(bob) == 5


def test_a_tap_that_is_delivered_again_does_nothing(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    town.stage.faults.duplicates = 1
    bob.taps("Pay")
    town.duplicate(bob)
    town.restart()
    town.duplicate(bob)
    assert town.balance(bob) == 5
    assert town.transcript().count("paid 5") == 1


def test_keys_that_begin_alike_are_different_events(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/card 5")
    written, where = token(town), town.stage.room("general").where
    for end in ("a", "b", "b"):
        event = ButtonTapped(key="k" * 300 + end, who=bob.persona.who, where=where, token=written)
        town.act(lambda event=event: town.stage.redeliver(event))  # type: ignore[misc]
    assert town.balance(bob) == 10


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_form_says_so(town: LiveTown, forge: Callable[[str], str]) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask")
    alice.says("/card")
    opened = town.stage.open_form(alice.persona).form
    assert opened is not None
    where = town.stage.room("general").where

    def submit(written: str, persona: Persona) -> None:
        key = town.stage.next_key()
        event = FormSubmitted(key=key, who=persona.who, where=where, handle=key, token=written, answers={"why": "x"})
        town.act(lambda: town.stage.redeliver(event))

    submit(forge(opened.token), alice.persona)
    assert only_seen_by(town, alice.persona, "This button is not valid here")
    submit(token(town), alice.persona)
    assert only_seen_by(town, alice.persona, "This button is not valid here"), "a button is no form"
    submit(opened.token, bob.persona)
    assert only_seen_by(town, bob.persona, "This button is for someone else")
    assert "why: x" not in town.transcript()
    submit(opened.token, alice.persona)
    assert "why: x" in town.transcript()


# -- commands


def test_commands_by_name_alias_and_owner(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for words in ("/card", "/CARD", "/karte", "/卡片", "/teller-card", "/card@SomeBot 3"):
        alice.says(words)
        assert alice.sees("Here"), words
    alice.says("/crad")
    assert alice.sees("I don’t know /crad. Did you mean /card?")
    for words in ("/", "/ card", "//", "/-", "/😀"):
        alice.says(words)
        assert alice.sees_not("Here"), words


def test_levels_and_places(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/close")
    assert alice.sees("Only operators can do this")
    alice.becomes("operator")
    alice.says("/close")
    assert alice.sees("closed")
    alice.in_dm("/here")
    assert alice.sees("Please use this in the group")
    alice.says("/alone")
    assert alice.sees("Please send me this in a private chat")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"amount": 101}, "amount is too large: it can be from 1 to 100"),
        ({"amount": 10**30}, "amount must be a whole number"),
        ({"amount": -5}, "amount is too small: it can be from 1 to 100"),
        ({"amount": 1.5}, "amount must be a whole number"),
        ({"amount": True}, "amount must be a whole number"),
        ({"nonsense": "x"}, "I don’t know what to do with “nonsense”"),
        ({"amount": "7"}, "Here"),
    ],
)
def test_options_are_checked_like_words(town: LiveTown, options: dict[str, Any], said: str) -> None:
    (alice,) = town.people("alice")
    hand_in(town, alice.persona, lambda rest: CommandCalled(name="card", options=options, **rest))
    assert said in list(town.stage.messages.values())[-1].shown()


def hand_in(town: LiveTown, persona: Persona | None, make: Callable[[dict[str, Any]], Event]) -> None:
    """Deliver an event of somebody, or of nobody."""
    rest: dict[str, Any] = {"key": town.stage.next_key(), "where": town.stage.room("general").where}
    rest["who"] = None if persona is None else persona.who
    town.act(lambda: town.stage.redeliver(make(rest)))


def test_a_channel_that_writes_as_itself_harms_nobody(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/card 5")
    written = token(town)
    before = len(town.stage.messages)
    SPOKEN.clear()
    hand_in(town, None, lambda rest: MessagePosted(text="/card 5", **rest))
    hand_in(town, None, lambda rest: MessagePosted(text="/close", **rest))
    hand_in(town, None, lambda rest: CommandCalled(name="close", **rest))
    hand_in(town, None, lambda rest: ButtonTapped(token=written, **rest))
    hand_in(town, None, lambda rest: FormSubmitted(token=written, **rest))
    hand_in(town, None, lambda rest: StandingChanged(standing="operator", **rest))
    assert len(town.stage.messages) == before
    hand_in(town, None, lambda rest: MessagePosted(text="news", **rest))
    assert SPOKEN == ["nobody"]


def test_bots_are_neither_answered_nor_paid(town: LiveTown) -> None:
    alice, robot = town.people("alice", "robot")
    SPOKEN.clear()
    alice.says("/card 5")
    robot.persona.bot = True
    before = len(town.stage.messages)
    robot.says("/card 5")
    robot.says("beep")
    tap(town, robot.persona, token(town))
    robot.joins()
    assert [m.author for m in list(town.stage.messages.values())[before:]] == ["robot", "robot", "system"]
    assert SPOKEN == []
