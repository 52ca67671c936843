"""The connection of one bot: up as soon as Telegram can be reached, and down without losing anything."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from telegram.error import TelegramError

from coterie.adapters.telegram.check import check
from coterie.adapters.telegram.client import close_bot
from coterie.adapters.telegram.intake import Intake
from coterie.adapters.telegram.menu import Menu
from coterie.adapters.telegram.polling import Poller, pause_after
from coterie.adapters.telegram.reading import Names, Reader
from coterie.adapters.telegram.served import Served
from coterie.adapters.telegram.stars import StarLedger
from coterie.adapters.telegram.surroundings import Surroundings
from coterie.adapters.telegram.webhook import Webhook
from coterie.core.platform import CommandMenu, Inbox, PlatformError, RetryLater

if TYPE_CHECKING:
    from coterie.adapters.telegram.base import Me
    from coterie.adapters.telegram.calls import Calls
    from coterie.adapters.telegram.config import TelegramConfig
    from coterie.adapters.telegram.joins import JoinQueries
    from coterie.adapters.telegram.places import Places
    from coterie.adapters.telegram.queries import Queries

log = logging.getLogger(__name__)

LOOKS: Final = 8
"""Chats that are looked at at the same time."""
LOOK_PATIENCE: Final = 10.0
"""Seconds that looking at all of them may take at the start."""
LATE: Final = 10.0
"""Seconds that what was taken has to be committed when the bot stops."""
_NUMBER: Final = re.compile(r"-[0-9]{1,19}")


class Wired(Protocol):
    """What the connection uses of the platform; :class:`~coterie.adapters.telegram.base.Base` has it."""

    calls: Calls
    queries: Queries
    places: Places
    me: Me
    invoice_key: bytes

    @property
    def joins(self) -> JoinQueries:
        """Join request queries that wait for an answer."""


class Connection:
    """Brings one bot's updates in, by polling or through its :attr:`webhook`, and keeps its menu up to date."""

    def __init__(self, config: TelegramConfig, *, pause: Callable[[int], float] = pause_after) -> None:
        """``pause`` gives the seconds to wait after the n-th failure in a row."""
        self.config: Final = config
        self.webhook: Final = Webhook(config)
        self.menu: Final = Menu()
        self.served: Final = Served(config.chats)
        self.around = Surroundings()
        self._pause = pause
        self._calls: Calls | None = None
        self._running: asyncio.Task[None] | None = None
        self._publishing: asyncio.Task[bool] | None = None
        self._intake: Intake | None = None
        self._poller: Poller | None = None
        self._auditing: asyncio.Task[None] | None = None

    def inform(self, around: Surroundings) -> None:
        """What the rest of the configuration expects; before :meth:`start` and :meth:`check`."""
        self.around = around
        self.served.name(around.spaces)

    # -- life

    async def start(self, platform: Wired, inbox: Inbox) -> None:
        """Begin; returns at once, and goes on by itself until Telegram can be reached and from then on."""
        self._calls = platform.calls
        await platform.calls.bot.request.initialize()
        self._running = asyncio.get_running_loop().create_task(self._run(platform, inbox), name="telegram")

    async def stop(self) -> None:
        """Break off the long poll, wait for what was taken, and confirm it."""
        self.webhook.intake = None
        for task in (self._running, self._publishing, self._auditing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._poller is not None:
            await self._poller.finish(LATE)
        if self._intake is not None:
            await self._intake.finish()
        self._running = self._publishing = self._auditing = self._poller = self._intake = None

    async def close(self) -> None:
        """Close all connections."""
        if self._calls is not None:
            await close_bot(self._calls.bot)
        self._calls = None

    async def take(self, update: dict[str, Any]) -> None:
        """Take one raw update, wherever it is from; raises :class:`LookupError` before the bot is known."""
        if self._intake is None:
            raise LookupError("the bot is not connected yet")
        await self._intake.take(update)

    async def _run(self, platform: Wired, inbox: Inbox) -> None:
        """Serve, again after any mistake of our own: nothing that comes in may end it."""
        failures = 0
        while True:
            try:
                await self._serve(platform, inbox)
            except Exception:
                failures += 1
                log.exception("the connection broke off and is made again")
                await asyncio.sleep(self._pause(failures))

    async def _serve(self, platform: Wired, inbox: Inbox) -> None:
        calls = platform.calls
        await self._insist("ask who the bot is", lambda: self._introduce(platform))
        intake = self._intake or await self._prepare(platform, inbox)
        self._publish(calls)
        how = "asks for updates" if self.config.mode == "polling" else "has its updates delivered"
        log.info("@%s (%d) is connected and %s", platform.me.username, platform.me.id, how)
        if self.config.mode == "webhook":
            self.webhook.intake = intake
            await self._insist("set the webhook", lambda: self.webhook.ask(calls))
            await asyncio.Event().wait()  # what comes in comes through the pages
        no_webhook = {"drop_pending_updates": False}
        await self._insist("take an old webhook away", lambda: calls.call("deleteWebhook", no_webhook))
        if self._poller is None:
            self._poller = Poller(calls, intake, timeout=self.config.poll_timeout.total_seconds())
        await self._poller.run()

    async def _insist(self, what: str, act: Callable[[], Awaitable[Any]]) -> None:
        """Do something, again and again until it is done: the network may be down for days."""
        failures = 0
        while True:
            try:
                await act()
                return
            except PlatformError as error:
                failures += 1
                level = logging.WARNING if failures == 1 else logging.DEBUG
                log.log(level, "could not %s: %s; trying again", what, error.reason)
                seconds = error.seconds if isinstance(error, RetryLater) else 0.0
            await asyncio.sleep(max(self._pause(failures), seconds))

    async def _introduce(self, platform: Wired) -> None:
        """Ask who the bot is; the library wants to know, too, and asks for itself."""
        told = await platform.calls.call("getMe", {})
        if not (isinstance(told, dict) and isinstance(told.get("id"), int) and isinstance(told.get("username"), str)):
            raise PlatformError("what answers is no Bot API server")
        platform.me.id, platform.me.username = told["id"], told["username"]
        try:
            await platform.calls.bot.initialize()
        except TelegramError as error:  # its text may hold the token
            raise PlatformError(f"the second getMe failed ({type(error).__name__})") from None

    async def _prepare(self, platform: Wired, inbox: Inbox) -> Intake:
        reader = Reader(platform.me.id, platform.me.username, platform.invoice_key, Names())
        await self._look_around(platform.calls, reader, inbox)
        stars = StarLedger(platform.calls, reader, inbox, f"telegram:stars:{platform.me.id}")
        self._auditing = asyncio.get_running_loop().create_task(stars.run(), name="telegram ledger of Stars")
        self._intake = Intake(
            reader,
            platform.queries,
            platform.calls,
            inbox,
            key=platform.invoice_key,
            joins=platform.joins,
            served=self.served,
            moved=platform.places.moved,
        )
        return self._intake

    async def _look_around(self, calls: Calls, reader: Reader, inbox: Inbox) -> None:
        """Ask who runs the chats that are served, the bot among them; where nobody says, updates will."""
        gate, run = asyncio.Semaphore(LOOKS), time.time_ns() // 1_000_000

        async def look(chat: str) -> None:
            async with gate:
                try:
                    found = await calls.call("getChatAdministrators", {"chat_id": chat})
                except PlatformError as error:
                    log.warning("the chat %s cannot be looked at: %s", chat, error.reason)
                    return
            for event in reader.administrators(chat, found, run):
                inbox.submit(event).add_done_callback(_heard)

        looks = [asyncio.create_task(look(chat)) for chat in self.served.known if _NUMBER.fullmatch(chat)]
        if looks:
            await asyncio.wait(looks, timeout=LOOK_PATIENCE)
            for late in looks:
                late.cancel()
            for outcome in await asyncio.gather(*looks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("a chat could not be looked at", exc_info=outcome)

    # -- the menu, and what can be known before

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Show these commands in Telegram's own menu, as soon as there is a connection; returns at once."""
        self.menu.want(commands)
        if self._intake is not None and self._calls is not None:
            self._publish(self._calls)

    def _publish(self, calls: Calls) -> None:
        self._calls = calls
        if self._publishing is not None:
            self._publishing.cancel()
        self._publishing = asyncio.get_running_loop().create_task(self.menu.publish(calls), name="telegram menu")

    async def check(self, platform: Wired) -> list[str]:
        """What keeps the bot from its work, a sentence each; also for one that was never started."""
        bot = platform.calls.bot
        if self._running is not None:
            return await check(platform.calls, self.config, self.around)
        await bot.request.initialize()
        try:
            return await check(platform.calls, self.config, self.around)
        finally:
            await close_bot(bot)


def _heard(standing: asyncio.Future[Any]) -> None:
    """Fetch the outcome: what is not committed now is asked for again at the next start."""
    if not standing.cancelled() and standing.exception() is not None:
        log.info("somebody's standing could not be noted: %s", standing.exception())


__all__ = ["Connection", "Wired"]
