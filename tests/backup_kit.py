"""Communities to back up, and what is in a store, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, inspect, select

from coterie.core.cli.backup import installed_sets, tables_of
from coterie.core.cli.opened import reading
from coterie.core.testing.kit import LiveTown
from coterie.storage.copying.archive import Manifest, Reader, Writer
from coterie.storage.copying.loading import Restored, plan_for
from coterie.storage.copying.placing import restore
from coterie.storage.copying.saving import Progress, Saved, back_up, quiet
from coterie.storage.engine import open_engine

Contents = dict[str, list[tuple[Any, ...]]]


def contents(url: str) -> Contents:
    """Every cell of every table."""
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect().execution_options(coterie_read=True) as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            return {
                name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in metadata.tables.items()
            }
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    """The names of all tables."""
    engine = open_engine(url, pool_size=1)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def backed_up(url: str, file: Path, *, progress: Progress = quiet, force: bool = False) -> Saved:
    """Back a store up."""
    with reading(url) as engine:
        return back_up(engine, file, tables_of(installed_sets()), version="test", replace=force, progress=progress)


def restored(
    file: Path,
    url: str,
    *,
    without: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
    force: bool = False,
) -> Restored:
    """Restore a backup where the plugins ``without`` are not installed."""
    sets = {name: each for name, each in installed_sets().items() if name not in without}
    with Reader(file) as reader:
        reader.prove()
        return restore(reader, url, plan_for(reader, sets, skip), tables_of(sets), replace=force)


def forged(source: Path, target: Path, table: str, change: Any) -> None:
    """A backup whose hashes are right and in which the rows of one table were changed."""
    with Reader(source) as reader, target.open("wb") as out:
        manifest = reader.manifest
        writer = Writer(out)
        for shape in manifest.tables:
            rows = [row for some in reader.rows(shape) for row in some]
            shape.rows = shape.bytes = 0
            writer.table(shape, iter([change(rows) if shape.name == table else rows]))
        writer.close(manifest)


def manifest_of(file: Path) -> Manifest:
    """What a backup says of itself."""
    with Reader(file) as reader:
        return reader.manifest


def moved(town: LiveTown, url: str) -> None:
    """Let a town whose application was stopped go on with another store."""
    host = town._host
    host._settings = replace(host._settings, core=host._settings.core.model_copy(update={"database": url}))
    host.run(host.begin())


def stopped(town: LiveTown) -> str:
    """Stop the application of a town; the address of its store."""
    town._host.run(town._host.app.stop())
    return town._host._settings.core.database
