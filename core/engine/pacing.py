"""Pacing: how fast messages may leave, and how long to wait after a failure."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

SECOND: Final = 1000
HEADROOM: Final = 0.97
"""The share of a published limit that is used; the rest absorbs the jitter of the way to the platform."""
ARREARS: Final = 250
"""So many milliseconds of lateness (a busy event loop) are made up, as far as the limit of every second allows."""
STALL: Final = 15
"""Lateness in milliseconds, half of what the headroom leaves in a second, that may have held up requests as well."""
FLOOR: Final = 0.25
"""The share of a limit below which backing off does not go."""
EASE: Final = 0.9
"""What remains of the rate after the platform said that it was too fast."""
CREEP: Final = 0.01
"""The share of the limit that comes back every ``CREEP_EVERY`` milliseconds without a complaint."""
CREEP_EVERY: Final = 5 * SECOND
LONGEST_BACKOFF: Final = 300 * SECOND


@dataclass(frozen=True, slots=True)
class Pace:
    """An even pace: a message every ``interval`` milliseconds, of which ``slack`` milliseconds may be taken at once.

    The state of what is paced is one number, ``due``: when its next message would leave if there were no slack.
    """

    interval: float
    slack: float

    @classmethod
    def of(cls, rate: float, burst: int = 1) -> Pace | None:
        """A pace slightly under a published rate (messages a second); None for no limit."""
        if rate <= 0:
            return None
        interval = SECOND / (rate * HEADROOM)
        return cls(interval, (max(burst, 1) - 1) * interval)

    def clip(self, due: float, now: int) -> float:
        """``due``, brought near again when the wall clock was set back."""
        return min(due, now + self.interval + self.slack)

    def opens(self, due: float) -> int:
        """The first instant for the next message."""
        return ceil(due - self.slack - 0.01)  # a hundredth of a millisecond for the rounding of floats

    def after(self, due: float, now: int) -> float:
        """The new ``due`` once a message left."""
        return max(due, now) + self.interval


class Pacer:
    """The pace of a whole bot token: even, slower after a complaint of the platform, then creeping up again.

    What was late is made up, but a limit of 50 a second means that the 51st message leaves 1,031 milliseconds after the
    first at the earliest, whatever happened between them.
    """

    __slots__ = ("_calm_since", "_ceiling", "_due", "_interval", "_left", "_limit", "_rate", "_window", "frozen")

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._ceiling = limit * HEADROOM
        self._due = 0.0
        self._calm_since = 0
        self._set_rate(self._ceiling)
        most = max(1, floor(limit))
        self._left: deque[int] = deque(maxlen=most)
        """When the newest messages left: as many as a window holds."""
        self._window = most * self._interval
        self.frozen = 0
        """Until this instant nothing leaves at all."""

    @property
    def rate(self) -> float:
        """The present rate in messages a second; 0 without a limit."""
        return self._rate

    def opens(self, now: int) -> int:
        """The first instant for the next message; not later than ``now`` when it may leave at once."""
        if self._left and self._left[-1] > now:  # the wall clock was set back
            self._left.clear()
        self._due = min(self._due, now + self._interval)
        return max(ceil(self._next()), self.frozen)

    def take(self, now: int) -> None:
        """A message leaves."""
        if not self._limit:
            return
        if self._rate < self._ceiling and now - self._calm_since >= CREEP_EVERY:
            self._calm_since = now
            self._set_rate(min(self._ceiling, self._rate + CREEP * self._limit))
        planned = self._next()
        if now - planned > STALL:
            self._held_up(planned, now)
        self._due = max(self._due, now - ARREARS if self._left else now) + self._interval
        self._left.append(now)

    def _held_up(self, planned: float, now: int) -> None:
        """The newest messages before a stall may have been held up by it as well, and left only now."""
        for index in range(-1, -len(self._left) - 1, -1):
            if self._left[index] < planned - 2 * self._interval:
                break
            self._left[index] = now

    def rest(self, now: int) -> None:
        """Nothing waits that could leave: this time is not lateness, and not made up."""
        self._due = max(self._due, now)

    def _next(self) -> float:
        """When the next message may leave, but for :attr:`frozen`."""
        full = len(self._left) == self._left.maxlen
        return max(self._due, self._left[0] + self._window if full else 0)

    def freeze(self, now: int, until: int, *, slower: bool = True) -> None:
        """The platform asks the whole token to wait; complaints about one burst of requests slow it down once."""
        if slower and now >= self.frozen and self._limit:
            self._set_rate(max(FLOOR * self._limit, self._rate * EASE))
        self.frozen = max(self.frozen, until)
        self._calm_since = self.frozen

    def _set_rate(self, rate: float) -> None:
        self._rate = rate
        self._interval = SECOND / rate if rate else 0.0


def backoff(attempt: int, seed: int, *, first: int = SECOND) -> int:
    """Milliseconds to wait after so many failed attempts: doubling from ``first``, with a jitter given by the seed."""
    longest: int = min(first * 2 ** min(attempt - 1, 20), LONGEST_BACKOFF)
    jitter: float = random.Random(f"{seed}:{attempt}").random()  # so that a simulation replays exactly
    return ceil(longest * (0.75 + jitter / 2))
