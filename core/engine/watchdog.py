"""The watchdog: ends a handler that does not come back, and names the culprit when even that is impossible.

The exception that ends a handler is raised by the interpreter a moment later than it is asked for, so it could hit what
the lane does next: a commit, or the next plugin.  Therefore a blow is announced (``Watch.blow``): 1 while the watchdog
looks for a last time whether the call is still the same, 2 once the exception is on its way.  A lane that leaves a call
and finds one announced waits for it and takes it back (:func:`take_back`).
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coterie.core.engine.fence import Watch
from coterie.core.engine.registry import Call
from coterie.core.errors import HandlerTimeout
from coterie.storage.engine import LaneConnection

log = logging.getLogger(__name__)

SOFT_LIMIT: Final = 2.0
"""Seconds after which a handler is interrupted."""
HARD_LIMIT: Final = 20.0
"""Seconds after which the process gives up on a handler that cannot be interrupted."""


@dataclass(slots=True)
class Watched:
    """A lane under watch: its thread, what it is doing, and its connection."""

    thread: int
    watch: Watch
    db: LaneConnection
    turn: int = 0
    call: Call | None = None
    since: float = 0.0
    interrupted: float = 0.0


class Watchdog(threading.Thread):
    """Looks at the lanes a few times a second; ``give_up`` is called with the culprit when a handler cannot be
    stopped.
    """

    def __init__(
        self,
        lanes: list[Watched],
        give_up: Callable[[Call], None],
        *,
        soft: float = SOFT_LIMIT,
        hard: float = HARD_LIMIT,
    ) -> None:
        super().__init__(name="coterie-watchdog", daemon=True)
        self._lanes = lanes
        self._give_up = give_up
        self._soft = soft
        self._hard = hard
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(min(0.2, self._soft / 4)):
            now = time.monotonic()
            for lane in self._lanes:
                self._look(lane, now)

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()

    def _look(self, lane: Watched, now: float) -> None:
        watch = lane.watch
        call = watch.call
        if not watch.busy or watch.turn != lane.turn or call is not lane.call:
            lane.turn, lane.call, lane.since, lane.interrupted = watch.turn, call, now, 0.0
            return
        if call is None or now - lane.since < self._soft:
            return
        if now - lane.since >= self._hard:
            log.critical("plugin %s does not come back from %s and cannot be interrupted", call.plugin, call.hook)
            self._give_up(call)
            lane.since = now
        elif now - lane.interrupted >= min(1.0, self._soft):
            lane.interrupted = now
            self._strike(lane, call)

    def _strike(self, lane: Watched, call: Call) -> None:
        watch = lane.watch
        watch.blow = 1
        if not watch.busy or watch.turn != lane.turn or watch.call is not call:
            watch.blow = 0
            return
        try:
            # First the exception: it is what the statement's end must find, not an error that a plugin may swallow.
            set_exception(lane.thread, HandlerTimeout)
            lane.db.interrupt()
        finally:
            watch.blow = 2
        log.error("plugin %s takes longer than %.1f s in %s: interrupted", call.plugin, self._soft, call.hook)


def set_exception(thread: int, kind: type[BaseException]) -> None:
    """Let a thread raise an exception at its next instruction, in place of one that it has not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


def take_back(watch: Watch) -> None:
    """Wait for a blow that was announced to this thread, and make sure that it hits nothing after this.

    It is made to hit here: an exception that is only taken back leaves CPython 3.11 with a mark that one is on its way,
    and the first function that is traced after that (by a debugger, say) never gets past its first instruction.
    """
    while watch.blow:
        try:
            while watch.blow == 1:
                time.sleep(0)
            set_exception(threading.get_ident(), HandlerTimeout)
            while True:
                time.sleep(0)
        except HandlerTimeout:
            if watch.blow == 2:
                watch.blow = 0
