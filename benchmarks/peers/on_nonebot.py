"""NoneBot2 with its adapter for Telegram: matchers as in its guide. Runs in its own environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import nonebot  # type: ignore[import-not-found, unused-ignore]
from nonebot.adapters.telegram import Adapter, Message  # type: ignore[import-not-found, unused-ignore]
from nonebot.adapters.telegram import Bot as Client
from nonebot.adapters.telegram.config import BotConfig  # type: ignore[import-not-found, unused-ignore]
from nonebot.adapters.telegram.event import CallbackQueryEvent  # type: ignore[import-not-found, unused-ignore]
from nonebot.drivers import Response  # type: ignore[import-not-found, unused-ignore]
from nonebot.params import CommandArg  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers.asked import main
from benchmarks.peers.subject import PeerBot, resting
from benchmarks.peers.wire import BOT, SENT, TOKEN


class Stub:
    """Stands where the driver's HTTP client is."""

    def __init__(self) -> None:
        self.sent, self.last = 0, ""
        self._message = json.dumps(SENT)

    async def __call__(self, request: Any) -> Response:
        """Take one request."""
        self.sent += 1
        self.last = request.json["text"]
        sending = request.url.path.endswith("/sendMessage")
        return Response(200, content=self._message if sending else '{"ok":true,"result":true}')


class Bot(PeerBot):
    """The bot; ``path`` of its database, if it has packets. NoneBot has one of it in a process."""

    def __init__(self, plugins: int, path: str, careful: bool) -> None:
        super().__init__(Stub(), path, careful)
        self.adapter = begun()
        self.client = Client(self.adapter, str(BOT), config=BotConfig(token=TOKEN))
        self.client.username = "coterie_bot"
        self.adapter.bots[self.client.self_id] = self.client
        self.adapter.request = self.stub
        for number in range(plugins):
            register(f"c{number}")
        if path:
            matcher = nonebot.on("inline", rule=is_claim, block=True)

            async def grab(bot: Client, event: CallbackQueryEvent) -> None:
                words = await self.claim(event.data, event.from_.id)
                await bot.answer_callback_query(event.id, text=words, show_alert=True)

            # The framework reads annotations, which name what only this module knows.
            grab.__annotations__ = {"bot": Client, "event": CallbackQueryEvent}
            matcher.handle()(grab)

    async def handle(self, batch: Sequence[str]) -> None:
        """One after another, without the task that the adapter makes for each."""
        take = self.adapter._Adapter__handle_update
        for raw in batch:
            await take(self.client, json.loads(raw))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once, as polling hands them over."""
        take = self.adapter._Adapter__handle_update
        await asyncio.gather(*(take(self.client, json.loads(raw)) for raw in batch))


def begun() -> Any:
    """The framework with its adapter, telling warnings only."""
    nonebot.init(driver="~none", log_level="WARNING", command_start={"/"})
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter)
    return nonebot.get_adapter(Adapter)


def register(name: str) -> None:
    """A plugin: one command, one whole number, and an answer."""
    matcher = nonebot.on_command(name, priority=10, block=True)

    @matcher.handle()  # type: ignore[untyped-decorator, unused-ignore]
    async def act(args: Message = CommandArg()) -> None:  # noqa: B008
        if 1 <= int(args.extract_plain_text()) <= 1000:
            await matcher.finish("ok")


async def is_claim(event: CallbackQueryEvent) -> bool:
    """Whether a tap is on a packet."""
    return bool(event.data and event.data.startswith("claim:"))


async def idle(path: str) -> object:
    """A bot with one command, and its database if it has one."""
    adapter = begun()
    register("hello")
    return await resting(path, adapter)


if __name__ == "__main__":
    main(Bot, idle)
