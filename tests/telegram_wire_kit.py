"""The whole application in front of Telegram: lanes on threads, the unmodified library, and the fake server over HTTP.

An application of a test keeps no pauses between messages and polls in a rhythm of its own; everything else is real.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from socket import socket
from typing import Any, ClassVar, Final

import pytest
from aiohttp import web
from sqlalchemy import text

from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.fake import FakeChat, FakeMessage, FakeTelegram
from coterie.adapters.telegram.limits import LIMITS
from coterie.adapters.telegram.polling import Poller
from coterie.core.api import Context, Plugin, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.testing.scratch import Scratch, scratch
from coterie.core.web.shell import address_of, listen, serve

LATE: Final = 30.0
"""Seconds after which a handler is ended; those of tests wait for less."""
WITHIN: Final = 10.0
"""Seconds after which a test that waits for something fails."""
OPERATOR: Final = "oscar"


class Barrier(threading.Event):
    """Lets nobody through until it is set, and then everybody; :attr:`held` is set when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Event()

    def pass_through(self) -> bool:
        """Wait, within bounds, until the gate is set."""
        self.held.set()
        return self.wait(WITHIN)


class Probe(Plugin):
    """Answers at once (/ping), and keeps a lane busy for as long as :attr:`gate` is shut (/hold)."""

    name: ClassVar[str] = "probe"
    gate: ClassVar[Barrier] = Barrier()

    @command("ping")
    def ping(self, ctx: Context, word: str = "") -> None:
        ctx.send(ctx.where, f"pong {word}".rstrip())

    @command("hold")
    def hold(self, ctx: Context) -> None:
        assert self.gate.pass_through()
        ctx.send(ctx.where, "released")


