"""Levels: which messages earn XP, once each, within caps, whatever is repeated or comes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from coterie.core.api import Context, Where
from coterie.core.cli.play import run_play
from coterie.core.events import MessagePosted
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.levels import Levels, service
from coterie.plugins.levels.models import messages, reactions, tallies
from tests.levels_kit import TALK, counts_hold, met, quick, xp_of
from tests.plugin_kit import SCENARIOS, all_translated, language_problems, link, table_differences

pytestmark = pytest.mark.coterie(plugins=[Levels])


# -- messages ----------------------------------------------------------------------------------------------------------


def test_a_message_earns_once_a_minute(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])
    alice.says(TALK[1])
    assert xp_of(town, alice) == 20
    town.wait(seconds=59)
    alice.says(TALK[2])
    assert xp_of(town, alice) == 20
    town.wait(seconds=1)
    alice.says(TALK[3])
    assert xp_of(town, alice) == 40
    assert counts_hold(town)


@pytest.mark.coterie(config=quick())
@pytest.mark.parametrize(
    "text", ["ok", "!!!!!!!!!!", "哈哈哈哈哈哈", "aaaaaaaaaaaaaaa", "https://example.com/abcdef", "/nothing"]
)
def test_what_says_nothing_earns_nothing(town: LiveTown, text: str) -> None:
    (alice,) = town.people("alice")
    alice.says(text)
    assert xp_of(town, alice) == 0


@pytest.mark.coterie(config=quick())
def test_direct_messages_earn_nothing(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.in_dm(TALK[0])
    assert xp_of(town, alice) == 0


@pytest.mark.coterie(config=quick())
@pytest.mark.parametrize("text", [TALK[0], "大家早上好，今天一起加油"])
def test_the_same_again_earns_nothing_and_something_new_does(town: LiveTown, text: str) -> None:
    (alice, bob) = town.people("alice", "bob")
    alice.says(text)
    for again in (text, text.upper() + "!", f"  {text}…"):
        alice.says(again)
    assert xp_of(town, alice) == 20
    alice.says(TALK[4])
    assert xp_of(town, alice) == 40
    alice.says(text)  # still remembered
    assert xp_of(town, alice) == 40
    bob.says(text)  # what others said does not count
    assert xp_of(town, bob) == 20


@pytest.mark.coterie(config=quick(messages={"remember": 1}))
def test_only_so_many_are_remembered(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for text in (TALK[0], TALK[1], TALK[0]):
        alice.says(text)
    assert xp_of(town, alice) == 60


@pytest.mark.coterie(config=quick(messages={"full": 2}))
def test_returns_diminish_over_the_day_and_begin_anew(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for text in TALK[:5]:
        alice.says(text)
    assert xp_of(town, alice) == 20 + 20 + 10 + 10 + 5
    town.wait(days=1)
    alice.says(TALK[6])
    assert xp_of(town, alice) == 65 + 20


@pytest.mark.coterie(config=quick(messages={"daily_cap": 50}))
def test_the_cap_of_the_day_is_met_exactly(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for text in TALK[:5]:
        alice.says(text)
    assert xp_of(town, alice) == 50
    town.wait(days=1)
    alice.says(TALK[6])
    assert xp_of(town, alice) == 70


@pytest.mark.coterie(config=quick(ignored_channels=["spam"], multipliers={"market": 150, "quiet": 0}))
def test_channels_count_differently(town: LiveTown) -> None:
    alice, bob, carol, dave = town.people("alice", "bob", "carol", "dave")
    alice.says(TALK[0], "spam")
    bob.says(TALK[0], "market")
    carol.says(TALK[0], "general")
    dave.says(TALK[0], "quiet")
    assert [xp_of(town, each) for each in (alice, bob, carol, dave)] == [0, 30, 20, 0]


@pytest.mark.coterie(config=quick(ignored_members="tag:muted"))
def test_members_who_are_ignored_earn_nothing(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    member = met(town, alice)

    def tag(ctx: Context) -> None:
        found = ctx.find_member(member)
        assert found is not None
        ctx.tags.add(found, "muted")

    town.inside(tag)
    alice.says(TALK[0])
    bob.says(TALK[1])
    bob.reacts("👍", TALK[0])
    assert [xp_of(town, each) for each in (alice, bob)] == [0, 20]


@pytest.mark.coterie(config=quick(ignored_members="tga:muted"))
def test_a_filter_that_is_none_reaches_the_operators_and_nobody_else(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says(TALK[0])
    assert "ignored_members = 'tga:muted' is no filter" in str(failures[0])
    assert alice.sees_not("tga")


@pytest.mark.coterie(config=quick())
def test_a_message_counts_once_however_it_comes(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.duplicates = 1
    alice.says(TALK[0])
    town.duplicate(alice)
    event = town.stage.last_event["alice"]
    assert isinstance(event, MessagePosted)
    again = MessagePosted(key="caught-up", who=event.who, where=event.where, text=TALK[1], message=event.message)
    town.act(lambda: town.stage.redeliver(again))
    assert xp_of(town, alice) == 20


@pytest.mark.coterie(config=quick())
def test_a_kill_loses_no_message_and_doubles_none(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.at_once(lambda: alice.says(TALK[0]), town.kill)
    assert xp_of(town, alice) == 0
    town.duplicate(alice)
    assert xp_of(town, alice) == 20
    town.kill()
    town.duplicate(alice)
    assert xp_of(town, alice) == 20
    assert counts_hold(town)


def test_a_message_costs_few_statements(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says(TALK[0])

    def write(ctx: Context, text: str) -> int:
        ctx.account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
        where = Where("sandbox", "general", "town")
        ctx.event = MessagePosted(key=text, who=alice.persona.who, where=where, text=text, message=text)
        before = ctx.unit.statements
        service.message(ctx, ctx.event)
        return ctx.unit.statements - before

    assert town.inside(lambda ctx: write(ctx, TALK[1])) == 2  # within the cooldown
    assert town.inside(lambda ctx: write(ctx, TALK[1])) == 1  # seen before
    town.wait(minutes=1)
    assert town.inside(lambda ctx: write(ctx, TALK[2])) == 5
    assert xp_of(town, alice) == 40


@pytest.mark.coterie(config=quick())
def test_many_messages_at_once(town: LiveTown) -> None:
    people = town.people("alice", "bob", "carol")
    town.at_once(*[lambda p=p, t=t: p.says(t) for t in TALK for p in people])
    assert [xp_of(town, each) for each in people] == [200] * 3
    assert counts_hold(town)


@pytest.mark.coterie(config=quick())
def test_bots_earn_nothing_and_rank_nowhere(town: LiveTown) -> None:
    alice, robot = town.people("alice", "robot")
    robot.persona.bot = True
    robot.says(TALK[0])
    alice.says(TALK[1])
    alice.reacts("👍", TALK[0])
    alice.says("/leaderboard")
    assert alice.sees("1 member")
    assert alice.sees_not("Robot")


# -- the tables --------------------------------------------------------------------------------------------------------


@pytest.mark.coterie(config=quick())
def test_what_nobody_needs_any_more_is_forgotten(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(TALK[0])
    bob.reacts("👍", TALK[0])
    town.wait(days=120)

    def left(ctx: Any) -> list[int]:
        return [ctx.db.scalar(select(func.count()).select_from(t)) for t in (messages, reactions, tallies)]

    assert town.inside(left) == [0, 0, 0]
    assert xp_of(town, alice) == 25
    assert {"all"} == set(town.inside(lambda ctx: _boards(ctx)))
    assert counts_hold(town)


def _boards(ctx: Any) -> list[str]:
    from coterie.plugins.levels.models import scores

    return [str(board) for board in ctx.db.scalars(select(scores.c.board))]


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(Levels, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Levels) == []


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant"])
def test_it_speaks_chinese(town_factory: TownFactory, locale: str) -> None:
    town = town_factory(plugins=[Levels], locale=locale, config={"levels": {"messages": {"cooldown": 0, "xp": 500}}})
    alice, bob = town.person("alice", locale), town.person("bob", locale)
    alice.says("大家早上好，今天一起加油")
    assert town.shows("恭喜 Alice 升到 3 级，晋升青铜！" if locale == "zh-Hans" else "恭喜 Alice 升到 3 級，晉升青銅！")
    alice.says("/等级" if locale == "zh-Hans" else "/等級")
    assert alice.sees("3 级 · 500 经验" if locale == "zh-Hans" else "3 級 · 500 經驗")
    bob.says("/排行榜 week")
    assert bob.sees("本周" if locale == "zh-Hans" else "本週")
    assert all_translated(town)


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[Levels, Identity], db=postgres, config=quick())
    ann, anne, bob = town.people("ann", "ann@telegram", "bob")
    ann.says(TALK[0])
    anne.says(TALK[1])
    bob.says(TALK[2])
    bob.reacts("👍", TALK[0])
    link(town, ann, anne)
    bob.says("/leaderboard week")
    assert bob.sees("🥇 Ann — 45 XP\n🥈 Bob — 20 XP ← you")
    town.wait(days=100)
    assert xp_of(town, ann) == 45
    assert counts_hold(town)


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["levels", "identity", "checkin"]
    assert run_play(SCENARIOS / "levels.play", enable=names) == 0, capsys.readouterr().out
