"""One process of a scenario: an app whose end, database and platforms can be struck at their own seams."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Engine

from coterie.core.aftermath import Aftermath
from coterie.core.app import App
from coterie.core.clock import MovableClock
from coterie.core.config import Settings
from coterie.core.engine.dispatcher import Dispatcher
from coterie.core.engine.lane import LaneWorker
from coterie.core.engine.work import DONE, Work, dedupe_key
from coterie.core.events import TaskEnded, TimerDue
from coterie.core.platform import Platform
from coterie.core.plugin import Plugin
from coterie.core.testing.trouble.strikes import Damage, Life, ProcessEnded, Strikes
from coterie.core.testing.trouble.wire import Connect, Wire
from coterie.core.testing.trouble.witness import Witness
from coterie.core.unit import Unit
from coterie.storage.engine import LaneConnection
from coterie.storage.faults import raise_translated
from coterie.storage.journal import TASK_BY_ID, TIMER_BY_ID
from coterie.storage.statement import Statement

_PATIENCE: Final = 3600.0
"""Seconds that a handler may take: real time must not decide what happens in a scenario."""
_SQLITE: Final[dict[Damage, tuple[str, int]]] = {
    "busy": ("database is locked", sqlite3.SQLITE_BUSY),
    "full": ("database or disk is full", sqlite3.SQLITE_FULL),
    "gone": ("disk I/O error", sqlite3.SQLITE_IOERR),
    "silent": ("disk I/O error", sqlite3.SQLITE_IOERR),
}


class Process(App):
    """An app that may end at any moment; ``life`` tells when."""

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Sequence[Plugin],
        platforms: Sequence[Platform],
        clock: MovableClock,
        seed: int,
        strikes: Strikes,
        witness: Witness,
        connect: Connect | None = None,
    ) -> None:
        self.life = Life(strikes)
        self._looked = False
        self.witness = witness
        super().__init__(
            settings,
            plugins=plugins,
            platforms=[Wire.to(platform, self.life, clock, connect) for platform in platforms],
            clock=clock,
            seed=seed,
            inline=True,
            soft_limit=_PATIENCE,
            hard_limit=2 * _PATIENCE,
        )

    async def settle(self) -> None:
        """As every app does; a process that has just started first looks for timers that are due, as real ones do."""
        if not self._looked:
            self._looked = True
            await self.timers.fire()
        await super().settle()

    async def kill(self) -> None:
        """End without a word."""
        self.life.finish()
        await super().kill()

    def _worker(self) -> LaneWorker:
        db = _Connection(self.store.engine, self.life, self.witness)
        db.open()
        unit = Unit(db, self.services)
        return _Worker(unit, Dispatcher(unit, self.registry), self.breaker, self.life, self.witness)

    def _committed(self, batch: list[Work], done: list[Aftermath], worker: LaneWorker) -> None:
        if self.life.ended:
            return
        super()._committed(batch, done, worker)
        if done and any(work.happens for work in batch):
            self.life.strike("after commit")

    def _hand_on(self, aftermath: Aftermath) -> None:
        if not (aftermath.tasks and self.life.strike("before task")):
            super()._hand_on(aftermath)


class _Worker(LaneWorker):
    """Handles batches until its process is gone, and never waits for a store that is away."""

    def __init__(self, unit: Unit, dispatcher: Dispatcher, breaker: Any, life: Life, witness: Witness) -> None:
        super().__init__(unit, dispatcher, breaker, pause=lambda _: None)
        self._life = life
        self._witness = witness

    def process(self, batch: list[Work]) -> list[Aftermath]:
        """As every worker does; once the process is gone, nobody hears anything of it any more."""
        if not self._life.ended:
            with contextlib.suppress(ProcessEnded):
                return super().process(batch)
        for work in batch:
            work.future = None
        return []

    def _handle(self, work: Work, known: dict[int, set[str]]) -> None:
        event = work.event
        row = self._row_of(work) if isinstance(event, TimerDue | TaskEnded) else None
        super()._handle(work, known)
        if not work.happens or work.again is not None or work.outcome is not DONE:
            return
        if isinstance(event, TimerDue):
            if row is not None and row[1] == event.due and self._row_of(work) != row:
                self._note(f"the timer {event.plugin} {event.name} (row {event.timer}, due at {event.due})")
        elif isinstance(event, TaskEnded):
            if row is not None and self._row_of(work) is None:
                self._note(f"the end of the task {event.plugin} {event.name} (row {event.task})")
        elif event.key:
            self._note(dedupe_key(event))

    def _note(self, what: str) -> None:
        self._witness.noted(what)

    def _row_of(self, work: Work) -> Any:
        """The row that an event ends or moves."""
        event = work.event
        statement, identifier = (
            (TIMER_BY_ID, event.timer) if isinstance(event, TimerDue) else (TASK_BY_ID, getattr(event, "task", 0))
        )
        return self.unit.db.one(statement, {"community_id": work.community.id, "id": identifier})


class _Connection(LaneConnection):
    """A connection whose transactions can be struck."""

    def __init__(self, engine: Engine, life: Life, witness: Witness) -> None:
        super().__init__(engine)
        self._life = life
        self._strikes = life.strikes
        self._witness = witness

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that is not begun while the database is locked."""
        self._witness.begun()
        if self._strikes.take_damage("busy"):
            self._fail("busy")
        with super().transaction():
            yield

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        if self._strikes.damage == "gone" and self._strikes.take_damage("gone"):
            self._fail("gone")
        return super().run(statement, values)

    def _commit(self) -> None:
        busy = self._witness.busy
        if busy and self._life.strike("before commit"):
            raise ProcessEnded
        if self._strikes.take_damage("full"):
            self._fail("full")
        super()._commit()
        self._witness.durable()
        if busy and self._life.strike("during commit"):
            raise ProcessEnded
        if self._strikes.take_damage("silent"):
            self._fail("silent")

    def _fail(self, damage: Damage) -> None:
        """Fail as the driver does; a server that is gone has closed the connection."""
        if self.is_sqlite:
            words, code = _SQLITE[damage]
            error: Exception = sqlite3.OperationalError(words)
            error.sqlite_errorcode = code  # type: ignore[attr-defined]  # the driver sets it on what it raises
        else:
            error = self._postgres_error(damage)
        raise_translated(error)

    def _postgres_error(self, damage: Damage) -> Exception:
        import psycopg

        if damage in ("gone", "silent") and self._driver is not None:
            self._driver.driver_connection.close()
        return {
            "busy": psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
            "full": psycopg.errors.DiskFull("could not extend file: No space left on device"),
            "gone": psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
            "silent": psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly"),
        }[damage]
