"""aiogram: a ``Dispatcher`` with a router for each plugin, as in its guide. Runs in its own environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiogram import Bot as Client  # type: ignore[import-not-found, unused-ignore]
from aiogram import Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found, unused-ignore]
from aiogram.filters import Command, CommandObject  # type: ignore[import-not-found, unused-ignore]
from aiogram.types import CallbackQuery, Message  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers.asked import main
from benchmarks.peers.wire import MEMBERS, SENT, TOKEN

if TYPE_CHECKING:
    from benchmarks.peers.packets import Packets


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


class Bot:
    """The bot; ``path`` of its database, if it has packets."""

    def __init__(self, plugins: int, path: str, careful: bool) -> None:
        self.stub = Stub()
        self.client = Client(TOKEN, session=self.stub)
        self.dispatcher = Dispatcher()
        for number in range(plugins):
            router = Router(name=f"plugin{number}")
            router.message(Command(f"c{number}"))(act)
            self.dispatcher.include_router(router)
        self.packets: Packets | None = None
        if path:
            from benchmarks.peers.packets import Packets

            self.packets = Packets(path, careful)
            self.dispatcher.callback_query(F.data.startswith("claim:"))(self.grab)

    @property
    def sent(self) -> int:
        """How many answers were handed over."""
        return int(self.stub.sent)

    @property
    def last(self) -> str:
        """The latest answer."""
        return str(self.stub.last)

    async def grab(self, query: CallbackQuery) -> None:
        """Take a share."""
        assert self.packets is not None
        words = await self.packets.claim(int(query.data.partition(":")[2]), str(query.from_user.id))
        await query.answer(words, show_alert=True)

    async def start(self) -> None:
        """Be ready."""
        if self.packets is not None:
            await self.packets.open(MEMBERS)

    async def see(self, batch: Sequence[str]) -> None:
        """Take what nobody answers."""
        await self.handle(batch)

    async def handle(self, batch: Sequence[str]) -> None:
        """One after another, without the tasks that polling makes."""
        for raw in batch:
            await self.dispatcher.feed_raw_update(self.client, json.loads(raw))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once, as polling hands them over."""
        await asyncio.gather(*(self.dispatcher.feed_raw_update(self.client, json.loads(raw)) for raw in batch))

    async def fund(self, total: int, shares: int) -> str:
        """A new packet."""
        assert self.packets is not None
        return f"claim:{await self.packets.fund(total, shares)}"

    async def paid(self) -> dict[str, int]:
        """What it paid."""
        assert self.packets is not None
        return await self.packets.paid()


async def idle(path: str) -> object:
    """A bot with one command, and its database if it has one."""
    client, dispatcher = Client(TOKEN), Dispatcher()
    dispatcher.message(Command("hello"))(act)
    if not path:
        return client, dispatcher
    from benchmarks.peers.packets import Packets

    packets = Packets(path, careful=False)
    await packets.open()
    return client, dispatcher, packets


if __name__ == "__main__":
    main(Bot, idle)
