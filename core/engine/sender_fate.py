"""What becomes of a row: sent, tried again, given up, and what that means for the numbers and for other rows."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import msgspec

from coterie.core.actions import (
    ApproveJoin,
    Ban,
    CallOff,
    CloseForm,
    ClosePoll,
    CloseTopic,
    Consume,
    DeclineJoin,
    DeleteMessage,
    DropFilter,
    EditMessage,
    EndSubscription,
    GiveRole,
    Invite,
    Kick,
    Mute,
    OpenTopic,
    Pin,
    RefundPayment,
    Remove,
    RemoveMessage,
    Reschedule,
    Schedule,
    SendMessage,
    SendPoll,
    SendPrivate,
    SetFilter,
    SetNickname,
    SetTag,
    TakeRole,
    Unban,
    Unmute,
    Unpin,
)
from coterie.core.clock import Clock
from coterie.core.engine.pacing import SECOND, Pacer, backoff
from coterie.core.engine.sender_messages import Messages
from coterie.core.engine.sender_queue import PRIORITIES, Entry, Job, State
from coterie.core.engine.sender_record import Result
from coterie.core.events import Where
from coterie.core.platform import Limits, Platform, Refused, RetryLater, Uncertain

TRIES: Final = 5
"""So often is an action tried that fails for an unexpected reason."""
LONGEST_WAIT: Final = 24 * 60 * 60 * SECOND
"""An action that a platform keeps putting off is given up at this age."""
SHORTEST_WAIT: Final = SECOND // 10
DOUBT_WAIT: Final = SECOND
"""The pause before an uncertain message is repeated with its key, which platforms honour for minutes only."""
REMEMBERED: Final = 10_000
"""So many rows that were sent are known, should they be put a second time."""
WITHDRAWN: Final = "given up before it was sent"

_REPEATABLE: Final = frozenset(
    {
        *(EditMessage, DeleteMessage, CloseForm, ApproveJoin, DeclineJoin, GiveRole, TakeRole, SetTag, Remove),
        *(RemoveMessage, Pin, Unpin, ClosePoll, CloseTopic, Mute, Unmute, Kick, Ban, Unban),
        *(SetNickname, SetFilter, DropFilter, Reschedule, CallOff, Consume),
        EndSubscription,
        RefundPayment,  # money, and yet: a provider gives one payment back once, whoever asks again
    }
)
_KEYED: Final = frozenset({SendMessage, SendPrivate, SendPoll, OpenTopic, Schedule, Invite})
_log = logging.getLogger("coterie.sender")


@dataclass(slots=True)
class Stats:
    """What a sender did since it was made, and what waits: ``queued`` by priority, the age of the ``oldest`` in ms."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    coalesced: int = 0
    retried: int = 0
    in_flight: int = 0
    unrecorded: int = 0
    queued: list[int] = field(default_factory=lambda: [0] * PRIORITIES)
    oldest: int = 0
    rate: float = 0


