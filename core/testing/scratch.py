"""A database for one test: a SQLite file, or tables of its own on the PostgreSQL server that is named."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from coterie.core.engine.boot import migrations_of
from coterie.core.plugin import Plugin
from coterie.storage.engine import open_engine
from coterie.storage.migrate import Migrations, head_of, upgrade

VARIABLE: Final = "COTERIE_TEST_DATABASE"
"""The environment's choice of a server (``postgresql://…``) for tests that name none; without it, SQLite."""
SQLITE: Final = "sqlite://"
"""A SQLite file, whatever the environment says."""
_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 64 * 1024 * 1024
"""Bytes that must be free in memory."""
Heads = tuple[tuple[Path, str | None], ...]
_migrated: Final[dict[Heads, Path]] = {}
"""Files that are migrated and empty, by what they were migrated to; a copy is much faster than a migration."""


class Scratch(Protocol):
    """A migrated, empty database; ``remove`` takes it away."""

    url: str

    def remove(self) -> None:
        """Give it up; connections to it should be closed."""


def scratch(plugins: Sequence[Plugin] = (), db: str | None = None) -> Scratch:
    """A database with the tables of the core and of plugins, and no rows.

    ``db`` is ``postgresql://…``, ``sqlite://``, or left out: then it is what the environment says, or else a SQLite
    file. Raises :class:`ValueError` for another kind of address, and the store's errors.
    """
    sets = migrations_of({plugin.name: plugin for plugin in plugins})
    address = db or os.environ.get(VARIABLE) or SQLITE
    if address == SQLITE:
        return ScratchFile(sets)
    if not address.startswith("postgres"):
        raise ValueError(f"a test's database is {SQLITE} or postgresql://…, not {address.partition(':')[0]}:…")
    from coterie.core.testing.scratch_postgres import ScratchSchema

    return ScratchSchema(address, sets, heads_of(sets))


def heads_of(sets: Sequence[Migrations]) -> Heads:
    """What databases have in common that were brought up to date by these migrations."""
    return tuple((each.folder, head_of(each.folder)) for each in sets)


def memory_folder() -> str | None:
    """A folder in memory where the system has one with room to spare: there a commit need not wait for a disk."""
    try:
        return str(_MEMORY) if shutil.disk_usage(_MEMORY).free > _ROOM and os.access(_MEMORY, os.W_OK) else None
    except OSError:
        return None


def new_folder() -> Path:
    """A temporary folder, in memory if possible; it is removed when the process ends, if not before."""
    folder = Path(tempfile.mkdtemp(prefix="coterie-scratch-", dir=memory_folder()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _templates() -> Path:
    """Where migrated files are kept."""
    return new_folder()


class ScratchFile:
    """A SQLite file, copied from one that is migrated already."""

    def __init__(self, sets: Sequence[Migrations]) -> None:
        heads = heads_of(sets)
        if heads not in _migrated:
            template = _templates() / f"{len(_migrated)}.db"
            engine = open_engine(f"sqlite:///{template}")
            try:
                upgrade(engine, sets)
            finally:
                engine.dispose()
            _migrated[heads] = template
        self._folder = new_folder()
        file = self._folder / "coterie.db"
        shutil.copyfile(_migrated[heads], file)
        self.url = f"sqlite:///{file}"

    def remove(self) -> None:
        """Delete the file."""
        shutil.rmtree(self._folder, ignore_errors=True)
