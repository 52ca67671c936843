"""The Sender: drains the outbox of one platform, as fast as its limits allow and no faster."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

from coterie.core.actions import Referring
from coterie.core.cards import Picture as Drawing
from coterie.core.clock import Clock
from coterie.core.engine.pacing import Pacer
from coterie.core.engine.sender_fate import WITHDRAWN, Fates, Stats
from coterie.core.engine.sender_messages import GONE, NO_MESSAGE
from coterie.core.engine.sender_queue import Entry, Job
from coterie.core.engine.sender_record import Recorder, Result
from coterie.core.engine.sender_request import Courier, Middleware, Proceed
from coterie.core.events import Where
from coterie.core.platform import Limits, Picture, Platform, RetryLater, Uncertain

STORE_WAIT: Final = 5.0
"""Seconds after which a look-up in the store that failed is tried again."""
UNRECORDED: Final = 1000
"""Nothing more is sent while more results than this wait for the store."""
KEPT: Final = 4
"""One in so many of the places for requests in flight is kept for answers that no overall rate holds back."""

_log = logging.getLogger("coterie.sender")


class Sender:
    """Sends the rows of one bot token. Lives on the event loop; the store is reached only through the callbacks.

    ``record`` takes batches of results, ``locate`` finds the native id of a message (community, ref), ``draw`` makes a
    row's picture, ``mentions`` finds the native ids of members (community, member ids).
    """

    def __init__(
        self,
        platform: Platform,
        *,
        clock: Clock,
        record: Callable[[list[Result]], Awaitable[None]],
        locate: Callable[[int, int], Awaitable[str]],
        draw: Callable[[Job, Drawing], Awaitable[Picture | None]],
        mentions: Callable[[int, tuple[int, ...]], Awaitable[dict[int, str]]],
        around: tuple[Middleware, ...] = (),
        limits: Limits | None = None,
    ) -> None:
        self._name = platform.name
        self._clock = clock
        self._locate = locate
        self._limits = limits or platform.limits
        self._pacer = Pacer(self._limits.overall_rate)
        self._answering = platform.answering
        self._meter = platform.meter
        if self._meter is not None:
            self._meter.told = self._besides
        self._courier = Courier(platform, draw, mentions, around)
        self._recorder = Recorder(record, clock, self._ring)
        self._fates = Fates(platform, self._limits, self._pacer, clock, self._recorder.add)
        self._messages = self._fates.messages
        self._queue = self._fates.queue
        self._tasks: set[asyncio.Task[None]] = set()
        self._bells: list[asyncio.Future[None]] = []
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: int | None = None
        self._closed = False

    @property
    def stats(self) -> Stats:
        """The counters, brought up to date."""
        stats = self._fates.stats
        stats.in_flight, stats.unrecorded, stats.rate = len(self._tasks), len(self._recorder), self._pacer.rate
        stats.queued = list(self._queue.waiting)
        oldest = next(iter(self._fates.entries.values()), None)
        stats.oldest = 0 if oldest is None else max(0, self._clock.now() - oldest.since)
        return stats

    def put(self, jobs: Iterable[Job]) -> None:
        """Take in rows, in their order; those already known are ignored, and all after :meth:`stop`."""
        if self._closed:
            return
        now = self._clock.now()
        for job in jobs:
            self._fates.admit(job, now)
            if handle := getattr(job.action, "handle", ""):
                self._answering(handle)
        self._ring()

    def moved(self, follow: Callable[[Where], Where]) -> None:
        """Spaces have other native ids, which ``follow`` tells: what waits goes there."""
        self._fates.moved(follow)

    def withdraw(self, row: int) -> None:
        """A row was given up: it is not sent any more; if its request is out, what comes of it is not written down."""
        self._fates.withdrawn.add(row)
        self._ring()

    async def run(self) -> None:
        """Send until :meth:`stop`."""
        try:
            while not self._closed:
                self._pump()
                await self._nap()
        finally:
            self._set_alarm(None)

    async def stop(self, grace: float = 5) -> None:
        """Take nothing new, wait up to ``grace`` seconds for what is in flight, and record what became of it.

        The seconds are real ones: a virtual clock that nobody moves must not keep a process from ending.
        """
        self._closed = True
        self._ring()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        late = tuple(self._tasks)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)
        await self._recorder.close(grace)
        if self._fates.entries:
            _log.info("%s stopped with %d rows waiting", self._name, len(self._fates.entries))

    def drop(self) -> None:
        """End at once, as a killed process would: requests break off, and what became of them is not recorded."""
        self._closed = True
        self._recorder.drop()
        for task in self._tasks:
            task.cancel()
        self._ring()

    async def settle(self) -> None:
        """Send all that is due now, also without :meth:`run`, and return when it is sent and recorded."""
        while True:
            self._pump()
            if not self._tasks and not self._recorder.active:
                return
            await self._bell()

    def next_due(self) -> int | None:
        """The instant of the earliest waiting retry or paced message; None when idle."""
        if self._closed:
            return None
        return _earliest(self._next_start(), self._recorder.retry_at)

    # What is sent when.

    def _next_start(self) -> int | None:
        """The earliest instant at which time alone lets something start."""
        now, instant = self._clock.now(), self._queue.next_timer()
        if self._has_room() and self._queue.has_ready(free=True):
            instant = _earliest(instant, max(now, self._pacer.frozen))
        if self._has_room(paced=True) and self._queue.has_ready(free=False):
            instant = _earliest(instant, max(now, self._pacer.opens(now)))
        return instant

    def _has_room(self, *, paced: bool = False) -> bool:
        """Whether one more request may be out; some places are kept for free answers, however slow all else is."""
        places, answers = self._limits.in_flight, paced and self._limits.answers_free
        return len(self._tasks) < places - answers * (places // KEPT) and len(self._recorder) <= UNRECORDED

    def _pump(self) -> None:
        """Start all requests that may leave now."""
        now = self._clock.now()
        self._queue.wake(now)
        while not self._closed and self._has_room() and self._pacer.frozen <= now:
            paced = self._has_room(paced=True) and self._pacer.opens(now) <= now
            entry = self._queue.pick(now, paced=paced)
            if entry is None:
                if paced:
                    self._pacer.rest(now)
                return
            if entry.delivery is None and not self._make_ready(entry):
                continue
            if not entry.free:
                self._pacer.take(now)
            self._queue.charge(entry, now)
            self._start(self._send(entry))

    def _besides(self) -> None:
        """The adapter asks something that nobody paced."""
        self._pacer.take(self._clock.now())

    def _make_ready(self, entry: Entry) -> bool:
        """Whether all that the request needs is at hand; otherwise it is fetched, and only then takes its slot."""
        job = entry.job
        if job.id in self._fates.withdrawn:
            self._fates.finish(entry, "cancelled", WITHDRAWN)
            return False
        native: str | None = ""
        if isinstance(job.action, Referring):
            native = self._messages.native(job)
            if native == GONE:
                self._fates.finish(entry, "cancelled", NO_MESSAGE)
                return False
        if native is not None:
            entry.delivery = self._courier.at_hand(job, native)
        if entry.delivery is None:
            self._start(self._prepare(entry, job, native))
        return entry.delivery is not None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(work))

    def _ring(self) -> None:
        """Something changed: let :meth:`run` and :meth:`settle` look again."""
        bells, self._bells = self._bells, []
        for bell in bells:
            if not bell.done():
                bell.set_result(None)

    async def _bell(self) -> None:
        bell = asyncio.get_running_loop().create_future()
        self._bells.append(bell)
        await bell

    async def _nap(self) -> None:
        """Wait until something changes or is due."""
        due = self._next_start()
        if due != self._alarm_at:
            self._set_alarm(due)
        await self._bell()

    def _set_alarm(self, instant: int | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = instant
        self._alarm = None if instant is None else asyncio.get_running_loop().create_task(self._wait_for(instant))

    async def _wait_for(self, instant: int) -> None:
        await self._clock.sleep_until(instant)
        self._alarm = self._alarm_at = None
        self._ring()

    # What one request does, and what becomes of it.

    async def _prepare(self, entry: Entry, job: Job, native: str | None) -> None:
        try:
            if native is None and isinstance(job.action, Referring):
                native = await self._locate(job.community, job.action.ref)
                if native == GONE:
                    self._fates.finish(entry, "cancelled", NO_MESSAGE)
                    return
                self._messages.located(job, native)
            entry.delivery = await self._courier.prepare(job, native or "")
            self._queue.release(entry.line, self._clock.now())
        except Exception:
            _log.exception("the message of row %d could not be looked up", job.id)
            self._fates.wait(entry, RetryLater(STORE_WAIT, "the store is away"))
        finally:
            self._landed()

    async def _send(self, entry: Entry) -> None:
        if self._meter is not None and not entry.free:
            self._meter.prepay()
        try:
            native = await self._courier.carry_out(entry)
        except asyncio.CancelledError:
            if self._task().cancelling():
                self._fates.cut_off(entry)
                raise
            self._fates.trouble(entry, Uncertain("the request was broken off"))
        except (Exception, SystemExit) as error:
            self._fates.trouble(entry, error)
        else:
            self._fates.finish(entry, "sent", native=native)
        finally:
            self._landed()

    def _task(self) -> asyncio.Task[None]:
        task = asyncio.current_task()
        assert task is not None
        return task

    def _landed(self) -> None:
        self._tasks.discard(self._task())
        self._ring()


def _earliest(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


__all__ = ["Job", "Middleware", "Proceed", "Result", "Sender", "Stats"]
