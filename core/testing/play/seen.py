"""What people see, as text: what expectations search, and what a transcript and a failure show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coterie.core.testing.people import BOT, SYSTEM, Message, Persona
from coterie.core.testing.play.steps import Regex, Sought
from coterie.core.testing.play.values import compiled
from coterie.core.testing.stage import Stage

MOST_LINES: Final = 20
"""Lines that a failure quotes."""
BOT_NAME: Final = "Coterie"
# What a reader does not see: direction marks and isolates. Other blanks than the plain one look like it.
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"), "") | dict.fromkeys(
    map(ord, "\u00a0\u2007\u2009\u202f"), " "
)


def plain(text: str) -> str:
    """Text without direction marks, every kind of blank a plain one."""
    return text.translate(_UNSEEN)


def seen_since(stage: Stage, persona: Persona, seq: int) -> list[Message]:
    """What is visible to somebody and is new or changed since a change number, in the order of the changes.

    What they wrote themselves is part of it: they see it like anybody else, unless it was taken away.
    """
    return sorted((m for m in stage.visible(persona) if m.seq > seq), key=lambda m: m.seq)


def in_public(stage: Stage, room: str) -> list[Message]:
    """What everybody in a room can see, oldest first."""
    return [m for m in stage.room(room).messages if not m.deleted and m.private_to is None]


def find(messages: Sequence[Message], sought: Sought) -> re.Match[str] | None:
    """Where something is found, in the newest message that has it."""
    pattern = compiled(sought) if isinstance(sought, Regex) else re.compile(re.escape(plain(sought.text)))
    matches = (pattern.search(plain(message.shown())) for message in reversed(messages))
    return next((match for match in matches if match is not None), None)


def captured(match: re.Match[str]) -> str:
    """The first group that took part in a match; the whole match of a pattern without groups."""
    return next((group for group in match.groups() if group is not None), match[0])


def quoted_lines(stage: Stage, messages: Iterable[Message]) -> list[str]:
    """Messages as a failure quotes them, only the last lines of many."""
    lines = [f"    {line}" for message in messages for line in message_lines(stage, message, message.shown())]
    if len(lines) <= MOST_LINES:
        return lines or ["    (nothing)"]
    return [f"    … {len(lines) - MOST_LINES} earlier lines", *lines[-MOST_LINES:]]


def message_lines(stage: Stage, message: Message, shown: str, change: str = "") -> list[str]:
    """A message with its place, its author, and for whom alone it is."""
    room = stage.rooms[message.room]
    place = f"dm {room.owner}" if room.owner else room.title
    notes = [f"only {message.private_to}"] if message.private_to is not None and not room.owner else []
    notes += [change] if change else []
    author = {BOT: BOT_NAME, SYSTEM: "*"}.get(message.author, message.author)
    first, *rest = plain(shown).split("\n")
    head = f"{place}  {author}{' (' + ', '.join(notes) + ')' if notes else ''}: {first}"
    return [head, *(f"    {line}" for line in rest)]


@dataclass(frozen=True, slots=True)
class Change:
    """A message as it stood after something happened to it; ``at`` is milliseconds of virtual time."""

    at: int
    message: Message
    shown: str
    kind: str


class Recorder:
    """Listens to a stage and keeps what changed until it is taken."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._known: set[str] = set()
        self._changes: list[Change] = []
        stage.listeners.append(self._heard)

    def take(self) -> list[Change]:
        """The changes since the last time; of several to one message at one instant only the newest state."""
        newest: dict[tuple[int, str], Change] = {}
        for change in self._changes:
            earlier = newest.pop((change.at, change.message.id), None)
            kind = "" if earlier is not None and earlier.kind == "" and not change.message.deleted else change.kind
            newest[change.at, change.message.id] = Change(change.at, change.message, change.shown, kind)
        self._changes.clear()
        return list(newest.values())

    def _heard(self, message: Message | None) -> None:
        if message is None:
            return
        kind = "edited" if message.id in self._known else ""
        if message.deleted:
            kind = "closed" if message.form is not None else "deleted"
        self._known.add(message.id)
        self._changes.append(Change(self._stage.clock.now(), message, message.shown(), kind))
