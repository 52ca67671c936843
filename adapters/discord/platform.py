"""Discord as the core sees it: one bot, its verbs, its limits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from coterie.adapters.discord.access import Access
from coterie.adapters.discord.base import Me
from coterie.adapters.discord.calendar import Calendar
from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.client import build_bot
from coterie.adapters.discord.connection import Connection
from coterie.adapters.discord.extras import Extras
from coterie.adapters.discord.filters import Filters
from coterie.adapters.discord.forms import Forms
from coterie.adapters.discord.interactions import Interactions
from coterie.adapters.discord.joins import Joins
from coterie.adapters.discord.limits import LIMITS
from coterie.adapters.discord.moderation import Moderation
from coterie.adapters.discord.places import Places
from coterie.adapters.discord.reading import Guilds
from coterie.adapters.discord.shop import Shop
from coterie.core.platform import CommandMenu, Holdings, Inbox, Limits, Meter, Platform

if TYPE_CHECKING:
    from coterie.adapters.discord.config import DiscordConfig
    from coterie.core.events import Who


class DiscordPlatform(Forms, Extras, Calendar, Filters, Access, Moderation, Joins, Shop, Platform):
    """A bot, built and not started; ``client`` is the library's own client."""

    name: ClassVar[str] = "discord"
    limits: ClassVar[Limits] = LIMITS
    idempotent_sends: ClassVar[bool] = True

    def __init__(self, config: DiscordConfig) -> None:
        self.client = build_bot(config)
        self.meter = Meter()
        self.calls = Calls(self.client, patience=config.request_timeout.total_seconds(), counted=self.meter.asked)
        self.me = Me()
        self.interactions = Interactions(self.calls, self.me)
        self.places = Places(self.calls)
        self.guilds = Guilds()
        self.skus = config.skus
        self.inbox = None
        self.connection = Connection(config)

    async def start(self, inbox: Inbox) -> None:
        """Begin to hand in events; returns at once, also where Discord cannot be reached yet."""
        self.inbox = inbox
        await self.connection.start(self, inbox)

    async def stop(self) -> None:
        """Wait for what was taken, and answer the interactions that still wait."""
        await self.connection.stop()

    async def close(self) -> None:
        """Disconnect."""
        await self.connection.close()

    def answering(self, handle: str) -> None:
        """An interaction does not end quietly while its answer waits for its turn."""
        self.interactions.answering(handle)

    def direct(self, who: Who) -> str:
        """The direct chat with a person is named after them; bots have none."""
        return f"u:{who.id}" if who.id.isdecimal() and not who.bot else ""

    async def check(self) -> Sequence[str]:
        """Problems of the bot's rights, in plain words; also on a platform that was never started."""
        return await self.connection.check(self)

    async def access_of(self, space: str, accounts: Sequence[Who]) -> Mapping[tuple[str, str], Holdings]:
        """What accounts have in a server."""
        async with self.connection.asking(self):
            return await super().access_of(space, accounts)

    async def role_problems(self, space: str, roles: Collection[str]) -> Mapping[str, str]:
        """Why the bot cannot give or take roles."""
        async with self.connection.asking(self):
            return await super().role_problems(space, roles)

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Offer the commands as Discord's own, as soon as it can be reached."""
        await self.connection.show_commands(commands)


__all__ = ["DiscordPlatform"]
