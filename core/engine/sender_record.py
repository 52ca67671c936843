"""Telling the store what became of rows: in batches, as often as it takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from coterie.core.actions import AnyAction
from coterie.core.clock import Clock
from coterie.core.engine.pacing import backoff
from coterie.core.engine.sender_queue import State

_log = logging.getLogger("coterie.sender")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row; ``retry`` is not final: it tells when the row is due again and how many attempts failed."""

    id: int
    community: int
    plugin: str
    state: State
    action: AnyAction
    native: str = ""
    reason: str = ""
    attempts: int = 0
    not_before: int = 0


class Recorder:
    """Hands results to ``record``, one call at a time; what gathers during a call goes together in the next.

    When ``record`` raises, its results are kept and handed in again after a while, in their order and before newer
    ones.  ``changed`` is called after each call.
    """

    def __init__(
        self, record: Callable[[list[Result]], Awaitable[None]], clock: Clock, changed: Callable[[], None]
    ) -> None:
        self.retry_at: int | None = None
        """When results that the store did not take are handed in again; None while it takes them."""
        self._record = record
        self._clock = clock
        self._changed = changed
        self._waiting: list[Result] = []
        self._underway: list[Result] = []
        self._failures = 0
        self._task: asyncio.Task[None] | None = None
        self._dropped = False

    def __len__(self) -> int:
        """How many results the store has not taken yet."""
        return len(self._waiting) + len(self._underway)

    @property
    def active(self) -> bool:
        """Whether results are just being recorded, or due to be."""
        return self._task is not None and (self.retry_at is None or self.retry_at <= self._clock.now())

    def add(self, result: Result) -> None:
        """Record a result soon."""
        self._waiting.append(result)
        if self._task is None and not self._dropped:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def drop(self) -> None:
        """Record nothing more."""
        self._dropped = True
        if self._task is not None:
            self._task.cancel()

    async def close(self, grace: float) -> None:
        """Record what is left, for at most ``grace`` seconds of real time."""
        if self._task is not None and self.retry_at is not None:
            self._task.cancel()  # it only waits for its next try
        try:
            async with asyncio.timeout(grace):
                if self._task is not None:
                    await asyncio.wait({self._task})
                while self._waiting and not await self._hand_in():  # noqa: ASYNC110
                    await asyncio.sleep(0.1)  # the store tells nobody when it is back
        except TimeoutError:
            _log.error("%d results could not be recorded; these rows will be sent again", len(self))

    async def _work(self) -> None:
        try:
            while self._waiting:
                if not await self._hand_in():
                    self.retry_at = self._clock.now() + backoff(self._failures, len(self._waiting), first=250)
                    self._changed()
                    await self._clock.sleep_until(self.retry_at)
                    self.retry_at = None
        finally:
            self._task = self.retry_at = None
            self._changed()

    async def _hand_in(self) -> bool:
        """One call of ``record`` with all that waits; whether it went well."""
        self._underway, self._waiting = self._waiting, []
        try:
            await self._record(self._underway)
        except Exception:
            _log.exception("the store did not take %d results; they are kept", len(self._underway))
            self._failures += 1
            return False
        else:
            self._underway, self._failures = [], 0
            return True
        finally:
            self._waiting, self._underway = self._underway + self._waiting, []
            self._changed()
