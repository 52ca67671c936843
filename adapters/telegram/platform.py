"""Telegram as the core sees it: one bot, its verbs, its limits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from coterie.adapters.telegram.access import Access
from coterie.adapters.telegram.base import Me
from coterie.adapters.telegram.calls import Calls
from coterie.adapters.telegram.client import build_bot
from coterie.adapters.telegram.connection import Connection
from coterie.adapters.telegram.doors import ClosedDoors
from coterie.adapters.telegram.extras import Extras
from coterie.adapters.telegram.forms import Forms
from coterie.adapters.telegram.invoices import key_of
from coterie.adapters.telegram.limits import LIMITS
from coterie.adapters.telegram.moderation import Moderation
from coterie.adapters.telegram.payments import Payments
from coterie.adapters.telegram.places import Places
from coterie.adapters.telegram.posting import Poster
from coterie.adapters.telegram.queries import Queries
from coterie.adapters.telegram.sending import Messages, query_of, user_number
from coterie.core.platform import CommandMenu, Inbox, Limits, Platform

if TYPE_CHECKING:
    from coterie.adapters.telegram.config import TelegramConfig
    from coterie.core.events import Who


class TelegramPlatform(Messages, Forms, Access, Moderation, Extras, Payments, Platform):
    """A bot, built and not started; ``calls.bot`` is the library's own client."""

    name: ClassVar[str] = "telegram"
    limits: ClassVar[Limits] = LIMITS

    def __init__(self, config: TelegramConfig) -> None:
        token = config.token.get_secret_value()
        self.calls = Calls(build_bot(config), patience=config.request_timeout.total_seconds())
        self.queries = Queries(self.calls)
        self.places = Places()
        self.me = Me(config.bot_id)
        self.invoice_key = key_of(token)
        self.poster = Poster(self.calls, self.places)
        self.doors = ClosedDoors(self.poster, self.places, self.queries, self.me)
        self.asked = OrderedDict()
        self.connection = Connection(config)

    async def start(self, inbox: Inbox) -> None:
        """Begin to hand in events; returns at once, also where Telegram cannot be reached yet."""
        await self.connection.start(self, inbox)

    async def stop(self) -> None:
        """Wait for what was taken, and answer the taps that still wait."""
        await self.connection.stop()

    async def close(self) -> None:
        """Disconnect."""
        await self.connection.close()

    def answering(self, handle: str) -> None:
        """A tap is not closed without an answer while that waits for its turn."""
        self.queries.answering(query_of(handle))

    def direct(self, who: Who) -> str:
        """The direct chat with a person has the person's own number; bots have none."""
        return who.id if user_number(who.id) and not who.bot else ""

    async def check(self) -> Sequence[str]:
        """Problems of the bot's rights, in plain words; also on a platform that was never started."""
        return await self.connection.check(self)

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Offer the commands in Telegram's menu, as soon as it can be reached."""
        await self.connection.show_commands(commands)
