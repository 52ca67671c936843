"""The ground of scenarios on Telegram: the unmodified library, over HTTP, against the fake server."""

from __future__ import annotations

import asyncio
from typing import Final

from coterie.adapters.telegram.client import close_bot
from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.fake.town import TelegramTown
from coterie.adapters.telegram.limits import LIMITS
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.core.clock import MovableClock
from coterie.core.config import Secret
from coterie.core.platform import Inbox
from coterie.core.served import EVERYWHERE
from coterie.core.testing.wired_ground import WiredGround, unhurried

START_WITHIN: Final = 10.0
"""Seconds in which a bot has to ask for its first updates."""


class TelegramGround(WiredGround[TelegramTown, TelegramPlatform]):
    """A town on a server of its own."""

    def __init__(self, clock: MovableClock, space: str) -> None:
        super().__init__(TelegramTown(clock, space, FakeTelegram.threaded()))

    def bot(self) -> TelegramPlatform:
        server = self.town.server
        config = TelegramConfig(
            token=Secret(server.token),
            api_base_url=server.base_url,
            api_file_url=server.file_url,
            chats=(EVERYWHERE,),
        )
        return _WiredPlatform(config, self.town)

    async def leave(self, bot: TelegramPlatform) -> None:
        await close_bot(bot.calls.bot, patience=0)

    async def quiet(self) -> bool:
        waiting = self.town.server.do(lambda fake: [pending.id for pending in fake.updates.waiting()])
        await self.town.acknowledged(waiting)
        return bool(waiting)


class _WiredPlatform(TelegramPlatform):
    """Tells the town who takes updates."""

    def __init__(self, config: TelegramConfig, town: TelegramTown) -> None:
        super().__init__(config)
        self.limits = unhurried(LIMITS)  # type: ignore[misc]
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
