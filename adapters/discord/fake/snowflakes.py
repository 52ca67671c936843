"""Ids that hold their time, as Discord makes them, and times as Discord writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

EPOCH: Final = 1_420_070_400_000
"""The first millisecond of 2015, from which ids count, in milliseconds of Unix time."""
SHIFT: Final = 22
"""The bits below the time."""


class Snowflakes:
    """Makes ids from a clock in seconds; each is higher than the one before, whatever the clock does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def make(self) -> str:
        """A new id."""
        fresh = max(0, int(self._clock() * 1000) - EPOCH) << SHIFT
        self._last = max(fresh, self._last + 1)
        return str(self._last)


def made_at(snowflake: str) -> float:
    """When an id was made, in seconds of Unix time."""
    return ((int(snowflake) >> SHIFT) + EPOCH) / 1000


def iso(seconds: float) -> str:
    """A moment of Unix time in seconds as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def seconds_of(text: str) -> float:
    """A moment as Discord writes it in seconds of Unix time.  Raises :class:`ValueError` for what is no moment."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
