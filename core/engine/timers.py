"""Timers: rows that become events on their lane when due, late ones included, each once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec

from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.events import TimerDue
from coterie.core.platform import UnknownPlace
from coterie.storage.journal import DUE_TIMERS, NEXT_TIMER

log = logging.getLogger(__name__)

LOOK_AGAIN: Final = 60_000
"""Milliseconds after which the table is read again even if nothing was heard (another process may have set a timer)."""
TRY_AGAIN: Final = 5_000
"""Milliseconds until the next look after the store failed, or a timer could not be handled."""

Submit = Callable[[int, TimerDue], Awaitable[Any]]
OnStore = Callable[[Callable[[Context], Any]], Awaitable[Any]]


class Timers:
    """Reads due timers and hands them in."""

    def __init__(self, clock: Clock, submit: Submit, on_store: OnStore) -> None:
        self._clock = clock
        self._submit = submit
        self._on_store = on_store
        self._wake = asyncio.Event()
        self._earlier: int | None = None
        self._foreign: set[int] = set()
        self.next_due: int | None = None
        """When the earliest known timer is due (milliseconds)."""

    def heard(self, due: int) -> None:
        """A timer was set by a commit."""
        self._earlier = _earliest(self._earlier, due)
        if self.next_due is None or due < self.next_due:
            self.next_due = due
            self._wake.set()

    async def run(self) -> None:
        """Fire timers as time goes by."""
        while True:
            await self.fire()
            self._wake.clear()
            now = self._clock.now()
            until = min(self.next_due if self.next_due is not None else now + LOOK_AGAIN, now + LOOK_AGAIN)
            sleep = asyncio.ensure_future(self._clock.sleep_until(until))
            wake = asyncio.ensure_future(self._wake.wait())
            try:
                await asyncio.wait((sleep, wake), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleep.cancel()
                wake.cancel()

    async def fire(self) -> int:
        """Hand in everything that is due now, in order of its moments; returns how many."""
        count = 0
        try:
            while True:
                self._earlier = None
                rows, following = await self._on_store(self._look)
                if not rows:
                    break
                outcomes = await asyncio.gather(
                    *(self._submit(row[0], _event(row)) for row in rows), return_exceptions=True
                )
                count += len(rows)
                failed = self._failed(rows, outcomes)
                if failed:
                    log.error("%d due timers could not be handled: %s", len(failed), failed[0])
                    self.next_due = self._clock.now() + TRY_AGAIN
                    return count
            # What was heard while the answer was on its way may be earlier than what it says.
            self.next_due = _earliest(following, self._earlier)
        except Exception:
            log.exception("due timers could not be read")
            self.next_due = self._clock.now() + TRY_AGAIN
        return count

    def _failed(self, rows: Sequence[tuple[Any, ...]], outcomes: Sequence[Any]) -> list[BaseException]:
        """What went wrong; timers of a community that is not configured any more wait until it is again."""
        failed = []
        for row, outcome in zip(rows, outcomes, strict=True):
            if isinstance(outcome, UnknownPlace):
                self._foreign.add(row[0])
            elif isinstance(outcome, BaseException):
                failed.append(outcome)
        return failed

    def _look(self, ctx: Context) -> tuple[list[tuple[Any, ...]], int | None]:
        """The timers that are due now, and where there is none, when the next one is."""
        db = ctx.unit.db
        foreign = db.list_value(self._foreign)
        rows = db.all(DUE_TIMERS, {"now": self._clock.now(), "foreign": foreign})
        row = None if rows else db.one(NEXT_TIMER, {"foreign": foreign})
        return rows, None if row is None else int(row[0])


def _earliest(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _event(row: tuple[Any, ...]) -> TimerDue:
    _, identifier, plugin, name, args, due, _ = row
    return TimerDue(key="", at=due, timer=identifier, plugin=plugin, name=name, args=msgspec.json.decode(args), due=due)
