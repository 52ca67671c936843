"""The breaker: Discord shuts an address out for requests that it refuses, so asking stops long before that.

Discord counts answers 401, 403 and 429 (those about shared resources excepted) and blocks the address for a while after
10,000 of them within 10 minutes.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coterie.core.platform import RetryLater

SPAN: Final = 600
"""Seconds over which refused requests are counted."""
MOST: Final = 2_000
"""From so many refused requests within :data:`SPAN` on, everything waits."""
CALM: Final = 1_500
"""Asking goes on when no more than so many are left in the window."""
LOG_PAUSE: Final = 60.0
"""Seconds between two lines in the log about the same stop."""

_COUNTED: Final = frozenset((401, 403, 429))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Figures:
    """Refused requests within the last 10 minutes, and for how many seconds nothing is asked (0: it is)."""

    refused: int
    waits: float


class Breaker:
    """Counts what Discord refuses; ``clock`` gives seconds and only measures."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: deque[tuple[int, int]] = deque()
        """How many were refused in which second, the oldest first; at most one entry for each second of the span."""
        self._total = 0
        self._stopped = False
        self._next_log = 0.0

    def saw(self, status: int, scope: str = "") -> None:
        """A request was answered with an HTTP status; ``scope`` is that of a 429."""
        if status not in _COUNTED or scope == "shared":
            return
        second = int(self._clock())
        self._forget(second)
        if self._seconds and self._seconds[-1][0] >= second:
            last, count = self._seconds.pop()
            self._seconds.append((last, count + 1))
        else:
            self._seconds.append((second, 1))
        self._total += 1

    def figures(self) -> Figures:
        """How it stands now."""
        now = self._clock()
        self._forget(int(now))
        if self._total >= MOST:
            self._stopped = True
        elif self._total <= CALM:
            self._stopped = False
        return Figures(self._total, self._wait(now) if self._stopped else 0.0)

    def check(self) -> None:
        """Raises :class:`RetryLater` while too much was refused."""
        if self._total <= CALM:
            return
        found = self.figures()
        if not found.waits:
            return
        now = self._clock()
        if now >= self._next_log:
            self._next_log = now + LOG_PAUSE
            _log.error(
                "Discord refused %d requests within ten minutes; nothing is asked for %d seconds, because at 10,000 it "
                "shuts this address out. The lines above have the reason: a wrong token, or missing permissions",
                found.refused,
                round(found.waits),
            )
        raise RetryLater(found.waits, "too many requests were refused", everywhere=True, down=True)

    def _wait(self, now: float) -> float:
        """Seconds until the window holds no more than :data:`CALM`."""
        left = self._total
        for second, count in self._seconds:
            left -= count
            if left <= CALM:
                return max(1.0, second + SPAN + 1 - now)
        return 1.0

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] + SPAN < second:
            self._total -= self._seconds.popleft()[1]
