"""Rows as JSON that people can read, written one by one: an export never holds a table in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Select, select

from coterie.core.clock import to_datetime

if TYPE_CHECKING:
    from sqlalchemy import Table

    from coterie.core.memberdata import MemberTable
    from coterie.storage.engine import LaneConnection

EXACT: Final = 2**53
"""Greater whole numbers lose digits in some readers of JSON, so they are written as text."""
_INSTANTS: Final = frozenset({"at", "until", "due", "since", "mark", "not_before"})
_EARLIEST: Final = 946_684_800_000
_LATEST: Final = 253_402_300_799_999
"""Milliseconds at which the year 2000 begins and the year 9999 ends: what lies between may be an instant."""
_FETCHED: Final = 500


def stream(db: LaneConnection, query: Select[Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of a query, a few hundred in memory at a time."""
    connection = db.connection.execution_options(stream_results=True, yield_per=_FETCHED)
    with connection.execute(query) as result:
        for row in result.mappings():
            yield dict(row)


def rows_of(db: LaneConnection, each: MemberTable, community: int, records: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A member's rows in a declared table, in the order of its primary key."""
    table = each.table
    for record in records:
        query = (
            select(table)
            .where(table.c.community_id == community, table.c[each.column] == record)
            .order_by(*table.primary_key.columns)
        )
        for row in stream(db, query):
            yield readable(row, table)


def readable(row: Mapping[str, Any], table: Table | None = None) -> dict[str, Any]:
    """A row with its instants in ISO 8601 (UTC) besides, and without the id of the community."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "community_id":
            continue
        found[name] = str(value) if isinstance(value, int) and abs(value) > EXACT else value
        if _is_instant(name, value, table):
            found[f"{name}_utc"] = to_datetime(value).isoformat(timespec="milliseconds")
    return found


def _is_instant(name: str, value: object, table: Table | None) -> bool:
    if not isinstance(value, int) or not _EARLIEST <= value < _LATEST:
        return False
    if table is not None and not isinstance(table.c[name].type, BigInteger):
        return False
    return name in _INSTANTS or name.endswith(("_at", "_until", "_since", "_due"))


def plain(value: Any) -> Any:
    """What a plugin told, as JSON can hold it; raises :class:`TypeError` for what it cannot."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"an export cannot hold a value of type {type(value).__name__}")


class Writer:
    """Writes one JSON object, key by key; lists are written row by row."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._first = True
        self._waiting: list[str] = []
        self._put("{")

    def value(self, key: str, value: Any) -> None:
        """A key with its value."""
        self._key(key)
        self._put(_dumped(value, indent=1))

    def rows(self, key: str, rows: Iterable[Any]) -> int:
        """A key with a list, one row a line; returns how many there were."""
        self._key(key)
        self._put("[")
        count = 0
        for row in rows:
            self._put(",\n" if count else "\n")
            self._put(_dumped(row))
            count += 1
            if not count % _FETCHED:
                self._flush()
        self._put("\n]" if count else "]")
        return count

    def end(self) -> None:
        """The end of the object."""
        self._put("\n}\n")
        self._flush()

    def _key(self, key: str) -> None:
        self._put("\n" if self._first else ",\n")
        self._first = False
        self._put(f"{_dumped(key)}: ")

    def _put(self, text: str) -> None:
        self._waiting.append(text)

    def _flush(self) -> None:
        """Many rows at once: the zip takes much longer over many small pieces."""
        self._file.write("".join(self._waiting).encode())
        self._waiting.clear()


_flat = json.JSONEncoder(ensure_ascii=False).encode


def _dumped(value: Any, indent: int | None = None) -> str:
    return _flat(value) if indent is None else json.dumps(value, ensure_ascii=False, indent=indent)
