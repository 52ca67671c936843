"""``INSERT … ON CONFLICT``, written once for both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table
from sqlalchemy.dialects.sqlite import insert


def upsert(
    table: Table,
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    change: Callable[[Any], Mapping[str, ColumnElement[Any]]] | None = None,
    returning: Sequence[ColumnElement[Any]] = (),
) -> Insert:
    """Insert rows; where the primary key exists already, make a ``change`` to the row, or none.

    ``change`` gets the columns of the row that could not be inserted and returns what to set.  ``returning`` is given
    back for inserted and changed rows.
    """
    made = insert(table).values(values)
    key = [column.name for column in table.primary_key]
    if change is None:
        made = made.on_conflict_do_nothing(index_elements=key)
    else:
        made = made.on_conflict_do_update(index_elements=key, set_=change(made.excluded))
    # SQLite's clause reads the same on PostgreSQL, whose own dialect is slow to import; only this name is its alone.
    clause: Any = made._post_values_clause
    clause.constraint_target = None
    return made.returning(*returning) if returning else made
