"""The event loop of a simulation: nothing in it waits for the world outside, so the system is seldom asked."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

SELDOM: Final = 64
"""Turns of a busy loop between two questions to the system."""
PATIENCE: Final = 5.0
"""Seconds that a loop without work or timers waits before it is stuck; a thread is always waited for with a timer."""


class Stuck(Exception):
    """Nothing will ever happen in the loop again, and its work is not done; the message tells what waits where."""


class _Seldom(selectors.DefaultSelector):
    """Asks the system at once where the loop has nothing to do, else once in a while: a question costs a system call,
    and a simulated step has dozens of turns.
    """

    _turns = 0
    _stuck = ""
    loop: asyncio.AbstractEventLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; nothing, unasked, in most turns of a loop that has other things to do.

        Raises :class:`Stuck`, again and with the same message where the clean-up is stuck as well.
        """
        self._turns += 1
        if timeout is None:
            ready = super().select(PATIENCE)
            if not ready:
                self._stuck = self._stuck or _waiting(self.loop)
                raise Stuck(self._stuck)
            return ready
        if timeout <= 0 and self._turns % SELDOM:
            return []
        return super().select(timeout)


def _waiting(loop: asyncio.AbstractEventLoop) -> str:
    """Where every task of a loop waits, from the outside in."""
    places = []
    for task in asyncio.all_tasks(loop):
        frames = []
        waits: Any = task.get_coro()
        while waits is not None and (frame := getattr(waits, "cr_frame", None)) is not None:
            frames.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
            waits = waits.cr_await
        places.append(" > ".join(frames))
    return "; ".join(sorted(places))


def run_alone(work: Coroutine[Any, Any, T]) -> T:
    """As :func:`asyncio.run`, on a loop for work that needs no sockets; raises :class:`Stuck` where that would wait
    for ever.
    """
    selector = _Seldom()

    def loop() -> asyncio.AbstractEventLoop:
        selector.loop = asyncio.SelectorEventLoop(selector)
        return selector.loop

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(work)
