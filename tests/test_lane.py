"""The lane's worker: many events in one commit, one at a time when something breaks, nothing lost and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coterie.core.api import Context
from coterie.core.engine.lane import LOOKING
from coterie.core.engine.work import DONE, DUPLICATE, Handled, Work
from coterie.core.events import Event
from coterie.storage.engine import open_engine
from coterie.storage.faults import StoreUnavailable
from tests.lane_kit import Desk, said


@pytest.fixture
def desk(migrated_url: str) -> Iterator[Desk]:
    desk = Desk(migrated_url)
    yield desk
    desk.close()


def test_many_events_one_commit(desk: Desk) -> None:
    assert desk.handle(*(said(f"hi {n}", f"k{n}") for n in range(100))) == [DONE] * 100
    assert desk.worker.counts.replays == 0
    assert sum(desk.worker.counts.batch_size.counts) == 1
    assert (desk.paid(), desk.noted()) == (100, 100)
    assert desk.said == [f"hi {n}" for n in range(100)], "in their order"
    assert desk.rows("SELECT count(*) FROM event_keys") == [(100,)]


def test_what_one_breaks_is_its_own(desk: Desk) -> None:
    """The call that fails loses its own changes for that event; others keep theirs, and the order stays."""
    events = [said("a", "k1"), said("b", "k2"), said("boom", "k3"), said("c", "k4"), said("boom", "k5")]
    with_failure = Handled(failed=("payday on_message",))
    assert desk.handle(*events) == [DONE, DONE, with_failure, DONE, with_failure]
    assert desk.worker.counts.replays == 1
    assert (desk.paid(), desk.noted()) == (3, 5)
    assert desk.said == ["a", "b", "c"]
    assert desk.rows("SELECT event_key, plugin, hook FROM dead_letters ORDER BY id") == [
        ("k3", "payday", "on_message"),
        ("k5", "payday", "on_message"),
    ]
    assert desk.handle(*events) == [DUPLICATE] * 5, "also those that failed: they were handled"


def test_a_no_takes_back_what_was_done_before_it(desk: Desk) -> None:
    assert desk.handle(said("a", "k1"), said("no", "k2"), said("b", "k3")) == [DONE] * 3
    assert (desk.paid(), desk.noted()) == (2, 3)
    assert [words for words in desk.said if words in ("a", "b", "no")] == ["a", "b"]
    assert len(desk.said) == 3, "the member reads why not"
    assert desk.rows("SELECT count(*) FROM dead_letters") == [(0,)]


def test_a_second_delivery_does_nothing(desk: Desk) -> None:
    once, twice = said("a", "k1"), said("b", "k2")
    assert desk.handle(once, twice, once, twice, once) == [DONE, DONE, DUPLICATE, DUPLICATE, DUPLICATE]
    assert desk.handle(once, said("c", "k3"), twice) == [DUPLICATE, DONE, DUPLICATE]
    assert desk.handle(once) == [DUPLICATE]
    assert desk.handle(said("boom", "k4"), once, said("d", "k4")) == [
        Handled(failed=("payday on_message",)),
        DUPLICATE,
        DUPLICATE,
    ]
    assert (desk.paid(), desk.noted()) == (3, 4)


def test_a_swarm_of_second_deliveries_costs_one_replay(desk: Desk) -> None:
    """Keys are taken for new; the first that is not makes the lane look for a while, and nothing is paid twice."""
    first = [said(f"m{n}", f"k{n}") for n in range(10)]
    desk.handle(*first)
    assert desk.handle(*first[:5], said("new", "k10"), *first[5:]) == [DUPLICATE] * 5 + [DONE] + [DUPLICATE] * 5
    assert desk.worker.counts.replays == 1
    assert desk.handle(*first) == [DUPLICATE] * 10
    assert desk.worker.counts.replays == 1, "it looks now"
    for n in range(LOOKING):
        assert desk.handle(said("more", f"more{n}")) == [DONE]
    assert desk.handle(first[0], said("last", "k11")) == [DUPLICATE, DONE]
    assert desk.worker.counts.replays == 2, "after a while it trusts again"
    assert (desk.paid(), desk.noted()) == (12 + LOOKING, 12 + LOOKING)


def test_a_call_on_the_lane_stands_between_events(desk: Desk) -> None:
    def look(ctx: Context) -> int:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
        return 0 if account is None else ctx.ledger.balance(account.member)

    def fail(ctx: Context) -> int:
        raise LookupError("on purpose")

    before, after = Work(desk.community, said("", ""), look), Work(desk.community, said("", ""), look)
    broken = Work(desk.community, said("", ""), fail)
    works = [before, *desk.works(said("a", "k1")), broken, after]
    desk.worker.process(works)
    assert (before.outcome, after.outcome, desk.paid()) == (0, 1, 1)
    assert isinstance(broken.error, LookupError)


@pytest.mark.sqlite("one writer locks the whole file")
def test_a_store_that_is_away_gives_events_back(migrated_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the lock: the waiters hear of it soon, and what they deliver again is handled once."""
    monkeypatch.setattr("coterie.storage.engine.BUSY_SECONDS", 0)
    desk = Desk(migrated_sqlite)
    assert desk.handle(said("first", "k0")) == [DONE]
    events = [said(f"hi {n}", f"k{n}") for n in range(200)]
    begin, begun = desk.worker.unit.begin, 0

    def count() -> None:
        nonlocal begun
        begun += 1
        begin()

    monkeypatch.setattr(desk.worker.unit, "begin", count)
    other = open_engine(migrated_sqlite)
    with other.begin():
        outcomes = desk.handle(*events)
        assert begun < 20, "the lock is waited for a few times, not once for each event"
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert desk.naps == [0.1, 0.4, 1.6], "one event waits for the store, the others do not wait again"
        assert desk.worker.counts.lost == 200
    other.dispose()
    assert desk.handle(*events) == [DUPLICATE] + [DONE] * 199
    assert (desk.paid(), desk.noted()) == (200, 200)
    desk.close()


