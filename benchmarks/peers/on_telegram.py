"""python-telegram-bot: an ``Application`` with handlers, as in its examples. Runs in its own environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes
from telegram.request import RequestData

from benchmarks.peers.asked import main
from benchmarks.peers.subject import PeerBot, resting
from benchmarks.peers.telegram_ends import Offline
from benchmarks.peers.wire import ME, SENT, TOKEN


class Stub(Offline):
    """Everything above it encodes and decodes as ever."""

    def __init__(self) -> None:
        self.sent, self.last = 0, ""
        self._answers = {"getMe": json.dumps(ME).encode(), "sendMessage": json.dumps(SENT).encode()}

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Take one request."""
        name = url.rpartition("/")[2]
        if request_data is not None and name != "getMe":
            self.sent += 1
            self.last = request_data.json_parameters["text"]
        return 200, self._answers.get(name, b'{"ok":true,"result":true}')


class Bot(PeerBot):
    """The bot; ``path`` of its database, if it has packets."""

    def __init__(self, plugins: int, path: str, careful: bool) -> None:
        super().__init__(Stub(), path, careful)
        builder = ApplicationBuilder().token(TOKEN).updater(None).request(self.stub).get_updates_request(Stub())
        self.application = builder.concurrent_updates(True).build()
        for number in range(plugins):
            self.application.add_handler(CommandHandler(f"c{number}", self.act))
        if path:
            self.application.add_handler(CallbackQueryHandler(self.grab, pattern=r"^claim:\d+$"))

    async def act(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The command of each plugin: one whole number, and an answer."""
        assert update.message is not None
        assert context.args
        if 1 <= int(context.args[0]) <= 1000:
            await update.message.reply_text("ok")

    async def grab(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Take a share."""
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        words = await self.claim(query.data, query.from_user.id)
        await query.answer(words, show_alert=True)

    async def start(self) -> None:
        """Be ready."""
        await self.application.initialize()
        await super().start()

    async def handle(self, batch: Sequence[str]) -> None:
        """One after another, without the queue and its tasks."""
        bot = self.application.bot
        for raw in batch:
            await self.application.process_update(Update.de_json(json.loads(raw), bot))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once, as with ``concurrent_updates(True)``."""
        bot = self.application.bot
        updates = [Update.de_json(json.loads(raw), bot) for raw in batch]
        await asyncio.gather(*map(self.application.process_update, updates))


async def idle(path: str) -> object:
    """A bot with one command, and its database if it has one."""
    from telegram.ext import Application

    async def act(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("ok")

    application = Application.builder().token(TOKEN).build()
    application.add_handler(CommandHandler("hello", act))
    return await resting(path, application)


if __name__ == "__main__":
    main(Bot, idle)
