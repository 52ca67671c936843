"""A poller at work: a server that keeps updates until they are confirmed, and an intake that a test directs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from coterie.adapters.telegram.polling import Poller
from tests.telegram_connection_kit import STORE_DOWN, FakeCalls


class Takes:
    """An intake whose updates are committed, or fail, when the test says so; ``auto`` commits at once."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.futures: dict[int, asyncio.Future[None]] = {}
        self.auto = False
        self.broken: set[int] = set()

    async def take(self, update: dict[str, Any]) -> None:
        number = update["update_id"]
        self.begun.append(number)
        if number in self.broken:
            raise STORE_DOWN
        if not self.auto:
            future = self.futures[number] = asyncio.get_running_loop().create_future()
            await future

    def commit(self, *numbers: int) -> None:
        for number in numbers:
            self.futures[number].set_result(None)


class Server(FakeCalls):
    """Keeps updates until an offset confirms them, as the Bot API does, and holds questions while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[Any] = []
        self.more = asyncio.Event()

    def tell(self, *numbers: int, junk: Any = None) -> None:
        self.updates += [{"update_id": number} for number in numbers]
        if junk is not None:
            self.updates.append(junk)
        self.more.set()

    async def call(self, method: str, data: Any, **options: Any) -> Any:
        if self.script[method]:
            return await super().call(method, data, **options)
        self.calls.append((method, dict(data)))
        await asyncio.sleep(0)
        offset = data["offset"]
        known = [isinstance(each, dict) and isinstance(each.get("update_id"), int) for each in self.updates]
        self.updates = [
            each
            for each, numbered in zip(self.updates, known, strict=True)
            if not numbered or each["update_id"] >= offset
        ]
        if not self.updates and data["timeout"]:
            self.more.clear()
            await self.more.wait()
        return self.updates[: data["limit"]]

    @property
    def offset(self) -> int:
        return max((data["offset"] for data in self.of("getUpdates")), default=0)


@asynccontextmanager
async def reading(server: FakeCalls, takes: Any, **options: Any) -> AsyncIterator[Poller]:
    """A poller at work; its pauses are a hair's breadth."""
    poller = Poller(server, takes, **{"again": 0.005, "together": 0.001, "pause": lambda _tries: 0.001, **options})
    running = asyncio.create_task(poller.run())
    try:
        yield poller
        assert not running.done(), "nothing ends reading"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await poller.finish(1)
        assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
