"""Events put off: offered again to the one plugin that could not have them, until it has handled them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.engine.timers import LOOK_AGAIN, TRY_AGAIN
from coterie.core.engine.work import Again
from coterie.core.events import CoreEvent, decode_event
from coterie.storage.journal import DROP_QUEUED, DUE_QUEUED, NEXT_QUEUED

log = logging.getLogger(__name__)

Submit = Callable[[int, CoreEvent, Again], Awaitable[Any]]
OnStore = Callable[[Callable[[Context], Any]], Awaitable[Any]]


class PutOff:
    """Reads the rows of events that were put off, and hands them in when their moment has come."""

    def __init__(self, clock: Clock, submit: Submit, on_store: OnStore, ours: Callable[[int], bool]) -> None:
        self._clock = clock
        self._submit = submit
        self._on_store = on_store
        self._ours = ours
        self.next_due: int | None = None
        """When the earliest known one is due (milliseconds)."""

    def heard(self, due: int) -> None:
        """A commit put an event off."""
        self.next_due = due if self.next_due is None else min(due, self.next_due)

    async def run(self) -> None:
        """Offer them as time goes by; another process (`coterie events retry`) may have put one there, too."""
        while True:
            while await self.fire():  # an import puts many there at once
                pass
            await self._clock.sleep_until(self._clock.now() + LOOK_AGAIN)

    async def fire(self) -> int:
        """Offer everything that is due now; returns how many."""
        try:
            rows = await self._on_store(self._due)
            read = [(row, _decoded(row)) for row in rows]
            offers = [
                self._submit(row[0], event, Again(row[1], (row[3], row[4]))) for row, event in read if event is not None
            ]
            outcomes = await asyncio.gather(*offers, return_exceptions=True)
            await self._on_store(_dropping([row for row, event in read if event is None]))
            self.next_due = await self._on_store(_next)
            if not rows and self.next_due is not None:  # what is overdue is not ours: no reason to look all the time
                self.next_due = max(self.next_due, self._clock.now() + LOOK_AGAIN)
        except Exception:
            log.exception("events that were put off could not be read")
            self.next_due = self._clock.now() + TRY_AGAIN
            return 0
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failed:
            log.error("%d events that were put off could not be handled: %s", len(failed), failed[0])
            self.next_due = self._clock.now() + TRY_AGAIN
        return len(outcomes) - len(failed)

    def _due(self, ctx: Context) -> list[tuple[Any, ...]]:
        """What is due; rows of a community that is not configured any more wait for its return."""
        return [row for row in ctx.unit.db.all(DUE_QUEUED, {"now": self._clock.now()}) if self._ours(row[0])]


def _decoded(row: tuple[Any, ...]) -> CoreEvent | None:
    """The event of a row; ``None`` for one that this version of Coterie, or of a plugin, does not know."""
    try:
        return decode_event(row[2])
    except msgspec.MsgspecError:
        return None


def _dropping(rows: list[tuple[Any, ...]]) -> Callable[[Context], None]:
    for row in rows:
        log.error("event %d for %s %s cannot be offered again: nobody can read it: %.200s", row[1], *row[3:5], row[2])

    def drop(ctx: Context) -> None:
        ctx.unit.db.many(DROP_QUEUED, [{"community_id": row[0], "id": row[1]} for row in rows])

    return drop


def _next(ctx: Context) -> int | None:
    row = ctx.unit.db.one(NEXT_QUEUED, {})
    return None if row is None else int(row[0])
