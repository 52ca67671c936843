"""The place in one session's stream of events: how far everything is committed, and how that is kept."""

from __future__ import annotations

import asyncio
from bisect import bisect
from collections import deque

import msgspec


class Tracker:
    """Which events of a session are committed.

    :attr:`done` is the number of the last event up to which all are, whatever the order in which they were committed;
    None while there is none.  It only grows.  It may be read on any thread; all else belongs to the event loop.
    """

    __slots__ = ("_closed", "_enough", "_last", "_open", "_released", "_wanted", "done")

    def __init__(self, done: int | None = None) -> None:
        """``done``: where an earlier connection of the session had come to."""
        self.done = done
        self._last = -1 if done is None else done
        self._open: deque[int] = deque()
        self._closed: set[int] = set()
        self._wanted: asyncio.Future[None] | None = None
        self._enough = 0
        self._released = False

    @property
    def waiting(self) -> int:
        """How many events were begun and stand behind one that is not committed, that one included."""
        return len(self._open)

    def began(self, number: int) -> bool:
        """An event came in; False when it came before, and then nothing waits for it."""
        if number > self._last:
            self._last = number
            self._open.append(number)
            return True
        if (self.done is not None and number <= self.done) or number in self._open:
            return False
        self._open.insert(bisect(self._open, number), number)  # one that was overtaken
        return True

    def ended(self, number: int) -> None:
        """An event that was begun is committed, or has nothing to commit."""
        waiting = self._open
        if not waiting or number < waiting[0]:
            return
        self._closed.add(number)
        while waiting and waiting[0] in self._closed:
            self.done = waiting.popleft()
            self._closed.discard(self.done)
        if self._wanted is not None and len(waiting) <= self._enough and not self._wanted.done():
            self._wanted.set_result(None)

    async def settle(self, enough: int = 0) -> None:
        """Return when no more than ``enough`` events wait, or nobody should wait any more; for one caller at a time."""
        if len(self._open) <= enough or self._released:
            return
        self._enough = enough
        self._wanted = asyncio.get_running_loop().create_future()
        try:
            await self._wanted
        finally:
            self._wanted = None

    def release(self) -> None:
        """What waits will not be committed: :meth:`settle` returns."""
        self._released = True
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_result(None)


class Place(msgspec.Struct, frozen=True):
    """Where a session can be taken up again.

    ``gateway`` is the address that Discord named for it.  ``stamp`` says for which settings the session was opened,
    ``at`` is when it was alive (milliseconds).
    """

    session: str
    sequence: int
    gateway: str
    stamp: str = ""
    at: int = 0

    def text(self) -> str:
        """The place as a few words that :func:`read_place` understands."""
        return msgspec.json.encode(self).decode()


def read_place(text: str) -> Place | None:
    """The place that such words name, or None."""
    try:
        return msgspec.json.decode(text, type=Place)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


__all__ = ["Place", "Tracker", "read_place"]
