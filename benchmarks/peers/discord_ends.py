"""Both ends of discord.py without a network: a connection, and a count of what was handed over; and a bot as light
as the library makes one. Peers read it too.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket

PATIENCE = 120.0
"""Seconds after which a round that waits for its answers has failed."""

W = TypeVar("W", bound=DiscordWebSocket)


class Counting:
    """Counts the requests that were taken, and lets somebody wait for them."""

    def __init__(self) -> None:
        self.sent = 0
        self._wanted = 0
        self._reached: asyncio.Future[None] | None = None

    async def until(self, sent: int) -> None:
        """Return when so many requests were taken."""
        if self.sent < sent:
            self._wanted, self._reached = sent, asyncio.get_running_loop().create_future()
            async with asyncio.timeout(PATIENCE):
                await self._reached

    def took(self) -> None:
        """One more."""
        self.sent += 1
        if self.sent == self._wanted and self._reached is not None:
            self._reached.set_result(None)


def plain_bot() -> commands.Bot:
    """A bot that keeps no members and no messages."""
    return commands.Bot(
        "/",
        intents=discord.Intents.all(),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        help_command=None,
    )


def connection(kind: type[W], client: discord.Client) -> W:
    """A connection of a client, made without a socket."""
    socket: Any = None
    ws = kind(socket, loop=asyncio.get_running_loop())
    ws._connection = client._connection
    ws._discord_parsers = client._connection.parsers
    ws._dispatch = client.dispatch
    ws.gateway = yarl.URL("ws://gateway")
    ws.shard_id = ws.shard_count = None
    ws.session_id = "0123456789abcdef0123456789abcdef"
    ws.sequence = None
    ws._keep_alive = None
    return ws
