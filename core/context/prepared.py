"""Prepared statements for plugins: SQLAlchemy Core expressions, compiled once, run without the session's overhead."""

from __future__ import annotations

from typing import Any

from coterie.core.unit import Unit
from coterie.storage.statement import Row, Statement


class PluginSql:
    """Runs :class:`Statement` objects inside the lane's transaction; counted against the event's quota like
    ``ctx.db``.
    """

    __slots__ = ("_plugin", "_unit")

    def __init__(self, unit: Unit, plugin: str) -> None:
        self._unit = unit
        self._plugin = plugin
        """Whose collected changes are written first; empty to leave them."""

    def one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row, or ``None``."""
        self._before(0)
        return self._unit.db.one(statement, values)

    def all(self, statement: Statement, **values: Any) -> list[Row]:
        """All rows."""
        self._before(0)
        return self._unit.db.all(statement, values)

    def run(self, statement: Statement, **values: Any) -> int:
        """Execute a change; returns how many rows it met."""
        unit = self._unit
        unit.writes += 1
        self._before(sum(len(value) for value in values.values() if isinstance(value, str | bytes)))
        met: int = unit.db.run(statement, values).rowcount
        return met

    def many(self, statement: Statement, rows: list[dict[str, Any]]) -> int:
        """Execute a change once for each row of values; returns how many rows it met."""
        unit = self._unit
        unit.writes += 1
        self._before(sum(len(value) for row in rows for value in row.values() if isinstance(value, str | bytes)))
        return unit.db.many(statement, rows)

    def note_change(self) -> None:
        """Count a change of rows that is to be written later."""
        self._unit.writes += 1

    def _before(self, size: int) -> None:
        """What comes before a statement with so many bytes of texts."""
        if self._unit.batched and self._plugin:
            self._unit.settle(self._plugin)
        self._unit.count_statement(size)
