"""Prepared statements for plugins: SQLAlchemy Core expressions, compiled once, run without the session's overhead."""

from __future__ import annotations

from typing import Any

from coterie.core.unit import Unit
from coterie.storage.statement import Row, Statement


class PluginSql:
    """Runs :class:`Statement` objects inside the lane's transaction; counted against the event's quota like
    ``ctx.db``.
    """

    __slots__ = ("_unit",)

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row, or ``None``."""
        self._unit.count_statement(0)
        return self._unit.db.one(statement, values)

    def all(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows."""
        self._unit.count_statement(0)
        return self._unit.db.all(statement, values)

    def run(self, statement: Statement, **values: Any) -> int:
        """Execute a change; returns how many rows it met."""
        unit = self._unit
        unit.writes += 1
        unit.count_statement(sum(len(value) for value in values.values() if isinstance(value, str | bytes)))
        met: int = unit.db.run(statement, values).rowcount
        return met

    def many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        """Execute a change once for each row of values."""
        unit = self._unit
        unit.writes += 1
        unit.count_statement(
            sum(len(value) for row in rows for value in row.values() if isinstance(value, str | bytes))
        )
        unit.db.many(statement, rows)
