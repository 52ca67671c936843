"""Requests through the unmodified library to a server that answers as a test has it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import discord
from aiohttp import web
from discord.http import Route

from coterie.adapters.discord.calls import Calls

TOKEN: Final = "MTAwMDAwMQ.secret.of-the-bot"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Asked:
    """One request that came in."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]
    query: dict[str, str]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


def says(status: int = 200, body: Any = None, /, **headers: str) -> Answer:
    """An ordinary answer of Discord's; blanks in header names are hyphens."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return web.Response(status=status, headers=named)
        # The library reads JSON only where the content type says nothing else.
        return web.Response(
            status=status, body=json.dumps(body).encode(), headers={**named, "Content-Type": "application/json"}
        )

    return answer


def refuses(status: int, code: int = 0, message: str = "No", **headers: str) -> Answer:
    """A refusal with Discord's own code."""
    return says(status, {"code": code, "message": message}, **headers)


def writes(status: int, body: bytes, content_type: str = "text/html") -> Answer:
    """Whatever else a server or a proxy writes."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={"Content-Type": content_type})

    return answer


async def cuts(request: web.Request) -> web.StreamResponse:
    """The connection ends without an answer."""
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hangs(_request: web.Request) -> web.StreamResponse:
    """No answer comes within any patience of a test."""
    await asyncio.sleep(30)
    return web.Response()


class Server:
    """Answers each request as the test has it, and keeps what was asked."""

    def __init__(self) -> None:
        self.answer: Answer = says()
        self.turns: list[Answer] = []
        """Answers of the next requests, before :attr:`answer`."""
        self.asked: list[Asked] = []
        self.arrival = asyncio.Event()
        self.counted = 0
        """Requests that were said to count against the limit over all."""

    def count(self) -> None:
        """One request that counts leaves."""
        self.counted += 1

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body: Any = None
        files: dict[str, tuple[str, bytes]] = {}
        if request.content_type == "multipart/form-data":
            fields = await request.post()
            payload = fields.pop("payload_json") if isinstance(fields, dict) else fields["payload_json"]
            body = json.loads(str(payload))
            for name, value in fields.items():
                if isinstance(value, web.FileField):
                    files[name] = value.filename, value.file.read()
        elif request.can_read_body:
            body = await request.json()
        if request.path == "/api/v10/users/@me":
            return await says(200, {"id": "5", "username": "bot"})(request)
        path = request.path.removeprefix("/api/v10")
        self.asked.append(Asked(request.method, path, body, dict(request.headers), dict(request.query), files))
        self.arrival.set()
        answer = self.turns.pop(0) if self.turns else self.answer
        return await answer(request)


@asynccontextmanager
async def api(
    *, patience: float = 5.0, upload_patience: float = 5.0, login: bool = True
) -> AsyncIterator[tuple[Server, Calls, Clock]]:
    """A server on a free port, and requests to it."""
    server, clock = Server(), Clock()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with signed_in(f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10", login=login) as client:
        calls = Calls(client, clock=clock, patience=patience, upload_patience=upload_patience, counted=server.count)
        try:
            yield server, calls, clock
        finally:
            await calls.close()
            await runner.cleanup()


@asynccontextmanager
async def signed_in(base: str, token: str = TOKEN, *, login: bool = True) -> AsyncIterator[discord.Client]:
    """The library's client, which asks ``base``; not signed in without ``login``."""
    before, Route.BASE = Route.BASE, base
    client = discord.Client(intents=discord.Intents.none())
    try:
        if login:
            await client._async_setup_hook()
            await client.http.static_login(token)
        yield client
    finally:
        await client.close()
        Route.BASE = before