@pytest.mark.sqlite("one writer locks the whole file")
def test_a_store_that_comes_back_while_a_lane_waits(migrated_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.engine.BUSY_SECONDS", 0)
    desk = Desk(migrated_sqlite)
    other = open_engine(migrated_sqlite)
    lock = other.connect()
    lock.begin()

    def nap(seconds: float) -> None:
        if desk.naps:
            lock.close()
        desk.naps.append(seconds)

    desk.worker._sleep = nap
    assert desk.handle(*(said(f"hi {n}", f"k{n}") for n in range(20))) == [DONE] * 20
    assert (desk.paid(), len(desk.naps)) == (20, 2)
    other.dispose()
    desk.close()


@pytest.mark.postgres
def test_a_backend_that_is_killed(migrated_postgres: str) -> None:
    """PostgreSQL ends the connection between and inside batches: the lane connects again by itself."""
    desk = Desk(migrated_postgres)
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for turn in range(5):
        desk.rows(end)
        assert desk.handle(*(said("hi", f"k{turn}.{n}") for n in range(5))) == [DONE] * 5
    handle, calls = desk.worker.dispatcher.handle, 0

    def killed_inside(community: Any, event: Event) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            desk.rows(end)
        handle(community, event)

    desk.worker.dispatcher.handle = killed_inside  # type: ignore[method-assign]
    assert desk.handle(*(said("hi", f"inside.{n}") for n in range(5))) == [DONE] * 5
    assert (desk.paid(), desk.noted()) == (30, 30)
    desk.close()


@pytest.mark.parametrize("alone", [False, True], ids=["many", "one"])
def test_a_commit_in_doubt_counts_once(desk: Desk, alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit arrived and its answer did not: to handle the events again would pay them twice."""
    events = [said("hi", f"k{n}") for n in range(1 if alone else 5)]
    db = desk.worker.unit.db
    commit, answers = db._commit, 0

    def in_doubt() -> None:
        nonlocal answers
        commit()
        answers += 1
        if answers == 1:
            raise StoreUnavailable("the connection was lost")

    monkeypatch.setattr(db, "_commit", in_doubt)
    outcomes = desk.handle(*events)
    assert outcomes == [DUPLICATE] * len(events)
    assert (desk.paid(), desk.noted()) == (len(events), len(events))
    assert desk.rows("SELECT count(*) FROM outbox") == [(len(events),)]
