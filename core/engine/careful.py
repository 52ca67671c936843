"""The careful way: each event alone, again and again without the calls that failed, until the rest of it stands."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from coterie.core.aftermath import Aftermath
from coterie.core.cards import encode
from coterie.core.engine.breaker import Breaker, Pause
from coterie.core.engine.dispatcher import Dispatcher
from coterie.core.engine.fence import CallFailed, CallRefused, describe
from coterie.core.engine.followups import backoff
from coterie.core.engine.turns import Turns
from coterie.core.engine.work import Handled, Work
from coterie.core.errors import HandlerTimeout
from coterie.core.events import Event
from coterie.core.hooks import KEPT
from coterie.core.unit import Unit
from coterie.storage.faults import StoreUnavailable, exhausted, is_conflict, store_fault
from coterie.storage.journal import ADD_DEAD

log = logging.getLogger(__name__)

STORE_TRIES: Final = 4
"""How often a transaction is tried while the store is away, with growing pauses (about two seconds in all)."""
GIVE_UP: Final = 2
"""After so many works in a row that the store did not take, the rest of the batch goes back without a try."""
MAX_RETRIES: Final = 50
"""How many calls of one event may be left out, one after the other."""


class Careful(Turns):
    """Handles one work in a transaction of its own."""

    def __init__(
        self, unit: Unit, dispatcher: Dispatcher, breaker: Breaker, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(unit, dispatcher, breaker)
        self.pauses: list[Pause] = []
        """Hooks that were paused and of which nobody has been told yet."""
        self._sleep = pause
        self._tries = STORE_TRIES

    def _one_by_one(self, batch: list[Work], at: Work | None, stuck: CallFailed | None) -> list[Aftermath]:
        """Each work in a transaction of its own; once the store is away for two in a row, nobody waits for it again."""
        done: list[Aftermath] = []
        away = 0
        for work in batch:
            if away == GIVE_UP:
                work.error = StoreUnavailable("the store is away")
                self.counts.lost += 1
                continue
            self._tries = 1 if away else STORE_TRIES
            aftermath = self._alone(work, stuck if work is at else None)
            away = away + 1 if isinstance(work.error, StoreUnavailable) else 0
            if aftermath is not None:
                done.append(aftermath)
        return done

    def _alone(self, work: Work, stuck: CallFailed | None) -> Aftermath | None:
        dispatcher = self.dispatcher
        dispatcher.take_care(True)
        if stuck is not None:
            dispatcher.failed[stuck.call.plugin, stuck.call.hook] = stuck.error
        try:
            try:
                done = self._without_failures(work)
            except Exception as error:
                if store_fault(error) or not dispatcher.ran:
                    raise
                done = self._without_suspect(work, error)
        except (Exception, HandlerTimeout) as error:
            log.exception("event %s could not be handled", work.event.key)
            work.error = error if isinstance(error, Exception) else RuntimeError(str(error))
            self.counts.lost += 1
            if not store_fault(error):
                self._count()
            return None
        else:
            self._count()
            return done
        finally:
            dispatcher.take_care(False)

    def _without_failures(self, work: Work) -> Aftermath:
        dispatcher = self.dispatcher
        for _ in range(MAX_RETRIES):
            try:
                return self._once(work)
            except CallFailed as failure:
                key = (failure.call.plugin, failure.call.hook)
                if key in dispatcher.failed:
                    raise
                failure.release()
                dispatcher.failed[key] = failure.error
            except CallRefused as refused:
                dispatcher.refused[refused.call.plugin, refused.call.hook] = refused.refusal
            except HandlerTimeout:
                log.debug("event %s is handled again: a call was ended as it left", work.event.key)
        raise RuntimeError(f"more than {MAX_RETRIES} calls failed for one event")

    def _without_suspect(self, work: Work, error: Exception) -> Aftermath:
        """What a call did shows only when all is written (a constraint that is checked last): find out whose it was."""
        failed = self.dispatcher.failed
        for suspect in [key for key in self.dispatcher.ran if key not in failed]:
            failed[suspect] = error
            try:
                return self._without_failures(work)
            except Exception as raised:
                log.debug("event %s fails without %s too: %s", work.event.key, " ".join(suspect), raised)
            del failed[suspect]
        raise error

    def _once(self, work: Work) -> Aftermath:
        conflict = False
        attempt = 0
        while True:
            try:
                return self._transaction(work)
            except CallRefused:
                raise
            except CallFailed as failure:
                # A store that is away is not the plugin's fault.  One that is full may be; what is left of the event
                # shows it, since that fails as well if it is not.
                if exhausted(failure.error) or not store_fault(failure.error):
                    raise
                failure.release()
                error: Exception = StoreUnavailable(describe(failure.error))
            except Exception as raised:
                if not store_fault(raised):
                    if is_conflict(raised) and not conflict:
                        conflict = True  # the cache was wrong or another process was first: once more, from the rows
                        continue
                    raise
                self.doubtful = True
                error = raised
            attempt += 1
            if attempt == self._tries:
                raise StoreUnavailable(f"the store did not take the event: {error}") from error
            self._sleep(0.1 * 4 ** (attempt - 1))

    def _transaction(self, work: Work) -> Aftermath:
        unit = self.unit
        try:
            unit.begin()
            with unit.db.transaction():
                self._handle(work, self._known([work]))
                self._refresh()
                self._bury(work)
                started = time.perf_counter()
                unit.flush()
        except BaseException:
            unit.rolled_back()
            raise
        self._committed([work], started)
        if self.dispatcher.failed and work.ask is None:
            work.outcome = Handled(failed=tuple(sorted(f"{plugin} {hook}" for plugin, hook in self.dispatcher.failed)))
        return unit.committed()

    def _bury(self, work: Work) -> None:
        """Keep what a plugin missed, for its author and for a later repair; what must not be missed is put off."""
        if work.ask is not None:
            return  # nobody has missed anything
        for (plugin, hook), error in self.dispatcher.failed.items():
            if work.again is not None and work.again.key == (plugin, hook):
                continue  # its row has moved
            event = self.dispatcher.missed.get((plugin, hook), work.event)
            if isinstance(event, KEPT):
                self.unit.put_off(work.community.id, event, plugin, hook, backoff(0))
            self.unit.db.run(
                ADD_DEAD,
                {
                    "community_id": work.community.id,
                    "id": self.unit.services.ids.next(),
                    "event_key": (event.key or work.event.key)[:200],
                    "plugin": plugin,
                    "hook": hook,
                    "error": describe(error),
                    "payload": _written(event),
                    "at": self.unit.now,
                },
            )

    def _count(self) -> None:
        for (plugin, hook), error in self.dispatcher.failed.items():
            said = describe(error)
            self.counts.failed(plugin, hook)
            log.error("plugin %s failed in %s: %s", plugin, hook, said, exc_info=error)
            pause = self.breaker.failed(plugin, hook, said)
            if pause is not None:
                self.pauses.append(pause)


def _written(event: Event) -> str:
    """An event as JSON; one with something inside that JSON cannot hold (the result of a task) as its Python text."""
    try:
        return encode(event).decode()
    except Exception:
        log.debug("an event of type %s cannot be written as JSON", type(event).__name__)
    try:
        words = ascii(event)
    except Exception:
        words = type(event).__name__
    return encode({"text": words[:10_000]}).decode()
