"""The post office: committed actions go to the sender of their adapter, and what became of them comes back as rows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, Literal

from coterie.core.access.outcome import landed
from coterie.core.actions import (
    AccessAction,
    DeleteMessage,
    EditMessage,
    OpenForm,
    SendInvoice,
    SendMessage,
    SendPrivate,
    decode_action,
)
from coterie.core.cards import encode
from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.engine.outside import Outside
from coterie.core.engine.sender import Sender
from coterie.core.engine.sender_queue import Job
from coterie.core.engine.sender_record import Result
from coterie.core.events import MessageDelivered
from coterie.core.platform import Platform
from coterie.core.unit import Posted
from coterie.storage.journal import ADD_MESSAGE, DROP_MESSAGE, DROP_OUTBOX, MARK_OUTBOX, MOVE_MESSAGE, PENDING

log = logging.getLogger(__name__)

BROADCASTER: Final = "core.broadcast"
"""Whose messages those of broadcasts are in the outbox."""
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
        """Take over what an earlier run left unsent: rows of :data:`PENDING`. Returns how many."""
        by_adapter: dict[str, list[Job]] = {}
        count = 0
        for community, identifier, adapter, priority, plugin, payload, attempts, not_before in rows:
            job = Job(
                id=identifier,
                community=community,
                plugin=plugin,
                action=decode_action(payload),
                priority=priority,
                attempts=attempts,
                not_before=not_before,
            )
            by_adapter.setdefault(adapter, []).append(job)
            count += 1
        self._deliver(by_adapter)
        return count

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


def settle(ctx: Context, results: list[Result]) -> None:
    """Write down what became of outbound actions; may be asked twice for the same results.

    A message that failed is made known to its plugin, once.
    """
    db, community = ctx.unit.db, ctx.community.id
    sent = [r for r in results if r.state == "sent"]
    ended = [r for r in results if r.state in ("sent", "superseded", "cancelled")]
    db.many(DROP_OUTBOX, [{"community_id": community, "id": r.id} for r in ended])
    shown = [r for r in sent if r.native and isinstance(r.action, _MESSAGES)]
    gone = [r.action.ref for r in sent if isinstance(r.action, SendMessage | SendPrivate | SendInvoice | DeleteMessage)]
    db.many(DROP_MESSAGE, [{"community_id": community, "ref": ref} for ref in gone])
    db.many(ADD_MESSAGE, [_message(ctx, r) for r in shown])
    moved = [(r.action.ref, r.native) for r in sent if r.native and isinstance(r.action, EditMessage)]
    db.many(MOVE_MESSAGE, [{"community_id": community, "ref_": ref, "native": native} for ref, native in moved])
    for result in results:
        if result.state in ("retry", "failed", "unknown"):
            _unsent(ctx, result)
        if isinstance(result.action, AccessAction) and result.state in ("sent", "failed", "unknown"):
            landed(ctx, result.id, result.action, result.state, result.native, result.reason)
    if any(result.plugin == BROADCASTER for result in results):
        from coterie.core.broadcasts import delivered  # loaded with the first broadcast

        delivered(ctx, results)


_MESSAGES = SendMessage | SendPrivate | SendInvoice


def _message(ctx: Context, result: Result) -> dict[str, Any]:
    action = result.action
    assert isinstance(action, _MESSAGES)
    return {
        "community_id": ctx.community.id,
        "ref": action.ref,
        "adapter": action.where.adapter,
        "place": encode(action.where).decode(),
        "native": result.native,
        "plugin": result.plugin,
        "sent_at": ctx.unit.now,
    }


def _unsent(ctx: Context, result: Result) -> None:
    again = result.state == "retry"
    values = {
        "community_id": ctx.community.id,
        "id_": result.id,
        "before": "pending",
        "state": "pending" if again else result.state,
        "attempts": result.attempts,
        "not_before": result.not_before,
        "reason": result.reason[:500],
    }
    if not ctx.unit.db.run(MARK_OUTBOX, values).rowcount or again:
        return
    log.warning("message %d of %s: %s: %s", result.id, result.plugin, result.state, result.reason)
    action = result.action
    if isinstance(action, SendMessage | SendPrivate | SendInvoice | OpenForm):
        state: Literal["failed", "unknown"] = "failed" if result.state == "failed" else "unknown"
        told = MessageDelivered(
            key="", where=action.where, ref=action.ref, plugin=result.plugin, state=state, reason=result.reason
        )
        ctx.unit.emit(told)
