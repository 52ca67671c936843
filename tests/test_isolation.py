"""Isolation: whatever one plugin does, the others' results for the same event stand, and everybody is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from coterie.core.engine.breaker import FIRST_PAUSE, THRESHOLD
from coterie.core.engine.pauses import Alarm
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.storage.faults import StoreUnavailable
from tests.engine_kit import limit_handlers
from tests.unruly import MISDEEDS, Early, Late, Unruly

PLUGINS = [Early, Late, Unruly]
pytestmark = pytest.mark.coterie(plugins=PLUGINS)
STUCK = ("loop", "loop_deaf", "loop_in_a_statement", "loop_in_a_deaf_write", "loop_over_statements")
# These cannot be told from the end of the test itself where lanes have no thread of their own.
ON_THREADS = ("interrupt_keyboard", "sleep")
REFUSING = ("refuse_late", "refuse_pending")
FAILING = tuple(name for name in MISDEEDS if name not in (*ON_THREADS, *REFUSING, "ignore_an_error"))
FIRST_MINUTES = FIRST_PAUSE / 60_000


@pytest.fixture(autouse=True)
def quick_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers that do not come back are ended after a quarter of a second."""
    limit_handlers(monkeypatch, 0.25)


def rows(town: LiveTown, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in town.inside(lambda ctx: ctx.db.execute(text(sql)).all())]


def notes(town: LiveTown) -> list[str]:
    return [name for (name,) in rows(town, "SELECT plugin FROM early_notes ORDER BY id")]


def dead(town: LiveTown) -> list[tuple[Any, ...]]:
    return rows(town, "SELECT plugin, hook FROM dead_letters ORDER BY id")


def operator(town: LiveTown) -> Person:
    """Somebody who is told when a plugin is paused."""
    (olga,) = town.people("olga")
    olga.becomes("operator")
    return olga


def told(town: LiveTown) -> int:
    """How often the operator was told that something is paused."""
    return sum("is paused at" in message.shown() for message in town.stage.room("dm:olga").messages)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # where an interrupt lands is chance
@pytest.mark.parametrize("deed", FAILING)
def test_the_others_results_stand_and_the_offender_has_none(town: LiveTown, deed: str) -> None:
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says(deed)
    assert len(failures) == 1
    assert alice.sees("early heard it")
    assert alice.sees("zlate heard it")
    assert alice.sees_not("unruly heard it")
    assert notes(town) == ["early", "zlate"]
    assert town.balance(alice) == 2
    assert dead(town) == [("unruly", "on_message")]
    assert rows(town, "SELECT count(*) FROM timers") == [(0,)]
    with town.failures():
        alice.says(f"/do {deed}")
    assert alice.sees("Something went wrong on our side")
    assert town.balance(alice) == 2
    alice.says("and on")
    assert alice.sees("zlate heard it")
    assert town.ledger_balanced()


def test_others_in_the_same_batch_lose_nothing(town: LiveTown) -> None:
    people = town.people(*(f"p{number}" for number in range(20)))
    with town.failures() as failures:
        town.at_once(
            *(lambda p=each, n=number: p.says("divide" if n == 7 else "hello") for number, each in enumerate(people))
        )
    assert len(failures) == 1
    assert [town.balance(person) for person in people] == [2] * 20
    assert len(notes(town)) == 40


@pytest.mark.parametrize("deed", STUCK[:1])
def test_what_is_stuck_is_waited_for_once(town: LiveTown, deed: str) -> None:
    alice, bob = town.people("alice", "bob")
    with town.failures() as failures:
        town.at_once(lambda: alice.says(deed), lambda: bob.says("hello"))
    assert [type(failure).__name__ for failure in failures] == ["HandlerTimeout"]
    worker = town._host.app.lanes.workers()[0]
    assert worker.counts.failures == {("unruly", "on_message"): 1}
    assert worker.counts.replays == 1


@pytest.mark.parametrize("deed", REFUSING)
def test_a_refusal_after_changes_undoes_them_and_is_no_failure(town: LiveTown, deed: str) -> None:
    (alice,) = town.people("alice")
    alice.says(deed)
    assert alice.sees("the button no longer works")
    assert alice.sees("zlate heard it")
    assert alice.sees_not("unruly heard it")
    assert notes(town) == ["early", "zlate"]
    assert town.balance(alice) == 2
    assert dead(town) == []
    alice.says(f"/do {deed}")
    assert alice.sees("the button no longer works")
    assert town.balance(alice) == 2


# -- the breaker


def fail(town: LiveTown, person: Person, times: int = 1) -> None:
    with town.failures():
        for _ in range(times):
            person.says("/do divide")


def test_a_hook_that_keeps_failing_is_paused_and_the_operator_is_told_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    operator(town)
    fail(town, alice, THRESHOLD - 1)
    assert alice.sees("Something went wrong")
    assert told(town) == 0
    fail(town, alice)
    assert told(town) == 1
    alice.says("/do refuse_late")
    assert alice.sees("taking a short break")
    alice.says("hello")
    assert alice.sees("zlate heard it"), "the others go on"
    with town.failures():
        alice.says("divide")
    assert dead(town)[-1] == ("unruly", "on_message"), "the plugin's other hooks go on too"
    words = next(m.shown() for m in town.stage.room("dm:olga").messages if "paused" in m.shown())
    assert "unruly is paused at command:do" in words
    assert "ZeroDivisionError: broken on purpose" in words


