"""Taking updates in: from one raw update to events on their lanes, and to the answers that cannot wait for any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from coterie.adapters.telegram.checkout import answer_checkout
from coterie.adapters.telegram.joins import JoinQueries
from coterie.adapters.telegram.ports import Caller, Reading, Waiting
from coterie.adapters.telegram.served import Served
from coterie.core.events import Event, JoinRequested, SpaceMoved
from coterie.core.platform import Inbox, PlatformError, UnknownPlace

log = logging.getLogger(__name__)

CLOSE_AFTER: Final = 1.0
"""Seconds after the commit that a tap's answer has to come; then its button stops spinning without one."""
QUEUE_AFTER: Final = 2.0
"""Seconds after the commit until an applicant whom nobody decided about is left to the administrators."""
QUEUE_AT_LAST: Final = 5.0
"""The same in seconds after the update was read; the platform waits for ten, and a poller may have read it late."""


class Intake:
    """Takes updates, one call each; calls overlap, and the order of their beginnings is the order on the lanes."""

    def __init__(
        self,
        reader: Reading,
        queries: Waiting,
        calls: Caller,
        inbox: Inbox,
        *,
        key: bytes,
        joins: JoinQueries | None = None,
        served: Served | None = None,
        moved: Callable[[str, str], None] | None = None,
        close_after: float = CLOSE_AFTER,
        queue_after: float = QUEUE_AFTER,
        queue_at_last: float = QUEUE_AT_LAST,
    ) -> None:
        """``key`` signs invoices, ``joins`` keeps the queries of applicants, ``served`` says which chats are heard (all
        by default), ``moved`` hears of a group's old and new id.
        """
        self._reader = reader
        self._queries = queries
        self._calls = calls
        self._inbox = inbox
        self._key = key
        self._joins = joins or JoinQueries()
        self._served = served or Served()
        self._moved = moved
        self._close_after = close_after
        self._queue_after = queue_after
        self._queue_at_last = queue_at_last
        self._later: set[asyncio.Task[Any]] = set()
        self._hurry = asyncio.Event()

    async def take(self, update: dict[str, Any]) -> None:
        """Return when everything that an update says is committed, or nobody wants it.

        Raises the store's error when it could not be committed: then the update must be delivered again.  An update
        that makes no sense is logged and dropped.
        """
        checkout, query, events = self._understood(update)
        if checkout is not None:
            self._aside(answer_checkout(self._calls, checkout, self._key), "checkout")
        if query:
            self._queries.opened(query)
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # All of this runs without a pause, so that updates reach their lanes in the order of their calls.
        submitted = self._submit(events, committed)
        try:
            await self._all_committed(submitted)
        except BaseException:
            committed.cancel()
            raise
        committed.set_result(None)
        if query and not self._queries.expected(query):
            self._aside(self._closed(query, self._close_after if submitted else 0), "tap")

    async def finish(self, patience: float = 3.0) -> None:
        """Give the answers that wait for their moment now, and return when they are out, after ``patience`` seconds at
        the latest.
        """
        self._hurry.set()
        if self._later:
            await asyncio.wait(self._later, timeout=patience)
        late = tuple(self._later)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _understood(self, update: dict[str, Any]) -> tuple[dict[str, Any] | None, str, list[Event]]:
        try:
            read = self._reader
            return read.checkout_of(update), read.query_of(update), read.read(update)
        except Exception:
            log.exception("update %s could not be read and is dropped", update.get("update_id"))
            return None, "", []

    def _submit(self, events: list[Event], committed: asyncio.Future[None]) -> list[tuple[Event, asyncio.Future[Any]]]:
        """Put on their lanes what is heard."""
        submitted = []
        for event in events:
            self._joins.heard(event)
            future = self._submitted(event) if self._served.allows(event) else None
            if future is not None:
                submitted.append((event, future))
                if isinstance(event, SpaceMoved) and event.where is not None and self._moved is not None:
                    with suppress(ValueError):  # ids that are no numbers lead nowhere anyway
                        self._moved(event.where.space, event.to)
            if isinstance(event, JoinRequested) and _has_query(event):
                self._aside(self._left_to_admins(event, committed if future is not None else None), "join request")
        return submitted

    def _submitted(self, event: Event) -> asyncio.Future[Any] | None:
        try:
            return self._inbox.submit(event)
        except Exception:  # nothing that a later delivery would change
            log.exception("the event %s cannot be put on a lane and is dropped", event.key)
            return None

    async def _all_committed(self, submitted: list[tuple[Event, asyncio.Future[Any]]]) -> None:
        """Wait for all; raise the first error that is the store's."""
        outcomes = await asyncio.gather(*(future for _, future in submitted), return_exceptions=True)
        failed: BaseException | None = None
        for (event, _), outcome in zip(submitted, outcomes, strict=True):
            if isinstance(outcome, UnknownPlace):
                self._served.unknown(event)
            elif isinstance(outcome, BaseException):
                failed = failed or outcome
        if failed is not None:
            raise failed

    # -- answers beside the lanes

    def _aside(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"telegram {name}")
        self._later.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._later.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)

    async def _pause(self, seconds: float) -> None:
        """Wait; not at all once everything has to be finished."""
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._hurry.wait()
            except TimeoutError:
                return

    async def _closed(self, query: str, after: float) -> None:
        await self._pause(after)
        try:
            await self._queries.close(query)
        except PlatformError as error:
            log.debug("a tap could not be closed: %s", error.reason)

    async def _left_to_admins(self, event: JoinRequested, committed: asyncio.Future[None] | None) -> None:
        """Leave an applicant whom nobody has decided about to the chat's administrators."""
        now = asyncio.get_running_loop().time
        at_last = now() + self._queue_at_last
        if committed is not None:
            await asyncio.wait([committed], timeout=self._queue_at_last - self._queue_after)
            await self._pause(min(self._queue_after, at_last - now()))
        assert event.where is not None  # _has_query says so
        assert event.who is not None
        query = self._joins.take(event.where.space, event.who.id)
        if not query:
            return
        try:
            answer = {"chat_join_request_query_id": query, "result": "queue"}
            await self._calls.call("answerChatJoinRequestQuery", answer)
        except PlatformError as error:
            log.warning("a request to join could not be left to the administrators: %s", error.reason)


def _has_query(event: JoinRequested) -> bool:
    """Whether an applicant waits for an answer at once: the handle is ``j:CHAT:QUERY`` then."""
    return bool(event.where and event.who and event.handle.startswith("j:") and event.handle.split(":", 2)[-1])


__all__ = ["Intake"]
