"""The wallet's books: statements, what operators take, budgets, counter-entries, currencies with decimals."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest
from sqlalchemy import text

from coterie.core.api import Currency, Plugin, command
from coterie.core.context import Context
from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.wallet import Wallet
from tests.plugin_kit import all_translated, link, tap_as

pytestmark = pytest.mark.coterie(plugins=[Wallet], config={"wallet": {"currencies": ["points", "GEM"]}})


@pytest.fixture
def people(town: LiveTown) -> LiveTown:
    """A town with Alice, an operator, and Bob, who has 100 points."""
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.becomes("operator")
    alice.says("/give bob 100 to begin with")
    return town


# -- taking ------------------------------------------------------------------------------------------------------------


def test_taking_asks_and_takes_once(people: LiveTown) -> None:
    alice, bob = people.people("alice", "bob")
    alice.says("/take bob 30 spam in <b>market</b>")
    assert alice.sees("Take 30 points from Bob, who has 100 points?\nspam in <b>market</b>")
    assert people.balance(bob) == 100
    people.restart()
    people.at_once(*[lambda: alice.taps("Take") for _ in range(3)])
    assert people.balance(bob) == 70
    assert bob.sees("An operator took 30 points from you.\nspam in <b>market</b>")
    alice.taps("Take")
    assert alice.sees("This has been done already.")
    people.duplicate(alice)
    assert people.balance(bob) == 70
    rows = people.inside(
        lambda ctx: [tuple(row) for row in ctx.db.execute(text("SELECT reason, note FROM transfers ORDER BY id"))]
    )
    assert rows[-1] == ("take", "spam in <b>market</b>")
    assert people.ledger_balanced()


def test_taking_takes_at_most_what_is_there(people: LiveTown) -> None:
    alice, bob = people.people("alice", "bob")
    alice.says("/take bob 500 cheating")
    alice.taps("Take")
    assert alice.sees("Took 100 points from Bob, who has 0 points left.")
    assert people.balance(bob) == 0
    alice.says("/take bob 5 more")
    assert alice.sees("Bob has nothing that could be taken.")


def test_who_is_no_operator_any_more_takes_nothing(people: LiveTown) -> None:
    alice, bob = people.people("alice", "bob")
    alice.says("/take bob 30 spam")
    tap_as(people, bob, "Take", alice)
    assert bob.sees("This button is for someone else.")
    alice.becomes("member")
    alice.taps("Take")
    assert alice.sees("Only operators can do this.")
    assert people.balance(bob) == 100


# -- statements --------------------------------------------------------------------------------------------------------


def test_a_statement_tells_everything_in_pages(people: LiveTown) -> None:
    bob, carol = people.people("bob", "carol")
    carol.says("hello")
    for number in range(1, 11):
        bob.says(f"/pay carol {number} tea {number}")
    bob.says("/statement")
    assert bob.sees(re.compile(r"Your statement\n.*: −10 points → 45 points · Payment · Carol · tea 10\n"))
    assert bob.sees("tea 3")
    assert bob.sees_not("tea 2")
    assert carol.sees_not("Your statement")
    bob.taps("Older")
    assert bob.sees(re.compile(r"−2 points → 97 points · Payment · Carol · tea 2\n.*−1 point → 99 points"))
    assert bob.sees(re.compile(r"\+100 points → 100 points · Given by an operator · to begin with"))
    assert bob.sees_not("[Older]")
    people.restart()
    bob.taps("Newest")
    assert bob.sees("tea 10")
    carol.says("/账单")
    assert carol.sees(re.compile(r"\+10 points → 55 points · Payment · Bob"))
    assert all_translated(people)


def test_a_statement_is_for_its_owner_and_for_operators(people: LiveTown) -> None:
    alice, carol = people.people("alice", "carol")
    carol.says("/statement bob")
    assert carol.sees("Only operators can do this.")
    carol.says("/statement")
    assert carol.sees("Nothing has moved here yet.")
    alice.says("/statement bob")
    assert alice.sees(re.compile(r"Statement of Bob\n.*\+100 points → 100 points .* · #\d+"))
    alice.says("/statement bob GEM")
    assert alice.sees("Nothing has moved here yet.")
    alice.says("/statement nobody")
    assert alice.sees("I couldn’t find “nobody” here.")


# -- counter-entries ---------------------------------------------------------------------------------------------------


def number_of(town: LiveTown, whose: str) -> str:
    """The number of somebody's newest transfer, as an operator reads it."""
    alice = town.person("alice")
    alice.says(f"/statement {whose}")
    return str(alice.sees(re.compile(r"#(\d+)"))[1])


