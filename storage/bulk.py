"""Many rows in one statement on PostgreSQL: each parameter is the array of a column.

The rows come from ``unnest``, so the statement is prepared once, whatever their number, and can be sent without waiting
for the answers of those before it.  For a batch's few hundred rows this is faster than COPY, which has to be waited for
twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ClauseElement, Delete, Dialect, Insert, Update

Column = Sequence[Any]
_PARAMETER: Final = re.compile(r"%s::(\w+)")


@dataclass(frozen=True, slots=True)
class Bulk:
    """A statement for many rows at once."""

    sql: str
    _pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    _columns: tuple[Callable[[Column], str], ...]
    _key: Callable[[Mapping[str, Any]], Any] | None
    """What tells rows apart that a statement may meet only once."""

    def arrays(self, rows: Sequence[Mapping[str, Any]]) -> list[str] | None:
        """The parameters; ``None`` where two rows are about the same one and have to go one after the other."""
        if self._key is not None and len(set(map(self._key, rows))) < len(rows):
            return None
        columns = zip(*map(self._pick, rows), strict=True)
        return [write(column) for write, column in zip(self._columns, columns, strict=True)]


def _numbers(column: Column) -> str:
    return f"{{{','.join(['NULL' if value is None else str(value) for value in column])}}}"


def _texts(column: Column) -> str:
    found = ["NULL" if value is None else f'"{value}"' for value in column]
    if any('"' in value or "\\" in value for value in column if value is not None):
        found = ["NULL" if value is None else _quoted(value) for value in column]
    return f"{{{','.join(found)}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WRITERS: Final[Mapping[str, tuple[str, Callable[[Column], str]]]] = {
    "BIGINT": ("bigint", _numbers),
    "INTEGER": ("integer", _numbers),
    "VARCHAR": ("text", _texts),  # a text that is too long is refused by its column, not cut off here
}
"""By the type of a parameter: that of its array, and how the array is written."""


def bulk_of(expression: ClauseElement, dialect: Dialect) -> Bulk | None:
    """The way to run a statement for many rows at once, if there is one.

    That is for rows into a table, with or without ``ON CONFLICT``, and for changes and deletions that name their rows,
    when all parameters are numbers and texts, each used once.
    """
    compiled: Any = expression.compile(dialect=dialect)
    names: list[str] = list(compiled.positiontup or ())
    sql = str(compiled)
    types = _PARAMETER.findall(sql)
    single = len(types) == sql.count("%s") == len(names) == len(set(names)) > 1
    if not single or not all(bind.required for bind in compiled.binds.values()) or not set(types) <= set(_WRITERS):
        return None
    arrays = ", ".join(f"%s::{_WRITERS[kind][0]}[]" for kind in types)
    columns = [f"c{place}" for place in range(len(names))]
    given = f"unnest({arrays}) AS given({', '.join(columns)})"
    told = iter(columns)
    named = _PARAMETER.sub(lambda _: f"given.{next(told)}", sql)
    found = _rewritten(expression, sql, named, given)
    if found is None:
        return None
    key = _key_of(expression, sql, names)
    return Bulk(
        found,
        itemgetter(*names),
        tuple(_WRITERS[kind][1] for kind in types),
        itemgetter(*key) if key else None,
    )


def _rewritten(expression: ClauseElement, sql: str, named: str, given: str) -> str | None:
    """The statement with its values taken from ``given``."""
    if isinstance(expression, Insert):
        head, values, tail = named.partition(" VALUES (")
        listed, closed, tail = tail.partition(")")
        whole = values and closed and "(" not in listed and listed.count("given.") == sql.count("%s")
        return f"{head} SELECT {listed} FROM {given}{tail}" if whole else None
    if sql.count(" WHERE ") != 1 or " OR " in sql:
        return None
    if isinstance(expression, Update):
        return named.replace(" WHERE ", f" FROM {given} WHERE ")
    if isinstance(expression, Delete):
        return named.replace(" WHERE ", f" USING {given} WHERE ")
    return None


def _key_of(expression: ClauseElement, sql: str, names: list[str]) -> list[str]:
    """What may not come twice in one statement: the values that name a row which is changed."""
    if isinstance(expression, Update):
        changes, _, conditions = sql.partition(" WHERE ")
        asked = [each for each in conditions.split(" AND ") if "%s" in each]
        named = zip(names[changes.count("%s") :], asked, strict=False)
        return [name for name, condition in named if " = %s" in condition]
    clause: Any = getattr(expression, "_post_values_clause", None)
    if not hasattr(clause, "update_values_to_set"):
        return []
    columns, _, values = sql.partition("(")[2].partition(") VALUES (")
    told = iter(names)
    pairs = zip(columns.split(", "), values.partition(")")[0].split(", "), strict=True)
    given = {column: next(told) for column, value in pairs if "%s" in value}
    return [given[name] for name in clause.inferred_target_elements if name in given]
