"""A connection that only looks."""

from __future__ import annotations

from typing import ClassVar

from coterie.storage.engine import LaneConnection


class Looking(LaneConnection):
    """The database refuses every change through it, from the first moment on.

    A lane says so for a while alone, and each time SQLite forgets the statements that it has compiled.
    """

    _begin: ClassVar[str] = "BEGIN"

    def open(self) -> None:
        """Connect, if it is not connected; raises :class:`~coterie.storage.faults.StoreUnavailable`."""
        if self._connection is None:
            super().open()
            self._execute("PRAGMA query_only=ON" if self.is_sqlite else "SET default_transaction_read_only = on")
            self._driver.commit()
