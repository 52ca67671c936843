"""Identity: one-time codes, every way in which they can fail, and what becomes of two members who are one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from coterie.core.api import Context, Member
from coterie.core.cli.play import run_play
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.checkin import CheckIn
from coterie.plugins.identity import Identity
from coterie.plugins.identity.models import codes, tries
from coterie.plugins.wallet import Wallet
from tests.plugin_kit import (
    SCENARIOS,
    all_translated,
    language_problems,
    link,
    member_id,
    table_differences,
)

pytestmark = pytest.mark.coterie(plugins=[Identity])
CODE = re.compile(r"/link (\w+)")


def ask_code(person: Person) -> str:
    person.says("/link")
    return person.sees(CODE)[1]


def found(ctx: Context, member: int) -> Member:
    """A member who is there."""
    there = ctx.find_member(member)
    assert there is not None
    return there


# -- the way it should go ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_dm", [False, True])
def test_two_accounts_become_one_member(town: LiveTown, in_dm: bool) -> None:
    phone, desk, carol = town.people("alice@telegram", "alice@discord", "carol")
    carol.says("hello")
    town.grant(phone, 100)
    town.grant(desk, 50)
    town.grant(desk, 5, "GEM")
    code = ask_code(phone)
    assert carol.sees_not(code)
    town.restart()
    (desk.in_dm if in_dm else desk.says)(f"/link {code.lower()}")
    assert desk.sees("🔗 Linked. These accounts are one person now: Alice (telegram), Alice (discord)")
    assert desk.sees("Brought together in one wallet: 5 GEM, 50 points")
    assert phone.sees("🔗 Linked.")
    assert carol.sees_not("Linked")
    assert member_id(town, phone) == member_id(town, desk)
    assert (town.balance(phone), town.balance(desk, "GEM")) == (150, 5)
    assert town.ledger_balanced()
    assert all_translated(town)


def test_the_older_record_stays_whoever_sends_the_code(town: LiveTown) -> None:
    old, new = town.people("alice@telegram", "alice@discord")
    old.says("hello")
    new.says("hello")
    first, second = member_id(town, old), member_id(town, new)
    link(town, new, old)
    assert member_id(town, new) == first < second


def test_a_link_is_written_down_for_an_undoing(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    phone.says("hello")
    town.grant(desk, 50)
    kept, gone = member_id(town, phone), member_id(town, desk)
    desk.becomes("operator")
    link(town, phone, desk)
    (merge,) = town.inside(lambda ctx: ctx.merges_of(found(ctx, kept)))
    assert (merge.kept, merge.gone, merge.plugin, merge.before["standing"]) == (kept, gone, "identity", "member")
    assert merge.amounts == {"points": 50}
    assert list(merge.accounts.values()) == ["Alice"]
    assert merge.at == town.stage.clock.now()
    phone.says("/whoami")
    assert phone.sees("Standing: Operator")


def test_a_third_account_joins_too(town: LiveTown) -> None:
    one, two, three = town.people("alice", "alice@telegram", "alice@discord")
    for person in (one, two, three):
        town.grant(person, 10)
    link(town, two, three)
    link(town, one, three)
    assert {town.balance(person) for person in (one, two, three)} == {30}
    one.says("/whoami")
    assert one.sees("Accounts: Alice (sandbox)\nAlice (telegram)\nAlice (discord)")


def test_other_plugins_follow(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Identity, Wallet, CheckIn])
    phone, desk, bob = town.people("alice@telegram", "alice@discord", "bob@telegram")
    phone.says("/checkin")
    town.grant(bob, 100)
    link(town, phone, desk)
    desk.says("/checkin")
    assert desk.sees("You have checked in today")
    bob.says("/pay alice 30")
    desk.says("/balance")
    assert desk.sees("40 points")


# -- and all the others ------------------------------------------------------------------------------------------------


def test_an_own_code_and_a_second_link(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    code = ask_code(phone)
    phone.says(f"/link {code}")
    assert phone.sees("This is your own code. Send it from your account on the other platform.")
    desk.says(f"/link {code}")
    desk.says(f"/link {code}")
    assert desk.sees("These accounts are linked already.")
    number = member_id(town, phone)
    assert len(town.inside(lambda ctx: ctx.merges_of(found(ctx, number)))) == 1


def test_a_used_code_is_worthless(town: LiveTown) -> None:
    phone, desk, carol = town.people("alice@telegram", "alice@discord", "carol")
    code = ask_code(phone)
    desk.says(f"/link {code}")
    carol.says(f"/link {code}")
    assert carol.sees("That code has been used already.")
    assert member_id(town, carol) != member_id(town, phone)


def test_two_who_send_a_code_at_once_are_not_both_linked(town: LiveTown) -> None:
    phone, desk, carol = town.people("alice@telegram", "alice@discord", "carol")
    code = ask_code(phone)
    town.at_once(lambda: desk.says(f"/link {code}"), lambda: carol.says(f"/link {code}"))
    assert desk.sees("Linked")
    assert carol.sees("That code has been used already.")


def test_a_delivery_that_is_repeated_links_once(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    town.grant(desk, 50)
    code = ask_code(phone)
    town.at_once(lambda: desk.says(f"/link {code}"), town.kill)
    assert member_id(town, phone) != member_id(town, desk)
    town.duplicate(desk)
    town.duplicate(desk)
    assert member_id(town, phone) == member_id(town, desk)
    assert town.balance(phone) == 50


def test_a_code_expires(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    code = ask_code(phone)
    town.wait(minutes=10)
    desk.says(f"/link {code}")
    assert desk.sees("That code has expired at Jan 1, 2026, 12:10 AM.")
    town.wait(days=2)
    phone.says("/link")
    assert [row.code for row in town.inside(lambda ctx: ctx.db.execute(select(codes)).all())] != [code]
    assert len(town.inside(lambda ctx: ctx.db.execute(select(codes)).all())) == 1


def test_a_new_code_takes_the_place_of_the_old_one(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    old, new = ask_code(phone), ask_code(phone)
    desk.says(f"/link {old}")
    assert desk.sees("That code is wrong.")
    desk.says(f"/link {new}")
    assert desk.sees("Linked")


def test_wrong_codes_are_counted_and_limited(town: LiveTown) -> None:
    phone, desk, carol = town.people("alice@telegram", "alice@discord", "carol")
    code = ask_code(phone)
    for said in (
        *(f"You have {left} left." for left in ("4 tries", "3 tries", "2 tries", "1 try")),
        "That was your last",
    ):
        desk.says("/link AAAAAAAA")
        assert desk.sees(f"That code is wrong. {said}")
    town.restart()
    desk.says(f"/link {code}")
    assert desk.sees("Too many wrong codes. You can try again after Jan 1, 2026, 12:10 AM.")
    carol.says("/link AAAAAAAA")
    assert carol.sees("4 tries left")
    town.wait(minutes=10)
    code = ask_code(phone)
    desk.says(f"/link {code}")
    assert desk.sees("Linked")


def test_old_tries_are_forgotten(town: LiveTown) -> None:
    (desk,) = town.people("alice@discord")
    for _ in range(3):
        desk.says("/link AAAAAAAA")
        town.wait(minutes=11)
    desk.says("/link AAAAAAAA")
    assert desk.sees("4 tries left")
    assert len(town.inside(lambda ctx: ctx.db.execute(select(tries)).all())) == 1


def test_two_accounts_of_one_platform_are_one_person_only_if_configured(town_factory: TownFactory) -> None:
    for allowed in (False, True):
        town = town_factory(plugins=[Identity], config={"identity": {"same_platform": allowed}})
        main, second = town.people("alice@telegram", "second@telegram")
        code = ask_code(main)
        second.says(f"/link {code}")
        assert second.sees("Linked" if allowed else "You have an account on telegram already")
        assert (member_id(town, main) == member_id(town, second)) is allowed


def test_a_closed_direct_chat_does_not_stop_a_link(town: LiveTown) -> None:
    phone, desk = town.people("alice@telegram", "alice@discord")
    town.stage.faults.closed_dms.add("alice@telegram")
    code = ask_code(phone)
    desk.says(f"/link {code}")
    assert desk.sees("Linked")


@pytest.mark.parametrize("typed", ["/link " + "x" * 41, "/link <b>AAAAAAAA</b>", "/link ＡＡＡＡ", "/link 'or'1'='1"])
def test_odd_codes_are_answered(town: LiveTown, typed: str) -> None:
    (desk,) = town.people("alice@discord")
    desk.says(typed)
    assert desk.sees(re.compile("That code is wrong|code is too long"))


def test_whoami_is_private_and_literal(town: LiveTown) -> None:
    mallory, bob = town.people("mallory", "bob")
    mallory.persona.name = "<b>{ $x }</b> @everyone"
    mallory.says("/whoami")
    assert mallory.sees("<b>{ $x }</b> @everyone\nStanding: Member")
    assert mallory.sees("Here on another platform, too? /link makes you one person.")
    assert bob.sees_not("Standing")


# -- the parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "done"), [("zh-Hans", "绑定成功"), ("zh-Hant", "綁定成功")])
def test_it_speaks_chinese(town: LiveTown, locale: str, done: str) -> None:
    phone, desk = town.person("alice@telegram", locale), town.person("alice@discord", locale)
    town.grant(desk, 5)
    code = ask_code(phone)
    for line in (f"/link {code}", "/link AAAAAAAA", "/whoami"):
        phone.says(line)
        assert phone.sees(re.compile("[一-鿿]{3}"))
    desk.says(f"/link {code}")
    assert desk.sees(done)
    assert all_translated(town)


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(Identity, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Identity) == []


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[Identity], db=postgres)
    phone, desk = town.people("alice@telegram", "alice@discord")
    town.grant(desk, 5)
    desk.says("/link AAAAAAAA")
    assert desk.sees("4 tries left")
    link(town, phone, desk)
    assert town.balance(phone) == 5
    assert town.ledger_balanced()


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    enable = ["coterie.plugins.identity:Identity", "coterie.plugins.wallet:Wallet"]
    assert run_play(SCENARIOS / "link.play", enable=enable) == 0, capsys.readouterr().out
