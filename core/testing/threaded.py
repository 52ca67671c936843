"""A server of tests on a thread of its own, driven from another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

START_WITHIN: Final = 10.0


class Served(Protocol):
    """What can be run on a thread: a server, entered and left in its own loop."""

    async def __aenter__(self) -> object:
        """Start."""

    async def __aexit__(self, *_: object) -> None:
        """Stop."""


S = TypeVar("S", bound=Served)
T = TypeVar("T")


class ServerThread(Generic[S]):
    """A context manager that serves on its own thread.

    ``do`` runs an act there and returns its result; ``wait`` does so for a coroutine.  Nothing else of the server may
    be touched from outside.
    """

    def __init__(self, make: Callable[[], S]) -> None:
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test server", daemon=True)
        self._served: S | None = None

    def started(self, served: S) -> None:
        """Take from the server, which has just started, what may be known outside; for subclasses."""

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(START_WITHIN)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_WITHIN)
        finally:
            self._end()

    def _end(self) -> None:
        self._served = None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_WITHIN)
        self._loop.close()

    async def _open(self) -> None:
        served = self._make()
        await served.__aenter__()
        self._served = served
        self.started(served)

    async def _close(self) -> None:
        if self._served is not None:
            await self._served.__aexit__(None, None, None)
        # The loop is about to close: what the server left behind must not be found pending then.
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def do(self, act: Callable[[S], T], within: float = 10.0) -> T:
        """Run an act on the server's thread: ``fake.do(lambda f: f.says("alice", group, "hello"))``."""

        served = self._running()

        async def run() -> T:
            return act(served)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(within)

    def wait(self, act: Callable[[S], Awaitable[T]], within: float = 10.0) -> T:
        """Wait for what an act returns: ``fake.wait(lambda f: f.until(lambda: f.calls))``."""

        served = self._running()

        async def run() -> T:
            async with asyncio.timeout(within):
                return await act(served)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(within + 1)

    def _running(self) -> S:
        if self._served is None:
            raise RuntimeError("the server is not running")
        return self._served


__all__ = ["ServerThread"]
