"""Pacing: how fast messages may leave, and how long to wait after a failure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import ceil
from typing import Final

SECOND: Final = 1000
HEADROOM: Final = 0.97
"""The share of a published limit that is used; the rest absorbs the jitter of the way to the platform."""
ARREARS: Final = 15
"""So many milliseconds of lateness (a busy event loop) are made up: half of what the headroom leaves in a second."""
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
    """The pace of a whole bot token: even, slower after a complaint of the platform, then creeping up again."""

    __slots__ = ("_calm_since", "_ceiling", "_due", "_interval", "_limit", "_rate", "frozen")

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._ceiling = limit * HEADROOM
        self._due = 0.0
        self._calm_since = 0
        self._set_rate(self._ceiling)
        self.frozen = 0
        """Until this instant nothing leaves at all."""

    @property
    def rate(self) -> float:
        """The present rate in messages a second; 0 without a limit."""
        return self._rate

    def opens(self, now: int) -> int:
        """The first instant for the next message; not later than ``now`` when it may leave at once."""
        if self._due > now + self._interval:  # the wall clock was set back
            self._due = now + self._interval
        return max(ceil(self._due), self.frozen)

    def take(self, now: int) -> None:
        """A message leaves."""
        if not self._limit:
            return
        if self._rate < self._ceiling and now - self._calm_since >= CREEP_EVERY:
            self._calm_since = now
            self._set_rate(min(self._ceiling, self._rate + CREEP * self._limit))
        self._due = max(self._due, now - ARREARS) + self._interval

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
