"""A playground served on a free port of this machine, with an inbox that commits when it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from coterie.adapters.sandbox import SandboxAdapter, SandboxConfig
from coterie.core.actions import SendMessage, SendPrivate
from coterie.core.cards import Button, Card
from coterie.core.clock import Clock, ShiftedClock
from coterie.core.events import Event
from coterie.core.platform import Delivery
from coterie.core.testing import Room
from tests.inbox_kit import Unknowing


class Desk(Unknowing):
    """Takes events; commits at once, fails, or holds them back."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.held: list[asyncio.Future[Any]] = []
        self.hold = False
        self.arrived = asyncio.Event()
        self.error: Exception | None = None

    def submit(self, event: Event) -> asyncio.Future[Any]:
        self.events.append(event)
        self.arrived.set()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.hold:
            self.held.append(future)
        elif self.error is not None:
            future.set_exception(self.error)
        else:
            future.set_result(None)
        return future

    def kinds(self) -> list[str]:
        """The classes of the events so far, without the announcement of the operators."""
        return [type(event).__name__ for event in self.events[1:]]


class FakeStage:
    """An application with a clock and nothing else."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or ShiftedClock()
        self.settled = 0

    async def advance(self, ms: int, /) -> None:
        assert isinstance(self.clock, ShiftedClock)
        self.clock.move_to(self.clock.now() + ms)

    async def settle(self) -> None:
        self.settled += 1


class Served:
    """A playground behind a real socket."""

    def __init__(self, adapter: SandboxAdapter, client: TestClient[web.Request, web.Application], desk: Desk) -> None:
        self.adapter = adapter
        self.town = adapter.town
        self.client = client
        self.desk = desk
        self._sent = 0

    async def act(self, **body: Any) -> tuple[int, dict[str, Any]]:
        """Do something over HTTP; the status and the answer."""
        return await answer(await self.client.post("/api/act", json=body))

    async def state(self, **query: str) -> dict[str, Any]:
        """What somebody sees."""
        status, body = await answer(await self.client.get("/api/state", params=query))
        assert status == 200, body
        return body

    async def says(self, card: Card, room: str = "general") -> str:
        """The bot posts a card; the message's id."""
        self._sent += 1
        action = SendMessage(where=self.town.room(room).where, ref=self._sent, card=card)
        return await self.adapter.platform.send(action, Delivery(key=f"k{self._sent}"))

    async def whispers(self, name: str, card: Card, room: Room) -> str:
        """The bot tells one person something."""
        self._sent += 1
        action = SendPrivate(where=room.where, ref=self._sent, to=self.town.persona(name).who, card=card)
        return await self.adapter.platform.send_private(action, Delivery(key=f"k{self._sent}"))


GRAB = Card(title="Red packet", text="For three", buttons=((Button("Grab", token="t-grab"),),))


async def answer(response: ClientResponse) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a response."""
    body: dict[str, Any] = await response.json()
    return response.status, body


async def hear(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next frame of a kind; others are passed over."""
    async with asyncio.timeout(5):
        while True:
            frame: dict[str, Any] = json.loads(await socket.receive_str())
            if frame["kind"] == kind:
                return frame


@asynccontextmanager
async def served(
    settings: Mapping[str, Any] | None = None, *, started: bool = True, clock: Clock | None = None
) -> AsyncIterator[Served]:
    """Serve a playground for the length of a block; ``started`` attaches an application."""
    adapter = SandboxAdapter(SandboxConfig(**(settings or {})))
    app = web.Application()
    for method, path, handler in adapter.contribute_routes():
        app.router.add_route(method, path, handler)
    desk = Desk()
    if started:
        adapter.attach(FakeStage(clock))
        await adapter.platform.start(desk)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        try:
            yield Served(adapter, client, desk)
        finally:
            await adapter.platform.stop()
