"""Timers and jobs of plugins that fail, are paused or gone: later, and never lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from coterie.core.api import Config, Context, Plugin, Refusal, command, job, timer
from coterie.core.engine.breaker import FIRST_PAUSE, THRESHOLD
from coterie.core.engine.followups import RETRIES
from coterie.core.events import TimerDue
from coterie.core.testing.kit import LiveTown

ORDER: dict[str, bool] = {}
"""What is out of order."""


class Clockmaker(Plugin):
    """Sets timers."""

    name = "clockmaker"

    @command("set")
    def set(self, ctx: Context, hours: int, key: str = "") -> None:
        """Set one."""
        ctx.timers.at(timedelta(hours=hours), "ring", key=key, member=ctx.member.id, words=key or "ring")

    @timer("ring")
    def ring(self, ctx: Context, member: int, words: str) -> None:
        """Pay, tell, and perhaps fail after both."""
        found = ctx.find_member(member)
        assert found is not None
        ctx.ledger.grant(found, 1, reason="ring", key=ctx.new_id())
        ctx.send(found, f"{words} at {ctx.now:%d %H:%M}")
        if ORDER.get("ring"):
            raise ZeroDivisionError
        if ORDER.get("refuse"):
            raise Refusal("not-allowed", namespace="core")

    @job("daily", every="0 9 * * *")
    def daily(self, ctx: Context) -> None:
        """Pay the operator."""
        for operator in ctx.operators():
            ctx.ledger.grant(operator, 1, reason="daily", key=ctx.new_id())
        if ORDER.get("daily"):
            raise ZeroDivisionError


class Other(Plugin):
    """Stays when the clockmaker is gone."""

    name = "other"


pytestmark = pytest.mark.coterie(plugins=[Clockmaker, Other])


@pytest.fixture(autouse=True)
def in_order() -> None:
    ORDER.clear()


def rows(town: LiveTown) -> list[tuple[str, int]]:
    """The timers that wait: name and how often they failed."""

    def look(ctx: Context) -> list[tuple[str, int]]:
        found = ctx.db.connection().exec_driver_sql("SELECT name, attempts FROM timers ORDER BY name")
        return [(str(name), int(attempts)) for name, attempts in found]

    return [row for row in town.inside(look) if row[0] != "job:daily"]


def test_a_timer_that_fails_is_tried_again_and_counts_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/set 1")
    ORDER["ring"] = True
    with town.failures() as failures:
        town.wait(hours=1)
        assert rows(town) == [("ring", 1)]
        for attempt, seconds in enumerate(RETRIES[:3]):
            town.wait(seconds=seconds - 2)
            assert rows(town) == [("ring", attempt + 1)]
            town.restart()
            town.wait(seconds=2)
            assert rows(town) == [("ring", attempt + 2)]
    assert len(failures) == 4
    assert town.balance(alice) == 0
    ORDER.clear()
    town.wait(hours=1)
    assert rows(town) == []
    assert town.balance(alice) == 1
    assert alice.sees("ring at 01 02:36")
    town.wait(days=1)
    assert town.balance(alice) == 1
    assert town.ledger_balanced()


def test_other_timers_that_are_due_do_not_wait_for_it(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/set 1 one")
    bob.says("/set 1 two")
    with town.failures():
        ORDER["ring"] = True
        town.wait(hours=1)
        ORDER.clear()
    assert rows(town) == [("ring", 1)] * 2
    town.wait(minutes=1)
    assert (town.balance(alice), town.balance(bob)) == (1, 1)


def test_a_paused_timer_waits_for_the_end_of_the_pause(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for number in range(THRESHOLD + 3):
        alice.says(f"/set 1 t{number}")
    ORDER["ring"] = True
    with town.failures() as failures:
        town.wait(hours=1)
    assert len(failures) == THRESHOLD, "the rest is not even tried"
    ORDER.clear()
    town.restart()
    town.wait(minutes=FIRST_PAUSE / 60_000 - 1)
    assert town.balance(alice) == 0
    town.wait(hours=1)
    assert town.balance(alice) == THRESHOLD + 3
    assert rows(town) == []


def test_a_timer_that_says_no_is_done_without_effect(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/set 1")
    ORDER["refuse"] = True
    town.wait(hours=2)
    assert rows(town) == []
    assert town.balance(alice) == 0


def test_a_timer_of_a_plugin_that_is_gone_waits_for_it(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/set 1")
    host, (community,) = town._host, town._host._settings.communities
    before = community.plugins
    host.plugins.remove(Clockmaker)
    object.__setattr__(community, "plugins", {"other": Config()})
    town.restart()
    town.wait(days=3)
    assert rows(town)[0][0] == "ring"
    host.plugins.insert(0, Clockmaker)
    object.__setattr__(community, "plugins", before)
    town.restart()
    town.wait(hours=2)
    assert town.balance(alice) == 1


def test_timers_that_came_due_while_nobody_ran_ring_late(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/set 1")
    town._host.town.clock.move_to(town._host.town.clock.now() + 7 * 3_600_000)  # type: ignore[attr-defined]
    town.kill()
    town.wait(seconds=1)
    assert town.balance(alice) == 1
    assert alice.sees("ring at 01 07:00")


def test_a_timer_that_is_handed_in_twice_rings_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/set 1")
    found = town.inside(
        lambda ctx: ctx.db.connection().exec_driver_sql("SELECT id, due, args FROM timers WHERE name = 'ring'").one()
    )
    event = TimerDue(key="", timer=found[0], plugin="clockmaker", name="ring", args=json.loads(found[2]), due=found[1])
    app = town._host.app
    community = app.store.communities[0].id
    town.act(lambda: app._submit_to(community, event))
    town.act(lambda: app._submit_to(community, event))
    town.wait(hours=2)
    assert town.balance(alice) == 1


def test_a_job_that_fails_is_tried_again_the_same_day(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.becomes("operator")
    ORDER["daily"] = True
    with town.failures() as failures:
        town.wait(hours=9)
    assert len(failures) == 1
    ORDER.clear()
    town.wait(seconds=RETRIES[0] + 1)
    assert town.balance(alice) == 1
    town.wait(hours=24)
    assert town.balance(alice) == 2
    town.restart()
    town.wait(days=2)
    assert town.balance(alice) == 4
