"""Counters of one lane: plain numbers that only its own thread changes and the metrics page reads."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

BATCH_BOUNDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Upper bounds for the number of events in a commit."""
COMMIT_BOUNDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds for the seconds of a commit."""


class Histogram:
    """How often values fell into each bucket; the last bucket takes what is above all bounds."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value; one that equals a bound belongs to the bucket below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(slots=True)
class Counts:
    """What a lane did since the process started."""

    events: int = 0
    """Events whose effects were committed, duplicates included."""
    duplicates: int = 0
    """Events that had been handled before."""
    lost: int = 0
    """Events that could not be handled at all (the store was away, or the core failed)."""
    replays: int = 0
    """Batches that were handled again, one event at a time."""
    failures: dict[tuple[str, str], int] = field(default_factory=dict)
    """Calls that failed, by plugin and hook."""
    batch_size: Histogram = field(default_factory=lambda: Histogram(BATCH_BOUNDS))
    commit_seconds: Histogram = field(default_factory=lambda: Histogram(COMMIT_BOUNDS))

    def committed(self, size: int, events: int, duplicates: int, seconds: float) -> None:
        """A batch of ``size`` works is in the store; writing and committing it took ``seconds``."""
        self.events += events
        self.duplicates += duplicates
        self.batch_size.add(size)
        self.commit_seconds.add(seconds)

    def failed(self, plugin: str, hook: str) -> None:
        """A plugin's call failed."""
        self.failures[plugin, hook] = self.failures.get((plugin, hook), 0) + 1