class Fates:
    """Follows every row from its admission to its final state; ``record`` takes the results."""

    def __init__(
        self, platform: Platform, limits: Limits, pacer: Pacer, clock: Clock, record: Callable[[Result], None]
    ) -> None:
        self.messages = Messages(limits, self._tell, keyed=platform.idempotent_sends)
        self.queue = self.messages.queue
        self.entries: dict[int, Entry] = {}
        self.withdrawn: set[int] = set()
        """Rows that were given up while they waited or were under way."""
        self.stats = Stats()
        self._platform = platform
        self._pacer = pacer
        self._clock = clock
        self._record_result = record
        self._done: OrderedDict[int, None] = OrderedDict()

    def admit(self, job: Job, now: int) -> None:
        """Queue a row unless it is known already."""
        if job.id in self.entries or job.id in self._done:
            return
        entry = self.messages.admit(job, now)
        if entry is not None:
            self.entries[job.id] = entry

    def moved(self, follow: Callable[[Where], Where]) -> None:
        """Spaces have other native ids: what waits goes there, and native ids of messages are looked up anew."""
        for entry in self.entries.values():
            place = follow(entry.job.action.where)
            if place != entry.job.action.where:
                entry.job.action = msgspec.structs.replace(entry.job.action, where=place)
            if not entry.taken:
                entry.delivery = None
        self.messages.forget_natives()

    def finish(self, entry: Entry, state: State, reason: str = "", native: str = "") -> None:
        """The row that was taken up has its final state."""
        now = self._clock.now()
        self.messages.end(entry, now, state, reason, native)
        self.queue.release(entry.line, now)

    def trouble(self, entry: Entry, error: BaseException) -> None:
        """Decide what becomes of a row whose request raised."""
        if isinstance(error, RetryLater):
            self.wait(entry, error)
        elif isinstance(error, Refused):
            self._give_up(entry, error.reason)
        elif isinstance(error, Uncertain):
            self._doubt(entry, error.reason)
        else:
            _log.warning("row %d of %s went wrong", entry.job.id, entry.job.plugin, exc_info=error)
            self._try_again(entry, f"{type(error).__name__}: {error}"[:200])

    def wait(self, entry: Entry, error: RetryLater) -> None:
        """The platform asked for patience: the channel waits, or everything, and no attempt is counted."""
        now = self._clock.now()
        asked = error.seconds if error.seconds > 0 else 0  # a platform may ask for less than nothing, or for NaN
        until = now + max(SHORTEST_WAIT, ceil(min(asked * SECOND, LONGEST_WAIT)))
        if error.everywhere:
            self._pacer.freeze(now, until, slower=not error.down)
        else:
            entry.line.frozen = max(entry.line.frozen, until)
        if until - entry.since > LONGEST_WAIT:
            self._give_up(entry, f"given up after a day: {error.reason}")
        else:
            self._put_off(entry, now, until, error.reason)

    def _try_again(self, entry: Entry, reason: str, *, doubtful: bool = False) -> None:
        """A failed attempt: again after a growing pause, a few times."""
        job = entry.job
        job.attempts += 1
        entry.doubtful |= doubtful
        if job.attempts >= TRIES:
            self._give_up(entry, reason)
        else:
            now = self._clock.now()
            self._put_off(entry, now, now + backoff(job.attempts, job.id), reason)

    def _doubt(self, entry: Entry, reason: str) -> None:
        """It may have happened: repeat what can be repeated without harm, and record the rest as unknown."""
        kind = type(entry.job.action)
        if kind in _REPEATABLE:
            self._try_again(entry, reason, doubtful=True)
            return
        repeat = kind in _KEYED and self._platform.idempotent_sends and not entry.doubtful
        entry.doubtful = True
        if repeat:
            now = self._clock.now()
            entry.job.attempts += 1
            self._put_off(entry, now, now + DOUBT_WAIT, reason)
        else:
            self._give_up(entry, reason)

    def _give_up(self, entry: Entry, reason: str) -> None:
        self.finish(entry, "unknown" if entry.doubtful else "failed", reason)

    def _put_off(self, entry: Entry, now: int, until: int, reason: str) -> None:
        """Let a row wait at its place until an instant."""
        job = entry.job
        job.not_before = until
        entry.delivery, entry.taken, entry.asked = None, False, False
        if self.messages.put_off(entry, now):
            self.stats.retried += 1
            self._record(job, "retry", reason)
        self.queue.release(entry.line, now)

    def cut_off(self, entry: Entry) -> None:
        """The sender stops while a request is out: repeat it after the restart, or record that nobody knows."""
        kind = type(entry.job.action)
        safe = kind in _REPEATABLE or (kind in _KEYED and self._platform.idempotent_sends)
        if entry.asked and not safe:
            self.finish(entry, "unknown", "stopped while the request was out")

    def _tell(self, job: Job, state: State, reason: str = "", native: str = "") -> None:
        """A row has its final state."""
        self.entries.pop(job.id, None)
        stats = self.stats
        match state:
            case "sent":
                stats.sent += 1
            case "failed":
                stats.failed += 1
            case "unknown":
                stats.unknown += 1
            case "superseded":
                stats.coalesced += 1
            case _:
                stats.cancelled += 1
        if state in ("sent", "superseded"):
            self._done[job.id] = None
            if len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        if job.id in self.withdrawn:
            self.withdrawn.discard(job.id)
            state, reason, native = "cancelled", WITHDRAWN, ""
        self._record(job, state, reason, native)

    def _record(self, job: Job, state: State, reason: str = "", native: str = "") -> None:
        result = Result(
            job.id, job.community, job.plugin, state, job.action, native, reason, job.attempts, job.not_before
        )
        self._record_result(result)
