"""The queue of updates: which kinds are wanted, how long one is kept, what was acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from telegram.constants import UpdateType

from coterie.adapters.telegram.fake.arguments import Json

KINDS: Final = frozenset(str(kind) for kind in UpdateType)
DEFAULT: Final = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
"""What a bot gets that never asked for anything else."""
DAY: Final = 86_400
LIVES: Final = {
    "callback_query": 150, "pre_checkout_query": 150, "shipping_query": 150, "inline_query": 30,
}  # fmt: skip
"""Seconds for which an update is kept, where that is not a day."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An update that is not acknowledged.  Those of one ``queue`` (a chat, a user) reach a webhook in order."""

    id: int
    body: Json
    queue: str
    expires: float


class Updates:
    """Updates that wait for the bot, in the order in which they came to be."""

    def __init__(self, clock: Callable[[], float], first: int = 1_000_001) -> None:
        self.clock = clock
        self.allowed = DEFAULT
        self.next_id = first
        self._pending: dict[int, Pending] = {}
        self._acknowledged: set[int] = set()
        self._waiters: set[asyncio.Future[None]] = set()

    def want(self, kinds: Iterable[object]) -> None:
        """Deliver these kinds from now on; none means the usual ones.  What waits already is not touched."""
        known = KINDS.intersection(kind for kind in kinds if isinstance(kind, str))
        self.allowed = known or DEFAULT

    def put(self, kind: str, payload: Json, queue: str) -> int:
        """Queue an update; returns its id, or 0 when the bot does not want that kind."""
        if kind not in self.allowed:
            return 0
        return self.put_body({kind: payload}, queue)

    def put_body(self, body: Json, queue: str = "raw") -> int:
        """Queue an update with any fields at all; one with an ``update_id`` keeps it."""
        life = min((LIVES[kind] for kind in body if kind in LIVES), default=DAY)
        given = body.get("update_id")
        number = given if isinstance(given, int) else self.next_id
        self.next_id = max(self.next_id, number + 1)
        self._pending[number] = Pending(number, {"update_id": number} | body, queue, self.clock() + life)
        self._acknowledged.discard(number)
        self.wake()
        return number

    def waiting(self, offset: int = 0, limit: int | None = None) -> list[Pending]:
        """The oldest updates from an id on; those past their time are forgotten."""
        now = self.clock()
        for update in [update for update in self._pending.values() if update.expires <= now]:
            del self._pending[update.id]
            self.wake()
        return [update for update in self._pending.values() if update.id >= offset][:limit]

    def acknowledge(self, update_id: int) -> None:
        """The bot has it."""
        if self._pending.pop(update_id, None) is not None:
            self._acknowledged.add(update_id)
            self.wake()

    def acknowledge_before(self, offset: int) -> None:
        """The bot has all below this id."""
        for number in [number for number in self._pending if number < offset]:
            self.acknowledge(number)

    def keep_last(self, count: int) -> None:
        """Forget all but the newest so many."""
        for number in list(self._pending)[: max(0, len(self._pending) - count)]:
            self.acknowledge(number)

    def drop(self) -> None:
        """Forget all; nobody acknowledged them."""
        self._pending.clear()
        self.wake()

    def wake(self) -> None:
        """Let everybody who waits for a change look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def change(self, within: float | None = None) -> bool:
        """Wait for any change, at most so many seconds of real time where it is said; False when there was none."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(within):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True

    async def confirmed(self, update_id: int, within: float = 10.0) -> None:
        """Wait until the bot acknowledged an update (0, one that never was, counts as done).

        Raises :class:`LookupError` when it was forgotten in place of that, :class:`TimeoutError` after ``within``
        seconds of real time.
        """
        async with asyncio.timeout(within):
            while update_id and update_id not in self._acknowledged:
                self.waiting()
                if update_id not in self._pending:
                    raise LookupError(f"update {update_id} was forgotten before the bot acknowledged it")
                await self.change(within)
