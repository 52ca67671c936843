"""A community as handlers see it: its name, language, time zone and day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import Clock, to_datetime
from coterie.core.rights import Rights


@dataclass(slots=True)
class Community:
    """One community at run time; shared by all events on its lane."""

    id: int
    name: str
    title: str
    locale: str
    zone: ZoneInfo
    day_start: time
    clock: Clock
    enabled: frozenset[str] = frozenset()
    """Plugins that are on here."""
    configs: dict[str, Any] = field(default_factory=dict)
    """The validated configuration of each plugin."""
    operators: frozenset[tuple[str, str]] = frozenset()
    """Accounts (platform, native id) that the configuration names as operators."""
    rights: Rights = field(default_factory=Rights)
    """The accesses that members can have here."""
    spaces: tuple[tuple[str, str], ...] = ()
    """Its spaces: the adapter that serves each, and its native id."""

    def day_of(self, instant: int) -> date:
        """The community day (zone and cut-off respected) of an instant in milliseconds; it never goes back."""
        moment = to_datetime(instant)
        day = moment.astimezone(self.zone).date()
        return day if moment >= self.day_begins(day) else day - timedelta(days=1)

    def day_begins(self, day: date) -> datetime:
        """The moment (UTC) at which a community day begins: the first one where the cut-off comes twice that day."""
        return datetime.combine(day, self.day_start, self.zone).astimezone(UTC)

    def today(self) -> date:
        """The community day now."""
        return self.day_of(self.clock.now())

    def local(self, instant: int) -> datetime:
        """An instant as wall-clock time in the community's zone."""
        return to_datetime(instant).astimezone(self.zone)

    @property
    def tz(self) -> tzinfo:
        """The community's zone."""
        return self.zone
