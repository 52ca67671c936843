"""Rounds through what Discord does not tell again: after a new session, members and purchases are compared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from coterie.core.platform import PlatformError, RetryLater

log = logging.getLogger(__name__)

BETWEEN: Final = 1.0
"""Seconds between two things, so that a round leaves room for what is urgent."""
TRIES: Final = 20
"""So often something is looked at again that could not be looked at."""


class Rounds:
    """Looks at one thing after the other, each by its name."""

    def __init__(self, *, pause: Callable[[int], float]) -> None:
        """``pause`` gives the seconds to wait after the n-th failure in a row."""
        self._pause = pause
        self._wanted: dict[str, Callable[[], Awaitable[object]]] = {}
        self._more = asyncio.Event()

    def want(self, name: str, look: Callable[[], Awaitable[object]]) -> None:
        """Look at something behind all that is wanted already; once, also where it is said several times meanwhile."""
        self._wanted.pop(name, None)
        self._wanted[name] = look
        self._more.set()

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            while not self._wanted:
                self._more.clear()
                await self._more.wait()
            name = next(iter(self._wanted))
            await self._look(name, self._wanted.pop(name))
            await asyncio.sleep(BETWEEN)

    async def _look(self, name: str, look: Callable[[], Awaitable[object]]) -> None:
        for tries in range(1, TRIES + 1):
            seconds = 0.0
            try:
                await look()
                return
            except RetryLater as error:
                log.debug("%s cannot be looked at: %s; trying again", name, error.reason)
                seconds = error.seconds
            except PlatformError as error:
                log.warning("%s cannot be looked at: %s", name, error.reason)
                return
            except Exception:
                log.exception("looking at %s failed; trying again", name)
            await asyncio.sleep(max(self._pause(tries), seconds))
        log.warning("%s could not be looked at", name)


__all__ = ["Rounds"]