class Wire:
    """One group on one server, and the application that serves it; :func:`wire` makes one."""

    def __init__(self, fake: FakeTelegram, plugins: Sequence[type[Plugin]], config: Mapping[str, Any], pages: bool):
        self.fake = fake
        self.plugins = plugins
        self.group = fake.group("The lounge")
        self.changes: list[tuple[str, Any]] = []
        fake.listeners.append(lambda kind, thing: self.changes.append((kind, thing)))
        fake.private(OPERATOR)
        self._config = config
        self._database: Scratch | None = None
        self._listening: socket | None = None
        self._pages = pages
        self._port = 0
        self._runner: web.AppRunner | None = None
        self.app: App
        self.adapter: TelegramAdapter

    # -- life

    async def start(self) -> None:
        """Start an application on the database, and wait until it is ready for what comes in."""
        made = [plugin() for plugin in self.plugins]
        if self._database is None:
            self._database = scratch(made)
        telegram: dict[str, Any] = {
            "token": self.fake.token,
            "api_base_url": self.fake.base_url,
            "api_file_url": self.fake.file_url,
            "poll_timeout": "1s",
        }
        if self._pages:
            self._listening = listen("127.0.0.1", self._port)
            self._port = self._listening.getsockname()[1]
            telegram |= {"mode": "webhook", "webhook": {"url": address_of(self._listening)}}
        settings = self._settings(telegram, self._database.url)
        values = settings.adapters["telegram"].config
        assert isinstance(values, TelegramConfig)
        self.adapter = TelegramAdapter(values)
        no_pauses = replace(LIMITS, overall_rate=0, channel_rate=0, space_rate=0)
        self.adapter.platform.limits = no_pauses  # type: ignore[misc]  # the class says what Telegram really takes
        self.app = App(settings, plugins=made, adapters=[self.adapter], soft_limit=LATE, hard_limit=LATE)
        before = len(self.fake.called("getUpdates"))
        await self.app.start()
        if self._listening is not None:
            self._runner = await serve(self.app, "127.0.0.1", 0, self._listening)
            await self.until(lambda: self.fake.webhook.url)
        else:
            await self.until(lambda: len(self.fake.called("getUpdates")) > before)

    def _settings(self, telegram: dict[str, Any], database: str) -> Settings:
        account = f"telegram:{self.fake.user(OPERATOR)['id']}"
        return Settings.of(
            {
                "adapters": {"telegram": telegram},
                "plugins": {plugin.name: dict(self._config.get(plugin.name, {})) for plugin in self.plugins},
                "communities": {
                    "main": {"spaces": [{"platform": "telegram", "id": self.group.id}], "operators": [account]}
                },
            },
            {plugin.name: plugin.config for plugin in self.plugins},
            {"telegram": TelegramConfig},
            core={"database": database},
        )

    async def stop(self) -> None:
        """Stop the application; what people do from now on waits for the next one."""
        Probe.gate.set()
        await self.app.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def restart(self) -> None:
        """Another process on the same database."""
        await self.stop()
        await self.start()

    def remove(self) -> None:
        """Give the database up."""
        if self._database is not None:
            self._database.remove()

    # -- what is there

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something about the server or the application holds; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            while not condition():
                await self.fake.updates.change(0.01)  # not everything that may be waited for wakes the server

    def dm(self, name: str) -> FakeChat:
        """Somebody's direct chat with the bot."""
        return self.fake.world.private(self.fake.user(name)["id"])

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the store."""

        def look(ctx: Context) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in ctx.db.execute(text(statement)).all()]

        found: list[tuple[Any, ...]] = await self.app.on_lane(None, look)
        return found

    async def sees(self, chat: FakeChat, words: str, times: int = 1) -> FakeMessage:
        """Wait until so many messages of the bot that stand in a chat have these words; the newest of them."""
        try:
            await self.until(lambda: len(showing(chat, words)) >= times)
        except TimeoutError:
            shown = "\n".join(repr(message.text) for message in chat.shown)
            raise AssertionError(f"{words!r} is not there {times} times, but:\n{shown}") from None
        return showing(chat, words)[-1]

    # -- what people do

    async def says(self, name: str, words: str, chat: FakeChat | None = None) -> None:
        """Somebody writes, in the group or elsewhere; wait until that is committed."""
        await self.fake.confirmed(self.fake.says(name, chat or self.group, words))

    async def replies(self, name: str, message: FakeMessage, words: str) -> None:
        """Somebody replies to a message; wait until that is committed."""
        await self.fake.confirmed(self.fake.says(name, message.chat_id, words, reply_to=message.message_id))

    def taps(self, name: str, message: FakeMessage, label: str) -> int:
        """Somebody presses a button; the id of the update."""
        (data,) = (button["callback_data"] for button in message.buttons if button["text"] == label)
        return self.fake.taps(name, message.message_id, message.chat_id, data)

    async def still_answers(self, word: str, name: str = OPERATOR) -> None:
        """A normal command in the group is answered: nothing that came before it holds anything up."""
        self.fake.says(name, self.group, f"/ping {word}")
        await self.sees(self.group, f"pong {word}")

    async def hold(self) -> int:
        """Keep the community's lane busy until :meth:`release`; the id of the update that does."""
        update = self.fake.says(OPERATOR, self.group, "/hold")
        assert await asyncio.to_thread(Probe.gate.held.wait, WITHIN)
        return update

    def release(self) -> None:
        """Let the lane go on."""
        Probe.gate.set()

    async def settled(self) -> None:
        """Wait until all that has been heard is committed and all that follows is out."""
        for update in self.fake.updates.waiting():
            await self.fake.confirmed(update.id)
        async with asyncio.timeout(WITHIN):
            await self.app.settle()


def showing(chat: FakeChat, words: str) -> list[FakeMessage]:
    """The bot's messages that stand in a chat and have these words."""
    return [message for message in chat.shown if message.own and words in message.text]


@asynccontextmanager
async def wire(
    plugins: Sequence[type[Plugin]] = (), *, pages: bool = False, config: Mapping[str, Any] | None = None
) -> AsyncIterator[Wire]:
    """A running application with :class:`Probe` and other plugins; ``pages``: by a webhook, in place of polling.

    At the end the books must balance.
    """
    Probe.gate = Barrier()
    async with FakeTelegram(webhook_pace=0.01) as fake:
        made = Wire(fake, [Probe, *plugins], config or {}, pages)
        try:
            await made.start()
            try:
                yield made
                assert await made.app.verify_ledger() == []
            finally:
                await made.stop()
        finally:
            made.remove()


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pollers begun from now on ask again at once, and try again at once what failed."""
    defaults = Poller.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "again", 0.02)
    monkeypatch.setitem(defaults, "pause", lambda _tries: 0.01)
