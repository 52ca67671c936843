"""A broadcast over HTTP to a Bot API server that enforces Telegram's limits, and the taps that are answered meanwhile.

The whole application with one broadcast to ``COTERIE_BENCH_CHATS`` direct chats (900), on the real clock: thirty
seconds at the least.  The server is the fake, on a thread of its own in the same process.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from typing import Any

from telegram.constants import FloodLimit

from benchmarks import broadcast
from benchmarks.broadcast import NEWS, TAPPERS
from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from coterie.core.api import Context, MessagePosted, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Where, Who

CHATS = 900
RATE = int(FloodLimit.MESSAGES_PER_SECOND)
FIRST = 100_000
"""The account of the first member."""


class Caller(broadcast.Caller):
    """Writes to everybody."""

    @command("call")
    def call(self, ctx: Context) -> None:
        """Begin the broadcast."""
        ctx.send(ctx.audience("reachable"), NEWS)


class Watch(broadcast.Watch[int]):
    """What Telegram saw, by ids of chats and of users."""

    def heard(self, kind: str, thing: Any) -> None:
        if kind == "sent" and thing.text == self.text:
            self.came(thing.chat_id)
        elif kind == "alert":
            self.answered(thing["user_id"])


class Stage(broadcast.Stage[FakeTelegram, int, int]):
    """Direct chats, and a group where the card is."""

    def __init__(self, server: FakeThread[FakeTelegram], chats: int) -> None:
        super().__init__(server, Watch())
        self.chats = chats
        self.group = server.do(self._people, 60)

    def _people(self, fake: FakeTelegram) -> int:
        people = [fake.user(FIRST + number) for number in range(self.chats)]
        for each in people:
            fake.private(each)
        fake.listeners.append(self.watch.heard)
        fake.limits.enforced = True
        return fake.group("The lounge", members=people[:TAPPERS]).id

    async def card(self) -> tuple[int, str]:
        await self.act(lambda fake: fake.says(FIRST, self.group, "/show"))

        def shown(fake: FakeTelegram) -> tuple[int, str] | None:
            for message in fake.chat(self.group).messages:
                if message.own and message.buttons:
                    return message.message_id, message.buttons[0]["callback_data"]
            return None

        await self.wait(shown)
        found = await self.act(shown)
        assert found is not None  # it was waited for
        return found

    def tapper(self, fake: FakeTelegram, number: int) -> int:
        return FIRST + number

    def press(self, fake: FakeTelegram, who: int, message: int, token: str) -> None:
        fake.taps(who, message, self.group, token)


async def measure(url: str, server: FakeThread[FakeTelegram], chats: int) -> tuple[broadcast.Watch[int], float, int]:
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
    took = await stage.broadcast(lambda fake: fake.says(FIRST, FIRST, "/call"), chats, RATE)
    await app.stop()
    refused = await stage.act(lambda fake: sum(fake.limits.refused.values()))
    return stage.watch, took, refused


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
    yield from broadcast.figures(
        "Telegram", "chats", "a tap answered", watch, expected=chats, rate=RATE, took=took, refused=refused
    )


__all__ = ["run"]
