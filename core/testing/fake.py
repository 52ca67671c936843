"""What the platforms' servers for tests have in common: a port, a clock, and waiting for what happens there."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar

from aiohttp import web

Listener = Callable[[str, Any], None]
"""Called with the kind of a change and with what changed."""


class World(Protocol):
    """All that a server knows."""

    token: str
    clock: Callable[[], float]
    listeners: list[Listener]

    def wake(self) -> None:
        """Let who waits for a change look again."""

    async def change(self) -> object:
        """Wait for the next change."""


W = TypeVar("W", bound=World)


class Fake(ABC, Generic[W]):
    """A server on a port of 127.0.0.1, the same whenever it serves; entered and left with ``async with``."""

    world: W
    _runner: web.AppRunner | None = None
    _port = 0

    async def __aenter__(self) -> Self:
        await self.serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @abstractmethod
    def application(self) -> web.Application:
        """The server's pages, made anew each time it begins to serve."""

    @abstractmethod
    def cut(self) -> None:
        """End what would outlive the server's connections."""

    async def serve(self) -> None:
        """Take calls from now on."""
        self._runner = web.AppRunner(
            self.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Take no more calls, and close the connections that are open."""
        if self._runner is not None:
            self.cut()
            await self._runner.cleanup()
            self._runner = None

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.token

    @property
    def clock(self) -> Callable[[], float]:
        """The server's time in seconds; may be replaced."""
        return self.world.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self.world.clock = clock
        self.world.wake()

    async def until(self, condition: Callable[[], object], within: float = 10.0) -> None:
        """Wait until a condition about the fake holds; it is asked again after every change.

        Raises :class:`TimeoutError` after ``within`` seconds.
        """
        async with asyncio.timeout(within):
            while not condition():
                await self.world.change()


__all__ = ["Fake", "Listener", "World"]
