"""What tables look like, in words that both kinds of database understand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    inspect,
    text,
)
from sqlalchemy.types import TypeEngine

from coterie.storage.copying import archive
from coterie.storage.copying.archive import BackupError, TableShape
from coterie.storage.migrate import CORE
from coterie.storage.tables import metadata

VERSION: Final = "alembic_version_"
"""How the tables of versions begin."""
_WORDS: Final[tuple[tuple[str, Any, Any], ...]] = (
    ("boolean", Boolean, Boolean()),
    ("json", JSON, JSON(none_as_null=True)),
    ("bigint", BigInteger, BigInteger()),
    ("integer", Integer, Integer()),
    ("float", Float, Float(53)),
    ("decimal", Numeric, Numeric()),
    ("bytes", LargeBinary, LargeBinary()),
    ("datetime with zone", DateTime, DateTime(timezone=True)),
    ("datetime", DateTime, DateTime()),
    ("date", Date, Date()),
    ("time", Time, Time()),
    ("uuid", Uuid, Uuid()),
    ("text", String, Text()),
)


def owners(connection: Connection, known: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The tables of the store, each with the set of migrations that it belongs to, and the tables that are not ours.

    ``known`` says where the tables of installed plugins belong; those of a plugin that is gone begin with its name.
    """
    names = inspect(connection).get_table_names()
    sets = [name.removeprefix(VERSION) for name in names if name.startswith(VERSION)]
    found, foreign = {}, []
    for name in sorted(names):
        if name.startswith(VERSION):
            continue
        owner = CORE if name in metadata.tables else known.get(name, "")
        owner = owner or max((each for each in sets if name.startswith(f"{each}_")), key=len, default="")
        if owner in sets:
            found[name] = owner
        else:
            foreign.append(name)
    return found, foreign


def heads(connection: Connection) -> dict[str, str]:
    """The revision of each set of migrations."""
    found = {}
    for name in sorted(inspect(connection).get_table_names()):
        if name.startswith(VERSION):
            revision = connection.execute(text(f'SELECT version_num FROM "{name}"')).scalar()
            if revision is not None:
                found[name.removeprefix(VERSION)] = str(revision)
    return found


def shape_of(connection: Connection, name: str, owner: str) -> TableShape:
    """A table as it is; raises :class:`BackupError` for a type of column that no backup can hold."""
    found = inspect(connection)
    columns = []
    for each in found.get_columns(name):
        kind = each["type"]
        word = word_for(kind)
        if not word:
            raise BackupError(f"The column {name}.{each['name']} has the type {kind!r}, which a backup cannot hold.")
        length = (getattr(kind, "length", None) or 0) if word == "text" else 0
        columns.append(archive.Column(each["name"], word, length, each.get("nullable", True)))
    return TableShape(
        name,
        owner,
        columns,
        key=list(found.get_pk_constraint(name)["constrained_columns"]),
        unique=sorted(list(each["column_names"]) for each in found.get_unique_constraints(name)),
        indexes=sorted(
            [column for column in each["column_names"] if column]
            for each in found.get_indexes(name)
            if not each.get("duplicates_constraint") and None not in each["column_names"] and not each["unique"]
        ),
    )


def word_for(kind: TypeEngine[Any]) -> str:
    """The word for a type of column; empty where there is none."""
    for word, base, _ in _WORDS:
        if isinstance(kind, base) and (word != "datetime with zone" or getattr(kind, "timezone", False)):
            return word
    return ""


def table_from(shape: TableShape) -> Table:
    """A table after its description: for a plugin that is not installed, so that nobody else can make it."""
    types = {word: made for word, _, made in _WORDS}
    columns = []
    for each in shape.columns:
        if each.type not in types:
            raise BackupError(f"The column {shape.name}.{each.name} has the unknown type {each.type!r}.")
        kind = String(each.length) if each.length and each.type == "text" else types[each.type]
        columns.append(Column(each.name, kind, nullable=each.nullable, autoincrement=False))
    more: list[Any] = [PrimaryKeyConstraint(*shape.key)] if shape.key else []
    more += [UniqueConstraint(*names) for names in shape.unique]
    more += [Index(f"ix_{shape.name}_{number}", *names) for number, names in enumerate(shape.indexes)]
    return Table(shape.name, MetaData(), *columns, *more)


def set_head(connection: Connection, owner: str, revision: str) -> None:
    """Note the revision of a set that nobody here can migrate."""
    connection.execute(
        text(
            f'CREATE TABLE "{VERSION}{owner}" (version_num VARCHAR(32) NOT NULL,'
            f' CONSTRAINT "{VERSION}{owner}_pkc" PRIMARY KEY (version_num))'
        )
    )
    connection.execute(text(f'INSERT INTO "{VERSION}{owner}" VALUES (:revision)'), {"revision": revision})


def in_order(connection: Connection, names: Iterable[str]) -> list[str]:
    """Tables, those first to which others refer."""
    wanted = set(names)
    found = [name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name in wanted]
    return [*found, *sorted(wanted.difference(found))]