def test_a_payment_is_taken_back_once(people: LiveTown) -> None:
    alice, bob, carol = people.people("alice", "bob", "carol")
    carol.says("hello")
    bob.says("/pay carol 40")
    number = number_of(people, "carol")
    alice.says(f"/reverse {number}")
    assert alice.sees("Please add reason.")
    alice.says(f"/reverse #{number} wrong person")
    assert alice.sees(re.compile(r"Take back 40 points \(Payment, .*\)\?\n"))
    assert alice.sees("Bob gets back 40 points")
    assert alice.sees("Carol loses 40 points")
    assert people.balance(carol) == 40
    people.at_once(*[lambda: alice.taps("Take all of it back") for _ in range(3)])
    assert (people.balance(bob), people.balance(carol)) == (100, 0)
    alice.taps("Take all of it back")
    assert alice.sees("This transfer has been taken back already.")
    alice.says(f"/reverse {number} again")
    assert alice.sees("This transfer has been taken back already.")
    bob.says("/statement")
    assert bob.sees("+40 points → 100 points · Taken back · Carol · wrong person")
    assert people.ledger_balanced()
    assert all_translated(people)


def test_what_was_spent_is_taken_back_as_far_as_it_is_there(people: LiveTown) -> None:
    alice, bob, carol = people.people("alice", "bob", "carol")
    carol.says("hello")
    number = number_of(people, "bob")
    bob.says("/pay carol 80")
    alice.says(f"/reverse {number} given twice")
    assert alice.sees("Only 20 points of it are still there.")
    with pytest.raises(NoSuchButton):
        alice.taps("Take all of it back")
    alice.taps("Take back what is there")
    assert alice.sees("Taken back: 20 points.")
    assert (people.balance(bob), people.balance(carol)) == (0, 80)
    assert people.ledger_balanced()


def test_what_is_spent_between_question_and_answer_is_not_taken(people: LiveTown) -> None:
    alice, bob, carol = people.people("alice", "bob", "carol")
    carol.says("hello")
    number = number_of(people, "bob")
    alice.says(f"/reverse {number} given twice")
    bob.says("/pay carol 100")
    alice.taps("Take all of it back")
    assert alice.sees("This can’t be taken back: whoever got it has only 0 points left.")
    alice.says(f"/reverse {number} given twice")
    assert alice.sees("whoever got it has only 0 points left")
    assert people.balance(carol) == 100


class Deposits(Plugin):
    """Sets money aside, in a hold and in a box."""

    name = "deposits"

    @command("deposit")
    def deposit(self, ctx: Context, amount: int) -> None:
        ctx.ledger.hold(ctx.member, amount, reason="deposit", key=ctx.member.id)
        ctx.ledger.transfer(ctx.member, ctx.ledger.escrow("box"), amount, reason="box", key=ctx.member.id)


@pytest.mark.coterie(plugins=[Wallet, Deposits])
def test_money_that_is_set_aside_is_left_alone(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(bob, 10)
    alice.becomes("operator")
    bob.says("/deposit 5")
    number = number_of(town, "bob")
    alice.says(f"/reverse {number} why not")
    assert alice.sees("Another feature still holds this money")
    rows = town.inside(lambda ctx: list(ctx.db.scalars(text("SELECT id FROM transfers WHERE key LIKE 'hold:%'"))))
    alice.says(f"/reverse {rows[0]} why not")
    assert alice.sees("set aside for something that settles it by itself")
    for unknown in ("12345", "abc", "9" * 30):
        alice.says(f"/reverse {unknown} why not")
        assert alice.sees(f"There is no transfer {unknown}.")
    assert town.ledger_balanced()


def test_a_transfer_of_a_merged_record_comes_back_from_who_has_it_now(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Wallet, Identity])
    alice, bob, phone, desk = town.people("alice", "bob", "carol@telegram", "carol@discord")
    town.grant(bob, 50)
    desk.persona.name = "Caroline"
    for person in (bob, phone, desk):
        person.says("hello")
    alice.becomes("operator")
    bob.says("/pay Caroline 30")
    number = number_of(town, "Caroline")
    link(town, phone, desk)
    alice.says(f"/reverse {number} wrong person")
    alice.taps("Take all of it back")
    assert (town.balance(bob), town.balance(phone), town.balance(desk)) == (50, 0, 0)
    assert town.ledger_balanced()


