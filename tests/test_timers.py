"""Timers between the rows and the clock: none is slept over, and none holds up the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from coterie.core.clock import MovableClock
from coterie.core.engine.timers import TRY_AGAIN, Timers
from coterie.core.events import TimerDue
from coterie.core.platform import UnknownPlace
from coterie.storage.journal import DROP_TIMER
from tests.store_kit import NOW, Store

GONE = 77
"""A community that the configuration does not name any more."""


class Hall:
    """Timers in front of a store, and a lane that is as quick as a function call."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = MovableClock(NOW)
        self.timers = Timers(self.clock, self.submit, self.on_store)
        self.rung: list[str] = []
        self.fail: set[str] = set()
        self.meanwhile: Callable[[], None] = lambda: None

    def set(self, key: str, due: int, community: int = 1) -> None:
        """A timer that is called by its key."""
        row = {"community_id": community, "id": self.store.ids.next(), "plugin": "p", "name": "ring", "key": key}
        with self.store.batch():
            self.store.journal.set_timer(
                row | {"args": f'{{"key":"{key}"}}', "due": due, "attempts": 0, "created_at": NOW}
            )

    async def submit(self, community: int, event: TimerDue) -> None:
        """What the lane does with one that is due."""
        if community == GONE:
            raise UnknownPlace("not configured")
        if event.args["key"] in self.fail:
            raise RuntimeError("the lane failed")
        self.rung.append(event.args["key"])
        with self.store.db.transaction():
            self.store.db.run(DROP_TIMER, {"community_id": community, "id": event.timer})

    async def on_store(self, read: Callable[[Any], Any]) -> Any:
        """A read on the lane, whose answer takes a moment."""
        with self.store.db.transaction():
            found = read(SimpleNamespace(unit=SimpleNamespace(db=self.store.db)))
        self.meanwhile()
        return found

    def fire(self) -> int:
        """Hand in what is due."""
        return asyncio.run(self.timers.fire())


@pytest.fixture
def hall(migrated_url: str) -> Iterator[Hall]:
    store = Store(migrated_url)
    yield Hall(store)
    store.close()


def test_they_ring_in_order_and_once(hall: Hall) -> None:
    for key, due in (("c", NOW), ("a", NOW - 20), ("later", NOW + 5), ("b", NOW - 10)):
        hall.set(key, due)
    assert hall.fire() == 3
    assert hall.rung == ["a", "b", "c"]
    assert hall.timers.next_due == NOW + 5
    assert hall.fire() == 0
    hall.clock.move_to(NOW + 5)
    assert hall.fire() == 1
    assert hall.timers.next_due is None


def test_one_that_is_set_meanwhile_is_not_slept_over(hall: Hall) -> None:
    """A commit tells of an early timer while the question for the earliest one is being answered."""
    hall.set("far", NOW + 3_600_000)
    hall.meanwhile = lambda: hall.timers.heard(NOW + 50)
    hall.fire()
    assert hall.timers.next_due == NOW + 50


def test_those_of_a_community_that_is_gone_hold_up_nobody(hall: Hall) -> None:
    for number in range(600):  # more than one look takes
        hall.set(f"gone {number}", NOW - 100, GONE)
    hall.set("here", NOW)
    hall.set("soon", NOW + 5)
    hall.fire()
    assert hall.rung == ["here"]
    assert hall.timers.next_due == NOW + 5
    assert hall.store.rows("SELECT count(*) FROM timers WHERE community_id = 77") == [(600,)], "kept, should it return"


def test_one_that_cannot_be_handled_is_tried_again(hall: Hall) -> None:
    hall.set("a", NOW)
    hall.set("b", NOW)
    hall.fail = {"a"}
    hall.fire()
    assert hall.rung == ["b"]
    assert hall.timers.next_due == NOW + TRY_AGAIN
    hall.fail = set()
    hall.fire()
    assert hall.rung == ["b", "a"]
