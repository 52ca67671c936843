"""When a referral counts: after a week, once, for who stayed and fits the filter; rewards, their cap, and their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.levels import Levels
from coterie.plugins.members import Members
from coterie.plugins.referrals import Referrals
from coterie.plugins.referrals.models import referrals
from tests.levels_kit import xp_of
from tests.plugin_kit import all_translated, switch_off
from tests.referrals_kit import REWARDS, arrive, brings, code_of, rewards, shown, states, wrong

pytestmark = pytest.mark.coterie(plugins=[Referrals], config={"referrals": REWARDS})


# -- the way it should go ----------------------------------------------------------------------------------------------


def test_it_counts_after_a_week_and_pays_both(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    brings(alice, bob)
    town.wait(days=6, hours=23)
    assert (states(town), town.balance(alice), town.balance(bob)) == (["waiting"], 0, 0)
    town.wait(hours=2)
    assert alice.sees("🤝 Bob, whom you brought, has stayed: it counts now.\nYou got 50 points.")
    assert bob.sees("🎁 You have stayed, and Alice brought you: 20 points for you.")
    assert carol.sees_not("brought")
    assert (states(town), town.balance(alice), town.balance(bob)) == (["vested"], 50, 20)
    assert rewards(town) == [(50, 20)]
    assert shown(alice) == (1, 0)
    assert town.ledger_balanced()
    assert wrong(town) == []
    assert all_translated(town)


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {"reward": 0, "reward_newcomer": 0}})
def test_without_rewards_it_counts_all_the_same(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    assert alice.sees_not("You get")
    town.wait(days=8)
    assert alice.sees("it counts now")
    assert alice.sees_not("reward")
    assert (states(town), town.balance(alice)) == (["vested"], 0)


def test_each_restart_and_kill_leaves_it_at_one_reward(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    brings(alice, bob)
    town.restart()
    town.wait(days=6)
    brings(alice, carol)
    town.kill()
    with town.down():
        town.wait(days=2)
    town.wait(seconds=1)
    assert (states(town), town.balance(alice)) == (["vested", "waiting"], 50)
    town.kill()
    town.wait(days=8)
    town.restart()
    town.wait(days=30)
    assert (states(town), town.balance(alice)) == (["vested", "vested"], 100)
    assert town.ledger_balanced()
    assert wrong(town) == []


def test_the_timer_once_more_pays_nothing_more(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    town.wait(days=8)

    def again(ctx: Context) -> None:
        (identifier,) = ctx.db.execute(select(referrals.c.id)).one()
        ctx.timers.at(timedelta(0), "vest", key="again", referral=identifier)

    town.inside(again)
    town.wait(minutes=1)
    assert town.balance(alice) == 50
    assert shown(alice) == (1, 0)


@pytest.mark.coterie(plugins=[Referrals, Levels], config={"levels": {"contributions": {"referral": {"xp": 40}}}})
def test_whoever_counts_deeds_hears_of_it(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    before = xp_of(town, alice)
    brings(alice, bob)
    assert xp_of(town, alice) == before
    town.wait(days=8)
    assert xp_of(town, alice) == before + 40


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {**REWARDS, "currency": "GEM", "vests_after": "1h"}})
def test_the_currency_and_the_time_are_settings(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    town.wait(hours=1, minutes=1)
    assert (town.balance(alice, "GEM"), town.balance(bob, "GEM"), town.balance(alice)) == (50, 20, 0)


# -- who leaves --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("returns", [False, True])
def test_who_leaves_before_makes_it_void_also_when_they_return(town: LiveTown, returns: bool) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    town.wait(days=3)
    bob.leaves()
    assert states(town) == ["void left"]
    if returns:
        bob.joins()
    town.wait(days=40)
    assert (states(town), town.balance(alice)) == (["void left"], 0)
    assert shown(alice) == (0, 0)
    assert wrong(town) == []


def test_who_leaves_afterwards_has_counted(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    town.wait(days=8)
    bob.leaves()
    assert states(town) == ["vested"]
    assert shown(alice) == (1, 0)


def test_who_left_while_the_plugin_was_off_does_not_count(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    switch_off(town, "referrals")
    bob.leaves()
    town.restart()
    town.wait(days=8)
    assert (states(town), town.balance(alice)) == (["void left"], 0)


# -- the filter --------------------------------------------------------------------------------------------------------


FILTER = {"referrals": {**REWARDS, "counts_if": "tag:welcome"}}


def welcome(town: LiveTown, name: str) -> None:
    town.person("olga").says(f"/tag add {name} welcome")


@pytest.mark.coterie(plugins=[Referrals, Members], config=FILTER)
def test_who_does_not_fit_is_looked_at_every_day(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    town.person("olga").becomes("operator")
    brings(alice, bob)
    town.wait(days=10)
    assert states(town) == ["waiting"]
    assert wrong(town) == []
    welcome(town, "bob")
    assert states(town) == ["waiting"]
    town.wait(days=1)
    assert (states(town), town.balance(alice)) == (["vested"], 50)


@pytest.mark.coterie(plugins=[Referrals, Members], config=FILTER)
def test_after_a_month_it_is_given_up(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    town.person("olga").becomes("operator")
    brings(alice, bob)
    town.wait(days=36, hours=12)
    assert states(town) == ["waiting"]
    town.wait(days=1)
    assert states(town) == ["void filter"]
    welcome(town, "bob")
    town.wait(days=3)
    assert (states(town), town.balance(alice)) == (["void filter"], 0)
    assert wrong(town) == []


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {**REWARDS, "counts_if": "no such (thing"}})
def test_a_filter_that_cannot_be_read_is_the_operators_mistake_and_costs_nobody_anything(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    with town.failures() as failures:
        town.wait(days=7, minutes=1)
    assert "counts_if = 'no such (thing' is no filter" in str(failures[0])
    assert states(town) == ["waiting"]
    assert wrong(town) == []

    def mend(ctx: Context) -> None:
        configs = dict(ctx.community.configs)
        configs["referrals"] = ctx.config.model_copy(update={"counts_if": "joined>1d"})
        ctx.community.configs = configs

    town.inside(mend)
    town.wait(days=1)
    assert (states(town), town.balance(alice)) == (["vested"], 50)


# -- the cap -----------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {**REWARDS, "reward_most_per_day": 2}})
def test_more_than_the_day_s_rewards_count_without_one(town: LiveTown) -> None:
    alice, *newcomers = arrive(town, "alice", "bob", "carol", "dan", "erin")
    for each in newcomers[:3]:
        brings(alice, each)
    town.wait(days=1)
    brings(alice, newcomers[3])
    town.wait(days=6, minutes=30)
    assert alice.sees("There is no reward for it: today’s 2 rewards had been given out.")
    assert [town.balance(each) for each in newcomers] == [20, 20, 0, 0]
    assert (shown(alice), town.balance(alice)) == ((3, 1), 100)
    town.wait(days=1)
    assert (shown(alice), town.balance(alice)) == ((4, 0), 150)
    assert rewards(town) == [(50, 20), (50, 20), (0, 0), (50, 20)]
    assert town.ledger_balanced()
    assert wrong(town) == []
    assert all_translated(town)


@pytest.mark.coterie(plugins=[Referrals], config={"referrals": {**REWARDS, "reward_most_per_day": 1}})
def test_the_cap_is_each_referrer_s_own(town: LiveTown) -> None:
    alice, carol, bob, dan = arrive(town, "alice", "carol", "bob", "dan")
    brings(alice, bob)
    brings(carol, dan)
    town.wait(days=8)
    assert (town.balance(alice), town.balance(carol)) == (50, 50)


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[Referrals, Members], config={"referrals": REWARDS}, db=postgres)
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    carol.says("/referred ZZZZZZZZ")
    carol.says(f"/referred {code_of(bob)}")
    town.wait(days=8)
    assert (shown(alice), shown(bob), town.balance(bob)) == ((1, 0), (1, 0), 70)
    olga.in_dm("/referrals")
    assert olga.sees("1. Alice: 1, and 0 waiting")
    olga.in_dm("/segment show referrals>=1")
    assert olga.sees("2")
    olga.in_dm("/referral-void bob because")
    assert olga.sees("Taken back from Alice: 50 points")
    assert town.ledger_balanced()
    assert wrong(town) == []