# -- budgets -----------------------------------------------------------------------------------------------------------


class Prizes(Plugin):
    """Pays from a budget, at most 10 a day to each and 15 to all."""

    name = "prizes"

    @command("prize")
    def prize(self, ctx: Context, amount: int) -> None:
        done = ctx.ledger.grant_capped(
            ctx.member,
            amount,
            reason="prize",
            key=ctx.event.key,
            cap=10,
            community_cap=15,
            source=ctx.ledger.budget("events"),
        )
        today = ctx.ledger.granted_today("prize", ctx.member), ctx.ledger.granted_today("prize")
        ctx.answer(f"won {done.amount} of {done.asked}, today {today[0]} and {today[1]}")


@pytest.mark.coterie(plugins=[Wallet, Prizes], timezone="Asia/Shanghai")
def test_a_budget_is_filled_spent_and_emptied(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    alice.becomes("operator")
    bob.says("/prize 3")
    assert bob.sees("You have 0 points, and this needs 3 points.")
    alice.says("/budget")
    assert alice.sees("There is nothing in any budget.")
    alice.says("/budget fund events 100 the summer party")
    assert alice.sees("The budget events has 100 points now.")
    town.duplicate(alice)
    town.grant(alice, 20)
    alice.says("/预算 donate events 20 my share")
    assert alice.sees("The budget events has 120 points now.")
    assert town.balance(alice) == 0
    bob.says("/prize 7")
    assert bob.sees("won 7 of 7, today 7 and 7")
    town.duplicate(bob)
    bob.says("/prize 7")
    assert bob.sees("won 3 of 7, today 10 and 10")
    carol.says("/prize 9")
    assert carol.sees("won 5 of 9, today 5 and 15")
    assert (town.balance(bob), town.balance(carol)) == (10, 5)
    town.wait(hours=24)
    bob.says("/prize 7")
    assert bob.sees("won 7 of 7, today 7 and 7")
    bob.says("/statement")
    assert bob.sees("+7 points → 17 points · prize · budget events")
    alice.says("/budget take events 99 it is over")
    assert alice.sees("The budget events has only 98 points.")
    alice.says("/budget take events 98 it is over")
    assert alice.sees("The budget events has 0 points now.")
    assert town.ledger_balanced()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/budget fund", "Please name the budget"),
        ("/budget fund Events 5 x", "Please name the budget"),
        ("/budget fund events", "Please add amount."),
        ("/budget fund events 5", "Please add reason."),
        ("/budget fund events 0 x", "amount is too small"),
        ("/budget fund events 5 GOLD x", "GOLD can’t be used here."),
        ("/budget donate events 5 x", "You have 0 points, and this needs 5 points."),
        ("/budget burn events 5 x", "action must be one of these: list, fund, donate, take"),
    ],
)
def test_what_cannot_be_done_with_a_budget(people: LiveTown, line: str, answer: str) -> None:
    alice, bob = people.people("alice", "bob")
    alice.says(line)
    assert alice.sees(answer)
    bob.says(line)
    assert bob.sees("Only operators can do this.")
    alice.says("/budget list")
    assert alice.sees("There is nothing in any budget.")


# -- payments ----------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(plugins=[Wallet], config={"wallet": {"pay_daily_max": 50, "confirm_above": 30}}, timezone="UTC")
def test_a_day_has_a_limit(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 200)
    bob.says("hello")
    alice.says("/pay bob 31")
    alice.says("/pay bob 20")
    alice.taps("Pay")
    assert alice.sees("You can pay 50 points a day, of which 30 points are left today.")
    alice.says("/pay bob 30")
    assert town.balance(bob) == 50
    alice.says("/pay bob 1")
    assert alice.sees("of which 0 points are left today.")
    town.wait(hours=24)
    alice.says("/pay bob 1")
    assert town.balance(bob) == 51


