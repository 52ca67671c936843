"""Erasures under way: their rows are looked for, and each is led step by step to its end, also after a crash."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.people.privacy.orders import DUE, NEXT

if TYPE_CHECKING:
    from coterie.core.people.privacy.erasing import Eraser, PartFailed
    from coterie.core.plugin import Plugin

log = logging.getLogger(__name__)

LOOK: Final = 10_000
"""Milliseconds between two looks for erasures that another process (`coterie member erase`) has ordered."""

OnLane = Callable[[int, Callable[[Context], Any]], Awaitable[Any]]
OnStore = Callable[[Callable[[Context], Any]], Awaitable[Any]]


class Erasures:
    """Carries out the erasures whose moment has come."""

    def __init__(
        self,
        clock: Clock,
        plugins: Mapping[str, Plugin],
        on_lane: OnLane,
        on_store: OnStore,
        ours: Callable[[int], bool],
    ) -> None:
        self._clock = clock
        self._plugins = plugins
        self._eraser: Eraser | None = None
        self._on_lane = on_lane
        self._on_store = on_store
        self._ours = ours
        self._wake = asyncio.Event()
        self.next_due: int | None = None
        """When the earliest known one is due (milliseconds)."""

    def heard(self) -> None:
        """A commit ordered an erasure."""
        self.next_due = self._clock.now()
        self._wake.set()

    async def run(self) -> None:
        """Go on for ever."""
        while True:
            await self.fire()
            self._wake.clear()
            sleep = asyncio.ensure_future(self._clock.sleep_until(self._clock.now() + LOOK))
            wake = asyncio.ensure_future(self._wake.wait())
            try:
                await asyncio.wait((sleep, wake), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleep.cancel()
                wake.cancel()

    async def fire(self) -> int:
        """Lead everything that is due now as far as it goes; returns how many erasures that were."""
        try:
            due = await self._on_store(self._due)
            for community, erasure in due:
                await self._lead(community, erasure)
            self.next_due = await self._on_store(self._next)
        except Exception:
            log.exception("erasures could not be carried out; they are tried again")
            self.next_due = self._clock.now() + LOOK
            return 0
        if not due and self.next_due is not None:  # what is overdue is not ours: no reason to look all the time
            self.next_due = max(self.next_due, self._clock.now() + LOOK)
        return len(due)

    async def _lead(self, community: int, erasure: int) -> None:
        # Loaded with the first erasure.
        from coterie.core.access.leaving import end_all
        from coterie.core.people.privacy.erasing import Eraser, PartFailed

        eraser = self._eraser = self._eraser or Eraser(self._plugins, end_all)
        tried: frozenset[str] = frozenset()
        while True:
            try:
                if not await self._on_lane(community, _stepping(eraser, erasure, tried)):
                    return
            except PartFailed as failure:
                tried |= {failure.part}
                await self._on_lane(community, _failing(eraser, erasure, failure))

    def _due(self, ctx: Context) -> list[tuple[int, int]]:
        """What is due; rows of a community that is not configured any more wait for its return."""
        rows = ctx.unit.db.all(DUE, {"now": self._clock.now()})
        return [(community, erasure) for community, erasure in rows if self._ours(community)]

    def _next(self, ctx: Context) -> int | None:
        row = ctx.unit.db.one(NEXT, {})
        return None if row is None else int(row[0])


def _stepping(eraser: Eraser, erasure: int, tried: frozenset[str]) -> Callable[[Context], bool]:
    return lambda ctx: eraser.step(ctx, erasure, tried)


def _failing(eraser: Eraser, erasure: int, failure: PartFailed) -> Callable[[Context], None]:
    return lambda ctx: eraser.failed(ctx, erasure, failure)
