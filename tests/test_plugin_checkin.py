"""Check-in: once a community day, streaks from rows, and nothing that taps, crashes or repeats could double."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.api import Context
from coterie.core.cli.play import run_play
from coterie.core.config import ConfigError, validate
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.checkin import CheckIn, rules
from coterie.plugins.checkin.config import CheckInConfig
from coterie.plugins.checkin.models import days
from coterie.plugins.identity import Identity
from tests.plugin_kit import (
    SCENARIOS,
    all_translated,
    language_problems,
    link,
    member_id,
    switch_off,
    table_differences,
)

pytestmark = pytest.mark.coterie(plugins=[CheckIn])


# -- rules -------------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_a_streak_ends_at_the_first_gap(numbers: set[int], until: int) -> None:
    start = date(2026, 3, 1)
    newest_first = [start + timedelta(days=n) for n in sorted(numbers, reverse=True) if n <= until]
    expected = next(length for length in range(until + 2) if until - length not in numbers)
    assert rules.streak(newest_first, start + timedelta(days=until)) == expected


def test_rewards_grow_up_to_the_cap() -> None:
    config = CheckInConfig(reward=10, streak_bonus=3, streak_bonus_cap=7)
    assert [rules.reward(config, days) for days in (1, 2, 3, 4, 400)] == [10, 13, 16, 17, 17]


def test_the_next_milestone_is_the_nearest_one_ahead() -> None:
    config = CheckInConfig(milestones={30: 300, 7: 50})
    assert [rules.next_milestone(config, days) for days in (0, 6, 7, 30)] == [(7, 50), (7, 50), (30, 300), None]


def test_milestones_are_read_from_a_file_and_checked() -> None:
    assert validate(CheckInConfig, {"milestones": {"3": 5}}).milestones == {3: 5}
    for wrong in ({"milestones": {"x": 5}}, {"milestones": {"1": 5}}, {"milestones": {"7": -5}}, {"reward": -1}):
        with pytest.raises(ConfigError):
            validate(CheckInConfig, wrong)


# -- once a day --------------------------------------------------------------------------------------------------------


def test_the_room_sees_a_check_in_and_the_member_alone_the_second(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/checkin")
    assert town.shows("✅ Alice checked in: +10 points, first day of a streak")
    alice.says("/checkin")
    assert alice.sees("The next day begins on Jan 2, 2026, 12:00 AM")
    assert bob.sees_not("next day")
    assert town.balance(alice) == 10
    assert all_translated(town)


def test_many_taps_at_once_pay_once(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.becomes("operator")
    alice.says("/checkin-card")
    town.at_once(*[lambda: bob.taps("Check in") for _ in range(10)], lambda: bob.says("/checkin"))
    assert town.balance(bob) == 10
    assert town.ledger_balanced()


def test_a_tap_is_answered_to_its_member_alone(town: LiveTown) -> None:
    alice, bob, carol = town.people("alice", "bob", "carol")
    alice.becomes("operator")
    alice.says("/checkin-card")
    bob.taps("Check in")
    assert bob.sees("Checked in: +10 points")
    assert bob.sees("You have 10 points now")
    assert carol.sees_not("+10")


def test_a_direct_chat_reads_the_member_s_own_language(town: LiveTown) -> None:
    alice = town.person("alice", "zh-Hans")
    alice.in_dm("/checkin")
    assert alice.sees("签到成功，+10 积分。连续签到从今天开始。\n现在余额：10 积分。")


def test_a_repeated_delivery_pays_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.duplicates = 1
    alice.says("/checkin")
    town.duplicate(alice)
    assert town.balance(alice) == 10


def test_the_button_works_after_a_restart_and_a_kill(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.becomes("operator")
    alice.says("/checkin-card")
    town.restart()
    town.at_once(lambda: bob.taps("Check in"), town.kill)
    assert town.balance(bob) == 0
    town.duplicate(bob)  # the platform delivers again what nobody confirmed
    assert town.balance(bob) == 10
    town.kill()
    bob.taps("Check in")
    assert bob.sees("You have checked in today")
    assert town.balance(bob) == 10


# -- days and streaks --------------------------------------------------------------------------------------------------


@pytest.mark.coterie(timezone="Asia/Shanghai")
def test_the_day_begins_at_the_community_s_own_hour(town: LiveTown) -> None:
    """The town's clock starts at 2026-01-01 08:00 in Shanghai."""

    def night_owls(ctx: Context) -> None:
        ctx.community.day_start = time(4)

    town.inside(night_owls)
    (alice,) = town.people("alice")
    alice.says("/checkin")
    town.wait(hours=19, minutes=59, seconds=59)
    alice.says("/checkin")
    assert alice.sees("The next day begins on Jan 2, 2026, 4:00 AM")
    town.wait(seconds=1)
    alice.says("/checkin")
    assert town.shows("2 days in a row")
    assert town.balance(alice) == 22


@pytest.mark.coterie(timezone="Europe/Berlin")
@pytest.mark.parametrize(
    ("first", "second", "streak"),
    [
        pytest.param("2026-03-28T23:30", "2026-03-29T23:30", "2 days in a row", id="23 hours"),
        pytest.param("2026-10-25T00:15", "2026-10-25T23:45", "One day so far", id="25 hours are one day"),
        pytest.param("2026-10-25T00:15", "2026-10-26T00:15", "2 days in a row", id="25 hours"),
    ],
)
def test_a_streak_goes_on_when_clocks_change(town: LiveTown, first: str, second: str, streak: str) -> None:
    (alice,) = town.people("alice")
    for moment in (first, second):
        there = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        town.wait(seconds=there.timestamp() - town.stage.clock.now() / 1000)
        alice.says("/checkin")
    alice.says("/streak")
    assert alice.sees(streak)


