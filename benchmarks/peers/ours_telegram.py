"""Coterie behind Telegram, asked as the peers are."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from telegram.request import RequestData

from benchmarks.peers.asked import main
from benchmarks.peers.wire import MEMBERS, PERSON
from benchmarks.telegram import TOGETHER, Ours
from benchmarks.telegram_wire import GROUP, Recording, Unhurried, update
from coterie.adapters.telegram.decoding import decode_update
from coterie.core.api import Config
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Who
from coterie.core.platform import Delivery
from coterie.plugins.redpacket import RedPacket

SENDER = PERSON + MEMBERS
"""Who sends the packets."""
PATIENCE = 120.0
"""Seconds after which a round that waits for its answers has failed."""


class Commands:
    """Dispatch without a store."""

    def __init__(self, plugins: int) -> None:
        self.ours = Ours(plugins)

    @property
    def sent(self) -> int:
        """How many answers were handed over."""
        return self.ours.requests.sent

    @property
    def last(self) -> str:
        """The latest answer."""
        return self.ours.requests.last["text"]

    async def start(self) -> None:
        """Be ready."""
        await self.ours.platform.calls.bot.initialize()

    async def see(self, batch: Sequence[str]) -> None:
        """Take what nobody answers."""
        await self.handle(batch)

    async def handle(self, batch: Sequence[str]) -> None:
        """In batches, as a lane takes them."""
        for first in range(0, len(batch), TOGETHER):
            for posted in self.ours.dispatched([raw.encode() for raw in batch[first : first + TOGETHER]]):
                action: Any = posted.action
                await self.ours.platform.send(action, Delivery(str(posted.id)))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once."""
        await self.handle(batch)


class Alerts(Recording):
    """Counts the answers to taps, and keeps the latest card's button."""

    def __init__(self) -> None:
        super().__init__()
        self.answered, self.words, self.button = 0, "", ""
        self.wanted = 0
        self.reached: asyncio.Future[None] | None = None

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Take one request."""
        if url.endswith("/answerCallbackQuery") and request_data is not None:
            self.answered += 1
            self.words = request_data.json_parameters["text"]
            if self.answered == self.wanted and self.reached is not None:
                self.reached.set_result(None)
            return 200, b'{"ok":true,"result":true}'
        if request_data is not None and "reply_markup" in request_data.parameters:
            markup = json.loads(request_data.json_parameters["reply_markup"])
            self.button = (markup["inline_keyboard"] or [[{"callback_data": ""}]])[0][0]["callback_data"]
        return await super().do_request(url, method, request_data)


class Claims:
    """The whole application with its packets, in SQLite as it is always kept."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.requests = Alerts()
        self.platform = Unhurried(self.requests)
        models: dict[str, type[Config]] = {"redpacket": RedPacket.config}
        settings = Settings.default(models, {}, core={"database": f"sqlite:///{path}"}, enable_adapters=())
        self.app = App(settings, plugins=[RedPacket()], platforms=[self.platform])
        self.number = 1

    @property
    def sent(self) -> int:
        """How many taps were answered."""
        return self.requests.answered

    @property
    def last(self) -> str:
        """The latest answer."""
        return self.requests.words

    async def start(self) -> None:
        """Members who have spoken before, and one who has money."""
        await self.app.start()
        await self.platform.calls.bot.initialize()
        await self.see([self.said(PERSON + each, "hi") for each in range(MEMBERS)])
        who = Who("telegram", str(SENDER), "Sender")
        await self.app.grant(who, 10**9, "points", "bench", "fill")

    def said(self, person: int, text: str) -> str:
        """A message in the group."""
        self.number += 1
        return update(self.number, GROUP, person, text).decode()

    async def see(self, batch: Sequence[str]) -> None:
        """Take what nobody answers."""
        await asyncio.gather(*(self.platform.intake.take(decode_update(raw.encode())) for raw in batch))

    async def handle(self, batch: Sequence[str]) -> None:
        """One after another."""
        for raw in batch:
            await self.together([raw])

    async def together(self, batch: Sequence[str]) -> None:
        """All at once, until the last answer was handed over."""
        requests = self.requests
        requests.wanted = requests.answered + len(batch)
        requests.reached = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(PATIENCE):
            await self.see(batch)
            await requests.reached

    async def fund(self, total: int, shares: int) -> str:
        """A new packet; the last one's card is up to date before."""
        await self.app.settle()
        await self.see([self.said(SENDER, f"/packet {total} {shares}")])
        await self.app.settle()
        return self.requests.button

    async def paid(self) -> dict[str, int]:
        """What it paid; the books are proved besides."""
        await self.app.settle()
        problems = await self.app.verify_ledger()
        if problems:
            raise AssertionError(problems[0])
        with closing(sqlite3.connect(self.path)) as connection:
            row = connection.execute(
                "SELECT count(member_id), sum(amount) FILTER (WHERE member_id IS NOT NULL),"
                " count(member_id) - count(DISTINCT member_id) FROM redpacket_shares"
                " WHERE packet_id = (SELECT max(id) FROM redpacket_packets)"
            ).fetchone()
        return {"shares": row[0], "amount": row[1] or 0, "twice": row[2]}


def bot(plugins: int, path: str, careful: bool) -> Commands | Claims:
    """The subject that is asked for."""
    return Claims(path) if path else Commands(plugins)


if __name__ == "__main__":
    main(bot)
