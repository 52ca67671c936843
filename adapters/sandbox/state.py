"""The town's rooms and messages in a file of JSON lines, so that a restart shows what stood there before."""

from __future__ import annotations

import logging
import os
from io import FileIO
from pathlib import Path
from typing import Final

import msgspec

from coterie.core.events import Event, PlatformEvent, Standing, Where
from coterie.core.testing import Message, Persona, Room, Town
from coterie.core.testing.people import ADAPTER

log = logging.getLogger(__name__)

KEPT_PER_ROOM: Final = 1000
"""Messages of a room that survive the tidying at start."""
SLACK: Final = 500
"""Outdated lines that are left alone."""


class PersonLine(msgspec.Struct, frozen=True, tag="person", omit_defaults=True):
    """A person in the newest state."""

    key: str
    name: str
    platform: str
    standing: Standing = "member"
    present: bool = True
    locale: str = ""
    roles: tuple[str, ...] = ()
    marks: dict[str, int] = {}
    tag: str = ""
    tag_mark: int = 0
    muted: int | None = None
    banned: int | None = None
    blocked: bool = False
    nickname: str = ""


class RoomLine(msgspec.Struct, frozen=True, tag="room", omit_defaults=True):
    """A room, a direct chat (``dm:`` and the person's key), or a topic, which has a ``subject``."""

    id: str
    subject: str = ""
    closed: bool = False


class MessageLine(msgspec.Struct, frozen=True, tag="message", omit_defaults=True):
    """A message in the newest state; a later line with its id replaces it. ``sent`` is its delivery key."""

    message: Message
    sent: str = ""


class EventLine(msgspec.Struct, frozen=True, tag="event"):
    """What somebody did, handed in and not yet committed."""

    event: PlatformEvent


class DoneLine(msgspec.Struct, frozen=True, tag="done"):
    """An event is committed, or its author was told that it is not."""

    key: str


Line = PersonLine | RoomLine | MessageLine | EventLine | DoneLine

_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def _person_line(persona: Persona) -> PersonLine:
    return PersonLine(
        persona.key,
        persona.name,
        persona.platform,
        persona.standing,
        persona.present,
        persona.locale,
        tuple(sorted(persona.roles)),
        dict(persona.marks),
        persona.tag,
        persona.tag_mark,
        persona.muted,
        persona.banned,
        persona.blocked,
        persona.nickname,
    )


def _room_line(room: Room) -> RoomLine:
    return RoomLine(room.id, room.where.title if room.kind == "thread" else "", room.closed)


