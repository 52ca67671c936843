"""What operators see of referrals, and what becomes of one that they make void."""

from __future__ import annotations

import pytest

from coterie.core.testing.kit import LiveTown
from coterie.plugins.members import Members
from coterie.plugins.referrals import Referrals
from coterie.plugins.wallet import Wallet
from tests.plugin_kit import all_translated
from tests.referrals_kit import REWARDS, arrive, brings, rewards, shown, states, wrong

pytestmark = pytest.mark.coterie(plugins=[Referrals], config={"referrals": REWARDS})


def test_operators_see_totals_and_one_member_s_referrals(town: LiveTown) -> None:
    alice, bob, carol, dan = arrive(town, "alice", "bob", "carol", "dan")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    brings(bob, carol)
    brings(alice, dan)
    dan.leaves()
    town.wait(days=8)
    olga.in_dm("/referrals")
    assert olga.sees("Count: 2. Wait: 0. Void: 1.")
    assert olga.sees("1. Alice: 1, and 0 waiting\n2. Bob: 1, and 0 waiting")
    olga.in_dm("/referrals alice")
    assert olga.sees("Dan, Jan 1, 2026, 12:00 AM: void (left the community)\nBob, Jan 1, 2026, 12:00 AM: counts")
    olga.in_dm("/referrals bob")
    assert olga.sees("Brought by")
    assert olga.sees("Alice, Jan 1, 2026, 12:00 AM: counts")
    olga.in_dm("/referrals nobody")
    assert olga.sees_not("Count:")
    assert all_translated(town)


@pytest.mark.coterie(plugins=[Referrals, Wallet, Members], config={"referrals": REWARDS})
def test_what_an_operator_makes_void_is_taken_back_as_far_as_it_is_there(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    town.wait(days=8)
    alice.says("/pay carol 35")
    olga.in_dm("/referral-void bob a second account of hers")
    assert olga.sees("The referral of Bob is void.")
    assert olga.sees("Taken back from Alice: 15 points of 50 points; the rest is gone.")
    assert olga.sees("Taken back from Bob: 20 points")
    assert [town.balance(each) for each in (alice, bob, carol)] == [0, 0, 35]
    assert states(town) == ["void operator"]
    assert rewards(town) == [(50, 20)]
    assert shown(alice) == (0, 0)
    olga.in_dm("/referral-void bob again")
    assert olga.sees("Bob has no referral that waits or counts.")
    olga.in_dm("/audit")
    assert olga.sees("referral-void")
    assert olga.sees("a second account of hers")
    assert town.ledger_balanced()
    assert wrong(town) == []


@pytest.mark.coterie(plugins=[Referrals, Wallet], config={"referrals": REWARDS})
def test_nothing_is_taken_where_nothing_is_left(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    town.wait(days=8)
    alice.says("/pay carol 50")
    olga.in_dm("/referral-void bob because")
    assert olga.sees("Taken back from Alice: 0 points of 50 points; the rest is gone.")
    assert (town.balance(alice), town.balance(carol)) == (0, 50)
    assert town.ledger_balanced()


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {**REWARDS, "reward_most_per_day": 1}})
def test_one_that_was_rewarded_long_ago_takes_nothing_of_today_s_rewards(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    town.wait(days=5, hours=2)
    brings(alice, carol)
    town.wait(days=6, hours=23)
    olga.in_dm("/referral-void bob because")
    assert town.balance(alice) == 0
    town.wait(hours=2)
    assert (rewards(town), town.balance(alice)) == ([(50, 20), (50, 20)], 50)


def test_one_that_waits_can_be_made_void_too(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    olga.in_dm("/referral-void bob because")
    assert olga.sees("The referral of Bob is void.")
    town.wait(days=40)
    assert (states(town), town.balance(alice)) == (["void operator"], 0)
    assert wrong(town) == []
