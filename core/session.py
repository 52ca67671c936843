"""The session that plugins get: SQLAlchemy's own, on the lane's connection, without commit and with a quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from coterie.core.unit import Unit

_ENDINGS: Final = frozenset({"COMMIT", "END", "END TR", "ABORT"})
"""The first six letters of the statements that end a transaction, except ROLLBACK."""
_NOT_YOURS: Final = "a handler does not end the transaction: the lane does"


def _refuse() -> NoReturn:
    raise RuntimeError(_NOT_YOURS)


class LaneSession(Session):
    """A session inside the lane's transaction; the lane commits, so a handler cannot."""

    def commit(self) -> NoReturn:
        raise RuntimeError("a handler does not commit: everything it did is committed together when it returns")

    def rollback(self) -> NoReturn:
        raise RuntimeError("a handler does not roll back: raise coterie.core.api.Refusal to undo what it did")


def lane_session(connection: Connection, unit: Unit) -> LaneSession:
    """A session bound to the lane's connection; each statement is counted against the plugin's quota."""

    def count(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        head = statement.lstrip()[:6].upper()
        if head != "SELECT" and not unit.reading:  # the database refuses what is not allowed then
            unit.writes += 1
        if head.rstrip(" ;") in _ENDINGS or (head == "ROLLBA" and "TO" not in statement.upper().split()):
            raise RuntimeError(_NOT_YOURS)
        unit.count_statement(_size(parameters, many))

    if not connection.info.get("coterie_counted"):
        event.listen(connection, "before_cursor_execute", count)
        # The lane ends its transaction by other means; what stands here is for plugins that ask for the connection.
        connection.commit = connection.rollback = _refuse  # type: ignore[method-assign]
        connection.info["coterie_counted"] = True
    return LaneSession(bind=connection, join_transaction_mode="rollback_only", autoflush=True, expire_on_commit=False)


def _size(parameters: Any, many: bool) -> int:
    rows = parameters if many else (parameters,)
    size = 0
    for row in rows or ():
        values = row.values() if isinstance(row, dict) else row or ()
        for value in values:
            size += len(value) if isinstance(value, str | bytes) else 8
    return size
