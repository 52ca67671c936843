"""The unmodified discord.py in front of the fake, and clients without any library."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket

from coterie.adapters.discord.fake import FakeDiscord

Json = dict[str, Any]


class Heard:
    """What a client of the library was told, by kind, and a way to wait for more."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []
        self._more = asyncio.Event()

    def note(self, kind: str, what: Any) -> None:
        """Keep an event."""
        self.events.append((kind, what))
        self._more.set()

    def of(self, kind: str) -> list[Any]:
        """What came of a kind so far."""
        return [what for one, what in self.events if one == kind]

    async def wait(self, kind: str, count: int = 1, within: float = 10.0) -> list[Any]:
        """Wait until so many of a kind came; returns them."""
        async with asyncio.timeout(within):
            while len(self.of(kind)) < count:
                self._more.clear()
                await self._more.wait()
        return self.of(kind)


def _hurried(kind: type[discord.Client]) -> type[Any]:
    """A client that begins a session at once, and writes down all that it is told."""

    class Hurried(kind):  # type: ignore[valid-type,misc]
        heard: Heard

        async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
            pass

        def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:
            super().dispatch(event, *args, **more)
            self.heard.note(event, args[0] if len(args) == 1 else args)

    return Hurried


@contextmanager
def addressed(fake: FakeDiscord) -> Iterator[None]:
    """Let the library use the fake's addresses."""
    base, gateway = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = fake.rest_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.gateway_url)
    try:
        yield
    finally:
        discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def client(
    fake: FakeDiscord,
    *,
    intents: discord.Intents | None = None,
    kind: type[discord.Client] = discord.Client,
    ready: bool = True,
    **options: Any,
) -> AsyncIterator[Any]:
    """A client of the library, connected; it has ``heard`` all events that it was told and ``running`` as its task."""
    with addressed(fake):
        bot = _hurried(kind)(
            intents=intents or discord.Intents.all(),
            **{"guild_ready_timeout": 0.02, "enable_debug_events": True, "chunk_guilds_at_startup": False} | options,
        )
        bot.heard = Heard()
        await bot.login(fake.token)
        bot.running = asyncio.create_task(bot.connect())
        try:
            if ready:
                await bot.heard.wait("ready")
            yield bot
        finally:
            await bot.close()
            bot.running.cancel()
            await asyncio.gather(bot.running, return_exceptions=True)


async def rest(fake: FakeDiscord, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
    """A REST call without any library; returns the status and the body."""
    headers = {"Authorization": f"Bot {fake.token}"} | how.pop("headers", {})
    if body is not None:
        how["json"] = body
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, fake.rest_url + path, headers=headers, **how) as answer,
    ):
        text = await answer.read()
        return answer.status, json.loads(text) if text and answer.content_type == "application/json" else text.decode()


class Wire:
    """A client of the gateway without any library, which reads plain and compressed frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, fake: FakeDiscord) -> None:
        self.socket = socket
        self.fake = fake
        self._inflate = zlib.decompressobj()

    async def next(self) -> Json:
        """The next frame.  Raises :class:`Closed` when there is none."""
        message = await self.socket.receive(timeout=10)
        if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
            raise Closed(self.socket.close_code)
        data = message.data
        if message.type is aiohttp.WSMsgType.BINARY:
            assert data.endswith(b"\x00\x00\xff\xff")
            data = self._inflate.decompress(data)
        frame: Json = json.loads(data)
        return frame

    async def until(self, kind: str) -> Json:
        """The data of the next event of a kind; what comes before is dropped."""
        while True:
            frame = await self.next()
            if frame["t"] == kind:
                data: Json = frame["d"]
                return data

    async def closing(self) -> int | None:
        """Read on until the server closes; returns the code."""
        try:
            while True:
                await self.next()
        except Closed as closed:
            return closed.code

    async def send(self, op: int, data: Any) -> None:
        """Send a frame."""
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, intents: int = discord.Intents.all().value, **more: Any) -> None:
        """Ask for a session."""
        await self.send(2, {"token": self.fake.token, "intents": intents, "properties": {}} | more)

    async def resume(self, session: str, sequence: int) -> None:
        """Ask to go on with a session."""
        await self.send(6, {"token": self.fake.token, "session_id": session, "seq": sequence})


class Closed(Exception):
    """The server closed the connection."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@asynccontextmanager
async def wire(fake: FakeDiscord, *, query: str = "?v=10&encoding=json", hello: bool = True) -> AsyncIterator[Wire]:
    """A connection to the gateway without any library."""
    async with aiohttp.ClientSession() as session, session.ws_connect(fake.gateway_url + query) as socket:
        talk = Wire(socket, fake)
        if hello:
            assert (await talk.next())["op"] == 10
        yield talk