def test_a_pause_survives_a_restart_and_ends_in_time(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    operator(town)
    fail(town, alice, THRESHOLD)
    town.wait(minutes=FIRST_MINUTES - 1)
    town.restart()
    alice.says("/do refuse_late")
    assert alice.sees("taking a short break")
    assert told(town) == 1
    town.wait(minutes=2)
    alice.says("/do refuse_late")
    assert alice.sees("the button no longer works")


@pytest.mark.parametrize("restarts", [False, True])
def test_the_next_failure_pauses_longer_without_another_word(town: LiveTown, restarts: bool) -> None:
    (alice,) = town.people("alice")
    operator(town)
    fail(town, alice, THRESHOLD)
    town.wait(minutes=FIRST_MINUTES - 1)
    for row in range(1, 4):
        town.wait(minutes=2)
        fail(town, alice)  # one failure is enough now
        if restarts:
            town.restart()
        town.wait(minutes=FIRST_MINUTES * 2**row - 1)
        alice.says("/do refuse_late")
        assert alice.sees("taking a short break"), f"pause {row + 1} is twice as long as the one before"
    assert told(town) == 1


def test_after_it_recovered_it_is_told_anew(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    operator(town)
    fail(town, alice, THRESHOLD)
    town.wait(minutes=2 * FIRST_MINUTES + 1)
    fail(town, alice, THRESHOLD - 1)
    assert told(town) == 1
    fail(town, alice)
    assert told(town) == 2
    town.wait(minutes=FIRST_MINUTES + 1)
    alice.says("/do refuse_late")
    assert alice.sees("the button no longer works"), "the first pause of a new row is short again"


def test_the_operator_is_told_even_if_the_process_ends_before_it_could(
    town: LiveTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alice,) = town.people("alice")
    operator(town)
    with monkeypatch.context() as patch:
        patch.setattr(Alarm, "tell", lambda self, pause: None)
        fail(town, alice, THRESHOLD)
    town.kill()
    assert told(town) == 1
    town.kill()
    town.restart()
    assert told(town) == 1


def test_every_operator_is_told_in_their_language(town: LiveTown) -> None:
    alice, _ = town.people("alice", "olga")
    operator(town)
    petra = town.person("petra", locale="zh-Hans")
    petra.becomes("operator")
    fail(town, alice, THRESHOLD)
    assert told(town) == 1
    assert any("command:do" in message.shown() for message in town.stage.room("dm:petra").messages)


# -- a store that is full


@contextmanager
def small_store(town: LiveTown, pages: int) -> Iterator[None]:
    """So many more pages can the database take."""
    engine = town._host.app.store.engine
    room = pages + int(rows(town, "PRAGMA page_count")[0][0])

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={room}")

    event.listen(engine, "connect", limit)
    lane = town._host.app.lanes.workers()[0].unit.db
    lane.close()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        lane.close()


@pytest.mark.sqlite("the size of a file is limited by a pragma")
def test_a_plugin_that_fills_the_store_is_left_out(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    with small_store(town, 500), town.failures() as failures:
        alice.says("flood_bytes")
        assert alice.sees("early heard it")
        assert alice.sees("zlate heard it")
        assert "full" in str(failures[0])
    assert notes(town) == ["early", "zlate"] * 2
    assert dead(town) == [("unruly", "on_message")]
    assert town.ledger_balanced()


@pytest.mark.sqlite("the size of a file is limited by a pragma")
def test_a_store_without_any_room_is_nobodys_fault(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    worker = town._host.app.lanes.workers()[0]
    monkeypatch.setattr(worker, "_sleep", lambda seconds: None)
    with small_store(town, 0), town.failures():
        for _ in range(2 * THRESHOLD):
            with pytest.raises(StoreUnavailable):
                alice.says("x" * 20_000)
        assert town._host.app.breaker.paused() == []
        assert worker.counts.failures == {}
    town.duplicate(alice)  # the platform delivers again what was not acknowledged
    assert alice.sees("zlate heard it")
    assert dead(town) == []
    assert town.balance(alice) == 4


def test_quotas_are_each_plugins_own(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.core.unit.MAX_STATEMENTS", 1)
    monkeypatch.setattr("coterie.core.unit.MAX_ACTIONS", 1)
    town = town_factory(plugins=PLUGINS)
    (alice,) = town.people("alice")
    alice.says("hello")
    assert alice.sees("zlate heard it"), "one statement and one action of each"


@pytest.mark.postgres
@pytest.mark.parametrize(
    "deed", ["divide", "loop_in_a_statement", "commit_text", "roll_back_below", "ignore_an_error", "vandalise"]
)
def test_the_same_on_postgresql(town_factory: TownFactory, postgres: str, deed: str) -> None:
    """There a statement that failed breaks the transaction for everybody, unless it is noticed in time."""
    town = town_factory(plugins=PLUGINS, db=postgres)
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says(deed)
    assert len(failures) == 1
    assert alice.sees("early heard it")
    assert alice.sees("zlate heard it")
    assert notes(town) == ["early", "zlate"]
    assert dead(town) == [("unruly", "on_message")]
