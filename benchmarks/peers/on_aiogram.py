"""aiogram: a ``Dispatcher`` with a router for each plugin, as in its guide. Runs in its own environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from aiogram import Bot as Client  # type: ignore[import-not-found, unused-ignore]
from aiogram import Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found, unused-ignore]
from aiogram.filters import Command, CommandObject  # type: ignore[import-not-found, unused-ignore]
from aiogram.types import CallbackQuery, Message  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers.asked import main
from benchmarks.peers.subject import PeerBot, resting
from benchmarks.peers.wire import SENT, TOKEN


class Stub(AiohttpSession):  # type: ignore[misc, unused-ignore]
    """The session without its HTTP client: the form is built and the answer is checked as ever."""

    def __init__(self) -> None:
        super().__init__()
        self.sent, self.last = 0, ""
        self._message = json.dumps(SENT)

    async def make_request(self, bot: Any, method: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109
        """Take one request."""
        self.build_form_data(bot=bot, method=method)
        self.sent += 1
        self.last = method.text
        content = self._message if method.__api_method__ == "sendMessage" else '{"ok":true,"result":true}'
        return self.check_response(bot=bot, method=method, status_code=200, content=content).result


async def act(message: Message, command: CommandObject) -> None:
    """The command of each plugin: one whole number, and an answer."""
    if 1 <= int(command.args or 0) <= 1000:
        await message.answer("ok")


class Bot(PeerBot):
    """The bot; ``path`` of its database, if it has packets."""

    def __init__(self, plugins: int, path: str, careful: bool) -> None:
        super().__init__(Stub(), path, careful)
        self.client = Client(TOKEN, session=self.stub)
        self.dispatcher = Dispatcher()
        for number in range(plugins):
            router = Router(name=f"plugin{number}")
            router.message(Command(f"c{number}"))(act)
            self.dispatcher.include_router(router)
        if path:
            self.dispatcher.callback_query(F.data.startswith("claim:"))(self.grab)

    async def grab(self, query: CallbackQuery) -> None:
        """Take a share."""
        words = await self.claim(query.data, query.from_user.id)
        await query.answer(words, show_alert=True)

    async def handle(self, batch: Sequence[str]) -> None:
        """One after another, without the tasks that polling makes."""
        for raw in batch:
            await self.dispatcher.feed_raw_update(self.client, json.loads(raw))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once, as polling hands them over."""
        await asyncio.gather(*(self.dispatcher.feed_raw_update(self.client, json.loads(raw)) for raw in batch))


async def idle(path: str) -> object:
    """A bot with one command, and its database if it has one."""
    client, dispatcher = Client(TOKEN), Dispatcher()
    dispatcher.message(Command("hello"))(act)
    return await resting(path, client, dispatcher)


if __name__ == "__main__":
    main(Bot, idle)
