"""A server's own calendar: gatherings are scheduled events that take place outside of Discord's channels."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from coterie.adapters.discord.base import Base
from coterie.adapters.discord.doubts import Doubts
from coterie.adapters.discord.extras import newest
from coterie.adapters.discord.places import is_id
from coterie.adapters.discord.plainly import plainly
from coterie.core.actions import CallOff, Reschedule, Schedule
from coterie.core.events import Where
from coterie.core.platform import Delivery, Refused, Uncertain

TITLE: Final = 100
TEXT: Final = 1_000
PLACE: Final = 100
"""Characters that Discord takes."""
SOON: Final = 30
"""Seconds from now to the start of a gathering that should have begun while it waited to be put there."""

_EVENT: Final = "/guilds/{guild_id}/scheduled-events/{event_id}"
_EXTERNAL: Final = 3
_MEMBERS_ONLY: Final = 2
_PLANNED, _ON, _OVER, _OFF = 1, 2, 3, 4
_UNKNOWN: Final = 10070
_FINISHED: Final = 180000
_WORDS: Final[Mapping[int, str]] = {
    50013: "the bot needs the permissions “Create Events” and “Manage Events” in the server",
    30038: "the server has as many planned events as Discord allows (100): call some off first",
    _UNKNOWN: "the gathering is not in the calendar any more",
    _FINISHED: "the gathering is over",
}


class Calendar(Base):
    """The verbs about gatherings."""

    @cached_property
    def event_doubts(self) -> Doubts:
        """Gatherings that may have been put in the calendar."""
        return Doubts()

    async def schedule(self, action: Schedule, delivery: Delivery) -> str:
        """Put a gathering in the server's calendar; returns its id.

        Discord wants a place: one that names none takes place in the server by name.  One that should have begun by now
        begins soon, and one that should be over is refused.
        """
        guild = self.places.guild(action.where)
        ids = {"guild_id": guild}
        body = self._body(action) | {"privacy_level": _MEMBERS_ONLY}
        if "scheduled_start_time" not in body:
            body["scheduled_start_time"] = written(time.time() + SOON)

        async def make() -> str:
            with plainly(_WORDS):
                made = await self.calls.call("POST", "/guilds/{guild_id}/scheduled-events", body, ids=ids)
            found = made.get("id") if isinstance(made, dict) else None
            if not is_id(found):
                raise Uncertain("Discord did not name what it put in the calendar")
            return str(found)

        async def find(since: int) -> str:
            wanted = {"name": body["name"], "creator_id": self.me.id, "guild_id": guild}
            return newest(await self.calls.call("GET", "/guilds/{guild_id}/scheduled-events", ids=ids), wanted, since)

        return await self.event_doubts.once(delivery.key, make, find)

    async def reschedule(self, action: Reschedule, delivery: Delivery) -> str:
        """Change a gathering; the start of one that should have begun stays as it was."""
        with plainly(_WORDS):
            await self.calls.call("PATCH", _EVENT, self._body(action), ids=self._ids(action.where, delivery))
        return ""

    async def call_off(self, action: CallOff, delivery: Delivery) -> str:
        """Call a gathering off, or end it if it is on; one that is over or gone is done already."""
        ids = self._ids(action.where, delivery)
        found = await self.calls.call("GET", _EVENT, ids=ids, fine=(_UNKNOWN,))
        status = found.get("status") if isinstance(found, dict) else None
        if found is None or status in (_OVER, _OFF):
            return ""
        with plainly(_WORDS):
            body = {"status": _OVER if status == _ON else _OFF}
            await self.calls.call("PATCH", _EVENT, body, ids=ids, fine=(_UNKNOWN, _FINISHED))
        return ""

    def _body(self, action: Schedule | Reschedule) -> dict[str, Any]:
        """What Discord wants to know of a gathering, without a start that has passed; raises :class:`Refused`."""
        now, guild = time.time() * 1000, self.guilds.get(action.where.space)
        if action.ends <= max(action.starts, now):
            raise Refused("the gathering's time is over" if action.ends <= now else "it ends before it starts")
        title = _cut(action.title, TITLE)
        if not title:
            raise Refused("a gathering must have a title")
        body = {
            "name": title,
            "description": _cut(action.text, TEXT, lines=True),
            "entity_type": _EXTERNAL,
            "entity_metadata": {"location": _cut(action.place, PLACE) or (guild.name if guild else "") or "Discord"},
            "channel_id": None,
            "scheduled_end_time": _iso(action.ends),
        }
        return body | ({"scheduled_start_time": _iso(action.starts)} if action.starts > now else {})

    def _ids(self, where: Where, delivery: Delivery) -> dict[str, str]:
        if not is_id(delivery.native):
            raise Refused("there is no such gathering")
        return {"guild_id": self.places.guild(where), "event_id": delivery.native}


def written(moment: float) -> str:
    """An instant (seconds since 1970 UTC) as Discord takes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _iso(instant: int) -> str:
    try:
        return written(instant / 1000)
    except (ValueError, OverflowError, OSError):
        raise Refused("no calendar goes that far") from None


def _cut(text: str, limit: int, *, lines: bool = False) -> str:
    """A text that fits, with a sign where something is missing."""
    text = text.strip() if lines else " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


__all__ = ["Calendar"]
