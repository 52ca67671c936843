"""Referrals: codes, who may say that whom brought them, and every way in which that is refused."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.cli.play import run_play
from coterie.core.config import ConfigError, validate
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.referrals import Referrals, rules
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.rules import State
from coterie.plugins.referrals.service import Referral
from tests.plugin_kit import SCENARIOS, all_translated, language_problems, link, table_differences
from tests.referrals_kit import arrive, brings, code_of, shown, states, wrong

pytestmark = pytest.mark.coterie(plugins=[Referrals])


# -- rules -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["waiting", "vested", "void"]), max_size=5), st.randoms())
def test_at_most_one_referral_of_a_newcomer_goes_on(found: list[State], rng: random.Random) -> None:
    all_of_one = [Referral(number, 1, 2, state, "", 0, None, None, 0, 0) for number, state in enumerate(found)]
    mixed = rng.sample(all_of_one, len(all_of_one))
    gone = rules.superfluous(mixed)
    left = [each for each in all_of_one if each.state == "waiting" and each not in gone]
    assert all(each.state == "waiting" for each in gone)
    assert left == [each for each in all_of_one[:1] if each.state == "waiting" and "vested" not in found]


def test_settings_are_checked() -> None:
    made = validate(ReferralsConfig, {"claim_within": "3d", "reward": 5})
    assert (made.claim_within, made.reward) == (timedelta(days=3), 5)
    for unfit in ({"reward": -1}, {"vests_after": "0s"}, {"tries": 0}, {"reward_most_per_day": -1}):
        with pytest.raises(ConfigError):
            validate(ReferralsConfig, unfit)


# -- codes -------------------------------------------------------------------------------------------------------------


def test_a_code_is_told_to_its_member_alone_and_stays_the_same(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    alice.says("/referral")
    assert alice.sees("Your referral code")
    assert alice.sees("You have brought nobody so far.")
    assert bob.sees_not("referral code")
    assert code_of(alice) == code_of(alice) != code_of(bob)
    town.restart()
    assert shown(alice) == (0, 0)
    assert all_translated(town)


def test_a_newcomer_says_who_brought_them(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    code = code_of(alice)
    bob.says(f"/referred {code[:4].lower()}-{code[4:].lower()}")
    assert bob.sees("Noted: Alice brought you. It counts once you have been here for another 7 days.")
    assert carol.sees_not("brought")
    assert shown(alice) == (0, 1)
    assert alice.sees("You have brought 1 person: 0 counts already, 1 waits.")
    assert wrong(town) == []


def test_an_invitation_that_is_shown_takes_one_tap(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    alice.says("/referral")
    alice.taps("Show it here")
    assert town.shows("👋 New here? If Alice brought you, say so within 7 days of coming.")
    town.at_once(*[lambda: bob.taps("Alice brought me") for _ in range(3)])
    assert bob.sees("You have said who brought you")
    alice.taps("Alice brought me")
    assert alice.sees("This is your own code")
    assert states(town) == ["waiting"]
    assert shown(alice) == (0, 1)
    assert all_translated(town)


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_one_s_own_code_is_refused_also_to_a_linked_account(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Referrals, Identity])
    phone, desk = arrive(town, "alice@telegram", "alice@discord")
    code = code_of(phone)
    phone.in_dm(f"/referred {code}")
    assert phone.sees("This is your own code. Nobody brings themselves.")
    link(town, phone, desk)
    desk.in_dm(f"/referred {code}")
    assert desk.sees("This is your own code. Nobody brings themselves.")
    assert states(town) == []


def test_who_has_said_it_cannot_say_it_again(town: LiveTown) -> None:
    alice, carol, bob = arrive(town, "alice", "carol", "bob")
    brings(alice, bob)
    bob.says(f"/referred {code_of(carol)}")
    assert bob.sees("You have said who brought you. That is said once.")
    bob.says("/referred ZZZZZZZZ")
    assert bob.sees("You have said who brought you. That is said once.")
    assert (shown(alice), shown(carol)) == ((0, 1), (0, 0))


def test_a_referral_that_is_void_is_not_said_again_either(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    bob.leaves()
    bob.joins()
    bob.in_dm(f"/referred {code_of(alice)}")
    assert bob.sees("You have said who brought you. That is said once.")


@pytest.mark.parametrize(("days", "taken"), [(6.99, True), (7.01, False)])
def test_it_can_be_said_for_a_week(town: LiveTown, days: float, taken: bool) -> None:
    alice, bob = arrive(town, "alice", "bob")
    code = code_of(alice)
    town.wait(days=days)
    bob.says(f"/referred {code}")
    assert bob.sees("Noted: Alice" if taken else "who brought you can be said within 7 days of coming")
    assert len(states(town)) == taken


def test_an_account_that_was_separated_is_no_newcomer(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Referrals, Identity])
    alice, phone, desk = arrive(town, "alice", "bob@telegram", "bob@discord")
    link(town, phone, desk)
    town.wait(hours=25)
    desk.in_dm("/unlink")
    desk.taps("Bob (discord)")
    desk.taps("Unlink")
    desk.in_dm(f"/referred {code_of(alice)}")
    assert desk.sees("This is for newcomers")


def test_wrong_codes_are_counted_and_limited(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    code = code_of(alice)
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        bob.says("/referred ZZZZZZZZ")
        assert bob.sees(f"There is no such code. You have {left} left.")
    bob.says("/referred ZZZZZZZZ")
    assert bob.sees("That was your last try for now.")
    town.restart()
    bob.says(f"/referred {code}")
    assert bob.sees("Too many wrong codes. You can try again after")
    assert wrong(town) == []
    town.wait(minutes=10, seconds=1)
    bob.says(f"/referred {code}")
    assert bob.sees("Noted: Alice brought you")
    assert all_translated(town)


def test_who_brings_somebody_was_there_before(town: LiveTown) -> None:
    bob, alice = arrive(town, "bob", "alice")
    bob.says(f"/referred {code_of(alice)}")
    assert bob.sees("Alice came after you, so Alice can’t have brought you.")
    assert states(town) == []


def test_nobody_is_brought_by_whom_they_brought(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    alice.says(f"/referred {code_of(bob)}")
    assert alice.sees("You brought Bob, so Bob can’t have brought you.")
    assert states(town) == ["waiting"]


def test_bots_neither_bring_nor_are_brought(town: LiveTown) -> None:
    (alice,) = arrive(town, "alice")
    code = code_of(alice)
    robot = town.person("robot")
    robot.persona.bot = True
    robot.says("/referral")
    robot.says(f"/referred {code}")
    assert states(town) == []
    assert shown(alice) == (0, 0)


def test_who_has_left_joins_first(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    code = code_of(alice)
    bob.leaves()
    bob.in_dm(f"/referred {code}")
    assert bob.sees("Join the community first")
    bob.joins()
    bob.in_dm(f"/referred {code}")
    assert bob.sees("Noted: Alice brought you")


def test_members_see_nothing_of_what_operators_do(town: LiveTown) -> None:
    (bob,) = arrive(town, "bob")
    for line in ("/referrals", "/referral-void bob because"):
        bob.says(line)
        assert bob.sees("Only operators can do this.")


# -- the parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "ask", "claim", "title", "noted", "waits", "vested"),
    [
        (
            "zh-Hans",
            "/邀请",
            "/被邀请",
            "你的邀请码",
            "已记录：Alice 邀请了你。",
            "你邀请了 1 人：0 人已生效，1 人等待中。",
            "你邀请的 Bob 留下来了，邀请已生效。\n你得到 50 积分。",
        ),
        (
            "zh-Hant",
            "/邀請",
            "/被邀請",
            "你的邀請碼",
            "已記錄：Alice 邀請了你。",
            "你邀請了 1 人：0 人已生效，1 人等待中。",
            "你邀請的 Bob 留下來了，邀請已生效。\n你得到 50 點。",
        ),
    ],
)
def test_it_speaks_chinese(
    town_factory: TownFactory, locale: str, ask: str, claim: str, title: str, noted: str, waits: str, vested: str
) -> None:
    rewards = {"reward": 50, "reward_newcomer": 20}
    town = town_factory(plugins=[Referrals], config={"referrals": rewards}, locale=locale)
    alice, bob = town.person("alice", locale), town.person("bob", locale)
    alice.becomes("operator")
    alice.in_dm(ask)
    assert alice.sees(title)
    code = code_of(alice)
    bob.in_dm(f"{claim} ZZZZZZZZ")
    bob.in_dm(f"{claim} {code}")
    assert bob.sees(noted)
    alice.in_dm(ask)
    assert alice.sees(waits)
    town.wait(days=7, hours=1)
    assert alice.sees(vested)
    for line in ("/referrals", "/referrals bob", "/referrals alice", "/referral-void bob because", "/referrals bob"):
        alice.in_dm(line)
    assert all_translated(town)


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(Referrals, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Referrals) == []


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(SCENARIOS / "referrals.play", enable=["referrals", "redpacket", "wallet", "identity"])
    assert code == 0, capsys.readouterr().out
