"""The wallet: payments that neither create nor lose anything, asked for, repeated or interrupted as they may be."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from coterie.core.api import POINTS, Money
from coterie.core.cli.play import run_play
from coterie.core.config import ConfigError, validate
from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.wallet import Wallet
from coterie.plugins.wallet.config import WalletConfig
from coterie.plugins.wallet.rules import currency_and_reason, shown
from tests.plugin_kit import (
    SCENARIOS,
    all_translated,
    language_problems,
    link,
    member_id,
    switch_off,
    tap_as,
)

pytestmark = pytest.mark.coterie(plugins=[Wallet], config={"wallet": {"currencies": ["points", "GEM"]}})


# -- rules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "rest", "read"),
    [
        ("", "", (POINTS, "")),
        ("GEM", "", ("GEM", "")),
        ("gem", "for help", ("GEM", "for help")),
        ("points", "x", (POINTS, "x")),
        ("for", "great help", (POINTS, "for great help")),
        ("谢谢", "", (POINTS, "谢谢")),
        ("GOLD", "x", ("GOLD", "x")),
        ("OK", "then", (POINTS, "OK then")),
    ],
)
def test_a_currency_is_told_from_a_reason(word: str, rest: str, read: tuple[str, str]) -> None:
    assert currency_and_reason(word, rest, (POINTS, "GEM")) == read


def test_a_balance_shows_points_first_and_no_empty_currency() -> None:
    assert shown({}) == [Money(0, POINTS)]
    assert shown({"XTR": 5, "GEM": 0, POINTS: 7, "ABC": 1}) == [Money(7, POINTS), Money(1, "ABC"), Money(5, "XTR")]


def test_bounds_that_nothing_fits_are_refused() -> None:
    with pytest.raises(ConfigError, match="pay_min is greater than pay_max"):
        validate(WalletConfig, {"pay_min": 10, "pay_max": 5})


# -- balance -----------------------------------------------------------------------------------------------------------


def test_a_balance_is_private(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 1234)
    town.grant(alice, 5, "GEM")
    alice.says("/balance")
    assert alice.sees("Your wallet\n1,234 points\n5 GEM")
    assert bob.sees_not("1,234")
    bob.says("/余额")
    assert bob.sees("0 points")


# -- paying ------------------------------------------------------------------------------------------------------------


def test_a_payment_tells_both_and_nobody_else(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    town.grant(alice, 100)
    bob.says("hello")
    alice.says("/pay @Bob 30 for the <b>tea</b> @everyone")
    assert alice.sees("Paid 30 points to Bob. You have 70 points left.")
    assert bob.sees("💰 Alice sent you 30 points.\nfor the <b>tea</b> @everyone")
    assert carol.sees_not("points")
    assert town.shows_not("30 points")
    assert (town.balance(alice), town.balance(bob)) == (70, 30)
    assert all_translated(town)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/pay alice 5", "You can’t pay yourself."),
        ("/pay robot 5", "Bots can’t take part in this."),
        ("/pay nobody 5", "I couldn’t find “nobody” here."),
        ("/pay bob 101", "You have 100 points, and this needs 101 points."),
        ("/pay bob 0", "amount is too small: it can be from 1 to 1,000,000."),
        ("/pay bob -5", "amount is too small"),
        ("/pay bob 1000001", "amount is too large: it can be from 1 to 1,000,000."),
        ("/pay bob 1e3", "amount must be a whole number"),
        ("/pay bob 99999999999999999999", "amount must be a whole number"),
        ("/pay bob", "Please add amount."),
        ("/pay bob 5 " + "x" * 201, "note is too long"),
    ],
)
def test_what_cannot_be_paid(town: LiveTown, command: str, answer: str) -> None:
    alice, bob, robot = town.people("alice", "bob", "robot")
    robot.persona.bot = True
    town.grant(alice, 100)
    bob.says("hello")
    robot.says("beep")
    alice.says(command)
    assert alice.sees(answer)
    assert bob.sees_not("sent you")
    assert (town.balance(alice), town.balance(bob)) == (100, 0)


def test_an_id_wins_over_a_name(town: LiveTown) -> None:
    """Who calls themselves like somebody else's id does not get their money."""
    alice, bob, mallory = town.people("alice", "bob", "mallory")
    town.grant(alice, 100)
    bob.says("hello")
    mallory.persona.name = "bob"
    mallory.says("hello")
    alice.says("/pay bob 10")
    assert (town.balance(bob), town.balance(mallory)) == (10, 0)


