"""The state of the server: who and what there is, who listens, and what happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import discord

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.faults import Faults
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.limits import Limits
from coterie.adapters.discord.fake.model import FakeChannel, FakeUser
from coterie.adapters.discord.fake.sessions import Sessions
from coterie.adapters.discord.fake.snowflakes import Snowflakes
from coterie.adapters.discord.fake.things import FakeCommand, FakeEntitlement, FakeSku
from coterie.core.testing.fake import Listener

_BITS: Final = discord.Permissions.VALID_FLAGS
NEEDS: Final[tuple[tuple[str, int], ...]] = (
    ("GUILD_AUDIT_LOG_", _BITS["view_audit_log"]),
    ("GUILD_BAN_", _BITS["ban_members"] | _BITS["view_audit_log"]),
    ("AUTO_MODERATION_", _BITS["manage_guild"]),
    ("GUILD_JOIN_REQUEST_", _BITS["kick_members"]),
    ("INVITE_", _BITS["manage_channels"]),
)
"""Kinds of events by their beginning, and the permissions of which the bot has one if it hears of them."""
CALLS_KEPT: Final = 100_000
APPLICATION_FLAGS: Final = 1 << 13 | 1 << 15 | 1 << 19 | 1 << 23
"""Presences, members and message content of a small application, and that it has commands."""


@dataclass(frozen=True, slots=True)
class Call:
    """A REST call: ``path`` as it came, ``route`` its template."""

    method: str
    path: str
    route: str
    body: Any
    reason: str
    files: tuple[str, ...]


class State:
    """Everything that the server knows."""

    def __init__(self, token: str, clock: Callable[[], float]) -> None:
        self.token = token
        self.clock = clock
        self.snowflakes = Snowflakes(self.now)
        self.bot = FakeUser(self.snowflakes.make(), "Coterie", bot=True)
        self.application: Json = {
            "id": self.snowflakes.make(), "name": "Coterie", "icon": None, "description": "", "bot_public": True,
            "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": APPLICATION_FLAGS, "tags": [],
            "approximate_guild_count": 0, "interactions_endpoint_url": None, "role_connections_verification_url": None,
        }  # fmt: skip
        self.users: dict[str, FakeUser] = {self.bot.id: self.bot}
        self.names: dict[str, str] = {}
        self.guilds: dict[str, FakeGuild] = {}
        self.channels: dict[str, FakeChannel] = {}
        """Every channel, thread and direct chat by id."""
        self.directs: dict[str, FakeChannel] = {}
        """Direct chats with the bot by the user's id."""
        self.interactions: dict[str, FakeInteraction] = {}
        """Interactions by token."""
        self.commands: dict[str, dict[str, FakeCommand]] = {"": {}}
        """Commands by id, under their server's id; the global ones under an empty one."""
        self.entitlements: dict[str, FakeEntitlement] = {}
        self.skus: dict[str, FakeSku] = {}
        self.faults = Faults()
        self.limits = Limits(self.now)
        self.sessions = Sessions(self)
        self.listeners: list[Listener] = []
        self.members_asked: dict[str, float] = {}
        """When the members of a server were last asked for, all of them."""
        self.gateway_url = ""
        self.shards = 1
        """How many shards /gateway/bot advises."""
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._changed = asyncio.Event()

    @property
    def bot_id(self) -> str:
        """The bot's user id."""
        return self.bot.id

    @property
    def application_id(self) -> str:
        """The application's id."""
        return str(self.application["id"])

    def now(self) -> float:
        """The server's time in seconds."""
        return self.clock()

    def tell(self, kind: str, thing: Any) -> None:
        """Tell the listeners of a change."""
        for listener in list(self.listeners):
            listener(kind, thing)
        self.wake()

    def wake(self) -> None:
        """Let who waits for a change look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    def emit(self, kind: str, data: Json, guild: FakeGuild | None = None, channel: FakeChannel | None = None) -> None:
        """Hand an event to the gateway's sessions: those whose intents ask for it, of the shard it belongs to.

        Nothing is sent for a server that the bot is not in, for a channel of it that the bot may not see, or of a kind
        that asks for a permission which the bot has not.
        """
        if guild is not None and channel is not None and not self.sees(guild, channel):
            return
        if guild is not None and not self._hears(guild, kind, channel):
            return
        self.sessions.dispatch(kind, data, guild.id if guild is not None else "")
        self.wake()

    def _hears(self, guild: FakeGuild, kind: str, channel: FakeChannel | None) -> bool:
        needed = next((bits for start, bits in NEEDS if kind.startswith(start)), 0)
        held = guild.permissions(self.bot_id, channel)
        return self.bot_id in guild.members and (not needed or bool(held & needed))

    def sees(self, guild: FakeGuild, channel: FakeChannel) -> bool:
        """Whether the bot may see a channel."""
        return guild.sees(self.bot_id, channel)

    def guild_of(self, channel: FakeChannel) -> FakeGuild | None:
        """The server that a channel is in; None for a direct chat."""
        return self.guilds.get(channel.guild_id)

    def commands_at(self, guild_id: str) -> Iterator[FakeCommand]:
        """The commands that people see in a server: its own, and the global ones."""
        yield from self.commands.get(guild_id, {}).values()
        if guild_id:
            yield from self.commands[""].values()

    def open_direct(self, user: FakeUser) -> FakeChannel:
        """The direct chat of the bot with somebody, made when it was not there."""
        if user.id not in self.directs:
            channel = FakeChannel(self.snowflakes.make(), 1, recipient=user)
            self.directs[user.id] = self.channels[channel.id] = channel
        return self.directs[user.id]
