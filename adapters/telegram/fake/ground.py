"""The ground of scenarios on Telegram: the unmodified library, over HTTP, against the fake server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Final

from coterie.adapters.telegram.client import close_bot
from coterie.adapters.telegram.config import EVERY_CHAT, TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.fake.town import WiredTown
from coterie.adapters.telegram.limits import LIMITS
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.core.clock import MovableClock
from coterie.core.config import Secret
from coterie.core.platform import Inbox, Platform

START_WITHIN: Final = 10.0
"""Seconds in which a bot has to ask for its first updates."""


class TelegramGround:
    """A town on a server of its own.

    Virtual time stands still while people act, so the bot keeps no pauses between its messages.
    """

    def __init__(self, clock: MovableClock, space: str) -> None:
        self._server = FakeTelegram.threaded()
        self._town = WiredTown(clock, space, self._server)
        self._made: list[TelegramPlatform] = []

    @property
    def town(self) -> WiredTown:
        """The town, the same for every application."""
        return self._town

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Who has a second account, on Telegram by name, has the first one in the town in memory: nobody can link two
        accounts of one platform.
        """
        self._town.twice = {name.lower() for name, platform in people if platform == "telegram"}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Serve meanwhile, and close in the end what applications that were killed have left open."""
        with self._server:
            self._town.open()
            try:
                yield
            finally:
                for platform in self._made:
                    await close_bot(platform.calls.bot, patience=0)

    def platforms(self) -> Sequence[Platform]:
        """One bot, not yet connected, and the town in memory beside it."""
        config = TelegramConfig(
            token=Secret(self._server.token),
            api_base_url=self._server.base_url,
            api_file_url=self._server.file_url,
            chats=(EVERY_CHAT,),
        )
        self._made.append(_WiredPlatform(config, self._town))
        return (self._made[-1], self._town.platform)

    async def quiet(self) -> bool:
        """Wait until the bot has taken every update; whether there was any."""
        waiting = self._server.do(lambda fake: [pending.id for pending in fake.updates.waiting()])
        await self._town.acknowledged(waiting)
        return bool(waiting)


class _WiredPlatform(TelegramPlatform):
    """Tells the town who takes updates."""

    def __init__(self, config: TelegramConfig, town: WiredTown) -> None:
        super().__init__(config)
        self.limits = replace(LIMITS, overall_rate=0, channel_rate=0, space_rate=0)  # type: ignore[misc]
        self._town = town

    async def start(self, inbox: Inbox) -> None:
        self._town.again = self.connection.take
        self._town.settle = inbox.settle  # type: ignore[attr-defined]  # the inbox of a scenario is its application
        before = self._town.server.do(_polls)
        await super().start(inbox)
        # Only then has the bot said which updates it wants.
        await asyncio.to_thread(
            self._town.server.wait, lambda fake: fake.until(lambda: _polls(fake) > before), START_WITHIN
        )

    async def stop(self) -> None:
        self._town.again = None
        await super().stop()


def _polls(fake: FakeTelegram) -> int:
    return len(fake.called("getUpdates"))


__all__ = ["TelegramGround"]
