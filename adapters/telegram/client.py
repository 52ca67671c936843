"""The library's own client, built from the configuration and not started."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from telegram import Bot
from telegram.error import NetworkError, TelegramError

from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.decoding import decode_answer
from coterie.adapters.telegram.http import Request, Stopped

CONNECTIONS: Final = 64
"""Requests at the same time; more than the sender ever has in flight."""
POLLS: Final = 2
"""Connections for updates: the one that is open, and one to confirm while it is being closed."""


class UpdatesRequest(Request):
    """The request for updates, which reads an answer update by update.

    One update that cannot be read (nested thousands of levels deep, broken text) costs only itself, not its batch.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer; raises :class:`TelegramError` for one that is no JSON object at all."""
        try:
            return decode_answer(payload)
        except ValueError as error:
            raise TelegramError("the server's answer is no JSON object") from error


class CallRequest(Request):
    """The request for everything else, which can be closed without breaking off what is on its way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._open = 0
        self._closing = False
        self._idle = asyncio.Event()

    async def initialize(self) -> None:
        """Take requests, again if need be."""
        await super().initialize()
        self._closing = False

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """One request; once :meth:`drain` was called it fails at once, and never leaves."""
        if self._closing:
            raise NetworkError("the bot is being stopped") from Stopped("the bot is being stopped")
        self._open += 1
        try:
            return await super().do_request(*args, **options)
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def drain(self, patience: float) -> None:
        """Take no more requests, and wait for those on their way, ``patience`` seconds at the longest."""
        self._closing = True
        self._idle.clear()
        if self._open:
            try:
                async with asyncio.timeout(patience):
                    await self._idle.wait()
            except TimeoutError:
                return


def build_bot(config: TelegramConfig) -> Bot:
    """The bot of a configuration; ``await bot.initialize()`` starts it, ``await bot.shutdown()`` ends it.

    Requests for updates have connections of their own, so that a long poll is never in the way of an answer.
    """
    patience = config.request_timeout.total_seconds()
    return Bot(
        config.token.get_secret_value(),
        base_url=config.api_base_url,
        base_file_url=config.api_file_url,
        request=CallRequest(connections=CONNECTIONS, patience=patience),
        get_updates_request=UpdatesRequest(connections=POLLS, patience=patience),
    )


async def close_bot(bot: Bot, patience: float = 5.0) -> None:
    """Let requests on their way end, ``patience`` seconds at the longest, and close all connections, also those of a
    bot that was never started.
    """
    if isinstance(bot.request, CallRequest):
        await bot.request.drain(patience)
    await bot.shutdown()
    await bot.request.shutdown()


__all__ = ["CallRequest", "UpdatesRequest", "build_bot", "close_bot"]
