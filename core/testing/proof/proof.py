"""Holds a scenario against everything that must be so: the core's rows, what plugins say of theirs, and the witness."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from coterie.core.context import Context
from coterie.core.engine.comings import SLACK
from coterie.core.engine.timers import TRY_AGAIN
from coterie.core.events import Event
from coterie.core.testing.proof import rows
from coterie.core.testing.proof.erased import Erased
from coterie.core.testing.proof.looking import Looking
from coterie.core.testing.proof.missed import Missed
from coterie.core.testing.proof.rights import rights
from coterie.core.testing.proof.whereabouts import whereabouts
from coterie.core.unit import Unit
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.proof import verify

if TYPE_CHECKING:
    from coterie.core.community import Community
    from coterie.core.testing.stage import Stage
    from coterie.core.testing.trouble import Trouble
    from coterie.core.testing.trouble.process import Process

EVERY: Final = 25
"""Steps between two full proofs of the books."""
_NOTHING: Final = Event(key="")


class Proof:
    """Looks at one database with a connection of its own, so that nothing that is armed strikes it."""

    def __init__(self, url: str, trouble: Trouble, stage: Stage) -> None:
        self._engine = open_engine(url, pool_size=1)
        self._db = Looking(self._engine)
        self._trouble = trouble
        self._stage = stage
        self._dead = 0
        self._steps = 0
        self._erased = Erased()
        self._missed = Missed()
        self._looked: tuple[int, int, Process] | None = None

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()
        self._engine.dispose()

    def wallets(self) -> dict[tuple[str, str, str], int]:
        """What everybody owns, by platform, native id and currency."""
        with self._db.transaction():
            return {(row[0], row[1], row[2]): int(row[3]) for row in self._db.all(rows.WALLETS, {})}

    def after_step(self, process: Process) -> list[str]:
        """What is wrong now, a sentence each."""
        self._steps += 1
        found = self._trouble.witness.take()
        with self._looking(process) as ctx:
            db = ctx.unit.db
            if not self._trouble.had_two:
                found += self._known(process, db)
            if self._is_news(process, db):
                found += rows.money(db)
                found += self._failed(db)
                self._erased.look(db)
                found += self._of_plugins(process, ctx)
            if self._steps % EVERY == 0:
                found += verify(db)
        return found

    def _is_news(self, process: Process, db: LaneConnection) -> bool:
        """Whether anything differs from the last look: the rows, the moment, or the process with its plugins.

        Only SQLite can tell that nobody has committed meanwhile.
        """
        asked = db.connection.exec_driver_sql("PRAGMA data_version").scalar() if db.is_sqlite else None
        version = self._steps if asked is None else int(asked)
        looked, self._looked = self._looked, (version, process.clock.now(), process)
        return looked != self._looked

    def in_the_end(self, process: Process) -> list[str]:
        """What is wrong when all is quiet and everything had its time."""
        found = self.after_step(process)
        with self._looking(process) as ctx:
            db = ctx.unit.db
            found += verify(db)
            found += rows.waiting(db, process.clock.now() - TRY_AGAIN)
            found += rows.acknowledged(db, self._trouble.witness.acknowledged)
            found += rows.money_put_away(db, _owned(process, ctx))
            found += rights(ctx, self._stage)
            if self._trouble.set_back < SLACK:  # else a late message is newer than the leaving that came after it
                found += whereabouts(ctx, self._stage)
            found += self._erased.left(ctx, list(process.registry.plugins.values()))
        return list(dict.fromkeys(found))

    @contextlib.contextmanager
    def _looking(self, process: Process) -> Iterator[Context]:
        unit = Unit(self._db, process.services)
        with self._db.transaction():
            yield Context(unit, _community(process), _NOTHING, None)

    def _failed(self, db: LaneConnection) -> Iterator[str]:
        for identifier, plugin, hook, error in db.all(rows.DEAD, {"after": self._dead}):
            self._dead = identifier
            yield f"the plugin {plugin} failed in {hook}: {error}"

    def _known(self, process: Process, db: LaneConnection) -> Iterator[str]:
        """Rows that wait for a moment of which the process knows nothing."""
        now = process.clock.now() + self._trouble.set_back
        (due,) = db.one(rows.NEXT_TIMER, {}) or (None,)
        wakes = process.timers.next_due
        if due is not None and (wakes is None or wakes > max(int(due), now + TRY_AGAIN)):
            yield f"a timer is due at {due}, and the process wakes at {wakes}"
        if db.one(rows.PENDING, {}) is not None and process.post.next_due() is None and not process.lanes.queued():
            yield "a message waits in the outbox, and the process knows nothing of it"

    def _of_plugins(self, process: Process, ctx: Context) -> Iterator[str]:
        """What plugins that are on say of their own rows, once they had the time to hear of everything."""
        late = self._missed.look(ctx.unit.db, ctx.community.enabled, process.clock.now())
        for name, plugin in process.registry.plugins.items():
            if name in ctx.community.enabled and name not in late:
                ctx.plugin = name
                for problem in plugin.invariants(ctx):
                    yield f"{name}: {problem}"


def _community(process: Process) -> Community:
    return process.store.communities[0]


def _owned(process: Process, ctx: Context) -> dict[str, set[int]]:
    """The ids of all rows, by plugin."""
    found: dict[str, set[int]] = defaultdict(set)
    for name, plugin in process.registry.plugins.items():
        for table in plugin.metadata.tables.values() if plugin.metadata is not None else ():
            if "id" in table.c:
                found[name].update(int(row[0]) for row in ctx.unit.db.connection.execute(select(table.c.id)))
    return found
