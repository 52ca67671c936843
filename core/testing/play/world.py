"""What a scenario plays on: the town, its current channel, the application behind it, and what people did so far."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from coterie.core.clock import Clock
from coterie.core.events import Event
from coterie.core.platform import UnknownPlace
from coterie.core.testing.people import Persona, Room
from coterie.core.testing.play.cast import Cast
from coterie.core.testing.play.steps import Person, Post
from coterie.storage.faults import StoreUnavailable

if TYPE_CHECKING:
    from coterie.core.testing.play.hosting import TownHost
    from coterie.core.testing.trouble.process import Process

T = TypeVar("T")


class StepFailed(Exception):
    """A step could not be done, or what it expects is not so; ``details`` are lines that show what is there instead."""

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class World:
    """The state of a scenario between its steps."""

    def __init__(self, host: TownHost, app: Process, cast: Cast) -> None:
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
            await self.make_known(person)

    async def make_known(self, person: Person) -> None:
        """Let the application hear of somebody."""
        persona, town = self.persona(person), self.town
        self.cast.heard(persona.key)
        await self.committed(
            town.hand_in(Event(key=town.next_key(), at=self.clock.now(), who=persona.who, where=town.home.where))
        )

    async def committed(self, *futures: asyncio.Future[object]) -> None:
        """Wait until events are handled and all that followed has happened; raises :class:`StepFailed`."""
        try:
            await self.through(lambda app: _all(futures))
        except UnknownPlace as error:
            raise StepFailed(f"nobody listens there: {error}") from error
        await self.settled()

    async def settled(self) -> None:
        """Wait until all that is due has happened, and all that followed from it."""
        while True:
            await self.through(lambda app: app.settle())
            # A process may end with the last thing that it does: then the next one has to look what it has left.
            if not await self.host.quiet() and not self.app.life.ended:
                return

    async def pass_time(self, milliseconds: int) -> None:
        """Let time go by; everything on the way happens at its own moment."""
        target = self.clock.now() + milliseconds
        await self.settled()
        while True:
            hop = min(at for at in (target, self.host.next_delivery()) if at is not None)
            await self.through(lambda app, until=hop: app.advance(max(0, until - app.clock.now())))  # type: ignore[misc]
            await self.settled()
            if self.clock.now() >= target:
                return

    async def through(self, work: Callable[[Process], Coroutine[Any, Any, T]]) -> T:
        """Do something with the application; when its process ends meanwhile, start the next and do it again, and when
        the database was made to fail, ask once more.
        """
        while True:
            failing = bool(self.host.trouble.strikes.damages)
            if self.app.life.ended:
                self.app = await self.host.start()
            task, end = asyncio.ensure_future(work(self.app)), self.app.life.end
            await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                try:
                    return task.result()
                except StoreUnavailable:
                    if not failing:
                        raise
            else:
                task.cancel()
                await asyncio.wait((task,))


async def _all(futures: Sequence[asyncio.Future[object]]) -> None:
    """Wait for all, and raise what went wrong; whoever stops waiting takes nothing back."""
    if futures:
        await asyncio.wait(futures)
        for future in futures:
            future.result()
