"""What all tables of the core have in common.

Rules that keep the store portable and partitionable: ids are made by the application, every primary key starts with
``community_id``, instants are integer milliseconds since 1970 UTC, money is integer minor units, JSON is text, every
constraint has a name.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names for constraints, so that migrations can alter them on every database."""

metadata = MetaData(naming_convention=NAMING)


def big(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    """A column of ids, instants or amounts (64 bits)."""
    return Column(
        name,
        BigInteger,
        nullable=nullable,
        server_default=None if default is None else str(default),
        autoincrement=False,
    )


def text(name: str, length: int | None = None, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    """A column of text, at most ``length`` characters where one is given."""
    return Column(name, String(length) if length else Text(), nullable=nullable, server_default=default)


def table(name: str, *parts: Any) -> Table:
    """A table of the core."""
    return Table(name, metadata, *parts, sqlite_with_rowid=False)
