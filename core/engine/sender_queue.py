"""The sender's queue: rows in order within a channel and a priority, channels in turn, nothing of it asynchronous."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal

from coterie.core.actions import AnyAction, EditMessage, OpenForm, SendInvoice, SendMessage, SendPoll, SendPrivate
from coterie.core.engine.pacing import Pace
from coterie.core.platform import Delivery, Limits

State = Literal["sent", "failed", "unknown", "superseded", "cancelled", "retry"]

PRIORITIES: Final = 4
PATIENCE: Final = 16
"""So many times in a row may something more urgent go first."""
RANKS: Final = 2 * (PRIORITIES + 1)
FREE_RANKS: Final = 2
SWEEP: Final = 1000
"""Quiet channels are forgotten when so many more than last time are known."""
COUNTED: Final = frozenset({SendMessage, SendPrivate, EditMessage, SendInvoice, OpenForm, SendPoll})
"""What platforms count as a message of its channel; taking away and letting in need not wait behind chatter."""

_URGENT_FIRST: Final = tuple(range(PRIORITIES))
_PATIENT_FIRST: Final = _URGENT_FIRST[::-1]


@dataclass(slots=True)
class Job:
    """One outbox row in memory; ``created`` (milliseconds, 0: when the sender first saw it) starts its age.

    ``left``: it was read from the store, so an earlier process may have sent it without noting that.
    """

    id: int
    community: int
    plugin: str
    action: AnyAction
    priority: int
    attempts: int = 0
    not_before: int = 0
    created: int = 0
    left: bool = False


@dataclass(slots=True, eq=False)
class Entry:
    """A place in the queue. A newer edit of the same message takes the place over by replacing ``job``."""

    job: Job
    line: Line
    priority: int
    since: int
    counted: bool
    free: bool
    after: Entry | None = None
    """The next place of the same channel and priority."""
    delivery: Delivery | None = None
    folded: Job | None = None
    """The newest edit whose card this unsent message carries; its fate is told together with the message's own."""
    taken: bool = False
    """Being prepared or sent: its card can no longer be replaced."""
    asked: bool = False
    """The request may have left."""
    doubtful: bool = False
    """An earlier request may have been carried out."""
    gone: bool = False


@dataclass(slots=True, eq=False)
class Line:
    """The entries of one channel, at most one of them in flight.

    An answer's live handle has a line of its own, and so has what concerns a space and none of its channels.
    """

    key: str
    space: str
    heads: list[Entry | None] = field(default_factory=lambda: [None] * PRIORITIES)
    tails: list[Entry | None] = field(default_factory=lambda: [None] * PRIORITIES)
    busy: bool = False
    frozen: int = 0
    due: float = 0
    passed: int = 0
    listed: int = -1
    """The rank in which it waits for its turn; -1 for none."""
    wake: int = 0
    """The instant for which it is timed; 0 for none."""


