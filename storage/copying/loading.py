"""Restoring: the tables of a backup made and filled in one transaction, proved before it is committed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from coterie.storage.copying.archive import BackupError, Reader, Rows, TableShape
from coterie.storage.copying.cells import unpacked, without_nulls
from coterie.storage.copying.saving import CHUNK, Progress, quiet
from coterie.storage.copying.shapes import in_order, set_head, table_from, word_for
from coterie.storage.engine import LaneConnection
from coterie.storage.faults import exhausted
from coterie.storage.migrate import CORE, Migrations, knows, upgrade_on
from coterie.storage.proof import verify

_INDEXES: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :name",
    "postgresql": "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema()"
    " AND i.tablename = :name AND NOT EXISTS (SELECT FROM pg_constraint c"
    " WHERE c.conname = i.indexname AND c.connamespace = current_schema()::regnamespace)",
}


@dataclass(slots=True)
class Plan:
    """What becomes of each set of tables: migrated by its plugin, made after its description, or left out."""

    migrated: list[Migrations] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Restored:
    """What was restored; ``replaced`` counts cells by table in which U+0000 had to become U+FFFD."""

    plan: Plan
    rows: int = 0
    tables: int = 0
    findings: list[str] = field(default_factory=list)
    replaced: dict[str, int] = field(default_factory=dict)
    upgraded: list[str] = field(default_factory=list)


def plan_for(reader: Reader, sets: Mapping[str, Migrations], skip: frozenset[str]) -> Plan:
    """What to do with each set of a backup; raises :class:`BackupError` for one that is newer than the program."""
    heads = reader.manifest.heads
    if unknown := sorted(skip - heads.keys()):
        raise BackupError(f"{reader.file} has no tables of {', '.join(unknown)}; it has those of {', '.join(heads)}.")
    if CORE in skip or CORE not in heads:
        raise BackupError(f"{reader.file} cannot be restored without the tables of the core.")
    plan = Plan(skipped=sorted(skip))
    for name in sorted(heads, key=lambda name: (name != CORE, name)):
        if name in skip:
            continue
        if name not in sets:
            plan.raw.append(name)
        elif knows(sets[name], heads[name]):
            plan.migrated.append(sets[name])
        else:
            raise BackupError(
                f"{reader.file} has the tables of {name} at {heads[name]}, which this version does not know: it was "
                "made by a newer version. Install that one"
                + ("." if name == CORE else f", or leave these tables out with --skip-plugin {name}.")
            )
    return plan


def load(connection: Connection, reader: Reader, plan: Plan, progress: Progress = quiet) -> Restored:
    """Make and fill the tables, then bring them up to date, inside the transaction that is open.

    No table of the store may be there. Raises :class:`BackupError`.
    """
    done = Restored(plan)
    heads = reader.manifest.heads
    wanted = {shape.name: shape for shape in reader.manifest.tables if shape.owner not in plan.skipped}
    upgrade_on(connection, plan.migrated, heads)
    for name in plan.raw:
        set_head(connection, name, heads[name])
    made = set(inspect(connection).get_table_names())
    for shape in wanted.values():
        if shape.name not in made:
            if shape.owner not in plan.raw:
                raise BackupError(
                    f"The migrations of {shape.owner} make no table {shape.name}, which is in the backup."
                )
            make(connection, shape)
    total = sum(shape.rows for shape in wanted.values())
    for name in in_order(connection, wanted):
        Filler(connection, reader, wanted[name], done, progress, total).fill()
    done.tables = len(wanted)
    _set_sequences(connection, wanted)
    done.upgraded = [each.name for each in plan.migrated if each.head != heads[each.name]]
    upgrade_on(connection, [each for each in plan.migrated if each.name in done.upgraded])
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))
    done.findings = verify(LaneConnection.over(connection))
    return done


def make(connection: Connection, shape: TableShape) -> None:
    """Make a table after its description; raises :class:`BackupError` for one that describes none."""
    try:
        table_from(shape).create(connection)
    except SQLAlchemyError as error:
        raise _failed(shape, error) from error


class Filler:
    """Puts the rows of a backup into one table."""

    def __init__(
        self, connection: Connection, reader: Reader, shape: TableShape, done: Restored, progress: Progress, total: int
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._shape = shape
        self._done = done
        self._progress = progress
        self._total = total
        self._sqlite = connection.dialect.name == "sqlite"

    def fill(self) -> None:
        """Empty the table, for a migration may have put something in, and fill it."""
        connection, shape = self._connection, self._shape
        connection.execute(text(f'DELETE FROM "{shape.name}"'))
        try:
            if shape.rows > CHUNK:
                self._insert_without_indexes()
            else:
                self._insert()
        except BackupError:
            raise
        except (SQLAlchemyError, ValueError, TypeError, OverflowError) as error:
            raise _failed(self._shape, error) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("sqlite3", "psycopg"):
                raise
            raise _failed(self._shape, error) from error
        found = int(connection.execute(text(f'SELECT count(*) FROM "{shape.name}"')).scalar_one())
        if found != shape.rows:
            raise BackupError(
                f"The table {shape.name} has {found} rows after the restore, and should have {shape.rows}."
            )

    def _insert_without_indexes(self) -> None:
        statement = text(_INDEXES[self._connection.dialect.name])
        indexes = self._connection.execute(statement, {"name": self._shape.name}).all()
        for name, _ in indexes:
            self._connection.execute(text(f'DROP INDEX "{name}"'))
        self._insert()
        for _, again in indexes:
            self._connection.exec_driver_sql(again)

    def _insert(self) -> None:
        words = {
            each["name"]: word_for(each["type"]) for each in inspect(self._connection).get_columns(self._shape.name)
        }
        for each in self._shape.columns:
            if each.name not in words:
                raise BackupError(f"The table {self._shape.name} has no column {each.name}, which is in the backup.")
        if not self._shape.plain or any(words[each.name] not in _PLAIN for each in self._shape.columns):
            self._by_types()
        elif self._sqlite:
            self._into_sqlite()
        else:
            self._into_postgres()

    def _chunks(self) -> Iterator[Rows]:
        for rows in self._reader.rows(self._shape):
            whole = unpacked(rows)
            if not self._sqlite:
                whole, found = without_nulls(whole)
                if found:
                    self._done.replaced[self._shape.name] = self._done.replaced.get(self._shape.name, 0) + found
            yield whole
            self._done.rows += len(rows)
            self._progress(self._shape.name, self._done.rows, self._total)

    def _names(self) -> str:
        return ", ".join(f'"{column.name}"' for column in self._shape.columns)

    def _into_sqlite(self) -> None:
        driver: Any = self._connection.connection.driver_connection
        places = ", ".join("?" * len(self._shape.columns))
        statement = f'INSERT INTO "{self._shape.name}" ({self._names()}) VALUES ({places})'
        for rows in self._chunks():
            driver.executemany(statement, rows)

    def _into_postgres(self) -> None:
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor().copy(f'COPY "{self._shape.name}" ({self._names()}) FROM STDIN') as copy:
            for rows in self._chunks():
                for row in rows:
                    copy.write_row(row)

    def _by_types(self) -> None:
        """Through SQLAlchemy, which knows how each kind of database keeps a date or a truth."""
        table = Table(self._shape.name, MetaData(), autoload_with=self._connection, resolve_fks=False)
        columns = [table.c[each.name] for each in self._shape.columns]
        for column in columns:
            if word_for(column.type) == "json":
                column.type.none_as_null = True  # type: ignore[attr-defined]
        fits = [_fitter(word_for(column.type)) for column in columns]
        statement = insert(table)
        names = [column.name for column in columns]
        for rows in self._chunks():
            if rows:
                values = [{name: fit(value) for name, fit, value in zip(names, fits, row, strict=True)} for row in rows]
                self._connection.execute(statement, values)


def _failed(shape: TableShape, error: Exception) -> BackupError:
    if exhausted(error):
        return BackupError(f"The disk is full at the table {shape.name}: make room, or restore elsewhere.")
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    return BackupError(f"The table {shape.name} cannot be restored: {said}.")


_PLAIN: Final = ("integer", "bigint", "text")


def _fitter(word: str) -> Callable[[Any], Any]:
    """What turns a value into one that a column of the other kind of database takes for the same."""

    def fitted(value: Any) -> Any:
        if word == "datetime" and isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC).replace(tzinfo=None)
        if word == "datetime with zone" and isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        if word == "text" and isinstance(value, uuid.UUID):
            return value.hex
        if word == "uuid" and isinstance(value, str):
            return uuid.UUID(value)
        return value

    return fitted


def _set_sequences(connection: Connection, shapes: Mapping[str, TableShape]) -> None:
    """Let PostgreSQL count on from the highest number (SQLite does so by itself)."""
    if connection.dialect.name != "postgresql":
        return
    for shape in shapes.values():
        for column in shape.columns:
            if column.type not in ("integer", "bigint"):
                continue
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{shape.name}"', "column": column.name},
            ).scalar()
            if sequence is not None:
                of = Table(shape.name, MetaData(), Column(column.name, Integer))
                highest = connection.execute(select(func.max(of.c[column.name]))).scalar()
                if highest is not None:
                    connection.execute(text("SELECT setval(:name, :value)"), {"name": sequence, "value": highest})
