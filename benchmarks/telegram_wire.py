"""Both ends of the wire for the benchmark of Telegram: raw updates, and what stands where the HTTP client is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar

import telegram
from telegram.request import RequestData

from benchmarks.peers.telegram_ends import Offline
from benchmarks.peers.wire import BOT, ME, PERSON, SENT, TOKEN
from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.intake import Intake
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.adapters.telegram.reading import Names, Reader
from coterie.core.config import validate
from coterie.core.platform import CommandMenu, Inbox, Limits

USERNAME = ME["result"]["username"]
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "The lounge"}


class Recording(Offline):
    """Serializes what it would send, notes it, and answers at once."""

    def __init__(self) -> None:
        self.sent = 0
        self.last: dict[str, str] = {}
        self.waiting: dict[str, asyncio.Future[None]] = {}
        """Who waits for a message, by chat."""
        self._answer = json.dumps(SENT).encode()
        self._me = json.dumps(ME).encode()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Take one request."""
        if not url.endswith("/sendMessage") or request_data is None:
            return 200, self._me
        self.sent += 1
        self.last = request_data.json_parameters
        waiting = self.waiting.pop(self.last["chat_id"], None)
        if waiting is not None:
            waiting.set_result(None)
        return 200, self._answer


class Unhurried(TelegramPlatform):
    """The platform as it is, without limits to keep and without a server to ask: updates come from the benchmark."""

    limits: ClassVar[Limits] = Limits(in_flight=32)

    def __init__(self, requests: Recording) -> None:
        super().__init__(validate(TelegramConfig, {"token": TOKEN}))
        self.calls.bot = telegram.Bot(TOKEN, request=requests, get_updates_request=Recording())
        self.reader = Reader(BOT, USERNAME, self.invoice_key, Names())
        self.intake: Intake

    async def start(self, inbox: Inbox) -> None:
        """Take updates in, and ask for none."""
        self.intake = Intake(self.reader, self.queries, self.calls, inbox, key=self.invoice_key)

    async def stop(self) -> None:
        """Answer what waits."""
        await self.intake.finish()

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Nobody sees the menu."""


def person(number: int) -> dict[str, Any]:
    """A raw user."""
    return {
        "id": number,
        "is_bot": False,
        "first_name": f"Member {number}",
        "username": f"member_{number}",
        "language_code": "en",
    }


def private(number: int) -> dict[str, Any]:
    """The raw direct chat with a user."""
    return {"id": number, "type": "private", "first_name": f"Member {number}", "username": f"member_{number}"}


def update(number: int, chat: dict[str, Any], sender: int, text: str) -> bytes:
    """A message as Telegram sends it; what begins with ``/`` is a command."""
    message: dict[str, Any] = {
        "message_id": number,
        "from": person(sender),
        "chat": chat,
        "date": 1_790_000_000,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"offset": 0, "length": len(text.split()[0]), "type": "bot_command"}]
    return json.dumps({"update_id": number, "message": message}).encode()


def tap(number: int) -> bytes:
    """A tap on a card's button in a group."""
    card = {
        "message_id": 5,
        "from": ME["result"],
        "chat": GROUP,
        "date": 1_790_000_000,
        "text": "A card",
        "reply_markup": {"inline_keyboard": [[{"text": "Check in", "callback_data": "A" * 40}]]},
    }
    query = {"id": str(number), "from": person(PERSON), "message": card, "chat_instance": "1", "data": "A" * 40}
    return json.dumps({"update_id": number, "callback_query": query}).encode()