class Queue:
    """Everything that waits. ``blocked`` says whether an entry must wait for another one of the same message.

    Ranks are the four priorities, before them the answers that no overall rate holds back, and in each of these first
    what has its picture drawn and only waits for the pace.  Within a rank the channels take turns.
    """

    def __init__(self, limits: Limits, blocked: Callable[[Entry], bool]) -> None:
        self.waiting = [0] * PRIORITIES
        self._limits = limits
        self._blocked = blocked
        self._channel_pace = Pace.of(limits.channel_rate, limits.burst)
        self._space_pace = Pace.of(limits.space_rate, limits.burst)
        self._lines: dict[str, Line] = {}
        self._space_due: dict[str, float] = {}
        self._sweep_at = SWEEP
        self._ready: tuple[deque[Line], ...] = tuple(deque() for _ in range(RANKS))
        self._passed = [0] * RANKS
        self._timers: list[tuple[int, int, Line]] = []
        self._order = count()

    def add(self, job: Job, now: int) -> Entry:
        """Put a row at the end of its channel and priority."""
        where, handle = job.action.where, getattr(job.action, "handle", "")
        key = f"handle {handle}" if handle else where.channel or f"space {where.space}"
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(key, where.space)
        counted = not handle and type(job.action) in COUNTED
        free = bool(handle) and self._limits.answers_free
        entry = Entry(job, line, job.priority, job.created or now, counted, free)
        tail = line.tails[entry.priority]
        if tail is None:
            line.heads[entry.priority] = entry
        else:
            tail.after = entry
        line.tails[entry.priority] = entry
        self.waiting[entry.priority] += 1
        if tail is None:
            self.arrange(line, now)
        return entry

    def drop(self, entry: Entry, now: int) -> None:
        """Take an entry out; its line goes on at once unless one of its requests is in flight."""
        entry.gone = True
        self.waiting[entry.priority] -= 1
        self.arrange(entry.line, now)

    def release(self, line: Line, now: int) -> None:
        """Nothing of this line is in flight any more."""
        line.busy = False
        self.arrange(line, now)

    def charge(self, entry: Entry, now: int) -> None:
        """Count a request against its channel and space."""
        if not entry.counted:
            return
        line = entry.line
        if self._channel_pace is not None:
            line.due = self._channel_pace.after(line.due, now)
        if self._space_pace is not None and line.space:
            self._space_due[line.space] = self._space_pace.after(self._space_due.get(line.space, 0), now)

    def wake(self, now: int) -> None:
        """Let the lines whose instant has come wait for their turn."""
        while self._timers and self._timers[0][0] <= now:
            instant, _, line = heapq.heappop(self._timers)
            if line.wake == instant:
                line.wake = 0
                self.arrange(line, now)
        if len(self._lines) >= self._sweep_at:
            self._sweep(now)

    def pick(self, now: int, *, paced: bool) -> Entry | None:
        """Take up the entry whose turn it is; ``paced`` False lets only free answers through."""
        while (rank := self._choose(paced)) is not None:
            line = self._ready[rank].popleft()
            line.listed = -1
            entry, _ = self._head(line, now)
            if entry is None or _rank(entry) != rank:
                self.arrange(line, now)
                continue
            waits = line.passed < PATIENCE and any(line.heads[entry.priority + 1 :])
            line.passed = line.passed + 1 if waits else 0
            line.busy = entry.taken = True
            return entry
        return None

    def has_ready(self, *, free: bool) -> bool:
        """Whether anything waits only for its turn: a free answer, or anything else."""
        ranks = range(FREE_RANKS) if free else range(FREE_RANKS, RANKS)
        return any(self._live(rank) for rank in ranks)

    def next_timer(self) -> int | None:
        """The earliest instant for which a line is timed."""
        while self._timers and self._timers[0][2].wake != self._timers[0][0]:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def arrange(self, line: Line, now: int) -> None:
        """Let a line wait for its turn, for an instant, or for nothing, as its first entries need."""
        if line.busy:
            return
        entry, wake = self._head(line, now)
        rank = -1 if entry is None else _rank(entry)
        if line.listed != rank:
            line.listed = rank
            if entry is not None:
                self._ready[rank].append(line)
        if wake != line.wake:
            line.wake = wake
            if wake:
                heapq.heappush(self._timers, (wake, next(self._order), line))

    def _head(self, line: Line, now: int) -> tuple[Entry | None, int]:
        """The entry that may go now, and when one before it may, or any if there is none (0: time alone frees none)."""
        wake = 0
        for priority in _PATIENT_FIRST if line.passed >= PATIENCE else _URGENT_FIRST:
            if line.heads[priority] is None:
                continue
            entry = _first(line, priority)
            if entry is None:
                continue
            start = max(entry.job.not_before, line.frozen)
            if entry.counted:
                start = max(start, self._opens(line, now))
            if start > now:
                wake = min(wake or start, start)
            elif not self._blocked(entry):
                return entry, wake
        return None, wake

    def _opens(self, line: Line, now: int) -> int:
        """When the limits of its channel and space let a line's next message leave."""
        instant = 0
        if (pace := self._channel_pace) is not None:
            line.due = pace.clip(line.due, now)
            instant = pace.opens(line.due)
        if (pace := self._space_pace) is not None and line.space in self._space_due:
            due = self._space_due[line.space] = pace.clip(self._space_due[line.space], now)
            instant = max(instant, pace.opens(due))
        return instant

    def _choose(self, paced: bool) -> int | None:
        """The rank whose turn it is: the most urgent one, or one that has been patient long enough."""
        chosen: int | None = None
        for rank in range(RANKS if paced else FREE_RANKS):
            if not self._live(rank):
                continue
            if chosen is None or self._passed[rank] >= PATIENCE:
                chosen = rank
            else:
                self._passed[rank] += 1
        if chosen is not None:
            self._passed[chosen] = 0
        return chosen

    def _live(self, rank: int) -> bool:
        """Whether a line waits in this rank, after those that no longer do are taken off its front."""
        ready = self._ready[rank]
        while ready and ready[0].listed != rank:
            ready.popleft()
        return bool(ready)

    def _sweep(self, now: int) -> None:
        """Forget channels and spaces in which nothing waits and no limit is running."""
        self._lines = {
            key: line
            for key, line in self._lines.items()
            if line.busy or line.frozen > now or line.due > now or any(_first(line, p) for p in _URGENT_FIRST)
        }
        self._space_due = {space: due for space, due in self._space_due.items() if due > now}
        self._sweep_at = 2 * len(self._lines) + SWEEP


def _rank(entry: Entry) -> int:
    return 2 * (0 if entry.free else entry.priority + 1) + (entry.delivery is None)


def _first(line: Line, priority: int) -> Entry | None:
    """The first entry of a priority, after those that are gone are taken off its front."""
    entry = line.heads[priority]
    while entry is not None and entry.gone:
        entry = entry.after
    line.heads[priority] = entry
    if entry is None:
        line.tails[priority] = None
    return entry
