"""The breaker: a hook of a plugin that keeps failing is paused, the operators are told once, and it gets another
chance later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from math import log2
from typing import Final

THRESHOLD: Final = 5
"""Failures within :data:`WINDOW` that pause a hook."""
WINDOW: Final = 60_000
"""Milliseconds in which failures are counted together."""
FIRST_PAUSE: Final = 600_000
"""Milliseconds of the first pause; each further one lasts twice as long, up to :data:`LONGEST_PAUSE`."""
LONGEST_PAUSE: Final = 86_400_000

HookKey = tuple[str, str]
"""A plugin's name and the name of what failed: a hook, ``command:x``, ``button:x``, ``timer:x``…"""


@dataclass(slots=True)
class _Record:
    failures: list[int] = field(default_factory=list)
    until: int = 0
    pauses: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A hook that is paused between two instants (milliseconds); ``failures`` led to it."""

    plugin: str
    hook: str
    since: int
    until: int
    error: str
    failures: int

    @property
    def first(self) -> bool:
        """Whether it opens a row of pauses: only that one is told to the operators."""
        return self.until - self.since <= FIRST_PAUSE


class Breaker:
    """Counts failures per plugin and hook, for all lanes of a process; thread-safe.

    ``version`` changes whenever the set of paused hooks changes, so that frozen call tables know when to be rebuilt.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._records: dict[HookKey, _Record] = {}
        self.version = 0
        self.next_release: int | None = None

    def failed(self, plugin: str, hook: str, error: str) -> Pause | None:
        """Count a failure; the pause that it causes, if it does."""
        with self._lock:
            now = self._now()
            record = self._records.setdefault((plugin, hook), _Record())
            record.failures = [at for at in record.failures if now - at < WINDOW] + [now]
            record.error = error
            if now - record.until >= FIRST_PAUSE:
                record.pauses = 0  # it has recovered since
            needed = 1 if record.pauses else THRESHOLD
            if len(record.failures) < needed or record.until > now:
                return None
            return self._pause(plugin, hook, record, now)

    def pause(self, plugin: str, hook: str, error: str) -> Pause | None:
        """Pause at once (a handler that had to be ended with the process)."""
        with self._lock:
            record = self._records.setdefault((plugin, hook), _Record())
            record.error = error
            now = self._now()
            if now - record.until >= FIRST_PAUSE:
                record.pauses = 0
            return None if record.until > now else self._pause(plugin, hook, record, now)

    def restore(self, pause: Pause) -> None:
        """Take over a pause that was stored before a restart; its length tells how many there were in a row."""
        with self._lock:
            pauses = 1 + max(0, round(log2(max(1, pause.until - pause.since) / FIRST_PAUSE)))
            self._records[pause.plugin, pause.hook] = _Record([], pause.until, pauses, pause.error)
            self._changed()

    def _pause(self, plugin: str, hook: str, record: _Record, now: int) -> Pause:
        length = min(FIRST_PAUSE * 2**record.pauses, LONGEST_PAUSE)
        record.pauses += 1
        record.until = now + length
        count = len(record.failures)
        record.failures = []
        self._changed()
        return Pause(plugin, hook, now, record.until, record.error, count)

    def _changed(self) -> None:
        self.version += 1
        now = self._now()
        self.next_release = min((r.until for r in self._records.values() if r.until > now), default=None)

    def release_due(self) -> None:
        """Let pauses that are over end."""
        if self.next_release is not None and self._now() >= self.next_release:
            with self._lock:
                self._changed()

    def is_paused(self, plugin: str, hook: str) -> bool:
        """Whether a hook is paused now."""
        record = self._records.get((plugin, hook))
        return record is not None and record.until > self._now()

    def resume(self, plugin: str, hook: str) -> None:
        """End a pause by hand."""
        with self._lock:
            self._records.pop((plugin, hook), None)
            self._changed()

    def paused(self) -> list[tuple[str, str, int, str]]:
        """What is paused: (plugin, hook, until, error)."""
        now = self._now()
        return sorted((p, h, r.until, r.error) for (p, h), r in self._records.items() if r.until > now)