def test_an_ambiguous_name_pays_nobody(town: LiveTown) -> None:
    alice, one, two = town.people("alice", "one", "two")
    town.grant(alice, 100)
    for person in (one, two):
        person.persona.name = "Sam"
        person.says("hello")
    alice.says("/pay Sam 10")
    assert alice.sees("I couldn’t find “Sam” here.")
    assert town.balance(alice) == 100


# -- large payments ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(town: LiveTown) -> LiveTown:
    """A town where Alice, who has 5,000 points, was just asked whether to pay Bob 2,000."""
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 5000)
    bob.says("hello")
    alice.says("/pay bob 2000 rent")
    assert alice.sees("Pay 2,000 points to Bob?\nrent\nNothing happens unless you confirm within 5 minutes.\n[Pay]")
    assert bob.sees_not("2,000")
    assert town.balance(bob) == 0
    return town


def test_a_large_payment_is_confirmed_once(asked: LiveTown) -> None:
    alice, bob = asked.people("alice", "bob")
    asked.restart()
    asked.at_once(*[lambda: alice.taps("Pay") for _ in range(5)])
    assert (asked.balance(alice), asked.balance(bob)) == (3000, 2000)
    assert bob.sees("💰 Alice sent you 2,000 points.\nrent")
    alice.taps("Pay")
    assert alice.sees("This payment has been made already.")
    asked.duplicate(alice)
    assert asked.balance(bob) == 2000
    assert asked.ledger_balanced()


def test_a_kill_before_the_confirmation_is_handled_loses_nothing(asked: LiveTown) -> None:
    alice, bob = asked.people("alice", "bob")
    asked.at_once(lambda: alice.taps("Pay"), asked.kill)
    assert asked.balance(bob) == 0
    asked.duplicate(alice)
    assert (asked.balance(alice), asked.balance(bob)) == (3000, 2000)


def test_a_confirmation_expires(asked: LiveTown) -> None:
    alice, bob = asked.people("alice", "bob")
    asked.wait(minutes=6)
    alice.taps("Pay")
    assert alice.sees("This button has expired.")
    assert asked.balance(bob) == 0


def test_a_confirmation_is_for_the_payer_alone(asked: LiveTown) -> None:
    alice, bob = asked.people("alice", "bob")
    with pytest.raises(NoSuchButton):
        bob.taps("Pay")
    tap_as(asked, bob, "Pay", alice)
    assert bob.sees("This button is for someone else.")
    assert asked.balance(bob) == 0


def test_money_that_is_gone_by_then_is_not_paid(asked: LiveTown) -> None:
    alice, bob, carol = asked.people("alice", "bob", "carol")
    carol.says("hello")
    for _ in range(4):
        alice.says("/pay carol 1000")
    alice.taps("Pay")
    assert alice.sees("You have 1,000 points, and this needs 2,000 points.")
    assert asked.balance(bob) == 0


def test_a_plugin_that_is_off_confirms_nothing(asked: LiveTown) -> None:
    alice, bob = asked.people("alice", "bob")
    switch_off(asked, "wallet")
    alice.taps("Pay")
    assert alice.sees("This feature has been turned off")
    assert asked.balance(bob) == 0


