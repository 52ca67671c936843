"""Timers as a plugin uses them: they become events on the lane when due, also after a restart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from coterie.core.clock import to_datetime, to_instant
from coterie.core.unit import Unit
from coterie.storage.journal import DROP_TIMER
from coterie.storage.keys import fitting

_KEY: Final = 128


class PluginTimers:
    """Timers of one plugin: they become events on the lane when due, also after a restart."""

    __slots__ = ("_community", "_plugin", "_unit")

    def __init__(self, unit: Unit, community: int, plugin: str) -> None:
        self._unit = unit
        self._community = community
        self._plugin = plugin

    def at(self, when: datetime | timedelta, name: str, *, key: object = "", **args: str | int | bool) -> int:
        """Call the ``@timer(name)`` method at a moment (aware), or after a while; a timer with the same name and key
        moves.

        Raises :class:`ValueError` for a time without zone, :class:`LookupError` for a name that the plugin does not
        declare.
        """
        if self._unit.services.entry(self._plugin, "timer", name) is None:
            raise LookupError(f"plugin {self._plugin} declares no @timer({name!r})")
        due = self._unit.now + round(when.total_seconds() * 1000) if isinstance(when, timedelta) else to_instant(when)
        return self._unit.set_timer(self._community, self._plugin, name, fitting(str(key), _KEY), args, due)

    def cancel(self, name: str, *, key: object = "") -> bool:
        """Take a timer back; whether there was one."""
        found = self._unit.journal.find_timer(self._community, self._plugin, name, fitting(str(key), _KEY))
        if found is None:
            return False
        self._unit.writes += 1
        self._unit.db.run(DROP_TIMER, {"community_id": self._community, "id": found[0]})
        return True

    def due(self, name: str, *, key: object = "") -> datetime | None:
        """When a waiting timer is due (UTC)."""
        found: Any = self._unit.journal.find_timer(self._community, self._plugin, name, fitting(str(key), _KEY))
        return None if found is None else to_datetime(found[1])
