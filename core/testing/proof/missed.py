"""What plugins could not hear of while they were off: records that became one or came apart, and people who were
erased."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement
from coterie.storage.tables import erasure_parts, merges

CATCH_UP: Final = 25 * 60 * 60 * 1000
"""Milliseconds in which a plugin that is on again puts right what it missed: its daily work is in there."""
CHANGES: Final = Statement(
    select(
        select(func.count()).select_from(merges).scalar_subquery(),
        select(func.count(merges.c.undone_at)).scalar_subquery(),
        select(func.count()).select_from(erasure_parts).scalar_subquery(),
    )
)


class Missed:
    """Watches which plugins are on, and what changed about people while they were not."""

    def __init__(self) -> None:
        self._on: frozenset[str] = frozenset()
        self._heard: dict[str, tuple[int, ...]] = {}
        self._until: dict[str, int] = {}

    def look(self, db: LaneConnection, on: Collection[str], now: int) -> frozenset[str]:
        """Those of the plugins that are ``on`` whose rows may still say what was true before they were off."""
        changes = tuple(db.one(CHANGES, {}) or ())
        for name in on:
            if name not in self._on and self._heard.get(name, changes) != changes:
                self._until[name] = now + CATCH_UP
            self._heard[name] = changes
        self._on = frozenset(on)
        return frozenset(name for name, until in self._until.items() if now < until)
