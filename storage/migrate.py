"""Migrations: one Alembic version table for the core and one for each plugin, so that a plugin that is gone hurts
nobody.

Alembic is imported only when something has to be done: reading a version table and the revision files is enough to
see that a
store is up to date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from coterie.storage.faults import StoreMismatch

CORE: Final = "core"
_REVISION = re.compile(r"^(down_)?revision(?:\s*:[^=]*)?\s*=\s*(?:[\"']([^\"']*)[\"']|None)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations of the core or of one plugin: its name, its folder of revision files, its tables."""

    name: str
    folder: Path
    metadata: MetaData

    @property
    def version_table(self) -> str:
        """Where the version is kept."""
        return f"alembic_version_{self.name}"

    @property
    def head(self) -> str | None:
        """The newest revision."""
        return head_of(self.folder)


@dataclass(frozen=True, slots=True)
class Status:
    """Where one set of migrations stands; ``current`` is ``None`` before the first, ``head`` ``None`` without any."""

    name: str
    current: str | None
    head: str | None

    @property
    def up_to_date(self) -> bool:
        """Whether nothing has to be done."""
        return self.current == self.head


def core_migrations() -> Migrations:
    """The core's own."""
    from coterie.storage.tables import metadata

    return Migrations(CORE, Path(__file__).parent / "migrations", metadata)


def head_of(folder: Path) -> str | None:
    """The newest revision in a folder, read from the files; raises :class:`StoreMismatch` unless they form one line."""
    parents = _revisions(folder)
    heads = set(parents) - {parent for parent in parents.values() if parent}
    if len(heads) > 1:
        raise StoreMismatch(
            f"{folder}: the migrations have several heads ({', '.join(sorted(heads))}); they must form one line"
        )
    return heads.pop() if heads else None


def _revisions(folder: Path) -> dict[str, str | None]:
    """The revisions of a folder, each with the one before it."""
    parents: dict[str, str | None] = {}
    for file in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        found = {
            ("down" if down else "own"): value or None
            for down, value in _REVISION.findall(file.read_text(encoding="utf-8"))
        }
        if found.get("own"):
            parents[str(found["own"])] = found.get("down")
    return parents


def status(engine: Engine, sets: Sequence[Migrations]) -> list[Status]:
    """Where each set stands."""
    with engine.connect().execution_options(coterie_read=True) as connection:
        return [Status(each.name, _current(connection, each), head_of(each.folder)) for each in sets]


def _current(connection: Connection, each: Migrations) -> str | None:
    if not inspect(connection).has_table(each.version_table):
        return None
    row = connection.execute(text(f'SELECT version_num FROM "{each.version_table}"')).first()
    return None if row is None else str(row[0])


def upgrade(engine: Engine, sets: Sequence[Migrations]) -> list[Status]:
    """Bring every set to its head, in the given order, each in one transaction; returns what was done.

    Raises :class:`StoreMismatch` for a store that is newer than the program, leaving everything as it was.
    """
    due = [(each, before) for each, before in zip(sets, status(engine, sets), strict=True) if not before.up_to_date]
    for each, before in due:
        if before.current is not None and before.current not in _revisions(each.folder):
            raise StoreMismatch(
                f"the store's {each.name} tables are at {before.current}, which this version does not know: "
                "it was used with a newer version; install that one, or restore a backup"
            )
    for each, _ in due:
        with engine.begin() as connection:
            _lock(connection)
            _run(connection, each, "head")
    return [before for _, before in due]


def upgrade_on(connection: Connection, sets: Sequence[Migrations], to: Mapping[str, str] | None = None) -> None:
    """Bring sets to their heads, or to the revisions that ``to`` names, inside the transaction that is open."""
    for each in sets:
        _run(connection, each, (to or {}).get(each.name, "head"))


def knows(each: Migrations, revision: str) -> bool:
    """Whether a set of migrations has a revision."""
    return revision in _revisions(each.folder)


def _run(connection: Connection, each: Migrations, target: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(each.folder), version_locations=[str(each.folder)])

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(target, revision)

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=each.metadata,
            version_table=each.version_table,
            transactional_ddl=True,
            transaction_per_migration=False,
        )
        environment.run_migrations()


def _lock(connection: Connection) -> None:
    """Let only one process migrate at a time (SQLite's BEGIN IMMEDIATE does that by itself)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7241655)"))


def differences(engine: Engine, each: Migrations, include: Callable[[str], bool]) -> list[Any]:
    """What autogenerate would still change after the migrations; none when revisions and tables agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    def wanted(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (name is not None and include(name))

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": wanted, "compare_type": True, "version_table": each.version_table}
        )
        return list(compare_metadata(context, each.metadata))
