"""Time as something that is handed in: real for people, movable for tests and simulation."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime


class Clock:
    """The wall clock. All instants inside Coterie are integer milliseconds since 1970 UTC."""

    def now(self) -> int:
        """The present instant in milliseconds."""
        return time.time_ns() // 1_000_000

    async def sleep_until(self, instant: int) -> None:
        """Wait until an instant (milliseconds)."""
        await asyncio.sleep(max(0, instant - self.now()) / 1000)


class MovableClock(Clock):
    """A clock that stands still until it is moved; sleepers wake in the order of their instants."""

    def __init__(self, start: int = 1_767_225_600_000) -> None:
        self._now = start
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> int:
        return self._now

    def move_to(self, instant: int) -> None:
        """Move forward to an instant; raises :class:`ValueError` for one in the past."""
        if instant < self._now:
            raise ValueError("the clock cannot go back")
        self._now = instant
        while self._sleepers and self._sleepers[0][0] <= instant:
            sleeper = heapq.heappop(self._sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)

    def jump(self, milliseconds: int) -> None:
        """Be set wrong or right all at once, also backward, as computers' clocks are; whoever is overdue wakes."""
        if milliseconds >= 0:
            self.move_to(self._now + milliseconds)
        else:
            self._now += milliseconds

    async def sleep_until(self, instant: int) -> None:
        if instant <= self._now:
            await asyncio.sleep(0)
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (instant, next(self._order), sleeper))
        await sleeper

    def next_wake(self) -> int | None:
        """The earliest instant at which somebody wants to wake, if any."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None


class ShiftedClock(Clock):
    """The wall clock with an offset that can grow: the playground's time, which runs by itself and can be moved
    forward.
    """

    def __init__(self) -> None:
        self.offset = 0
        self._shifted: asyncio.Event | None = None

    def now(self) -> int:
        return super().now() + self.offset

    def move_to(self, instant: int) -> None:
        """Move forward to an instant (an earlier one changes nothing); sleepers look again."""
        self.offset += max(0, instant - self.now())
        if self._shifted is not None:
            self._shifted.set()
            self._shifted = None

    async def sleep_until(self, instant: int) -> None:
        while (left := instant - self.now()) > 0:
            if self._shifted is None:
                self._shifted = asyncio.Event()
            try:
                async with asyncio.timeout(left / 1000):
                    await self._shifted.wait()
            except TimeoutError:
                continue


def to_datetime(instant: int) -> datetime:
    """An instant as an aware UTC datetime."""
    return datetime.fromtimestamp(instant / 1000, UTC)


def to_instant(moment: datetime) -> int:
    """Milliseconds of an aware datetime; raises :class:`ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone: pass an aware datetime")
    return round(moment.timestamp() * 1000)
