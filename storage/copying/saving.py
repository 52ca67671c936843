"""Backing up: one snapshot of the store, written while others go on writing."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, Table, select, text
from sqlalchemy.exc import DBAPIError

from coterie.storage.copying.archive import BackupError, Manifest, Rows, TableShape, Writer, sync_folder
from coterie.storage.copying.cells import packed
from coterie.storage.copying.shapes import heads, owners, shape_of
from coterie.storage.faults import raise_translated

CHUNK: Final = 5000
"""Rows in memory at once."""
Progress = Callable[[str, int, int], None]
"""Told of the table at work, how many rows of all are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was made; ``foreign`` are tables in the database that are not Coterie's, and not in the backup."""

    file: Path
    manifest: Manifest
    size: int
    foreign: tuple[str, ...]


def quiet(_table: str, _done: int, _all: int) -> None:
    """No progress to be told."""


def back_up(
    engine: Engine,
    file: Path,
    known: Mapping[str, str],
    *,
    version: str,
    replace: bool = False,
    progress: Progress = quiet,
) -> Saved:
    """Write what ``engine`` reads (in one snapshot) into a new file that its owner alone can read.

    ``known`` says to which set of migrations the tables of installed plugins belong. The file is there when it is
    complete and on the disk, or not at all. Raises :class:`BackupError` and the store's errors.
    """
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}: make it, or name another file.")
    if file.is_dir() or (file.exists() and not replace):
        raise BackupError(f"{file} exists already: name another file, or replace it with --force.")
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
        shapes, foreign, revisions = _look(connection, known)
        _check_room(connection, file.parent)
        manifest = Manifest(
            version, datetime.now(UTC).isoformat(timespec="seconds"), connection.dialect.name, revisions, shapes
        )
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # readable by its owner alone
        part = Path(name)
        try:
            with os.fdopen(handle, "w+b") as out:
                _write(connection, Writer(out), manifest, progress)
                out.flush()
                os.fsync(out.fileno())
                size = out.tell() or part.stat().st_size
            _put(part, file, replace)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise BackupError(
                    f"The disk of {file.parent} is full: make room, or name a file elsewhere. Nothing was left behind."
                ) from error
            raise
        finally:
            part.unlink(missing_ok=True)
    return Saved(file, manifest, size, tuple(foreign))


def _look(connection: Connection, known: Mapping[str, str]) -> tuple[list[TableShape], list[str], dict[str, str]]:
    """What is there, with the number of rows."""
    revisions = heads(connection)
    if not revisions:
        raise BackupError("There is nothing to back up: this database holds no store of Coterie.")
    owned, foreign = owners(connection, known)
    shapes = [shape_of(connection, name, owner) for name, owner in owned.items() if owner in revisions]
    return shapes, foreign, revisions


def _check_room(connection: Connection, folder: Path) -> None:
    """Raise :class:`BackupError` if the disk will hardly hold the backup."""
    statement = (
        "SELECT page_count * page_size / 4 FROM pragma_page_count, pragma_page_size"
        if connection.dialect.name == "sqlite"
        else "SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint / 4 FROM pg_class c"
        " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    needed, free = int(connection.execute(text(statement)).scalar_one()), shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"{folder} has {free >> 20} MB free, and the backup may need {needed >> 20} MB: "
            "make room, or name a file elsewhere."
        )


def _write(connection: Connection, writer: Writer, manifest: Manifest, progress: Progress) -> None:
    counts = {
        shape.name: int(connection.execute(text(f'SELECT count(*) FROM "{shape.name}"')).scalar_one())
        for shape in manifest.tables
    }
    done, total = 0, sum(counts.values())

    def told(shape: TableShape) -> Iterator[Rows]:
        nonlocal done
        for rows in read(connection, shape):
            yield _packed(shape, rows)
            done += len(rows)
            progress(shape.name, done, total)

    for shape in manifest.tables:
        writer.table(shape, told(shape))
        if shape.rows != counts[shape.name]:
            raise BackupError(f"The table {shape.name} changed while it was read: the backup is not one moment's.")
    writer.close(manifest)


def _packed(shape: TableShape, rows: list[Any]) -> Rows:
    try:
        return packed(rows)
    except BackupError as error:
        raise BackupError(f"The table {shape.name} cannot be backed up: {error}.") from error


def read(connection: Connection, shape: TableShape) -> Iterator[list[Any]]:
    """The rows of a table, some at a time."""
    if not shape.plain:
        table = Table(shape.name, MetaData(), autoload_with=connection)
        columns = [table.c[column.name] for column in shape.columns]
        found = connection.execution_options(yield_per=CHUNK).execute(select(*columns))
        yield from ([tuple(row) for row in part] for part in found.partitions())
        return
    # Straight from the driver, whose rows are integers and texts already.
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor() if connection.dialect.name == "sqlite" else driver.cursor("coterie_backup")
    names = ", ".join(f'"{column.name}"' for column in shape.columns)
    try:
        cursor.execute(f'SELECT {names} FROM "{shape.name}"')
        while rows := cursor.fetchmany(CHUNK):
            yield rows
    except Exception as error:
        if isinstance(error, DBAPIError | BackupError):
            raise
        raise_translated(error)
    finally:
        cursor.close()


def _put(part: Path, file: Path, replace: bool) -> None:
    """Give the file its name; another one of that name survives unless it is to be replaced."""
    if replace:
        part.replace(file)
    else:
        try:
            os.link(part, file)
        except FileExistsError:
            raise BackupError(f"{file} came into being meanwhile: name another file.") from None
        except OSError:  # a file system without links
            part.rename(file)
    sync_folder(file.parent)
