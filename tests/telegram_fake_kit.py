"""What the tests of the Telegram fake share: a fake with the library's own client, and time that a test moves."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from PIL import Image
from telegram import Bot, Update
from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from coterie.adapters.telegram.fake import FakeTelegram

START: Final = 1_800_000_000.0


class Clock:
    """A fake's time, in seconds."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[FakeTelegram, Bot]]:
    """A running fake, and python-telegram-bot's client for it."""
    async with FakeTelegram(**options) as fake, client(fake) as bot:
        yield fake, bot


@asynccontextmanager
async def client(fake: FakeTelegram) -> AsyncIterator[Bot]:
    """Another client of the same bot; it does not wait long for an answer."""
    request = HTTPXRequest(read_timeout=5.0, connection_pool_size=8)
    bot = Bot(fake.token, base_url=fake.base_url, base_file_url=fake.file_url, request=request)
    async with bot:
        yield bot


@asynccontextmanager
async def application(
    fake: FakeTelegram, *, polling: bool = True
) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """The library's whole application, polling the fake or to be fed by hand."""
    builder = ApplicationBuilder().token(fake.token).base_url(fake.base_url).base_file_url(fake.file_url)
    app = (builder if polling else builder.updater(None)).build()
    async with app:
        await app.start()
        if app.updater is not None:
            await app.updater.start_polling(allowed_updates=Update.ALL_TYPES, timeout=1)
        try:
            yield app
        finally:
            if app.updater is not None:
                await app.updater.stop()
            await app.stop()


async def post(fake: FakeTelegram, method: str, **how: Any) -> tuple[int, dict[str, Any]]:
    """A call without any library; returns the status and the body."""
    token = how.pop("token", fake.token)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{fake.base_url}{token}/{method}", **how) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def updates(bot: Bot, offset: int = 0, **more: Any) -> list[dict[str, Any]]:
    """Raw updates."""
    found: list[dict[str, Any]] = await raw(bot, "getUpdates", offset=offset, **more)
    return found


async def raw(bot: Bot, method: str, **data: Any) -> Any:
    """A call through the library's generic way, which neither builds objects nor checks anything."""
    return await bot.do_api_request(method, api_kwargs=data)


def recorder(seen: list[Any], read: Callable[[Update], Any]) -> Callable[[Update, Any], Any]:
    """A handler that keeps what it reads in an update."""

    async def handle(update: Update, context: Any) -> None:
        seen.append(read(update))

    return handle


def png(width: int = 8, height: int = 8) -> bytes:
    """A picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(buffer, "PNG")
    return buffer.getvalue()
