"""Identity: accounts that members separate again, records that operators merge, and merges that they undo."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.checkin import CheckIn
from coterie.plugins.identity import Identity
from coterie.plugins.identity.models import unlinks
from coterie.plugins.identity.rules import read_amounts, write_amounts
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from coterie.storage.tables import audit_log
from tests.plugin_kit import all_translated, link, member_id, tap_as

pytestmark = pytest.mark.coterie(plugins=[Identity, CheckIn, RedPacket, Wallet])


@given(st.dictionaries(st.text("ABCxyz=", min_size=1), st.integers(0, 10**15), max_size=4))
def test_amounts_fit_into_a_button(amounts: dict[str, int]) -> None:
    assert read_amounts(write_amounts(amounts)) == amounts


def pair(town: LiveTown) -> tuple[Person, Person]:
    """Ann, linked on two platforms for more than a day."""
    phone, desk = town.people("ann@telegram", "ann@discord")
    phone.says("hello")
    link(town, phone, desk)
    town.wait(hours=24)
    return phone, desk


def unlink(person: Person, account: str) -> None:
    """The whole way to an account of its own."""
    person.in_dm("/unlink")
    person.taps(account)
    person.taps("Unlink")


# -- unlinking


def test_an_account_begins_anew_and_the_rest_stays(town: LiveTown) -> None:
    phone, desk = pair(town)
    town.grant(phone, 40)
    one = member_id(town, phone)
    desk.in_dm("/unlink")
    desk.taps("Ann (discord)")
    assert desk.sees("This account becomes a new person here who starts from nothing.")
    assert desk.sees("Stays with your other accounts: 40 points")
    assert desk.sees("Keeps everything: Ann (telegram)")
    assert member_id(town, desk) == one, "nothing happens before it is confirmed"
    town.restart()
    desk.taps("Unlink")
    assert desk.sees("Ann (discord) is a person of its own now and starts from nothing.")
    assert phone.sees("Ann (discord) is a person of its own now. Everything else is as it was.")
    assert (member_id(town, phone), town.balance(phone), town.balance(desk)) == (one, 40, 0)
    assert member_id(town, desk) != one
    desk.taps("Unlink")
    assert desk.sees("button is for someone else")
    assert all_translated(town)
    assert town.ledger_balanced()


def test_the_other_account_can_be_separated_too(town: LiveTown) -> None:
    phone, desk = pair(town)
    town.grant(phone, 40)
    one = member_id(town, phone)
    unlink(desk, "Ann (telegram)")
    assert (member_id(town, desk), town.balance(desk), town.balance(phone)) == (one, 40, 0)
    assert phone.sees("Wasn’t this you? Tell an operator.")


def test_an_only_account_stays(town: LiveTown) -> None:
    (ann,) = town.people("ann")
    ann.says("/unlink")
    assert ann.sees("You have only one account here")


def test_accounts_stay_linked_for_a_day_and_are_not_separated_again_and_again(town: LiveTown) -> None:
    phone, desk = town.people("ann@telegram", "ann@discord")
    phone.says("hello")
    link(town, phone, desk)
    desk.says("/unlink")
    assert desk.sees("You can unlink an account from Jan 2, 2026, 12:00 AM on.")
    town.wait(hours=24)
    unlink(desk, "Ann (discord)")
    link(town, phone, desk)
    town.wait(hours=24)
    desk.says("/unlink")
    assert desk.sees("You can unlink an account from Jan 9, 2026, 12:00 AM on.")
    town.wait(days=6)
    unlink(desk, "Ann (discord)")
    assert member_id(town, desk) != member_id(town, phone)


def test_it_is_checked_again_when_the_member_confirms(town: LiveTown) -> None:
    phone, desk = pair(town)
    third = town.person("ann")
    link(town, phone, third)
    town.wait(hours=24)
    for person in (phone, desk):
        person.in_dm("/unlink")
        person.taps("Ann (discord)")
    desk.taps("Unlink")
    assert desk.sees("person of its own")
    phone.taps("Unlink")
    assert phone.sees("You can unlink an account from Jan 10")
    assert len(town.inside(lambda ctx: ctx.db.execute(select(unlinks)).all())) == 1


@pytest.mark.coterie(plugins=[Identity], config={"identity": {"unlink": False}})
def test_operators_can_switch_it_off(town: LiveTown) -> None:
    _, desk = pair(town)
    desk.says("/unlink")
    assert desk.sees("Accounts can’t be unlinked here.")


def test_nothing_is_claimed_twice_by_separating(town: LiveTown) -> None:
    phone, desk = pair(town)
    boss = town.person("boss")
    town.grant(boss, 90)
    boss.says("/packet 90 9 equal")
    phone.taps("Grab")
    phone.says("/checkin")
    unlink(desk, "Ann (discord)")
    desk.says("/checkin")
    assert desk.sees("Today’s check-in stayed with the person you were unlinked from. You can check in yourself from")
    desk.taps("Grab")
    assert desk.sees("This red packet was there before your account was unlinked")
    assert town.balance(desk) == 0
    town.wait(hours=24)
    boss.says("/packet 9 9 equal")
    desk.taps("Grab")
    assert desk.sees("You got 1 point")
    desk.says("/checkin")
    assert desk.sees("checked in")


# -- leaving


def test_who_leaves_and_returns_is_the_same_member(town: LiveTown) -> None:
    ann, boss = town.people("ann", "boss")
    ann.joins()
    boss.joins()
    town.grant(ann, 40)
    ann.says("/checkin")
    one, before = member_id(town, ann), town.balance(ann)
    ann.becomes("operator")
    ann.leaves()
    town.wait(days=40)
    town.restart()
    ann.joins()
    assert (member_id(town, ann), town.balance(ann)) == (one, before)
    ann.says("/whoami")
    assert ann.sees("Standing: Member"), "what a place gave ends with leaving it"
    ann.says("/streak")
    assert ann.sees("1 day in all")


# -- operators


@pytest.fixture
def boss(town: LiveTown) -> Person:
    boss = town.person("boss")
    boss.says("hello")
    boss.becomes("operator")
    return boss


def test_a_merge_is_shown_first_and_can_be_undone(town: LiveTown, boss: Person) -> None:
    ann, ben = town.people("ann", "ben@telegram")
    for person in (ann, ben):
        person.says("/checkin")
    town.grant(ben, 30)
    one, two = member_id(town, ann), member_id(town, ben)
    boss.in_dm("/merge ann ben")
    assert boss.sees("Merge Ben into Ann?")
    assert boss.sees("Stays: Ann\nAnn (sandbox)")
    assert boss.sees("Money that moves: 40 points")
    assert boss.sees("checkin: 0 move, 1 united, 0 left as they are")
    assert member_id(town, ben) == two
    town.restart()
    boss.taps("Merge")
    assert boss.sees("Ben and Ann are one person now.")
    assert ben.sees("These accounts are one person now: Ann (sandbox), Ben (telegram)")
    assert (member_id(town, ben), town.balance(ann)) == (one, 50)
    boss.taps("Merge")
    assert boss.sees("Ann is one person already.")
    ann.says("/pay boss 15")
    boss.in_dm("/unmerge ann")
    assert boss.sees(re.compile(r"1\. Ben: Jan 1, 2026, 12:00 AM, by Boss"))
    boss.taps("Undo 1: Ben")
    assert boss.sees("Accounts that go back: Ben (telegram)")
    assert boss.sees("Money that goes back: 35 points")
    assert boss.sees("Missing: 5 points")
    boss.taps("Undo it without the missing money")
    assert boss.sees("Ben and Ann are two persons again.")
    assert boss.sees("Missing, as it had been spent: 5 points")
    assert ben.sees("An operator has separated linked accounts. You are here with: Ben (telegram)")
    assert (member_id(town, ben), town.balance(ann), town.balance(ben)) == (two, 0, 35)
    ben.says("/checkin")
    assert ben.sees("You have checked in today")
    boss.taps("Undo it")
    assert boss.sees("This merge has been undone already.")
    boss.in_dm("/unmerge ann")
    assert boss.sees("Ann has no merge of the last 30 days that could be undone.")
    acts = town.inside(lambda ctx: list(ctx.db.scalars(select(audit_log.c.act).order_by(audit_log.c.id)).all()))
    assert [act for act in acts if act in {"merge", "unmerge"}][:1] == ["merge"]
    assert "unmerge" in acts
    assert all_translated(town)
    assert town.ledger_balanced()


def test_more_that_is_missing_is_shown_again(town: LiveTown, boss: Person) -> None:
    ann, ben = town.people("ann", "ben@telegram")
    ann.says("hello")
    town.grant(ben, 30)
    boss.in_dm("/merge ann ben")
    boss.taps("Merge")
    boss.in_dm("/unmerge ann")
    boss.taps("Undo 1")
    assert boss.sees_not("Missing")
    ann.says("/pay boss 10")
    boss.taps("Undo the merge")
    assert boss.sees("Missing: 10 points")
    ann.says("/pay boss 5")
    boss.taps("Undo it without")
    assert boss.sees("Missing: 15 points")
    assert member_id(town, ben) == member_id(town, ann)
    boss.taps("Undo it without")
    assert boss.sees("two persons again")
    assert (town.balance(ann), town.balance(ben)) == (0, 15)


def test_only_operators_merge_and_undo(town: LiveTown, boss: Person) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    for person in (ann, ben, eve):
        person.says("hello")
    for words in ("/merge ann ben", "/unmerge ann"):
        eve.says(words)
        assert eve.sees("operator")
    boss.says("/merge ann ben")
    tap_as(town, eve, "Merge", boss)
    assert eve.sees("button is for someone else")
    boss.becomes("member")
    boss.taps("Merge")
    assert boss.sees("operator")
    assert member_id(town, ann) != member_id(town, ben)


def test_one_person_is_not_merged(town: LiveTown, boss: Person) -> None:
    (ann,) = town.people("ann")
    ann.says("hello")
    boss.says("/merge ann ann")
    assert boss.sees("Ann is one person already.")
    boss.says("/merge ann nobody")
    assert boss.sees("couldn’t find “nobody”")


@pytest.mark.coterie(plugins=[Identity], config={"identity": {"undo_within": "2d"}})
def test_the_time_to_undo_is_configured(town: LiveTown, boss: Person) -> None:
    ann, ben = town.people("ann", "ben")
    for person in (ann, ben):
        person.says("hello")
    boss.in_dm("/merge ann ben")
    boss.taps("Merge")
    town.wait(days=2)
    boss.in_dm("/unmerge ann")
    assert boss.sees("1. Ben")
    town.wait(minutes=1)
    boss.taps("Undo 1")
    assert boss.sees("A merge can be undone for 2 days.")
    boss.in_dm("/unmerge ann")
    assert boss.sees("no merge of the last 2 days")


@pytest.mark.parametrize(
    ("locale", "merge", "undo", "anyway"),
    [("zh-Hans", "确认合并", "撤销 1", "接受差额"), ("zh-Hant", "確認合併", "撤銷 1", "接受差額")],
)
def test_it_speaks_chinese(town: LiveTown, locale: str, merge: str, undo: str, anyway: str) -> None:
    boss = town.person("boss", locale)
    boss.becomes("operator")
    ann, ben = town.person("ann", locale), town.person("ben@telegram", locale)
    ann.says("/checkin")
    ben.in_dm("/whoami")
    town.grant(ben, 5)
    chinese = re.compile("[一-鿿]{4}")
    boss.says("/merge ann ben")
    boss.taps(merge)
    assert boss.sees(chinese)
    ann.says("/pay boss 15")
    boss.says("/unmerge ann")
    boss.taps(undo)
    assert boss.sees(chinese)
    boss.taps(anyway)
    assert boss.sees(chinese)
    assert ben.sees(chinese)
    assert all_translated(town)
