"""Cells that JSON has no word for: marked when they are written, and made again when they are read."""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from coterie.storage.copying.archive import BackupError, Rows

_JSON: Final = frozenset({int, str, type(None)})
"""What a cell of integers and texts may be without a mark."""
_MARKS: Final[dict[type, tuple[str, Callable[[Any], Any]]]] = {
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
    memoryview: ("bytes", lambda value: base64.b64encode(value).decode()),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    Decimal: ("decimal", str),
    uuid.UUID: ("uuid", str),
    dict: ("json", lambda value: value),
    list: ("json", lambda value: value),
}
_MAKERS: Final[dict[str, Callable[[Any], Any]]] = {
    "bytes": base64.b64decode,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "uuid": uuid.UUID,
    "json": lambda value: value,
    "float": float,
}


def packed(rows: Sequence[Sequence[Any]]) -> Rows:
    """Rows as they are written; raises :class:`BackupError` for a kind of value that cannot be."""
    # SQLite keeps what it was given whatever the column says, so also a column of integers is looked at.
    if set(map(type, chain.from_iterable(rows))) <= _JSON:
        return list(rows)
    return [[_pack(value) for value in row] for row in rows]


def _pack(value: Any) -> Any:
    kind = type(value)
    if kind in _JSON or kind is bool:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if kind not in _MARKS:
        raise BackupError(f"a value of the kind {kind.__name__} cannot be kept in a backup")
    mark, write = _MARKS[kind]
    return {mark: write(value)}


def unpacked(rows: Rows) -> Rows:
    """Rows as they were; raises :class:`ValueError` for what no backup would hold."""
    if set(map(type, chain.from_iterable(rows))) <= _JSON:
        return rows
    return [[_unpack(value) if type(value) is dict else value for value in row] for row in rows]


def _unpack(value: dict[str, Any]) -> Any:
    ((mark, inner),) = value.items()
    if mark not in _MAKERS:
        raise ValueError(f"{mark[:40]!r} is no kind of value")
    try:
        return _MAKERS[mark](inner)
    except (ArithmeticError, AttributeError, TypeError) as error:
        raise ValueError(f"{inner!r:.40} is no {mark}") from error


def without_nulls(rows: Rows) -> tuple[Rows, int]:
    """Rows with U+FFFD in place of U+0000, which PostgreSQL's text cannot keep, and in how many cells there was one."""
    found = sum(type(value) is str and "\0" in value for row in rows for value in row)
    if not found:
        return rows, 0
    clean = [[value.replace("\0", "\ufffd") if type(value) is str else value for value in row] for row in rows]
    return clean, found
