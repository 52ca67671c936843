"""Rows of one member in declared tables: long texts are noted, then rows deleted or emptied, so many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Integer, String, Table, delete, or_, select, tuple_, update

from coterie.storage.statement import Statement

if TYPE_CHECKING:
    from sqlalchemy import Column

    from coterie.core.memberdata import MemberTable
    from coterie.storage.engine import LaneConnection

AT_ONCE: Final = 2_000
"""Rows that are deleted or emptied in one transaction."""
LONG: Final = 100
"""From so many characters on, a column is taken to hold what people write."""


def erase_rows(db: LaneConnection, tables: Iterable[MemberTable], community: int, records: Sequence[int]) -> int:
    """Delete or empty rows of these records, at most :data:`AT_ONCE`; returns how many, so that fewer means all."""
    met = 0
    for each in tables:
        for record in records:
            met += _erase(db, each, community, record, AT_ONCE - met)
            if met >= AT_ONCE:
                return met
    return met


def _erase(db: LaneConnection, each: MemberTable, community: int, record: int, most: int) -> int:
    table, wanted = each.table, _of(each, community, record)
    if each.erase == "delete":
        return _met(db, delete(table).where(_some(table, wanted, most)))
    if not each.scrub:
        return 0
    empty = {name: _empty(table.c[name]) for name in each.scrub}
    full = or_(*(_differs(table.c[name], value) for name, value in empty.items()))
    return _met(db, update(table).where(_some(table, [*wanted, full], most)).values(empty))


def texts_of(
    db: LaneConnection, tables: Iterable[MemberTable], community: int, records: Sequence[int]
) -> Iterator[object]:
    """What the records' rows say in long columns that will be deleted or emptied."""
    for each in tables:
        names = each.table.c.keys() if each.erase == "delete" else each.scrub
        columns = [each.table.c[name] for name in names if _is_long(each.table.c[name])]
        for record in records if columns else ():
            wanted = select(*columns).where(*_of(each, community, record)).limit(AT_ONCE)
            for row in db.all(Statement(wanted), {}):
                yield from row


def _of(each: MemberTable, community: int, record: int) -> list[ColumnElement[bool]]:
    return [each.table.c.community_id == community, each.table.c[each.column] == record]


def _some(table: Table, wanted: Iterable[ColumnElement[bool]], most: int) -> ColumnElement[bool]:
    key = list(table.primary_key.columns)
    return tuple_(*key).in_(select(*key).where(*wanted).limit(most))


def _met(db: LaneConnection, expression: Any) -> int:
    return int(db.run(Statement(expression), {}).rowcount)


def _empty(column: Column[Any]) -> str | int | None:
    if column.nullable:
        return None
    given = getattr(column.server_default, "arg", None)
    if isinstance(given, str):
        return int(given) if isinstance(column.type, Integer) else given
    return 0 if isinstance(column.type, Integer) else ""


def _differs(column: Column[Any], value: str | int | None) -> ColumnElement[bool]:
    return column.is_not(None) if value is None else column != value


def _is_long(column: Column[Any]) -> bool:
    return isinstance(column.type, String) and (column.type.length or LONG) >= LONG