def test_milestones_pay_a_bonus_and_a_missed_day_starts_anew(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[CheckIn], config={"checkin": {"streak_bonus": 0, "milestones": {"3": 50}}})
    (alice,) = town.people("alice")
    for _ in range(3):
        alice.says("/checkin")
        town.wait(days=1)
    assert town.shows("🎉 And 50 points more for 3 days in a row")
    assert town.balance(alice) == 80
    alice.says("/streak")
    assert alice.sees("3 days in a row")
    assert alice.sees("still waiting: /checkin")
    town.wait(days=1)
    alice.says("/streak")
    assert alice.sees("You have no streak at the moment. Checked in on 3 days in all.")
    assert alice.sees("At 3 days in a row you get 50 points more.")
    alice.says("/checkin")
    assert town.balance(alice) == 90


def test_a_day_without_reward_still_counts(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[CheckIn], config={"checkin": {"reward": 0, "streak_bonus": 0, "milestones": {}}})
    (alice,) = town.people("alice")
    alice.says("/checkin")
    alice.says("/streak")
    assert alice.sees("One day so far. Checked in on 1 day in all.\nToday’s points are collected.")


def test_who_leaves_finds_the_streak_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/checkin")
    alice.leaves()
    town.wait(days=1)
    alice.joins()
    alice.says("/checkin")
    assert town.shows("2 days in a row")


# -- two accounts become one -------------------------------------------------------------------------------------------


def test_linking_unites_days_and_leaves_the_ledger_alone(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[CheckIn, Identity])
    phone, desk = town.people("alice@telegram", "alice@discord")
    phone.says("/checkin")
    town.wait(days=1)
    phone.says("/checkin")
    desk.says("/checkin")
    town.wait(days=1)
    desk.says("/checkin")
    paid = town.balance(phone) + town.balance(desk)
    assert paid == (10 + 12) + (10 + 12)
    link(town, phone, desk)
    assert town.balance(desk) == paid
    phone.says("/streak")
    assert phone.sees("3 days in a row. Checked in on 3 days in all.")
    phone.says("/checkin")
    assert phone.sees("You have checked in today")
    rows = town.inside(lambda ctx: ctx.db.execute(select(days.c.member_id, days.c.day).order_by(days.c.day)).all())
    kept = member_id(town, phone)
    assert [tuple(row) for row in rows] == [(kept, "2026-01-01"), (kept, "2026-01-02"), (kept, "2026-01-03")]
    assert town.ledger_balanced()


# -- who sees and may what ---------------------------------------------------------------------------------------------


def test_only_operators_post_the_card(town: LiveTown) -> None:
    (bob,) = town.people("bob")
    bob.says("/checkin-card")
    assert bob.sees("Only operators can do this.")
    assert town.shows_not("Daily check-in")


def test_the_button_of_a_plugin_that_is_off_says_so(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.becomes("operator")
    alice.says("/checkin-card")
    switch_off(town, "checkin")
    bob.taps("Check in")
    assert bob.sees("This feature has been turned off")
    assert town.balance(bob) == 0


def test_a_hostile_name_stays_literal(town: LiveTown) -> None:
    (mallory,) = town.people("mallory")
    mallory.persona.name = "<b>@everyone</b> { $money } *x*"
    mallory.says("/checkin")
    assert town.shows("✅ <b>@everyone</b> { $money } *x* checked in: +10 points")
    assert town.stage.pings == {}


@pytest.mark.parametrize(
    ("locale", "command", "said"),
    [
        ("zh-Hans", "/签到", "✅ Alice 签到成功，+10 积分，连续签到第 1 天"),
        ("zh-Hant", "/簽到", "✅ Alice 簽到成功，+10 點，連續簽到第 1 天"),
    ],
)
def test_it_speaks_chinese(town_factory: TownFactory, locale: str, command: str, said: str) -> None:
    town = town_factory(plugins=[CheckIn], config={"checkin": {"milestones": {"2": 5}}}, locale=locale)
    alice = town.person("alice", locale)
    alice.becomes("operator")
    alice.says(command)
    assert town.shows(said)
    alice.says(command)
    alice.says("/streak")
    alice.says("/checkin-card")
    town.wait(days=1)
    alice.taps("签到" if locale == "zh-Hans" else "簽到")
    assert alice.sees("2 天")
    assert all_translated(town)


# -- the parts ---------------------------------------------------------------------------------------------------------


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(CheckIn, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(CheckIn) == []


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[CheckIn, Identity], db=postgres)
    phone, desk = town.people("alice@telegram", "alice@discord")
    phone.says("/checkin")
    desk.says("/checkin")
    town.wait(days=1)
    desk.says("/checkin")
    link(town, phone, desk)
    phone.says("/streak")
    assert phone.sees("2 days in a row. Checked in on 2 days in all.")
    assert town.ledger_balanced()


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(SCENARIOS / "checkin.play", enable=["coterie.plugins.checkin:CheckIn"])
    assert code == 0, capsys.readouterr().out
