"""From files to the store: one after the other, each continued where an earlier run stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from coterie.core.clock import Clock
from coterie.core.engine.boot import Store, open_store
from coterie.core.importing.choosing import Choice
from coterie.core.importing.counting import Options
from coterie.core.importing.engine import Busy, Import
from coterie.core.importing.fingerprint import fingerprint
from coterie.core.importing.pieces import NotJson
from coterie.core.importing.records import Importer
from coterie.core.importing.telling import HOOK
from coterie.core.importing.totals import Problem, Totals
from coterie.storage.engine import LaneConnection

if TYPE_CHECKING:
    from coterie.core.community import Community
    from coterie.core.config import Settings
    from coterie.core.engine.registry import Registry

Fate = Literal["imported", "continued", "before", "failed"]


class Watcher(Protocol):
    """Who hears how it goes."""

    def looking(self, file: Path, position: int) -> None:
        """A file is looked through, before anything else."""

    def begins(self, file: Path, position: int) -> None:
        """A file is read from a position on."""

    def reading(self, file: Path, position: int, records: int) -> None:
        """A file was read up to a position (bytes), so many records in all."""

    def problem(self, file: Path, problem: Problem) -> None:
        """Something was left out."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a file; ``error`` if it could not be read to its end."""

    file: Path
    fate: Fate
    totals: Totals
    error: str = ""

    @property
    def clean(self) -> bool:
        """Whether all of it could be read, or was looked after by an earlier run."""
        return self.fate == "before" or (not self.error and self.totals.clean)

    @property
    def taken(self) -> bool:
        """Whether any chat of it was wanted."""
        return any(not chat.why for chat in self.totals.chats)


@dataclass(frozen=True, slots=True)
class Opened:
    """A store, and the plugins that want to hear of imports."""

    store: Store
    listeners: tuple[str, ...]
    clock: Clock


@contextlib.contextmanager
def opened(settings: Settings, registry: Registry) -> Iterator[Opened]:
    """The store of a configuration, brought up to date, with its communities; also while a process runs."""
    clock = Clock()
    store = open_store(settings, registry, clock)
    try:
        yield Opened(store, tuple(call.plugin for call in registry.calls(HOOK)), clock)
    finally:
        store.engine.dispose()


def import_all(
    to: Opened,
    community: str,
    importer: Importer,
    files: Sequence[Path],
    choice: Choice,
    bots: frozenset[str],
    watcher: Watcher,
    *,
    dry: bool = False,
) -> list[Done]:
    """Import files; one that cannot be read stops no other. Raises the store's errors; what was done is kept."""
    target = next(each for each in to.store.communities if each.name == community)
    listeners = tuple(name for name in to.listeners if name in target.enabled)
    db = LaneConnection(to.store.engine)
    try:
        return [
            _import(to, db, target, importer, file, _options(file, choice, bots, listeners, watcher, dry), watcher)
            for file in files
        ]
    finally:
        db.close()


def _options(
    file: Path, choice: Choice, bots: frozenset[str], listeners: tuple[str, ...], watcher: Watcher, dry: bool
) -> Options:
    return Options(
        choice,
        bots,
        listeners,
        dry,
        progress=lambda position, records: watcher.reading(file, position, records),
        problem=lambda problem: watcher.problem(file, problem),
    )


def _import(
    to: Opened,
    db: LaneConnection,
    target: Community,
    importer: Importer,
    file: Path,
    options: Options,
    watcher: Watcher,
) -> Done:
    work: Import | None = None
    fate: Fate = "failed"
    error = ""
    try:
        marks = (*options.choice.marks, *options.bots)
        found = fingerprint(file, importer, marks, lambda position: watcher.looking(file, position))
        work = Import(db, to.store.ids, target, importer, file, found, options, to.clock)
        work.open()
        if work.state == "done":
            return Done(file, "before", work.totals)
        fate = "continued" if work.position else "imported"
        watcher.begins(file, work.position)
        work.read()
        work.tell()
    except NotJson as raised:
        error, fate = str(raised), "failed"
    except Busy as raised:
        error = str(raised)
    except OSError as raised:
        error = raised.strerror or str(raised)
    return Done(file, fate, Totals() if work is None else work.totals, error)
