"""A platform that has signed in to a fake and listens to no gateway: what it does about people, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import discord

from coterie.adapters.discord.client import log_in
from coterie.adapters.discord.config import DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeGuild, FakeMember, FakeUser
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.adapters.discord.reading import Reader
from coterie.core.config import validate
from coterie.core.events import CommandCalled, Event, Where, Who
from coterie.core.platform import Delivery, Presence, Suggestion

MARK: Final = 7_340_000_000_000_000_001
DELIVERY: Final = Delivery("7001")


class Store:
    """An inbox that believes some accounts to be in a server: (id, standing, when they came).

    ``broken`` says what an event fails with in place of being committed.
    """

    def __init__(self, believed: Iterable[tuple[str, str, int]] = ()) -> None:
        self.believed = [Presence(number, *each) for number, each in enumerate(believed, 1)]
        self.events: list[Event] = []
        self.broken: Callable[[Event], BaseException | None] = lambda _event: None

    def submit(self, event: Event) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.events.append(event)
        error = self.broken(event)
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(None)
        return future

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        return ()

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        return [each for each in self.believed if each.cursor > after][:limit]

    async def recall(self, name: str) -> str:
        return ""

    async def note(self, name: str, value: str) -> None:
        pass

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of a kind that were handed in."""
        return [event for event in self.events if type(event) is kind]


@dataclass
class Stage:
    """The fake, a platform that has signed in, and the server that it is in."""

    fake: FakeDiscord
    platform: DiscordPlatform
    guild: FakeGuild
    inbox: Store = field(default_factory=Store)

    @property
    def where(self) -> Where:
        """The server as the core names it for what has no channel."""
        return Where("discord", f"access:1@{self.guild.id}", self.guild.id)

    def user(self, name: str) -> FakeUser:
        return self.fake.person(name)

    def who(self, name: str) -> Who:
        """An account as the core names it."""
        return Who("discord", self.user(name).id, name)

    def member(self, name: str) -> FakeMember:
        return self.guild.members[self.user(name).id]

    def is_in(self, name: str) -> bool:
        return self.user(name).id in self.guild.members

    def reader(self) -> Reader:
        """A reader that knows the server as the gateway would have told it."""
        self.platform.guilds.learn(
            "GUILD_CREATE", self.guild.created_payload(self.fake.bot_id, large_threshold=50, whole=True)
        )
        return Reader(self.platform.me.id, self.platform.me.application, self.platform.guilds)

    def writes(self) -> list[tuple[str, str]]:
        """What was asked for beside looking: methods and routes."""
        return [(each.method, each.route) for each in self.fake.calls if each.method != "GET"]

    def reasons(self) -> list[str]:
        """The reasons in the server's audit log, oldest first."""
        return [entry.reason for entry in self.guild.audit]


@asynccontextmanager
async def stage(
    *, permissions: int | None = None, members: Iterable[str] = ("ann", "bo"), **values: Any
) -> AsyncIterator[Stage]:
    """A server “Harbour” with some members; cy and dan are in another one, “Town”.

    Its owner is none of them.  The bot may do everything, unless other permissions are given.
    """
    async with FakeDiscord() as fake:
        bits = discord.Permissions.all().value if permissions is None else permissions
        guild = fake.add_guild("Harbour", members=members, permissions=bits)
        fake.add_guild("Town", members=[*members, "cy", "dan"])  # whoever is in no server with the bot gets no message
        settings = {"token": fake.token, "rest_url": fake.rest_url, "gateway_url": fake.gateway_url, **values}
        platform = DiscordPlatform(validate(DiscordConfig, settings))
        await log_in(platform.client, fake.token)
        platform.me.id, platform.me.application = fake.bot_id, fake.application_id
        try:
            yield Stage(fake, platform, guild)
        finally:
            await platform.invites.close()
            await platform.calls.close()
            await platform.client.http.close()