def test_nothing_is_paid_to_who_left(people: LiveTown) -> None:
    bob, carol = people.people("bob", "carol")
    carol.joins()
    carol.leaves()
    bob.says("/pay carol 5")
    assert bob.sees("Carol has left the community, so nothing was paid.")
    assert people.balance(bob) == 100
    carol.joins()
    bob.says("/pay carol 5")
    assert people.balance(carol) == 5


@pytest.mark.coterie(plugins=[Wallet], config={"wallet": {"currencies": ["GEM"], "pay_currencies": ["points", "GEM"]}})
def test_a_currency_has_its_own_decimals(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    gem = Currency("GEM", 2, {"en": "gem|gems", "zh-Hans": "宝石"})
    town.inside(lambda ctx: setattr(ctx.unit.services.translator, "currencies", {"GEM": gem, "OLD": Currency("OLD")}))
    bob.says("hello")
    alice.becomes("operator")
    alice.says("/give bob 12.5 gem for the logo")
    assert bob.sees("You were given 12.50 gems.")
    assert town.balance(bob, "GEM") == 1250
    bob.says("/pay alice 0.01 GEM thanks")
    assert bob.sees("Paid 0.01 gems to Alice. You have 12.49 gems left.")
    bob.says("/pay alice 1.005 GEM")
    assert bob.sees("amount must be an amount with at most 2 decimals, such as 12.5, not “1.005”.")
    bob.says("/pay alice 2000000 GEM")
    assert bob.sees("amount is too large: it can be from 0.01 gems to 1,000,000.00 gems.")
    bob.says("/pay alice 0 GEM")
    assert bob.sees("amount is too small: it can be from 0.01 gems")
    bob.says("/pay alice 13 GEM")
    assert bob.sees("You have 12.49 gems, and this needs 13.00 gems.")
    bob.says("/pay alice 1 OLD")
    assert bob.sees("OLD can’t be used here. These can: points, GEM")
    bob.says("/pay alice 1 LOL")  # no currency anywhere: a note
    assert bob.sees("You have 0 points, and this needs 1 point.")
    bob.says("/balance")
    assert bob.sees("12.49 gems")
    bob.says("/statement gem")
    assert bob.sees("−0.01 gems → 12.49 gems")
    assert (town.balance(bob, "GEM"), town.balance(alice, "GEM")) == (1249, 1)
    assert town.ledger_balanced()


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "given", "title", "paid", "budget"),
    [
        ("zh-Hans", "管理员发放", "你的收支明细", "转账", "预算 events 现有 5 积分。"),
        ("zh-Hant", "管理員發放", "你的收支明細", "轉帳", "預算 events 現有 5 點。"),
    ],
)
def test_it_speaks_each_language(town: LiveTown, locale: str, given: str, title: str, paid: str, budget: str) -> None:
    alice, bob = town.person("alice", locale), town.person("bob", locale)
    bob.says("hi")
    alice.becomes("operator")
    alice.says("/give bob 9 因为")
    alice.says("/give alice 9 因为")
    bob.says("/pay alice 4")
    bob.says("/statement")
    assert bob.sees(title)
    assert bob.sees(given)
    assert bob.sees(paid)
    alice.says("/budget fund events 5 活动")
    assert alice.sees(budget)
    number = number_of(town, "bob")
    for line in (
        "/budget",
        "/budget x",
        "/pay bob 1 GEM",
        "/statement alice",
        "/budget take events 9 x",
        "/take bob 3 x",
        f"/reverse {number} x",
        "/reverse 1 x",
    ):
        alice.says(line)
        assert alice.sees(re.compile("[一-鿿]"))
    assert all_translated(town)


def test_the_example_of_the_page_about_the_books(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "ledger.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    module = types.ModuleType("example_riddles")
    module.__file__ = "riddles.py"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(code, "riddles.py", "exec"), module.__dict__)
    town = town_factory(plugins=[module.__dict__["Riddles"]])
    (alice,) = town.people("alice")
    for number, answer in enumerate(("got 5", "got 5", "got 2", "all for today")):
        alice.says(f"/solved {number}")
        assert alice.sees(answer)
    assert town.balance(alice) == 12
