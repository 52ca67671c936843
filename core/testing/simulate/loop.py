"""The event loop of a simulation: nothing in it waits for the world outside, so the system is seldom asked."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

SELDOM: Final = 64
"""Turns of a busy loop between two questions to the system."""


class _Seldom(selectors.DefaultSelector):
    """Asks the system at once where the loop has nothing to do, else once in a while: a question costs a system call,
    and a simulated step has dozens of turns.
    """

    _turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; nothing, unasked, in most turns of a loop that has other things to do."""
        self._turns += 1
        if timeout is not None and timeout <= 0 and self._turns % SELDOM:
            return []
        return super().select(timeout)


def run_alone(work: Coroutine[Any, Any, T]) -> T:
    """As :func:`asyncio.run`, on a loop for work that needs no sockets."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(_Seldom())) as runner:
        return runner.run(work)
