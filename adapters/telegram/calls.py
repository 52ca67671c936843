"""Requests to the Bot API through the unmodified library, with the core's own errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec
import telegram
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import BadRequest

from coterie.adapters.telegram.refusals import Closed, Moved, Translator
from coterie.core.platform import Uncertain

__all__ = ["GONE", "NOT_MODIFIED", "TOO_OLD", "Calls", "Closed", "Moved"]

NOT_MODIFIED: Final = ("message is not modified",)
"""What a refused edit says when the message looks like that already."""
GONE: Final = ("message to delete not found", "message_id_invalid")
"""What a refused deletion says when there is no such message any more."""
TOO_OLD: Final = ("query is too old", "query id is invalid")
"""What a refused answer says when nobody waits for it any more."""
PATIENCE: Final = 15.0
"""Seconds that a request may take in all."""
UPLOAD_PATIENCE: Final = 60.0
"""The same for a request that carries a file."""

_encode: Final = msgspec.json.Encoder().encode


class Calls:
    """The Bot API: one method, its parameters, its raw result.

    ``patience`` and ``upload_patience`` bound each request, in seconds; ``clock`` gives seconds and only measures.
    """

    def __init__(
        self,
        bot: telegram.Bot,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
        upload_patience: float = UPLOAD_PATIENCE,
    ) -> None:
        self.bot = bot
        self._patience = patience
        self._upload_patience = upload_patience
        self._translator = Translator(bot.token, clock)

    async def call(
        self,
        method: str,
        data: Mapping[str, Any],
        files: Mapping[str, telegram.InputFile] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # a long poll's own length, not a caller's impatience
        fine: Collection[str] = (),
    ) -> Any:
        """The raw ``result`` of a method (``sendMessage``); parameters that are None are left out.

        A file goes under the name of its parameter; another parameter may refer to it as ``attach://name``.
        ``timeout`` bounds the request in seconds.  When the API refuses with one of the phrases ``fine`` (lower case),
        the thing was done already, and the result is None.

        Raises :class:`RetryLater` when told to wait, or when the request never left; :class:`Moved`, :class:`Closed`
        and other :class:`Refused` for a no; :class:`Uncertain` when it may have happened; :class:`PlatformError` for
        everything else.  No reason names the token or words of a message; the library's own error is the cause.
        """
        # Everything travels as text, in JSON where it is none; made here, it costs a third of the library's way.
        kwargs: dict[str, Any] = {
            name: value if isinstance(value, str) else _encode(value).decode()
            for name, value in data.items()
            if value is not None
        }
        if "media" in kwargs:  # the library expects its own objects there, unless the value is one of its defaults
            kwargs["media"] = DefaultValue(kwargs["media"])
        if files:
            kwargs.update(files)
        bound = timeout if timeout is not None else self._upload_patience if files else self._patience
        try:
            async with asyncio.timeout(bound):
                # The library warns about methods that it has a wrapper for, unless the name is spelled so that only its
                # own translation to camel case finds the method.
                result = await self.bot.do_api_request(f"{method}_", api_kwargs=kwargs, read_timeout=bound)
        except TimeoutError:
            raise Uncertain(f"{method} got no answer within {bound:g} seconds") from None
        except Exception as error:
            if fine and isinstance(error, BadRequest) and _says(error, fine):
                return None
            raise self._translator.translate(error, method, data.get("chat_id")) from error
        self._translator.answered()
        return result


def _says(error: BadRequest, phrases: Collection[str]) -> bool:
    said = error.message.lower()
    return any(phrase in said for phrase in phrases)
