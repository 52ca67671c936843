"""Flood limits: how many messages the server takes, and how long it asks to wait."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from telegram.constants import FloodLimit

MINUTE: Final = 60.0
BURST: Final = 3
"""Messages that a quiet chat takes at once."""


@dataclass(slots=True)
class _Bucket:
    """Fills at a rate, holds a burst."""

    rate: float
    burst: float
    level: float = 0
    at: float = 0
    fresh: bool = True

    def wait(self, now: float, count: int) -> float:
        """Seconds until so many fit; 0 when they do."""
        if self.fresh:
            self.level, self.at, self.fresh = self.burst, now, False
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        # An album that is larger than the bucket passes when the bucket is full.
        return max(0.0, (min(count, self.burst) - self.level) / self.rate)

    def take(self, count: int) -> None:
        self.level -= count


@dataclass(slots=True)
class _Window:
    """Takes so many in any stretch of a minute."""

    most: int
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float, count: int) -> float:
        while self.times and self.times[0] <= now - MINUTE:
            self.times.popleft()
        over = len(self.times) + min(count, self.most) - self.most
        return self.times[over - 1] + MINUTE - now if over > 0 else 0.0

    def take(self, now: float, count: int) -> None:
        self.times.extend([now] * count)


class Limits:
    """The limits for sending.  Off until :attr:`enforced` is set; counting goes on all the time.

    Overall 30 messages a second (a bucket of 30, refilled at that rate, or 1,000 where the call allows a paid
    broadcast), one chat 1 a second after a burst of 3, one group or channel 20 in any minute.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.enforced = False
        self.taken = 0
        """Messages that passed."""
        self.refused: Counter[str] = Counter()
        """Calls that were answered with 429, by which limit: ``overall``, ``chat`` or ``group``."""
        self.repeats = False
        """Whether getUpdates with the offset of a moment ago is held back: for 3 seconds if it would not wait, and with
        one update at most within half a second.
        """
        self.reset()

    def reset(self) -> None:
        """Forget what was sent."""
        self._free = _Bucket(FloodLimit.MESSAGES_PER_SECOND, FloodLimit.MESSAGES_PER_SECOND)
        self._paid = _Bucket(FloodLimit.PAID_MESSAGES_PER_SECOND, FloodLimit.PAID_MESSAGES_PER_SECOND)
        self._chats: dict[int, _Bucket] = {}
        self._groups: dict[int, _Window] = {}

    def take(self, chat_id: int, count: int = 1, *, paid: bool = False) -> int:
        """Count messages to a chat; returns 0, or the whole seconds to wait, and then nothing was counted."""
        if not self.enforced:
            self.taken += count
            return 0
        now = self.clock()
        overall = self._paid if paid else self._free
        chat = self._chats.setdefault(chat_id, _Bucket(FloodLimit.MESSAGES_PER_SECOND_PER_CHAT, BURST))
        group = self._groups.setdefault(chat_id, _Window(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP))
        waits = {
            "overall": overall.wait(now, count),
            "chat": chat.wait(now, count),
            "group": group.wait(now, count) if chat_id < 0 else 0.0,
        }
        scope = max(waits, key=lambda name: waits[name])
        if waits[scope] > 0:
            self.refused[scope] += 1
            return max(1, math.ceil(waits[scope]))
        overall.take(count)
        chat.take(count)
        if chat_id < 0:
            group.take(now, count)
        self.taken += count
        return 0
