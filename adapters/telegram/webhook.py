"""The webhook: Telegram delivers each update to Coterie's own web pages, and hears yes only after the commit."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.decoding import decode_update
from coterie.adapters.telegram.polling import ALLOWED_UPDATES
from coterie.adapters.telegram.ports import Caller, Taker

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of one update."""
RETRY_AFTER: Final = 5
"""Seconds after which Telegram should deliver again what could not be committed."""
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"

_PATH_PURPOSE: Final = b"coterie: telegram webhook path"
_SECRET_PURPOSE: Final = b"coterie: telegram webhook secret"

Route = tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]


class Webhook:
    """What stands at ``/telegram/PATH``; ``intake`` takes what comes in, and while it is None nothing is taken."""

    def __init__(self, config: TelegramConfig) -> None:
        settings, token = config.webhook, config.token.get_secret_value()
        path = settings.path if settings is not None else None
        secret = settings.secret if settings is not None else None
        self.path: Final = f"/telegram/{_word(path, token, _PATH_PURPOSE)}"
        self.secret: Final = _word(secret, token, _SECRET_PURPOSE)
        self.url: Final = "" if settings is None else f"{settings.url.rstrip('/')}{self.path}"
        self._connections = 0 if settings is None else settings.max_connections
        self.intake: Taker | None = None

    def routes(self) -> tuple[Route, ...]:
        """The route for :meth:`~coterie.core.platform.Adapter.contribute_routes`."""
        return (("POST", self.path, self.receive),)

    async def ask(self, calls: Caller) -> None:
        """Have Telegram deliver here; raises a :class:`~coterie.core.platform.PlatformError`."""
        wanted = {
            "url": self.url,
            "secret_token": self.secret,
            "max_connections": self._connections,
            "allowed_updates": ALLOWED_UPDATES,
            "drop_pending_updates": False,
        }
        await calls.call("setWebhook", wanted)

    async def receive(self, request: web.Request) -> web.Response:
        """One update: 200 when it is committed (or makes no sense, and never will), 503 when it should come again."""
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self.secret.encode()):
            return _said(403, "This is not Telegram.")
        body = await _bounded(request)
        if body is None:
            return _said(413, "An update is never that large.")
        try:
            update = decode_update(body)
        except ValueError as error:
            log.warning("something that is no update came to the webhook: %s", error)
            return _said(400, "This is no update.")
        return await self._taken(update)

    async def _taken(self, update: dict[str, Any]) -> web.Response:
        intake = self.intake
        if intake is None:
            return _later("Coterie is starting or stopping.")
        try:
            await intake.take(update)
        except Exception as error:
            log.warning(
                "update %s could not be handled, Telegram will deliver it again: %s",
                update.get("update_id") if isinstance(update.get("update_id"), int) else "?",
                type(error).__name__,
            )
            return _later("The store is not available.")
        return web.Response(status=200)


async def _bounded(request: web.Request) -> bytes | None:
    """The body; None as soon as it is too large, whatever it says about its length."""
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        return None
    found = bytearray()
    async for chunk in request.content.iter_any():
        found += chunk
        if len(found) > LARGEST_BODY:
            return None
    return bytes(found)


def _word(chosen: Any, token: str, purpose: bytes) -> str:
    """What the configuration says, or a word that only those who know the token can make."""
    return chosen.get_secret_value() if chosen is not None else hmac.digest(token.encode(), purpose, "sha256").hex()


def _later(text: str) -> web.Response:
    response = _said(503, text)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n")


__all__ = ["LARGEST_BODY", "SECRET_HEADER", "Webhook"]
