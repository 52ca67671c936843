"""Lanes: each community's events, one at a time and in order, on a few worker threads (or inline for tests)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

from coterie.core.aftermath import Aftermath
from coterie.core.engine.lane import LaneWorker
from coterie.core.engine.watchdog import Watchdog, Watched
from coterie.core.engine.work import Work
from coterie.core.logs import follow

log = logging.getLogger(__name__)

MAX_BATCH: Final = 256
"""Events that one commit may cover."""

Committed = Callable[[list[Work], list[Aftermath], LaneWorker], None]
"""Called on the event loop once per batch, after its commit."""


class Lanes(ABC):
    """Where work is put, and who can tell when all of it is done."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    @abstractmethod
    def put(self, work: Work) -> None:
        """Queue a work on its community's lane."""

    @abstractmethod
    def queued(self) -> int:
        """Works that wait or are being handled."""

    @abstractmethod
    def stop(self) -> None:
        """Finish what is queued and end."""

    def idle(self) -> bool:
        """Whether nothing is queued or being handled."""
        return self.queued() == 0

    async def drained(self) -> None:
        """Return when nothing is queued or being handled."""
        while not self.idle():
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def _tell(self) -> None:
        if self._waiters and self.idle():
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


class ThreadLane:
    """One worker thread with its queue."""

    def __init__(
        self, number: int, make: Callable[[], LaneWorker], loop: asyncio.AbstractEventLoop, committed: Committed
    ) -> None:
        self.queue: SimpleQueue[Work | None] = SimpleQueue()
        self.pending = 0
        self._make = make
        self._loop = loop
        self._committed = committed
        self._ready = threading.Event()
        self.worker: LaneWorker | None = None
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=f"coterie-lane-{number}", daemon=True)
        self.thread.start()
        self._ready.wait()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            self.worker = worker = self._make()
        except BaseException as error:
            self.failure = error
            self._ready.set()
            return
        self._ready.set()
        follow(worker.dispatcher.watch)
        while (first := self.queue.get()) is not None:
            batch, more = self._drain(first)
            try:
                done = worker.process(batch)
            except BaseException as error:  # a lane whose thread ends would be missed by everybody
                log.exception("a lane failed outside every fence")
                done = []
                for work in batch:
                    if work.outcome is None and work.error is None:
                        work.error = RuntimeError(f"the lane failed: {error}")
            with contextlib.suppress(RuntimeError):  # the loop may be closed already
                self._loop.call_soon_threadsafe(self._committed, batch, done, worker)
            if not more:
                break
        worker.unit.db.close()

    def _drain(self, first: Work) -> tuple[list[Work], bool]:
        batch = [first]
        get = self.queue.get_nowait
        try:
            while len(batch) < MAX_BATCH:
                work = get()
                if work is None:
                    return batch, False
                batch.append(work)
        except Empty:
            pass
        return batch, True


class ThreadLanes(Lanes):
    """Several lane threads; communities are spread over them by id."""

    def __init__(
        self,
        count: int,
        make: Callable[[], LaneWorker],
        committed: Committed,
        give_up: Callable[..., None],
        *,
        soft: float,
        hard: float,
    ) -> None:
        super().__init__()
        loop = asyncio.get_running_loop()
        self._committed = committed
        self._waiting = 0
        self.lanes = [ThreadLane(number, make, loop, self._finished) for number in range(count)]
        watched = [
            Watched(lane.thread.ident or 0, lane.worker.dispatcher.watch, lane.worker.unit.db)
            for lane in self.lanes
            if lane.worker
        ]
        self.watchdog = Watchdog(watched, give_up, soft=soft, hard=hard)
        self.watchdog.start()

    def put(self, work: Work) -> None:
        self._waiting += 1
        lanes = self.lanes
        lanes[work.community.id % len(lanes) if len(lanes) > 1 else 0].queue.put(work)

    def _finished(self, batch: list[Work], done: list[Aftermath], worker: LaneWorker) -> None:
        self._waiting -= len(batch)
        self._committed(batch, done, worker)
        self._tell()

    def queued(self) -> int:
        return self._waiting

    def workers(self) -> list[LaneWorker]:
        """The workers of all lanes."""
        return [lane.worker for lane in self.lanes if lane.worker is not None]

    def ended(self) -> list[str]:
        """The names of lanes whose thread has ended: what is put there is not handled any more."""
        return [lane.thread.name for lane in self.lanes if not lane.thread.is_alive()]

    def stop(self) -> None:
        for lane in self.lanes:
            lane.queue.put(None)
        for lane in self.lanes:
            lane.thread.join(timeout=30)
        self.watchdog.stop()


class InlineLane(Lanes):
    """One lane without a thread: what was put in one turn of the event loop is handled together in the next,
    deterministically.
    """

    def __init__(self, worker: LaneWorker, committed: Committed) -> None:
        super().__init__()
        self.worker = worker
        self._committed = committed
        self._queue: list[Work] = []
        self._scheduled = False
        self._stopped = False

    def put(self, work: Work) -> None:
        self._queue.append(work)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._process)

    def _process(self) -> None:
        self._scheduled = False
        if self._stopped:
            return
        batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
        if not batch:
            return
        done = self.worker.process(batch)
        if self._queue and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._process)
        self._committed(batch, done, self.worker)
        self._tell()

    def queued(self) -> int:
        return len(self._queue)

    def workers(self) -> list[LaneWorker]:
        """The one worker."""
        return [self.worker]

    def ended(self) -> list[str]:
        """None: there is no thread that could end."""
        return []

    def stop(self) -> None:
        while self._queue:
            self._process()
        self._stopped = True
        self.worker.unit.db.close()

    def drop(self) -> None:
        """Stop as a killed process would: what waits is forgotten."""
        self._stopped = True
        self._queue.clear()
        self.worker.unit.db.close()


def resolve(work: Work) -> None:
    """Tell whoever waits for a work."""
    future: Any = work.future
    if future is None or future.done():
        return
    if work.error is not None:
        future.set_exception(work.error)
    else:
        future.set_result(work.outcome)
