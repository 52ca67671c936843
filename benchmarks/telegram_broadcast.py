"""A broadcast over HTTP to a Bot API server that enforces Telegram's limits, and the taps that are answered meanwhile.

The whole application with one broadcast to ``COTERIE_BENCH_CHATS`` direct chats (900), on the real clock: thirty
seconds at the least.  The server is the fake, on a thread of its own in the same process.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from telegram.constants import FloodLimit

from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from coterie.core.api import Button, Card, Config, Context, MessagePosted, Plugin, button, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Where, Who

T = TypeVar("T")

CHATS = 900
RATE = int(FloodLimit.MESSAGES_PER_SECOND)
FIRST = 100_000
"""The account of the first member."""
TAPPERS = 20
TAP_EVERY = 0.1
"""Seconds between two taps, each by another of the tappers."""
NEWS = "News for everybody!"
GRACE = 60.0
"""Seconds beyond the theoretical time after which a broadcast is taken for stuck."""


class Caller(Plugin):
    """Writes to everybody, and has a card with a button."""

    name = "caller"
    config = Config

    @command("call")
    def call(self, ctx: Context) -> None:
        """Begin the broadcast."""
        ctx.send(ctx.audience("reachable"), NEWS)

    @command("show")
    def show(self, ctx: Context) -> None:
        """Put up the card."""
        ctx.reply(Card(text="A card", buttons=((Button("Tap me", do="tapped"),),)))

    @button("tapped")
    def tapped(self, ctx: Context) -> None:
        """Answer to the one who tapped alone."""
        ctx.answer("You tapped")


@dataclass
class Watch:
    """What the server saw; used on its thread."""

    sent: list[float] = field(default_factory=list)
    got: Counter[int] = field(default_factory=Counter)
    tapped: dict[int, float] = field(default_factory=dict)
    """When those tapped who still wait for the answer."""
    waits: list[float] = field(default_factory=list)
    skipped: int = 0
    """Taps that were not made, because the one before had no answer yet."""

    def heard(self, kind: str, thing: Any) -> None:
        """Something happened on the server."""
        now = time.perf_counter()
        if kind == "sent" and thing.text == NEWS:
            self.sent.append(now)
            self.got[thing.chat_id] += 1
        elif kind == "alert" and thing["user_id"] in self.tapped:
            self.waits.append(now - self.tapped.pop(thing["user_id"]))


class Stage:
    """The server, its people, and what they do."""

    def __init__(self, server: FakeThread[FakeTelegram], chats: int) -> None:
        self.server = server
        self.chats = chats
        self.watch = Watch()
        self.group = server.do(self._people, 60)

    def _people(self, fake: FakeTelegram) -> int:
        people = [fake.user(FIRST + number) for number in range(self.chats)]
        for each in people:
            fake.private(each)
        fake.listeners.append(self.watch.heard)
        fake.limits.enforced = True
        return fake.group("The lounge", members=people[:TAPPERS]).id

    async def act(self, act: Callable[[FakeTelegram], T]) -> T:
        """Do something on the server without holding up the application."""
        return await asyncio.to_thread(self.server.do, act)

    async def card(self) -> tuple[int, str]:
        """Have the card put up; its message id and its button's token."""
        await self.act(lambda fake: fake.says(FIRST, self.group, "/show"))

        def shown(fake: FakeTelegram) -> tuple[int, str] | None:
            for message in fake.chat(self.group).messages:
                if message.own and message.buttons:
                    return message.message_id, message.buttons[0]["callback_data"]
            return None

        await asyncio.to_thread(self.server.wait, lambda fake: fake.until(lambda: shown(fake)))
        found = await self.act(shown)
        assert found is not None  # it was waited for
        return found

    async def tap(self, message: int, token: str) -> None:
        """Tap, one after the other, until cancelled."""
        turn = 0
        while True:
            await self.act(partial(self._tap, FIRST + turn % TAPPERS, message, token))
            turn += 1
            await asyncio.sleep(TAP_EVERY)

    def _tap(self, user: int, message: int, token: str, fake: FakeTelegram) -> None:
        if user in self.watch.tapped:
            self.watch.skipped += 1
            return
        self.watch.tapped[user] = time.perf_counter()
        fake.taps(user, message, self.group, token)


async def measure(url: str, server: FakeThread[FakeTelegram], chats: int) -> tuple[Watch, float, int]:
    """What the server saw, the seconds from the command to the last message, and the number of refusals."""
    stage = Stage(server, chats)
    settings = Settings.of(
        {
            "adapters": {"telegram": {"token": server.token, "api_base_url": server.base_url}},
            "plugins": {Caller.name: {}},
            "communities": {"main": {"spaces": [{"platform": "telegram", "id": stage.group}]}},
        },
        {Caller.name: Caller.config},
        {"telegram": TelegramConfig},
        core={"database": url},
    )
    config: Any = settings.adapters["telegram"].config
    app = App(settings, plugins=[Caller()], adapters=[TelegramAdapter(config)])
    await app.start()
    await asyncio.gather(*(app.submit(_greeting(FIRST + number)) for number in range(chats)))
    taps = asyncio.create_task(stage.tap(*await stage.card()))
    within = chats / RATE + GRACE
    started = time.perf_counter()
    await stage.act(lambda fake: fake.says(FIRST, FIRST, "/call"))
    try:
        await asyncio.to_thread(
            server.wait, lambda fake: fake.until(lambda: len(stage.watch.sent) >= chats, within), within + 5
        )
    finally:
        taps.cancel()
        await asyncio.gather(taps, return_exceptions=True)
    await asyncio.sleep(1)  # what is sent twice would come now, and the last taps have their answers
    await app.stop()
    refused = await stage.act(lambda fake: sum(fake.limits.refused.values()))
    return stage.watch, stage.watch.sent[-1] - started, refused


def _greeting(account: int) -> MessagePosted:
    """A member writes to the bot, and is known from then on."""
    number = str(account)
    who = Who("telegram", number, f"Member {number}", "en")
    return MessagePosted(key=f"hello:{number}", who=who, where=Where("telegram", number, kind="dm"), text="hello")


def run() -> Iterator[dict[str, object]]:
    """How much of the limit was used, what was lost or came twice, and how long taps waited."""
    chats = int(os.environ.get("COTERIE_BENCH_CHATS", CHATS))
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder, FakeTelegram.threaded() as server:
        watch, took, refused = asyncio.run(measure(f"sqlite:///{folder}/bench.db", server, chats))
    yield {
        "name": f"Telegram broadcast, {chats} chats, {RATE} a second",
        "value": round(chats / RATE / took, 4),
        "unit": "share of the limit",
        "goal": ">= 0.96, no refusal",
        "seconds": round(took, 2),
        "refused": refused,
        "lost": chats - len(watch.got),
        "doubled": watch.got.total() - len(watch.got),
    }
    ranked = sorted(watch.waits)
    yield {
        "name": "Telegram, a tap answered during the broadcast",
        "value": round(ranked[len(ranked) // 2] * 1000, 1),
        "unit": "ms",
        "p99_ms": round(ranked[len(ranked) * 99 // 100] * 1000, 1),
        "worst_ms": round(ranked[-1] * 1000, 1),
        "goal": "p99 <= 300 ms",
        "taps": len(ranked),
        "unanswered": len(watch.tapped) + watch.skipped,
    }


__all__ = ["run"]
