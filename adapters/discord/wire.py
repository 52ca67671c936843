"""One connection to the gateway: the library's, which counts an event when its effects are committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import aiohttp
from discord.gateway import DiscordWebSocket

from coterie.adapters.discord.sequence import Tracker
from coterie.core.platform import UnknownPlace

log = logging.getLogger(__name__)

GOODBYE: Final = 2.0
"""Seconds that the other side has to say goodbye."""
RESUMABLE: Final = 4000
"""A close code that lets Discord keep the session."""


class Socket(DiscordWebSocket):
    """The library's connection, whose ``sequence`` is the last number up to which everything is committed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop) -> None:
        self.tracker = Tracker()
        self.failed: Callable[[int, BaseException], bool] = _never_given_up
        """Asked when an event could not be committed: whether to go on without it."""
        self.committed = 0
        """How many events were committed."""
        self.held: Sequence[asyncio.Future[Any]] = ()
        """What the payload that is being handled waits for."""
        self._reading = False
        self._number: Any = None
        self._arriving: int | None = None
        self.heard = False
        """Whether Discord has said anything that counts."""
        self._parting: asyncio.Task[None] | None = None
        super().__init__(socket, loop=loop)

    @property
    def sequence(self) -> int | None:
        """What heartbeats and resumes name."""
        return self.tracker.done

    @sequence.setter
    def sequence(self, number: Any) -> None:
        if not self._reading or number is None:
            self.tracker = Tracker(number)
        elif isinstance(number, int):
            self._number, self.heard = number, True
            if self.tracker.began(number):
                self._arriving = number

    @property
    def mark(self) -> str:
        """``SESSION:SEQUENCE`` of the payload that is being handled."""
        return f"{self.session_id}:{self._number}"

    async def received_message(self, msg: Any, /) -> None:
        """Take one message; one that makes no sense is logged and passed over."""
        self._reading, self._connection.origin = True, self  # type: ignore[attr-defined]
        try:
            await super().received_message(msg)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            log.warning("the gateway sent something that makes no sense; it is passed over", exc_info=True)
        finally:
            self._reading = False
            self._arrived()

    def _arrived(self) -> None:
        number, self._arriving = self._arriving, None
        held, self.held = self.held, ()
        if number is None:
            return
        if not held:
            self.tracker.ended(number)
            return
        left = [len(held)]
        for future in held:
            future.add_done_callback(partial(self._ended, self.tracker, number, left))

    def _ended(self, tracker: Tracker, number: int, left: list[int], future: asyncio.Future[Any]) -> None:
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self.committed += 1
        elif not isinstance(error, UnknownPlace) and not self.failed(number, error):
            self.give_up()
            return
        left[0] -= 1
        if not left[0]:
            tracker.ended(number)

    # -- the end

    @property
    def gave_up(self) -> bool:
        """Whether the connection was closed because an event could not be committed."""
        return self._parting is not None

    def give_up(self) -> None:
        """Close the connection, so that what is not committed comes again."""
        if self._parting is None:
            self.tracker.release()
            self._parting = self.loop.create_task(self.part(), name="discord goodbye")

    async def part(self) -> None:
        """Close the connection so that the session can be resumed; waits a moment for the other side, not longer."""
        try:
            async with asyncio.timeout(GOODBYE):
                await self.close(RESUMABLE)
        except (TimeoutError, OSError, aiohttp.ClientError):
            log.debug("the gateway did not say goodbye")


def _never_given_up(_number: int, _error: BaseException) -> bool:
    return False


__all__ = ["RESUMABLE", "Socket"]
