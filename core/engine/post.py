"""The post office: committed actions go to the sender of their adapter, and what became of them comes back as rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import msgspec

from coterie.core.actions import decode_action
from coterie.core.aftermath import Posted
from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.engine.outside import Outside
from coterie.core.engine.sender import Sender
from coterie.core.engine.sender_messages import AFTERWARDS
from coterie.core.engine.sender_queue import Job
from coterie.core.engine.sender_record import Result
from coterie.core.engine.settling import settle
from coterie.core.events import Where
from coterie.core.platform import Platform
from coterie.storage.journal import PENDING

log = logging.getLogger(__name__)

OnLane = Callable[[int, Callable[[Context], Any]], Awaitable[Any]]
"""Runs a function with a context on a community's lane, in its transaction."""


class PostOffice:
    """The senders of all platforms."""

    def __init__(self, platforms: Sequence[Platform], outside: Outside, clock: Clock, on_lane: OnLane) -> None:
        self._on_lane = on_lane
        self._tasks: list[asyncio.Task[None]] = []
        around = outside.middlewares()
        self.senders = {
            platform.name: Sender(
                platform,
                clock=clock,
                record=self._record,
                locate=self._locate,
                draw=outside.draw,
                mentions=self._mentions(platform),
                around=around,
            )
            for platform in platforms
        }
        self._orphans: set[str] = set()

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """The task of each sender, while they send."""
        return self._tasks

    def start(self) -> None:
        """Begin to send."""
        self._tasks = [
            asyncio.create_task(sender.run(), name=f"sender {name}") for name, sender in self.senders.items()
        ]

    async def stop(self) -> None:
        """Finish what is in flight."""
        for sender in self.senders.values():
            await sender.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def drop(self) -> None:
        """Stop as a killed process would."""
        for sender in self.senders.values():
            sender.drop()
        for task in self._tasks:
            task.cancel()

    def put(self, posted: Iterable[Posted]) -> None:
        """Take over committed actions."""
        by_adapter: dict[str, list[Job]] = {}
        for item in posted:
            job = Job(
                id=item.id, community=item.community, plugin=item.plugin, action=item.action, priority=item.priority
            )
            by_adapter.setdefault(item.adapter, []).append(job)
        self._deliver(by_adapter)

    def _deliver(self, by_adapter: dict[str, list[Job]]) -> None:
        for adapter, jobs in by_adapter.items():
            sender = self.senders.get(adapter)
            if sender is not None:
                sender.put(jobs)
            elif adapter not in self._orphans:
                self._orphans.add(adapter)
                log.warning("messages wait for the adapter %r, which is not running", adapter)

    def recover(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Take over what an earlier run left unsent: rows of :data:`PENDING`. Returns how many.

        A row that cannot be read stays where it is, and the log names it.
        """
        by_adapter: dict[str, list[Job]] = {}
        count = 0
        for community, identifier, adapter, priority, plugin, payload, attempts, not_before in rows:
            try:
                action = decode_action(payload)
            except msgspec.DecodeError as error:
                log.warning(
                    "row %d of the outbox (community %d, %s) cannot be read: %s", identifier, community, plugin, error
                )
                continue
            job = Job(
                id=identifier,
                community=community,
                plugin=plugin,
                action=action,
                priority=priority,
                attempts=attempts,
                not_before=not_before,
                left=True,
            )
            by_adapter.setdefault(adapter, []).append(job)
            count += 1
        for jobs in by_adapter.values():
            # Ids follow the clock, which may have gone back: nothing may wait for a message that stands behind it.
            jobs.sort(key=lambda job: isinstance(job.action, AFTERWARDS))
        self._deliver(by_adapter)
        return count

    def moved(self, adapter: str, follow: Callable[[Where], Where]) -> None:
        """A space of an adapter has another native id: what waits for it goes there."""
        if adapter in self.senders:
            self.senders[adapter].moved(follow)

    def withdraw(self, rows: Iterable[tuple[str, int]]) -> None:
        """Rows (adapter, id) were given up: what of them has not left stays here, and nothing is written down."""
        for adapter, row in rows:
            if adapter in self.senders:
                self.senders[adapter].withdraw(row)

    async def settle(self) -> None:
        """Return when nothing is due now."""
        for sender in self.senders.values():
            await sender.settle()

    def next_due(self) -> int | None:
        """The earliest instant at which something waits to be sent."""
        return min((due for sender in self.senders.values() if (due := sender.next_due()) is not None), default=None)

    # -- what the senders ask for

    async def _record(self, results: list[Result]) -> None:
        by_community: dict[int, list[Result]] = {}
        for result in results:
            by_community.setdefault(result.community, []).append(result)
        await asyncio.gather(*(self._on_lane(each, _settling(found)) for each, found in by_community.items()))

    async def _locate(self, community: int, ref: int) -> str:
        row = await self._on_lane(community, lambda ctx: ctx.unit.journal.message(community, ref))
        return "" if row is None else str(row[1])

    def _mentions(self, platform: Platform) -> Callable[[int, tuple[int, ...]], Awaitable[dict[int, str]]]:
        def find(ctx: Context, members: tuple[int, ...]) -> dict[int, str]:
            found: dict[int, str] = {}
            for member in members:
                for account in ctx.unit.members.accounts_of(ctx.community.id, member):
                    if account.adapter == platform.name:
                        found[member] = f"{account.platform}:{account.native}"
            return found

        async def mentions(community: int, members: tuple[int, ...]) -> dict[int, str]:
            result: dict[int, str] = await self._on_lane(community, lambda ctx: find(ctx, members))
            return result

        return mentions


def _settling(results: list[Result]) -> Callable[[Context], None]:
    return lambda ctx: settle(ctx, results)


def pending(ctx: Context) -> list[tuple[Any, ...]]:
    """What waits in the outbox of all communities."""
    return ctx.unit.db.all(PENDING, {})
