"""The stage: rooms and people with every change numbered, and how what happens there is handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Reversible
from typing import Any

from coterie.core.actions import SetFilter
from coterie.core.clock import Clock
from coterie.core.events import Event, Where, Who
from coterie.core.platform import CommandMenu, Inbox
from coterie.core.testing.people import (
    ADAPTER,
    SYSTEM,
    Faults,
    Message,
    NotConnected,
    Persona,
    Purchase,
    Room,
    persona_key,
)

Listener = Callable[[Message | None], None]
"""Told of each change: the message that is new or changed, or None when people came, went or changed."""


class Stage:
    """Rooms, people and messages of one town; platform and acts both write here.

    ``run`` goes into every event key and message id: a database that outlives its town needs another one in the next.
    """

    def __init__(self, clock: Clock, space: str, run: str) -> None:
        self.clock = clock
        self.space = space
        self.run = f"{run}-" if run else ""
        self.people: dict[str, Persona] = {}
        self.rooms: dict[str, Room] = {}
        self.messages: dict[str, Message] = {}
        self.faults = Faults()
        self.pings: dict[str, list[Message]] = {}
        self.commands: tuple[CommandMenu, ...] = ()
        self.last_event: dict[str, Event] = {}
        self.acted: dict[str, int] = {}
        self.listeners: list[Listener] = []
        self.inbox: Inbox | None = None
        self.lost = False
        """Whether what happens while nobody listens is never heard of, in place of being impossible."""
        self.clubs: dict[str, set[str]] = {}
        self.club_bans: dict[str, dict[str, int]] = {}
        """Who cannot come into a private space, and until when (0: until it is lifted)."""
        self.links: dict[str, str] = {}
        """Links that were not used yet, and the private space that each leads to."""
        self.filters: dict[str, SetFilter] = {}
        self.purchases: dict[str, Purchase] = {}
        self.taken: list[tuple[str, str, bool]] = []
        """What Coterie took from whom (persona key, role or space), and whether they had it."""
        self._changes: list[Message] = []
        self._events = 0

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return len(self._changes)

    def persona(self, name: str, platform: str = ADAPTER) -> Persona:
        """Somebody by name, ``carol@telegram`` also in one word; created present on first use, without an event."""
        name, _, flavour = name.strip().partition("@")
        account, platform = name.lower(), flavour or platform
        key = persona_key(account, platform)
        if key not in self.people:
            display = name if name != account else name[:1].upper() + name[1:]
            self.people[key] = Persona(key, display, platform)
            self.tell(None)
        return self.people[key]

    def person_of(self, who: Who) -> Persona:
        """The persona behind an account."""
        return self.persona(who.id, who.platform)

    def person_called(self, native: str) -> Persona | None:
        """The persona that a mention means (a persona key, ``platform:id`` or ``platform/id``), None if nobody."""
        for separator in (":", "/"):
            platform, found, account = native.partition(separator)
            if found:
                return self.people.get(persona_key(account, platform))
        return self.people.get(native)

    def room(self, name: str) -> Room:
        """A room by name (``#market`` or ``market``) or channel id; created on first use."""
        if name.startswith("dm:"):
            return self.dm(self.persona(name[3:]))
        key = name.strip().removeprefix("#")
        if key not in self.rooms:
            title = f"#{key}"
            self.rooms[key] = Room(key, title, Where(ADAPTER, key, self.space, "room", title))
        return self.rooms[key]

    def open_topic(self, title: str) -> Room:
        """A new room for a subject, called after its title; its channel id is that name, with a number if need be."""
        base = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split()) or "topic"
        names = (base, *(f"{base}-{number}" for number in range(2, len(self.rooms) + 3)))
        key = next(name for name in names if name not in self.rooms)
        room = self.rooms[key] = Room(key, f"#{key}", Where(ADAPTER, key, self.space, "thread", title))
        self.tell(None)
        return room

    def dm(self, persona: Persona) -> Room:
        """The direct chat between somebody and the bot."""
        key = f"dm:{persona.key}"
        if key not in self.rooms:
            self.rooms[key] = Room(key, persona.name, Where(ADAPTER, key, kind="dm"), persona.key)
        return self.rooms[key]

    def club(self, space: str) -> set[str]:
        """The persona keys of those who are in a private space."""
        return self.clubs.setdefault(space, set())

    def is_muted(self, persona: Persona) -> bool:
        """Whether somebody cannot write in the town now."""
        return self._holds(persona.muted)

    def is_banned(self, persona: Persona, space: str = "") -> bool:
        """Whether somebody cannot come into the town, or into a private space, now."""
        if space in ("", self.space):
            return self._holds(persona.banned)
        return self._holds(self.club_bans.get(space, {}).get(persona.key))

    def _holds(self, until: int | None) -> bool:
        return until is not None and (until == 0 or until > self.clock.now())

    @property
    def home(self) -> Room:
        """The room where arrivals and departures are told."""
        return self.room("general")

    def add(self, room: Room, author: str, text: str = "") -> Message:
        """Put a new message in a room; the caller fills it and calls :meth:`changed`."""
        message = Message(f"{self.run}m{len(self.messages) + 1}", room.id, author, self.clock.now(), text=text)
        self.messages[message.id] = message
        room.messages.append(message)
        return message

    def go_away(self, persona: Persona) -> None:
        """Somebody is in the town no more; what they had there is gone with them."""
        persona.present, persona.tag, persona.nickname, persona.standing = False, "", "", "member"
        persona.roles.clear()
        persona.marks.clear()
        self.tell(None)

    def say(self, room: Room, note: str, persona: Persona, text: str, *, private: bool = False) -> Message:
        """A line of the town itself."""
        message = self.add(room, SYSTEM, text)
        message.note, message.about = note, persona.key
        message.private_to = persona.key if private else None
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        """Number a change and tell the listeners."""
        self._changes.append(message)
        message.seq = len(self._changes)
        self.tell(message)

    def tell(self, message: Message | None) -> None:
        """Tell the listeners."""
        for listener in tuple(self.listeners):
            listener(message)

    def can_see(self, persona: Persona, message: Message) -> bool:
        """Whether somebody can see a message now."""
        room = self.rooms[message.room]
        if message.deleted or message.private_to not in (None, persona.key):
            return False
        return room.owner == persona.key if room.owner else persona.present

    def visible(self, persona: Persona, room: Room | str | None = None) -> list[Message]:
        """All that somebody can see, oldest first, in its newest state."""
        rooms = self.messages.values() if room is None else self.as_room(room).messages
        return [message for message in rooms if self.can_see(persona, message)]

    def seen_since(self, persona: Persona, seq: int) -> list[Message]:
        """What is new or changed for somebody after a change number, in that order, without their own lines."""
        return [
            message
            for number, message in enumerate(self._changes[seq:], seq + 1)
            if message.seq == number and message.author != persona.key and self.can_see(persona, message)
        ]

    def as_room(self, room: Room | str) -> Room:
        """A room from itself or its name."""
        return room if isinstance(room, Room) else self.room(room)

    def newest(self, persona: Persona, room: Room | str | None = None) -> Iterator[Message]:
        """What somebody can see, newest message first."""
        messages: Reversible[Message] = self.messages.values() if room is None else self.as_room(room).messages
        return (message for message in reversed(messages) if self.can_see(persona, message))

    def open_forms(self, persona: Persona) -> list[Message]:
        """The forms that wait for somebody, newest first."""
        return [m for m in self.newest(persona) if m.form is not None and m.private_to == persona.key]

    def next_key(self) -> str:
        """The key of the next event."""
        self._events += 1
        return f"{ADAPTER}:{self.run}{self._events}"

    def hand_in(self, event: Event) -> asyncio.Future[Any]:
        """Hand an event in; the future is done when its effects are committed. Raises :class:`NotConnected`."""
        if self.inbox is None and self.lost:
            unheard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            unheard.set_result(None)
            return unheard
        if self.inbox is None:
            raise NotConnected("nobody listens to the town: start an App with town.platform first")
        future = self.inbox.submit(event)
        if self.faults.duplicates > 0:
            self.faults.duplicates -= 1
            self.inbox.submit(event).add_done_callback(_look)
        return future


def _look(future: asyncio.Future[Any]) -> None:
    """Fetch the outcome, so that asyncio does not complain about a duplicate nobody waits for."""
    if not future.cancelled():
        future.exception()
