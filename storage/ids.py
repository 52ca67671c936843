"""Ids: 64-bit, time-ordered, made by the application (Snowflake layout)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

EPOCH: Final = 1_735_689_600_000
"""Milliseconds of 2025-01-01T00:00:00Z, where the 41 time bits begin (they last until 2094)."""
_NODES: Final = 1024
_PER_MILLISECOND: Final = 4096
_TIME: Final = 22
"""Bits behind those of the time."""


class IdMaker:
    """Makes ids: 41 bits of milliseconds since :data:`EPOCH`, 10 bits of node, 12 bits of sequence.

    Two makers with the same node number must not live at the same time; every start of a process takes a fresh node
    number from the store (:func:`coterie.storage.settings.take_ids`).  When the clock stands still or goes back, or the
    sequence runs over, time bits run ahead of the clock instead of repeating; so they do behind ``newest``, an id that
    an earlier maker made under a clock that was put back since.
    """

    __slots__ = ("_last", "_lock", "_node", "_now", "_sequence")

    def __init__(self, now: Callable[[], int], node: int = 0, newest: int = 0) -> None:
        self._now = now
        self._node = (node % _NODES) << 12
        self._lock = threading.Lock()
        self._last = (newest >> _TIME) + 1 if newest else 0
        self._sequence = 0

    def next(self) -> int:
        """A new id, greater than every earlier one of this maker and than ``newest``."""
        with self._lock:
            moment = self._now() - EPOCH
            if moment > self._last:
                self._last = moment
                self._sequence = 0
            else:
                self._sequence += 1
                if self._sequence == _PER_MILLISECOND:
                    self._last += 1
                    self._sequence = 0
            return self._last << _TIME | self._node | self._sequence


def made_at(identifier: int) -> int:
    """The instant (milliseconds since 1970) at which an id was made."""
    return (identifier >> _TIME) + EPOCH


def least_at(instant: int) -> int:
    """A number below every id made at an instant (milliseconds since 1970) or later."""
    return max(0, instant - EPOCH) << _TIME
