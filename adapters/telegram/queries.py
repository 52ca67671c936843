"""Callback queries: each tap is answered exactly once, by whoever takes it first, and none is left spinning."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.telegram.calls import TOO_OLD
from coterie.core.platform import PlatformError, Refused

if TYPE_CHECKING:
    from coterie.adapters.telegram.calls import Calls

REMEMBERED: Final = 4096
"""So many queries are known, taken ones and open ones each; older ones nobody waits for any more."""
LIFE: Final = 150.0
"""Seconds after which Telegram itself gives a query up."""
PATIENCE: Final = 5.0
"""Seconds that an answer may take: people have stopped waiting by then."""
_log = logging.getLogger(__name__)


class Queries:
    """Which callback queries wait for an answer; ``clock`` gives seconds and only measures."""

    def __init__(self, calls: Calls, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._clock = clock
        self._open: OrderedDict[str, float] = OrderedDict()
        self._expected: set[str] = set()
        """Those of the open ones whose answer waits for its turn."""
        self._taken: OrderedDict[str, None] = OrderedDict()

    def opened(self, query: str) -> None:
        """A callback query was read; one that is read again stays what it is."""
        if query and query not in self._taken and query not in self._open:
            self._open[query] = self._clock()
            if len(self._open) > REMEMBERED:
                self._expected.discard(self._open.popitem(last=False)[0])

    def answering(self, query: str) -> None:
        """An answer waits for its turn."""
        if query in self._open:
            self._expected.add(query)

    def expected(self, query: str) -> bool:
        """Whether somebody will answer, however long that takes."""
        return query in self._expected

    def take(self, query: str) -> bool:
        """Whether the caller is the one to answer: True once for each query, False for one that is too old.

        Also true, once, for a query that an earlier run of the process has read.
        """
        since = self._open.pop(query, None)
        self._expected.discard(query)
        if not query or query in self._taken:
            return False
        self._taken[query] = None
        if len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)
        return since is None or self._clock() - since < LIFE

    async def answer(self, query: str, text: str = "", alert: bool = False, url: str = "") -> bool:
        """Answer a query that was taken, with up to 200 characters; False when nobody waits for it any more.

        Raises :class:`PlatformError` for everything else that goes wrong.
        """
        data: dict[str, Any] = {"callback_query_id": query}
        if text:
            data["text"] = text
        if alert:
            data["show_alert"] = True
        if url:
            data["url"] = url
        return bool(await self._calls.call("answerCallbackQuery", data, timeout=PATIENCE, fine=TOO_OLD))

    @asynccontextmanager
    async def closing(self, query: str) -> AsyncGenerator[None]:
        """Let nobody wait once what is done here has come to its end, be it that Telegram refuses it."""
        try:
            yield
        except Refused:
            await self.close(query)
            raise
        await self.close(query)

    def __len__(self) -> int:
        """How many taps wait for an answer."""
        return len(self._open)

    async def close(self, query: str) -> None:
        """Answer with nothing if nobody took it; what goes wrong is not worth more than a line in the log."""
        if not self.take(query):
            return
        try:
            await self.answer(query)
        except PlatformError as error:
            _log.debug("a tap was left without an answer: %s", error.reason)
