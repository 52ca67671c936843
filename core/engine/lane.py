"""A lane's worker: takes what has queued into one transaction, and falls back to one event at a time when something
breaks.

The common case pays one commit for many events and no savepoints.  When a handler fails, the whole batch is rolled
back and each
event is handled again alone; the call that failed is left out of the next try of its event, so it loses its own
changes and
nobody else's.  That is sound because a handler does nothing but read and write rows: running it again is always
allowed.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from coterie.core.aftermath import Aftermath
from coterie.core.engine.careful import Careful
from coterie.core.engine.fence import CallFailed, CallRefused
from coterie.core.engine.work import Work
from coterie.core.errors import HandlerTimeout
from coterie.storage.faults import is_conflict, store_fault

log = logging.getLogger(__name__)

LOOKING: Final = 64
"""Batches for which keys are looked up beforehand after one of them had come before: repetitions come in swarms."""


class LaneWorker(Careful):
    """Handles batches on one connection; used by one thread (or inline by a test)."""

    _at: Work | None = None
    _looking = 0

    def process(self, batch: list[Work]) -> list[Aftermath]:
        """Handle a batch and commit; every work has an outcome or an error afterwards. Returns what follows from the
        commits.
        """
        stuck: CallFailed | None = None
        # Keys of events and of transfers are taken for new, which saves a look-up for each.  Where the store says that
        # one was not, nobody is to blame: all of it is handled again together, looking.
        for guess in (True, False):
            clash = False
            try:
                return [self._together(batch, guess)]
            except CallFailed as failure:
                log.debug("batch of %d replayed: %s", len(batch), failure)
                failure.release()
                if isinstance(failure.error, HandlerTimeout):
                    stuck = failure  # to wait for it a second time would teach nobody anything
            except CallRefused:
                pass
            except (Exception, HandlerTimeout) as error:
                self.doubtful |= store_fault(error)
                clash = is_conflict(error)
                log.debug("batch of %d replayed: %s", len(batch), error)
            self.counts.replays += 1
            for work in batch:
                work.outcome = None
            clash |= self.unit.ledger.take_clash()
            if not clash or stuck is not None:
                break
            self._looking = LOOKING
        return self._one_by_one(batch, self._at, stuck)

    def _together(self, batch: list[Work], guess: bool) -> Aftermath:
        unit = self.unit
        self._looking -= self._looking > 0
        try:
            unit.begin()
            unit.ledger.guess = guess
            with unit.db.transaction():
                known = {} if guess and not self._looking else self._known(batch)
                for work in batch:
                    self._at = work
                    self._handle(work, known)
                self._at = None
                self._refresh()
                started = time.perf_counter()
                unit.flush_orm()
                unit.db.gather()
                unit.flush()
        except BaseException:
            unit.rolled_back()
            raise
        finally:
            unit.ledger.guess = False
        self._committed(batch, started)
        return unit.committed()
