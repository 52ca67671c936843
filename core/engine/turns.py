"""One work's turn within the lane's open transaction, under the watchdog's eyes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.engine.breaker import Breaker
from coterie.core.engine.counts import Counts
from coterie.core.engine.dispatcher import Dispatcher
from coterie.core.engine.fence import NOTHING, CallFailed
from coterie.core.engine.followups import backoff
from coterie.core.engine.watchdog import take_back
from coterie.core.engine.work import BOOKS_CHANGED, DONE, DUPLICATE, Again, Work, dedupe_key
from coterie.core.errors import HandlerTimeout
from coterie.core.events import Event
from coterie.core.unit import Unit
from coterie.storage.journal import DROP_QUEUED, MOVE_QUEUED, QUEUED


class Turns:
    """Handles works on one connection; used by one thread (or inline by a test)."""

    def __init__(self, unit: Unit, dispatcher: Dispatcher, breaker: Breaker) -> None:
        self.unit = unit
        self.dispatcher = dispatcher
        self.breaker = breaker
        self.counts = Counts()
        self.doubtful = False
        """Whether the store may hold a commit of which nobody here was told."""

    def _committed(self, batch: list[Work], started: float) -> None:
        events = duplicates = 0
        for work in batch:
            if work.happens:
                events += 1
                duplicates += work.outcome is DUPLICATE
        if duplicates:
            # Perhaps by a process that was killed before this one began, and whose commit the database, which had been
            # handed it, carried out after this one had read what was left to do.
            self.doubtful = True
        self.counts.committed(len(batch), events, duplicates, time.perf_counter() - started)

    def _known(self, batch: list[Work]) -> dict[int, set[str]]:
        keys: dict[int, list[str]] = {}
        for work in batch:
            if work.happens and work.again is None and work.event.key:
                keys.setdefault(work.community.id, []).append(dedupe_key(work.event))
        return {community: self.unit.journal.known(community, found) for community, found in keys.items()}

    def _handle(self, work: Work, known: dict[int, set[str]]) -> None:
        unit = self.unit
        unit.next_event()
        if work.call is not None:
            work.outcome = work.call(Context(unit, work.community, work.event, None))
            self._followups(work.community)
            return
        if work.ask is not None:
            self._asked(work, work.ask)
            return
        if work.again is not None:
            self._handle_again(work, work.again)
            return
        if work.event.key:
            key = dedupe_key(work.event)
            seen = known.setdefault(work.community.id, set())
            if key in seen:
                work.outcome = DUPLICATE
                return
            seen.add(key)
            unit.journal.keys.append({"community_id": work.community.id, "key": key, "at": unit.now})
        self._watched(work.community, work.event)
        self._followups(work.community)
        work.outcome = DONE

    def _asked(self, work: Work, ask: Callable[[Any], Any]) -> None:
        watch = self.dispatcher.watch
        watch.community, watch.event = work.community, work.event

        def answer() -> None:
            self.dispatcher.settle()
            work.outcome = ask(self.dispatcher)

        self._turn(answer)

    def _handle_again(self, work: Work, again: Again) -> None:
        """Run the one call that an event was put off for; its row ends with it, or moves when it fails again."""
        dispatcher = self.dispatcher
        here = {"community_id": work.community.id, "id": again.row}
        row = self.unit.db.one(QUEUED, here)
        if row is None:
            work.outcome = DUPLICATE
            return
        if again.key == BOOKS_CHANGED:
            self.unit.ledger.reread()
            self.unit.db.run(DROP_QUEUED, here)
            work.outcome = DONE
            return
        dispatcher.only, dispatcher.met = again.key, False
        try:
            self._watched(work.community, work.event)
        finally:
            dispatcher.only = None
        self._followups(work.community)
        if not dispatcher.met:  # it failed, is paused, or is not there
            due = self.unit.now + backoff(row[0])
            moved = {"community_id": work.community.id, "id_": again.row, "attempts": row[0] + 1, "not_before": due}
            self.unit.db.run(MOVE_QUEUED, moved)
            self.unit.heard_queued(due)
        else:
            self.unit.db.run(DROP_QUEUED, here)
        work.outcome = DONE

    def _followups(self, community: Community) -> None:
        """Events that handlers emitted, right behind their cause, and then the rights that have changed."""
        unit = self.unit
        while unit.emitted or unit.stirred:
            if unit.emitted:
                event, unit.depth = unit.emitted.popleft()
                self._watched(community, event)
            else:
                from coterie.core.access.settle import settle_stirred  # loaded with the first change of rights

                settle_stirred(Context(unit, community, NOTHING, None))
        unit.depth = 0

    def _watched(self, community: Community, event: Event) -> None:
        watch = self.dispatcher.watch
        watch.community, watch.event = community, event
        self._turn(self.dispatcher.handle, community, event)

    def _refresh(self) -> None:
        if self.unit.refreshes or self.unit.batched:
            self._turn(self.dispatcher.refresh)

    def _turn(self, run: Callable[..., None], *args: Any) -> None:
        """Do something under the watchdog's eyes; whatever it ends becomes :class:`CallFailed`."""
        watch = self.dispatcher.watch
        watch.blow = 0
        watch.turn += 1
        watch.busy = True
        try:
            run(*args)
        except CallFailed as failure:
            if watch.event is not None:
                self.dispatcher.missed[failure.call.plugin, failure.call.hook] = watch.event
            if watch.blow and not isinstance(failure.error, HandlerTimeout):
                # The end of its statement, or of whatever else it did, came as another error.
                raise CallFailed(failure.call, HandlerTimeout()) from failure.error
            raise
        except HandlerTimeout as error:
            # It may come a few instructions late, outside the call that it was meant for.
            if watch.call is None:
                raise
            raise CallFailed(watch.call, error) from error
        finally:
            watch.busy = False
            if watch.blow:
                take_back(watch)
            watch.call = None
