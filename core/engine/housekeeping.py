"""Housekeeping: what nobody needs any more is forgotten, a little at a time, so that no lane waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from coterie.core.clock import Clock
from coterie.core.config import RetentionConfig
from coterie.core.context import Context
from coterie.core.engine.retention import Retention
from coterie.storage.journal import FORGET_DEAD, FORGET_FORMS, FORGET_KEYS, FORGET_OUTBOX
from coterie.storage.statement import Statement

log = logging.getLogger(__name__)

DAY: Final = 86_400_000
EVERY: Final = 6 * 3_600_000
"""Milliseconds between two rounds."""
AT_ONCE: Final = 2_000
"""Keys forgotten in one transaction."""

OnStore = Callable[[Callable[[Context], Any]], Awaitable[Any]]


class Housekeeping:
    """Forgets old rows, now and then."""

    def __init__(
        self,
        clock: Clock,
        on_store: OnStore,
        kept: RetentionConfig | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._clock = clock
        self._on_store = on_store
        self._kept = kept or RetentionConfig()
        self._retention = retention

    async def run(self) -> None:
        """Go round for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + EVERY)
            try:
                await self.round()
            except Exception:
                log.exception("housekeeping failed; it will be tried again")

    async def round(self) -> int:
        """One round; returns how many event keys were forgotten."""
        # Hours after the start, which need not wait for them.
        from coterie.core.people.privacy.links import FORGET as FORGET_LINKS
        from coterie.core.people.undoing import UNDO_WITHIN
        from coterie.storage.merges import FORGET_ROWS

        now = self._clock.now()
        for statement, before in (
            (FORGET_FORMS, now),
            (FORGET_DEAD, now - _milliseconds(self._kept.failures)),
            (FORGET_OUTBOX, now - _milliseconds(self._kept.failures)),
            (FORGET_LINKS, now - DAY),
            (FORGET_ROWS, now - UNDO_WITHIN // timedelta(milliseconds=1)),
        ):
            await self._on_store(_forget(statement, before=before))
        total = 0
        while gone := await self._on_store(
            _forget(FORGET_KEYS, before=now - _milliseconds(self._kept.event_keys), count=AT_ONCE)
        ):
            total += gone
            await asyncio.sleep(0)
        if self._retention is not None:
            await self._retention.round()
        return total


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _forget(statement: Statement, **values: int) -> Callable[[Context], int]:
    """A work that deletes and tells how many rows it met."""

    def run(ctx: Context) -> int:
        met: int = ctx.unit.db.run(statement, values).rowcount
        return met

    return run
