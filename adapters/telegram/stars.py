"""The bot's own ledger of Stars, read for payments and refunds of which no update came.

Telegram keeps an update for a day.  What was paid while nobody ran for longer stands in the ledger for good, and has
the key of its update there, so that what both tell of counts once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from telegram.constants import StarTransactionsLimit

from coterie.adapters.telegram.ports import Caller
from coterie.core.events import Event
from coterie.core.platform import Inbox, PlatformError, UnknownPlace

log = logging.getLogger(__name__)

PAGE: Final = int(StarTransactionsLimit.MAX_LIMIT)
EVERY: Final = 6 * 3600.0
"""Seconds between two looks into the ledger."""
FIRST: Final = 86_400_000
"""Of a ledger in which nobody has read yet, so many milliseconds: what is older was handled, or will not be."""
PAUSE: Final = 0.1
"""Seconds between two pages, so that a long ledger is in nobody's way."""


class Entries(Protocol):
    """Reads entries, as :class:`~coterie.adapters.telegram.reading.Reader` does."""

    def transaction(self, entry: Any) -> Event | None:
        """What an entry says, or None."""


class StarLedger:
    """Reads on from where it stopped; ``name`` is where the store notes that place, ``clock`` gives seconds."""

    def __init__(
        self, calls: Caller, reader: Entries, inbox: Inbox, name: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._calls = calls
        self._reader = reader
        self._inbox = inbox
        self._name = name
        self._clock = clock

    async def run(self) -> None:
        """Read now and every few hours; trouble is logged, and what was not read is read the next time."""
        while True:
            try:
                await self.catch_up()
            except PlatformError as error:
                log.info("the ledger of Stars cannot be read now: %s", error.reason)
            except Exception:
                log.exception("the ledger of Stars was not read to its end")
            await asyncio.sleep(EVERY)

    async def catch_up(self) -> None:
        """Hand in what is new, a page at a time; the place moves on when all of a page is committed.

        Raises a :class:`PlatformError`, or the store's error.
        """
        noted = await self._inbox.recall(self._name)
        place = int(noted) if noted.isdecimal() else 0
        since = 0 if noted else round(self._clock() * 1000) - FIRST
        while True:
            told = await self._calls.call("getStarTransactions", {"offset": place, "limit": PAGE})
            entries = told.get("transactions") if isinstance(told, dict) else None
            if not isinstance(entries, list) or not entries:
                break
            found = [event for entry in entries if (event := self._reader.transaction(entry)) and event.at >= since]
            await self._commit(found)
            place += len(entries)
            await self._inbox.note(self._name, str(place))
            if len(entries) < PAGE:
                break
            await asyncio.sleep(PAUSE)

    async def _commit(self, events: list[Event]) -> None:
        outcomes = await asyncio.gather(*map(self._inbox.submit, events), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, UnknownPlace):
                raise outcome


__all__ = ["StarLedger"]
