"""What a scenario plays on: the town, its current channel, the application behind it, and what people did so far."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from coterie.core.clock import Clock
from coterie.core.events import Event, Who
from coterie.core.platform import UnknownPlace
from coterie.core.testing.people import Persona, Room
from coterie.core.testing.play.cast import Cast
from coterie.core.testing.play.steps import Person, Post
from coterie.core.testing.town import Town


class StepFailed(Exception):
    """A step could not be done, or what it expects is not so; ``details`` are lines that show what is there instead."""

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class Application(Protocol):
    """What a scenario needs of the running application."""

    async def settle(self) -> None: ...
    async def advance(self, ms: int) -> None: ...
    async def verify_ledger(self) -> list[str]: ...
    async def balance(self, who: Who, currency: str = ...) -> int: ...
    async def grant(self, who: Who, amount: int, currency: str, reason: str, key: str) -> None: ...
    async def find_member(self, who: Who) -> int | None: ...


class Host(Protocol):
    """Starts applications on the town, one after the other on the same database."""

    @property
    def town(self) -> Town: ...

    async def start(self) -> Application:
        """Start an application; the one before, if any, is dropped without a word."""

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Hear who is in the town from the beginning, by name and platform."""

    async def quiet(self) -> bool:
        """Wait until all that people did was handed in; whether there was anything to wait for."""

    def warnings(self) -> list[str]:
        """What plugins did wrong since the last time, one line each."""


class World:
    """The state of a scenario between its steps."""

    def __init__(self, host: Host, app: Application, cast: Cast) -> None:
        self.host = host
        self.cast = cast
        self.app = app
        self.town = host.town
        self.room: Room = self.town.room("general")
        self.captured: dict[str, str] = {}
        self.started_at: dict[str, int] = {}
        """The change number at which each persona's last act began, by persona key."""
        self.acted_on: dict[str, int] = {}
        """The line of that act."""
        self.line = 0

    @property
    def clock(self) -> Clock:
        """Virtual time."""
        return self.town.clock

    def persona(self, person: Person) -> Persona:
        """Somebody by the name that a step gives; present from the first time on."""
        return self.town.persona(person.name, person.platform)

    def begin(self, persona: Persona) -> None:
        """What this persona sees from now on follows from the present step."""
        self.cast.heard(persona.key)
        self.started_at[persona.key] = self.town.seq
        self.acted_on[persona.key] = self.line

    async def introduce(self, post: Post) -> None:
        """Make those known whom a post mentions and who did nothing yet: they are present like anybody else."""
        for person in self.cast.to_introduce(post):
            persona = self.persona(person)
            self.cast.heard(persona.key)
            town = self.town
            await self.committed(
                town.hand_in(Event(key=town.next_key(), at=self.clock.now(), who=persona.who, where=town.home.where))
            )

    async def committed(self, *futures: asyncio.Future[object]) -> None:
        """Wait until events are handled and all that followed has happened; raises :class:`StepFailed`."""
        try:
            await asyncio.gather(*futures)
        except UnknownPlace as error:
            raise StepFailed(f"nobody listens there: {error}") from error
        await self.settled()

    async def settled(self) -> None:
        """Wait until all that is due has happened, and all that followed from it."""
        await self.app.settle()
        while await self.host.quiet():
            await self.app.settle()