class Notebook:
    """Appends each change to the file. A line that a crash tore off is dropped when the file is read again."""

    def __init__(self, path: Path, town: Town) -> None:
        self.path = path
        self.town = town
        self.sent: dict[str, str] = {}
        """Message ids by the delivery key under which they were sent."""
        self.pending: dict[str, PlatformEvent] = {}
        """Events that an earlier run handed in and did not see committed."""
        self.sending = ""
        """The delivery key of what is being sent at this moment."""
        self._people: dict[str, PersonLine] = {}
        self._rooms: dict[str, RoomLine] = {}
        self._file: FileIO | None = None

    def open(self) -> bool:
        """Put what the file holds into the town and begin to note changes; False when there was nothing."""
        lines, torn = self._read()
        found = self._restore(lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = len(self._people) + len(self._rooms) + len(self.town.messages)
        if torn or len(lines) > 2 * kept + SLACK:
            self._rewrite()
        self._file = FileIO(self.path, "ab")
        self.town.listeners.append(self.changed)
        self.changed(None)
        return found

    def close(self) -> None:
        """Stop noting."""
        if self._file is not None:
            self.town.listeners.remove(self.changed)
            self._file.close()
            self._file = None

    def changed(self, message: Message | None) -> None:
        """Note a change."""
        lines: list[Line] = []
        for persona in self.town.people.values():
            line = _person_line(persona)
            if self._people.get(persona.key) != line:
                self._people[persona.key] = line
                lines.append(line)
        for room in self.town.rooms.values():
            place = self._rooms.get(room.id)
            if place is None or place.closed != room.closed:
                place = self._rooms[room.id] = _room_line(room)
                lines.append(place)
        if message is not None:
            lines.append(MessageLine(message, self.sending))
        self._write(lines)

    def handed_in(self, event: Event) -> None:
        """Note that an event is on its way."""
        if isinstance(event, PlatformEvent):
            self._write([EventLine(event)])

    def done(self, key: str) -> None:
        """Note that an event needs no further delivery."""
        self._write([DoneLine(key)])

    def _write(self, lines: list[Line]) -> None:
        if not lines or self._file is None:
            return
        try:
            self._file.write(b"".join(_encoder.encode(line) + b"\n" for line in lines))
        except OSError as error:
            log.warning("the playground's state file cannot be written any more: %s", error)
            self.close()

    def _read(self) -> tuple[list[Line], bool]:
        """The lines of the file, and whether some of them could not be read."""
        lines: list[Line] = []
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return [], False
        bad = 0
        for line in raw.splitlines():
            try:
                lines.append(_decoder.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                bad += 1
        if bad:
            log.warning("left out %d lines of %s that could not be read", bad, self.path)
        return lines, bool(bad) or (bool(raw) and not raw.endswith(b"\n"))

    def _restore(self, lines: list[Line]) -> bool:
        town = self.town
        messages: dict[str, Message] = {}
        for line in lines:
            if isinstance(line, PersonLine):
                self._people[line.key] = line
                town.people[line.key] = Persona(
                    line.key,
                    line.name,
                    line.platform,
                    line.standing,
                    line.present,
                    locale=line.locale,
                    roles=set(line.roles),
                    marks=dict(line.marks),
                    tag=line.tag,
                    tag_mark=line.tag_mark,
                    muted=line.muted,
                    banned=line.banned,
                    blocked=line.blocked,
                    nickname=line.nickname,
                )
            elif isinstance(line, RoomLine):
                if not line.id.startswith("dm:") or line.id.removeprefix("dm:") in town.people:
                    self._restore_room(line)
            elif isinstance(line, EventLine):
                self.pending[line.event.key] = line.event
            elif isinstance(line, DoneLine):
                self.pending.pop(line.key, None)
            else:
                messages[line.message.id] = line.message
                if line.sent:
                    self.sent[line.sent] = line.message.id
        for message in messages.values():
            if message.room in town.rooms and not message.deleted:
                town.messages[message.id] = message
                town.rooms[message.room].messages.append(message)
        for room in town.rooms.values():
            for message in room.messages[:-KEPT_PER_ROOM]:
                del town.messages[message.id]
            del room.messages[:-KEPT_PER_ROOM]
        for message in sorted(town.messages.values(), key=lambda message: message.seq):
            town.changed(message)
        return bool(town.people)

    def _restore_room(self, line: RoomLine) -> None:
        town = self.town
        if line.subject and line.id not in town.rooms:
            where = Where(ADAPTER, line.id, town.space, "thread", line.subject)
            town.rooms[line.id] = Room(line.id, f"#{line.id}", where)
        town.room(line.id).closed = line.closed
        self._rooms[line.id] = line

    def _rewrite(self) -> None:
        """Write the newest state alone, beside the file and then in its place."""
        fresh = self.path.with_name(self.path.name + ".new")
        lines: list[Line] = [*self._people.values(), *self._rooms.values()]
        lines += [EventLine(event) for event in self.pending.values()]
        keys = {message: key for key, message in self.sent.items()}
        lines += [MessageLine(message, keys.get(message.id, "")) for message in self.town.messages.values()]
        with fresh.open("wb") as file:
            file.writelines(_encoder.encode(line) + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
