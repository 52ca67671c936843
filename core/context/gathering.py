"""Gatherings: in the calendar of a platform that has one, as a card with title, time and place elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from coterie.core.actions import CallOff, Priority, Reschedule, Schedule
from coterie.core.cards import Card, Field
from coterie.core.clock import to_datetime, to_instant
from coterie.core.context.polling import Polling
from coterie.core.context.saying import MessageRef
from coterie.core.events import Where
from coterie.core.text import Rich, clean_text

CORE: Final = "core"
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 1000
LONGEST_PLACE: Final = 100
"""Characters of a gathering's title, of what it is about, and of where it is: Discord's bounds."""


class Gathering(Polling):
    """The part of the context for calendars."""

    __slots__ = ()

    def schedule(
        self, where: Where | int, title: Rich, *, starts: datetime, ends: datetime, text: Rich = "", place: Rich = ""
    ) -> MessageRef:
        """Put a gathering in the calendar of a place's space; ``place`` says in words where it is.

        People's interest comes to ``on_interest`` and what becomes of it to ``on_schedule_changed``, with what this
        returns as ``ref``.  Where the platform has no calendar (``ctx.can("schedule", where)``) it is a card in that
        place, and nobody hears of either.  Raises :class:`ValueError` for what no calendar takes: a title has 1 to 100
        characters, a text at most 1,000, a place 100; it starts after now and ends after its start.
        """
        at = self._place(where)
        told = _told(title, text, place)
        begin, end = _times(starts, ends, self.unit.now)
        if self._has_calendar(at):
            ref = self.new_id()
            home = Where(at.adapter, "", at.space, title=at.title)  # no channel: what waits for one is not in the way
            action = Schedule(where=home, ref=ref, title=told[0], starts=begin, ends=end, text=told[1], place=told[2])
            self._post(action, Priority.NORMAL, ref)
            self.unit.places[ref] = (self.community.id, home)
            return MessageRef(ref)
        return self._send(at, self._notice(*told, begin, end), Priority.NORMAL)

    def reschedule(
        self, ref: int, title: Rich, *, starts: datetime, ends: datetime, text: Rich = "", place: Rich = ""
    ) -> None:
        """Change a gathering that :meth:`schedule` put there, all of it; of several changes only the newest is carried
        out.

        Raises :class:`ValueError` like :meth:`schedule`, but one that has begun may be changed.
        """
        told = _told(title, text, place)
        begin, end = _times(starts, ends, None)
        where = self.unit.locate(self.community.id, ref)
        if where is None:
            return
        if where.channel:
            self.edit(ref, self._notice(*told, begin, end))
            return
        action = Reschedule(
            where=where, ref=int(ref), title=told[0], starts=begin, ends=end, text=told[1], place=told[2]
        )
        self.unit.post(self.community.id, self.plugin, action, priority=Priority.NORMAL, ref=int(ref), edit=True)

    def call_off(self, ref: int, title: Rich = "") -> None:
        """Call a gathering off; a card says so from then on, under this title."""
        where = self.unit.locate(self.community.id, ref)
        if where is None:
            return
        if where.channel:
            self.edit(ref, Card(title=title, text=self._room_words("gathering-off"), tone="warn"))
        else:
            self._post(CallOff(where=where, ref=int(ref)), Priority.NORMAL)

    def _has_calendar(self, where: Where) -> bool:
        return bool(where.space) and self.can("schedule", where)

    def _notice(self, title: str, text: str, place: str, starts: int, ends: int) -> Card:
        span = self._room_words("gathering-span", starts=to_datetime(starts), ends=to_datetime(ends))
        fields = [Field(self._room_words("gathering-when"), span, inline=False)]
        if place:
            fields.append(Field(self._room_words("gathering-where"), place, inline=False))
        return Card(title=title, text=text, fields=tuple(fields))

    def _room_words(self, key: str, **args: object) -> Rich:
        """The core's words in the community's language, for what everybody reads."""
        return self.unit.services.translator.text(CORE, key, self.community.locale, args, self.community.zone)


def _told(title: Rich, text: Rich, place: Rich) -> tuple[str, str, str]:
    found = []
    for what, said, most, lines in (
        ("title", title, LONGEST_NAME, False),
        ("text", text, LONGEST_TEXT, True),
        ("place", place, LONGEST_PLACE, False),
    ):
        words = clean_text(str(said), 4 * most, lines=lines)
        if len(words) > most or (what == "title" and not words):
            raise ValueError(f"the {what} of a gathering has at most {most} characters, and a title at least one")
        found.append(words)
    return found[0], found[1], found[2]


def _times(starts: datetime, ends: datetime, now: int | None) -> tuple[int, int]:
    begin, end = to_instant(starts), to_instant(ends)
    if end <= begin:
        raise ValueError(f"a gathering ends after it starts, not at {ends} when it starts at {starts}")
    if now is not None and begin <= now:
        raise ValueError(f"a gathering starts in the future, not at {starts}")
    return begin, end