def test_a_payment_reaches_a_receiver_who_was_linked_meanwhile(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Wallet, Identity])
    alice, phone, desk = town.people("alice", "bob@telegram", "bob@discord")
    town.grant(alice, 5000)
    phone.says("hello")
    desk.persona.name = "Robert"
    desk.says("hello")
    alice.says("/pay Robert 2000")
    link(town, phone, desk)
    alice.taps("Pay")
    assert (town.balance(alice), town.balance(phone), town.balance(desk)) == (3000, 2000, 2000)
    assert town.ledger_balanced()


# -- giving ------------------------------------------------------------------------------------------------------------


def test_a_gift_is_booked_under_the_operator_with_its_reason(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    bob.says("hello")
    alice.becomes("operator")
    alice.says("/give bob 50 for great help")
    assert alice.sees("Gave 50 points to Bob.")
    assert bob.sees("🎁 You were given 50 points.\nfor great help")
    assert carol.sees_not("50 points")
    alice.says("/give bob 3 GEM for more")
    town.duplicate(alice)
    assert (town.balance(bob), town.balance(bob, "GEM")) == (50, 3)
    query = text("SELECT actor, plugin, reason, note FROM transfers ORDER BY id")
    rows = town.inside(lambda ctx: [tuple(row) for row in ctx.db.execute(query)])
    operator = member_id(town, alice)
    assert rows == [(operator, "wallet", "give", "for great help"), (operator, "wallet", "give", "for more")]
    assert town.ledger_balanced()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/give bob 5 GOLD why", "GOLD can’t be used here. These can: points, GEM"),
        ("/give bob 0 why", "amount is too small"),
        ("/give bob 1000001 why", "amount is too large"),
        ("/give bob 5", "Please add reason."),
        ("/give bob 5 GEM", "Please add reason."),
        ("/give robot 5 why", "Bots can’t take part in this."),
        ("/give bob 5 " + "x" * 150 + " " + "y" * 100, "reason is too long: 251 characters"),
    ],
)
def test_what_cannot_be_given(town: LiveTown, command: str, answer: str) -> None:
    alice, bob, robot = town.people("alice", "bob", "robot")
    robot.persona.bot = True
    bob.says("hello")
    robot.says("beep")
    alice.becomes("operator")
    alice.says(command)
    assert alice.sees(answer)
    assert town.balance(bob) == 0


def test_members_cannot_give(town: LiveTown) -> None:
    (bob,) = town.people("bob")
    bob.says("/give bob 5")
    assert bob.sees("Only operators can do this.")
    assert town.balance(bob) == 0


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "command", "said", "got"),
    [
        ("zh-Hans", "/转账 bob 5 谢谢", "已转给 Bob 5 积分，余额还有 4,995 积分。", "Alice 转给你 5 积分。"),
        ("zh-Hant", "/轉帳 bob 5 謝謝", "已轉給 Bob 5 點，餘額還有 4,995 點。", "Alice 轉給你 5 點。"),
    ],
)
def test_it_speaks_each_reader_s_language(town: LiveTown, locale: str, command: str, said: str, got: str) -> None:
    alice, bob = town.person("alice", locale), town.person("bob", locale)
    carol = town.person("carol")
    town.grant(alice, 5000)
    bob.says("hi")
    carol.says("hi")
    alice.becomes("operator")
    alice.says(command)
    assert alice.sees(said)
    assert bob.sees(got)
    for line in ("/balance", "/pay bob 2000", "/give bob 7 谢谢", "/give bob 7", "/give bob 7 GOLD", "/pay alice 1"):
        alice.says(line)
        assert alice.sees(re.compile("[一-鿿]"))
    alice.says("/pay carol 5")
    assert carol.sees("💰 Alice sent you 5 points.")
    assert all_translated(town)


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Wallet) == []


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(SCENARIOS / "wallet.play", enable=["coterie.plugins.wallet:Wallet"])
    assert code == 0, capsys.readouterr().out
