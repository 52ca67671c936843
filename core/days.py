"""Community days of many instants: mostly one is on the same day as the one before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from coterie.core.clock import to_instant

if TYPE_CHECKING:
    from coterie.core.community import Community


class Days:
    """Finds the day (ISO date) of one instant after the other; remembers when the last day found begins and ends."""

    __slots__ = ("_begins", "_community", "_day", "_ends")

    def __init__(self, community: Community) -> None:
        self._community = community
        self._begins = self._ends = 0
        self._day = ""

    def of(self, instant: int) -> str:
        """The community day of an instant in milliseconds."""
        if not self._begins <= instant < self._ends:
            day = self._community.day_of(instant)
            self._begins = to_instant(self._community.day_begins(day))
            self._ends = to_instant(self._community.day_begins(day + timedelta(days=1)))
            self._day = day.isoformat()
        return self._day
