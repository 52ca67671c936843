"""A Discord server for tests: discord.py runs against it, unmodified, over HTTP and a WebSocket.

::

    async with FakeDiscord() as fake:
        discord.http.Route.BASE = fake.rest_url
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.gateway_url)
        ...
        harbour = fake.add_guild("Harbour", members=["ann"])
        fake.says("ann", harbour.channel("general"), "hello")
        tapped = fake.taps("ann", message, "c:token")
        await fake.until(lambda: tapped.shown)

State is in memory and ends with the server.  ``docs/discord-fake.md`` says which behaviour stands on which documented
fact.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import discord
from aiohttp import web

from coterie.adapters.discord.fake.errors import Json, NotPossible, RestError
from coterie.adapters.discord.fake.faults import Faults
from coterie.adapters.discord.fake.gateway import Gateway
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.limits import Limits
from coterie.adapters.discord.fake.model import FakeChannel, FakeMember, FakeMessage, FakeOverwrite, FakeRole, FakeUser
from coterie.adapters.discord.fake.server import Server
from coterie.adapters.discord.fake.sessions import Sessions
from coterie.adapters.discord.fake.things import (
    FakeAuditEntry,
    FakeCommand,
    FakeEntitlement,
    FakeInvite,
    FakeJoinRequest,
    FakePoll,
    FakeRule,
    FakeScheduledEvent,
    FakeSku,
)
from coterie.adapters.discord.fake.threads import FakeThread
from coterie.adapters.discord.fake.wires import Wires
from coterie.adapters.discord.fake.world import Call, World
from coterie.core.testing.fake import Fake, Listener

TOKEN: Final = "MTAwMDAwMQ.fake.token-for-tests"
HEARTBEAT: Final = 41.25


class FakeDiscord(Wires, Fake[World]):
    """The server, and what people do on it.

    ``clock`` gives its time in seconds: ids, lives of interactions and sessions, timeouts, limits go by it; how long
    something really waits (a slow answer, heartbeats) is real time all the same.  ``intents`` are those that the
    application may ask for, ``compresses`` is whether the gateway offers zlib-stream, ``heartbeat`` the seconds between
    heartbeats.  Not for use from another thread than its loop's; see :meth:`threaded`.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        clock: Callable[[], float] = time.time,
        intents: discord.Intents | None = None,
        compresses: bool = True,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self.world = World(token, clock)
        if intents is not None:
            self.world.sessions.allowed = intents.value
        self._gateway = Gateway(self.world, interval=heartbeat, compresses=compresses)
        self._server = Server(self.world, self._gateway)

    def application(self) -> web.Application:
        return self._server.application()

    def cut(self) -> None:
        self._gateway.cut()

    async def serve(self) -> None:
        await super().serve()
        self.world.gateway_url = self.gateway_url
        self.world.sessions.resume_url = f"{self.gateway_url}/resume"

    @asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """Be down: every connection is cut and new ones are refused; sessions live on as long as they do."""
        await self.stop()
        try:
            yield
        finally:
            await self.serve()

    @staticmethod
    def threaded(**options: Any) -> FakeThread[FakeDiscord]:
        """A fake on a thread and loop of its own, for tests that run the application in another process.

        The same ``options`` as the constructor's.
        """
        return FakeThread(lambda: FakeDiscord(**options))

    @property
    def rest_url(self) -> str:
        """What discord.py has as ``Route.BASE``."""
        return f"http://127.0.0.1:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What discord.py has as ``DiscordWebSocket.DEFAULT_GATEWAY``."""
        return f"ws://127.0.0.1:{self._port}/gw"

    @property
    def bot_id(self) -> str:
        """The bot's user id."""
        return self.world.bot_id

    @property
    def application_id(self) -> str:
        """The application's id."""
        return self.world.application_id

    @property
    def faults(self) -> Faults:
        """Switches that make the server misbehave."""
        return self.world.faults

    @property
    def limits(self) -> Limits:
        """The rate limits; ``limits.enforced = True`` turns them on."""
        return self.world.limits

    @property
    def sessions(self) -> Sessions:
        """The sessions of the gateway."""
        return self.world.sessions

    @property
    def calls(self) -> deque[Call]:
        """Every REST call in order, the newest 100,000."""
        return self.world.calls

    @property
    def listeners(self) -> list[Listener]:
        """Called with (kind, what) on each change.

        ``sent`` (by the bot), ``said`` (by others), ``edited``, ``deleted``, ``reaction`` and ``voted`` with the
        message; ``interaction`` when there is one, ``answered`` when it was answered; ``member``, ``left``, ``banned``,
        ``unbanned``, ``role``, ``channel``, ``thread``, ``invite``, ``scheduled``, ``interest``, ``rule``, ``request``,
        ``entitlement``, ``commands``, ``audit``, ``guild``, ``filtered``; ``connected``, ``identified``, ``resumed``,
        ``disconnected``, ``heartbeat`` and ``presence`` of the gateway.
        """
        return self.world.listeners

    def called(self, method: str, route: str) -> list[Any]:
        """The bodies of every call of a route, given as its template or as the address without ``/api/v10``."""
        return [one.body for one in self.world.calls if one.method == method and route in (one.route, one.path)]


__all__ = [
    "Call",
    "FakeAuditEntry",
    "FakeChannel",
    "FakeCommand",
    "FakeDiscord",
    "FakeEntitlement",
    "FakeGuild",
    "FakeInteraction",
    "FakeInvite",
    "FakeJoinRequest",
    "FakeMember",
    "FakeMessage",
    "FakeOverwrite",
    "FakePoll",
    "FakeRole",
    "FakeRule",
    "FakeScheduledEvent",
    "FakeSku",
    "FakeThread",
    "FakeUser",
    "Json",
    "NotPossible",
    "RestError",
]
