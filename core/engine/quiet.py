"""Quiet: waiting until all that is due has happened, and moving virtual time from one such moment to the next."""

from __future__ import annotations

import asyncio

from coterie.core.clock import Clock, MovableClock, ShiftedClock
from coterie.core.engine.again import PutOff
from coterie.core.engine.erasures import Erasures
from coterie.core.engine.lanes import Lanes
from coterie.core.engine.post import PostOffice
from coterie.core.engine.rights import Rights
from coterie.core.engine.tasks import Tasks
from coterie.core.engine.timers import Timers


class Quiet:
    """Watches the parts of an app that can still be busy."""

    def __init__(
        self,
        clock: Clock,
        lanes: Lanes,
        post: PostOffice,
        timers: Timers,
        tasks: Tasks,
        put_off: PutOff,
        erasures: Erasures,
        rights: Rights,
    ) -> None:
        self.clock = clock
        self.lanes = lanes
        self.post = post
        self.timers = timers
        self.tasks = tasks
        self.put_off = put_off
        self.erasures = erasures
        self.rights = rights

    async def settle(self) -> None:
        """Return when all that is due has happened: lanes empty, timers fired, tasks ended, messages sent."""
        while True:
            await self.lanes.drained()
            await self.tasks.settle()
            await self.post.settle()
            fired = await self.timers.fire() if self._is_due(self.timers.next_due) else 0
            fired += await self.put_off.fire() if self._is_due(self.put_off.next_due) else 0
            fired += await self.erasures.fire() if self._is_due(self.erasures.next_due) else 0
            fired += await self.rights.fire() if self._is_due(self.rights.next_due) else 0
            if not fired and self.lanes.idle() and not self.tasks.busy():
                return

    def _is_due(self, due: int | None) -> bool:
        return due is not None and due <= self.clock.now()

    async def advance(self, milliseconds: int) -> None:
        """Move virtual time forward; everything on the way happens at its own moment, in order."""
        clock = self.clock
        if not isinstance(clock, MovableClock | ShiftedClock):
            raise TypeError("only a movable clock can be moved")
        target = clock.now() + milliseconds
        await self.timers.fire()
        await self.settle()
        while (due := self._next_due()) is not None and due <= target:
            clock.move_to(max(due, clock.now()))
            if self._is_due(self.timers.next_due):
                await self.timers.fire()
            else:
                await asyncio.sleep(0)  # whoever has slept until now wakes
            await self.settle()
        clock.move_to(max(target, clock.now()))
        await self.settle()

    def _next_due(self) -> int | None:
        dues = (
            self.timers.next_due,
            self.post.next_due(),
            self.tasks.next_due(),
            self.put_off.next_due,
            self.erasures.next_due,
            self.rights.next_due,
        )
        return min((due for due in dues if due is not None), default=None)
