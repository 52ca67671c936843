"""One application in front of both platforms: the unmodified libraries, and the fake servers over sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeMessage
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.discord.limits import LIMITS as DISCORD
from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.limits import LIMITS as TELEGRAM
from coterie.core.api import Plugin
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Who
from coterie.core.testing.people import card_words
from coterie.core.testing.scratch import Scratch, scratch

WITHIN: Final = 10.0
"""Seconds after which a test that waits for something fails."""
LATE: Final = 30.0
"""Seconds after which a handler is ended."""


class Bridge:
    """A server on Discord and a group on Telegram that are one community; :func:`bridge` makes one."""

    def __init__(
        self,
        discord: FakeDiscord,
        telegram: FakeTelegram,
        plugins: Sequence[type[Plugin]],
        config: Callable[[Bridge], Mapping[str, Any]],
    ) -> None:
        self.discord, self.telegram = discord, telegram
        self.plugins = plugins
        self.guild = discord.add_guild("Harbour", members=["ann", "dora"])
        self.channel = self.guild.channel("general")
        self.group = telegram.group("The lounge")
        self._config = config
        self._database: Scratch | None = None
        self.app: App

    # -- life

    async def start(self) -> None:
        """Start an application on the database, and wait until it hears both platforms."""
        made = [plugin() for plugin in self.plugins]
        if self._database is None:
            self._database = scratch(made)
        adapters = {
            "discord": {
                "token": self.discord.token,
                "rest_url": self.discord.rest_url,
                "gateway_url": self.discord.gateway_url,
            },
            "telegram": {
                "token": self.telegram.token,
                "api_base_url": self.telegram.base_url,
                "api_file_url": self.telegram.file_url,
                "poll_timeout": "1s",
            },
        }
        spaces = [{"platform": "discord", "id": self.guild.id}, {"platform": "telegram", "id": self.group.id}]
        asked = self._config(self)
        settings = Settings.of(
            {
                "adapters": adapters,
                "plugins": {plugin.name: dict(asked.get(plugin.name, {})) for plugin in self.plugins},
                "communities": {"main": {"spaces": spaces}},
            },
            {plugin.name: plugin.config for plugin in self.plugins},
            {"discord": DiscordConfig, "telegram": TelegramConfig},
            core={"database": self._database.url},
        )
        discord = DiscordAdapter(settings.adapters["discord"].config)  # type: ignore[arg-type]
        telegram = TelegramAdapter(settings.adapters["telegram"].config)  # type: ignore[arg-type]
        for platform, limits in ((discord.platform, DISCORD), (telegram.platform, TELEGRAM)):
            platform.limits = replace(limits, overall_rate=0, channel_rate=0, space_rate=0)  # type: ignore[misc]
        self.app = App(settings, plugins=made, adapters=[discord, telegram], soft_limit=LATE, hard_limit=LATE)
        polls = len(self.telegram.called("getUpdates"))
        await self.app.start()
        await self.until(lambda: len(self.telegram.called("getUpdates")) > polls)
        await self.until(lambda: any(each.line for each in self.discord.sessions.live))

    async def stop(self) -> None:
        """Stop the application; what people do from now on waits for the next one, as far as the platforms keep it."""
        await self.app.stop()

    def remove(self) -> None:
        """Give the database up."""
        if self._database is not None:
            self._database.remove()

    # -- what is there

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something about the servers or the application holds; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110  # two servers and an application, none of which knows the others
                await asyncio.sleep(0.002)

    def discord_who(self, name: str) -> Who:
        """Somebody's account on Discord."""
        return Who("discord", self.discord.person(name).id, name)

    def telegram_who(self, name: str) -> Who:
        """Somebody's account on Telegram."""
        return Who("telegram", str(self.telegram.user(name)["id"]), name)

    def on_discord(self) -> list[str]:
        """What stands in the server's channel, from the bot, as a reader sees it."""
        return [read(message) for message in self.channel.shown if message.own]

    def on_telegram(self) -> list[str]:
        """What stands in the group, from the bot."""
        return [message.text for message in self.group.shown if message.own]


def read(message: FakeMessage) -> str:
    """The words of a message on Discord."""
    return card_words(card_of(message))


@asynccontextmanager
async def bridge(
    plugins: Sequence[type[Plugin]], config: Callable[[Bridge], Mapping[str, Any]] = lambda _: {}
) -> AsyncIterator[Bridge]:
    """Both servers and a running application; ``config`` gives the plugins' settings by name."""
    async with FakeDiscord() as discord, FakeTelegram() as telegram:
        made = Bridge(discord, telegram, plugins, config)
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
            made.remove()
