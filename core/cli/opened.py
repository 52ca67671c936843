"""The store of a configuration, for commands that need nothing else: no plugin is imported, nothing is migrated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coterie.core.cli.output import DEFAULT_CONFIG, Failure, Unusable

if TYPE_CHECKING:
    from sqlalchemy import Engine

db_option = click.option("--db", metavar="URL", help="The store, in place of the one that the configuration names.")


def database_of(file: Path, db: str | None) -> str:
    """The address of the store; raises ConfigError for a configuration that cannot be read."""
    from coterie.core.config import Settings, load

    if db:
        # The same notation and checks as in a file; what the rest of one says does not matter here.
        return Settings.of({}, {}, {}, core={"database": db}).core.database
    if file == DEFAULT_CONFIG and not file.exists():
        raise Unusable(f"There is no {file} in this folder: name a configuration with -c, or a store with --db.")
    from coterie.core.unread import Anything

    return load(file, Anything(), Anything()).core.database


@contextlib.contextmanager
def reading(url: str) -> Iterator[Engine]:
    """An engine that only reads, in one snapshot; raises :class:`Failure` where there is no store yet."""
    from coterie.storage.engine import open_engine

    check_exists(url)
    engine = open_engine(url, pool_size=1)
    options: dict[str, object] = {"coterie_read": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        yield engine.execution_options(**options)
    finally:
        engine.dispose()


@contextlib.contextmanager
def writing(url: str) -> Iterator[Engine]:
    """An engine that writes, also while a process runs; raises :class:`Failure` where there is no store yet."""
    from coterie.storage.engine import open_engine

    check_exists(url)
    engine = open_engine(url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def check_exists(url: str) -> None:
    """Raise :class:`Failure` for a SQLite file that is not there; opening it would make one."""
    if missing := missing_file(url):
        raise Failure(
            f"There is no store yet: {missing} does not exist. `coterie run` and `coterie db upgrade` make it."
        )


def missing_file(url: str) -> Path | None:
    """The SQLite file of an address, where it does not exist yet."""
    from coterie.storage.engine import sqlite_path

    if url == "sqlite://":
        raise Failure(
            "This store is in memory (sqlite://): there is nothing to look at outside of the process that runs."
        )
    file = sqlite_path(url)
    return file if file is not None and not file.exists() else None
