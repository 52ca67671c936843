"""Where a backup is restored to: beside a SQLite file and then into its place, or in one PostgreSQL transaction."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from coterie.storage.copying.archive import BackupError, Reader, sync_folder
from coterie.storage.copying.loading import Plan, Restored, load
from coterie.storage.copying.saving import Progress, quiet
from coterie.storage.copying.shapes import VERSION, owners
from coterie.storage.engine import open_engine, sqlite_path

_STOP: Final = "Stop `coterie run` (and whatever else has it open) first."
_FILLED: Final = (
    "{where} is not empty: restore into another database (--db), or replace all that Coterie has in it with --force."
)
Accept = Callable[[Restored], None]
"""Looks at what was restored before it counts; raises to undo it."""


def restore(
    reader: Reader,
    url: str,
    plan: Plan,
    known: Mapping[str, str],
    *,
    replace: bool = False,
    accept: Accept = lambda done: None,
    progress: Progress = quiet,
) -> Restored:
    """Restore a backup that was proved into a store; raises :class:`BackupError`, leaving the store as it was.

    A store that has rows is refused unless ``replace`` is set.
    """
    file = sqlite_path(url)
    if file is not None:
        return _into_file(reader, file, plan, known, replace, accept, progress)
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect() as connection, connection.begin():
            _clear(connection, plan, known, replace)
            done = load(connection, reader, plan, progress)
            accept(done)
        return done
    finally:
        engine.dispose()


# -- SQLite


def _into_file(
    reader: Reader,
    file: Path,
    plan: Plan,
    known: Mapping[str, str],
    replace: bool,
    accept: Accept,
    progress: Progress,
) -> Restored:
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}: make it, or name another file.")
    if file.exists():
        if not replace and _has_rows(file, known):
            raise BackupError(_FILLED.format(where=file))
        _close_down(file, replace)
    needed, free = reader.manifest.bytes * 3, shutil.disk_usage(file.parent).free
    if free < needed:
        raise BackupError(
            f"{file.parent} has {free >> 20} MB free, and the store may need {needed >> 20} MB: make room."
        )
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.restoring-", dir=file.parent)
    os.close(handle)
    part = Path(name)
    try:
        engine = open_engine(f"sqlite:///{part}", pool_size=1)
        try:
            done = _filled(engine, reader, plan, accept, progress)
        finally:
            engine.dispose()
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        if file.exists():
            _close_down(file, replace)
            part.chmod(file.stat().st_mode & 0o777)
        part.replace(file)
        sync_folder(file.parent)
        return done
    finally:
        for left in (part, *(part.with_name(f"{part.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)


def _filled(engine: Engine, reader: Reader, plan: Plan, accept: Accept, progress: Progress) -> Restored:
    """Fill a new file; it is thrown away if that fails, so nothing has to be journalled or waited for meanwhile."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        for pragma in (
            "journal_mode=DELETE",
            "journal_mode=OFF",
            "synchronous=OFF",
            "foreign_keys=OFF",
            "cache_size=-64000",
        ):
            driver.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
        with connection.begin():
            done = load(connection, reader, plan, progress)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise BackupError(f"A row of {broken[0]} refers to a row of {broken[2]} that is not there.")
            accept(done)
    return done


def _has_rows(file: Path, known: Mapping[str, str]) -> bool:
    engine = open_engine(f"sqlite:///{file}", pool_size=1)
    try:
        with engine.connect().execution_options(coterie_read=True) as connection:
            return _filled_table(connection, known) is not None or bool(owners(connection, known)[1])
    except Exception as error:
        raise BackupError(f"{file} exists, and is no store that could be looked at ({error}).") from error
    finally:
        engine.dispose()


def _close_down(file: Path, replace: bool) -> None:
    """Have all of a store in its file, no journal beside it; raises :class:`BackupError` if anybody has it open."""
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise BackupError(f"{file} is in use ({error}). {_STOP}") from error
    except sqlite3.DatabaseError as error:
        if not replace:
            raise BackupError(
                f"{file} is not a database ({error}): name another file, or replace it with --force."
            ) from error
        for end in ("-wal", "-shm", "-journal"):
            file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
        return
    if mode != "delete":
        raise BackupError(f"{file} is in use. {_STOP}")


# -- PostgreSQL


def _clear(connection: Connection, plan: Plan, known: Mapping[str, str], replace: bool) -> None:
    """Take away what Coterie has in a database; raises :class:`BackupError` if there are rows that are to be kept."""
    connection.execute(text("SET LOCAL lock_timeout = '15s'"))
    connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(7241655)"))
    where = f"The database {connection.engine.url.database}"
    filled = _filled_table(connection, known)
    if filled is not None and not replace:
        raise BackupError(_FILLED.format(where=where))
    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'coterie' AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    if filled is not None and others:
        raise BackupError(f"{where} is in use: Coterie has {others} other connections to it. {_STOP}")
    found, _ = owners(connection, known)
    versions = [name for name in inspect(connection).get_table_names() if name.startswith(VERSION)]
    if found or versions:
        connection.execute(text("DROP TABLE " + ", ".join(f'"{name}"' for name in (*found, *versions))))


def _filled_table(connection: Connection, known: Mapping[str, str]) -> str | None:
    """A table of Coterie that has rows."""
    for name in owners(connection, known)[0]:
        if connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() is not None:
            return name
    return None
