"""Rows that many events of one batch want: read for the first of them, written once for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

from coterie.core.context.prepared import PluginSql


class Batched(ABC):
    """What a handler knows of some rows of its plugin while it handles the events of one batch.

    A lane commits what has queued in one transaction.  Where hundreds of events want the same row (everybody taps one
    red packet), most of the work is to read it and to write it for each of them.  ``ctx.batched(Kind, …)`` makes an
    object of this class for the first, gives it to the others, and calls :meth:`flush` once.

    It lasts while one handler is called again and again.  Before anything else may look at the plugin's rows (its
    other statements, another handler, the core, the commit) it writes what it owes and is gone; when the batch fails,
    it is gone without.  So nobody meets rows that it has not written, and it knows of all that others have changed.
    """

    def __init__(self, sql: PluginSql, community: int) -> None:
        self.sql: Final = sql
        """Prepared statements that leave this object alone, unlike ``ctx.sql``."""
        self.community: Final = community
        self._owes = False

    def owe(self) -> None:
        """Note a change that is not written yet; like one that is, it is taken back when the handler says no."""
        self._owes = True
        self.sql.note_change()

    def settle(self) -> None:
        """Write what is owed, if anything is; the core calls this."""
        if self._owes:
            self.flush()

    @abstractmethod
    def flush(self) -> None:
        """Write all that is owed, once, through :attr:`sql`."""


BatchKey = tuple[str, int, type[Batched], tuple[Any, ...]]
"""Plugin, community, class, and which of them."""

__all__ = ["BatchKey", "Batched"]
