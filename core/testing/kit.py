"""The author's test kit: people who act and see, in plain words and without asyncio."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from coterie.core.app import App
from coterie.core.config import format_duration
from coterie.core.context import Context
from coterie.core.testing.host import Host, PluginChoice
from coterie.core.testing.people import Message
from coterie.core.testing.person import Person
from coterie.core.testing.sight import What, find, listed, quoted
from coterie.core.testing.town import Town
from coterie.core.testing.transcript import Transcript

T = TypeVar("T")


class TownFactory(Protocol):
    """The fixture ``town_factory``: starts a town; what the keywords mean is told at :class:`LiveTown`."""

    def __call__(
        self,
        *,
        plugins: Sequence[PluginChoice] = (),
        config: Mapping[str, Mapping[str, Any]] | None = None,
        access: Mapping[str, Mapping[str, Any]] | None = None,
        rights: Mapping[str, Any] | None = None,
        locale: str = "en",
        timezone: str = "UTC",
        db: str | None = None,
        seed: int = 1,
    ) -> LiveTown: ...


class LiveTown:
    """A town with an application behind it, on virtual time and a database of its own.

    ``plugins`` are names of installed plugins or plugin classes, ``config`` their settings by plugin name.  ``db`` is
    ``postgresql://…`` for tables of its own on that server, or ``sqlite://`` for a file; left out, it is what
    ``--coterie-db`` says, or else a file.  Everything random follows from ``seed``.

    ``access`` is what stands under ``[communities.NAME.access]``; a target without ``platform`` and ``space`` is in the
    town.  ``rights`` is ``[coterie.rights]``.
    """

    def __init__(
        self,
        *,
        plugins: Sequence[PluginChoice] = (),
        config: Mapping[str, Mapping[str, Any]] | None = None,
        access: Mapping[str, Mapping[str, Any]] | None = None,
        rights: Mapping[str, Any] | None = None,
        locale: str = "en",
        timezone: str = "UTC",
        db: str | None = None,
        seed: int = 1,
    ) -> None:
        core = {"locale": locale, "timezone": timezone, "rights": dict(rights or {})}
        self._host = Host(plugins, config or {}, core, db, seed, access)
        self._transcript = Transcript(self._host.town)
        self._people: dict[str, Person] = {}
        self._together: list[asyncio.Future[Any]] | None = None
        self._killed = self._down = False
        self._tolerated: list[BaseException] | None = None
        self._grants = 0
        self.room = "general"
        """The room where people talk who name no other."""

    @property
    def stage(self) -> Town:
        """The town itself: rooms, messages, ``faults``."""
        return self._host.town

    def start(self) -> None:
        """Start the application."""
        self._host.start()

    def close(self) -> None:
        """Stop the application and remove its database; no act is possible afterwards."""
        self._host.close()

    def people(self, *names: str) -> tuple[Person, ...]:
        """People by name, present from the beginning; ``bob@telegram`` is Bob's account on another platform."""
        return tuple(self.person(name) for name in names)

    def person(self, name: str, locale: str = "") -> Person:
        """One person by name, whose app is set to a language (``zh-Hans``)."""
        persona = self.stage.persona(name)
        persona.locale = locale or persona.locale
        return self._people.setdefault(persona.key, Person(self, persona))

    def act(self, act: Callable[[], asyncio.Future[Any]]) -> None:
        """Do something and wait until all that follows has happened; inside :meth:`at_once` it only is handed in."""
        if self._down:
            self._host.run(_unheard(act))
        elif self._together is not None:
            self._together.append(act())
        else:
            self.at_once(lambda: self.act(act))

    def at_once(self, *acts: Callable[[], object]) -> None:
        """Let several acts arrive before any of them is handled: ``at_once(lambda: bob.taps("Grab"), ...)``.

        With :meth:`kill` among them the application ends before it handles the acts that came before.
        """
        self._run(lambda _: self._do_all(acts))

    async def _do_all(self, acts: Sequence[Callable[[], object]]) -> None:
        futures = self._together = []
        try:
            for act in acts:
                act()
                if self._killed:
                    await self._kill()
                    futures.clear()
        finally:
            self._together = None
        await asyncio.gather(*futures)
        await self._host.app.settle()

    def _run(self, work: Callable[[App], Coroutine[Any, Any, T]]) -> T:
        """Run something with the application and raise what plugins did wrong meanwhile."""
        try:
            result = self._host.run(work(self._host.app))
        finally:
            failures = self._host.failures.take()
        if self._tolerated is not None:
            self._tolerated += failures
        elif failures:
            raise failures[0]
        return result

    @contextmanager
    def failures(self) -> Iterator[list[BaseException]]:
        """Collect what plugins do wrong in place of raising it: ``with town.failures() as failures: ...``."""
        self._tolerated, outer = [], self._tolerated
        try:
            yield self._tolerated
        finally:
            self._tolerated = outer

    def wait(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let virtual time pass; timers fire in order."""
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self._transcript.note(f"{format_duration(span)} later")
        passed = span // timedelta(milliseconds=1)
        if self._down:
            self._host.clock.move_to(self._host.clock.now() + passed)
        else:
            self._run(lambda app: app.advance(passed))

    def restart(self) -> None:
        """Stop the application properly and start it again on the same database."""
        self._transcript.note("restart")
        self._run(self._restart)

    async def _restart(self, app: App) -> None:
        await app.stop()
        await self._host.begin()

    def kill(self) -> None:
        """End the application as ``kill -9`` would and start it again: whatever was not committed is gone."""
        self._transcript.note("killed and started again")
        if self._together is not None:
            self._killed = True
        else:
            self._run(lambda _: self._kill())

    async def _kill(self) -> None:
        self._killed = False
        await self._host.kill()
        await self._host.begin()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Let the application be stopped meanwhile: acts and :meth:`wait` still work, but nobody ever hears of them."""
        self._transcript.note("down")
        self._run(lambda app: app.stop())
        self._down = self.stage.lost = True
        try:
            yield
        finally:
            self._down = self.stage.lost = False
            self._transcript.note("up again")
            self._host.run(self._host.begin())

    def duplicate(self, person: Person) -> None:
        """Deliver the last event of somebody again."""
        event = self.stage.last_event[person.persona.key]
        self.act(lambda: self.stage.redeliver(event))

    def shows(self, what: What, room: str = "") -> re.Match[str]:
        """The newest place in a room (the current one when left out) that shows something, edits applied.

        Raises :class:`AssertionError` telling what stands there.  Private answers do not count.
        """
        messages = self._in_room(room)
        match = find(messages, what)
        if match is None:
            raise AssertionError(listed(f"the room does not show {quoted(what)}; there is", messages))
        return match

    def shows_not(self, what: What, room: str = "") -> bool:
        """True; raises :class:`AssertionError` if a room shows something."""
        messages = self._in_room(room)
        if find(messages, what) is not None:
            raise AssertionError(listed(f"the room should not show {quoted(what)}; there is", messages))
        return True

    def pins(self, what: What, room: str = "") -> re.Match[str]:
        """Like :meth:`shows`, of what is pinned in a room."""
        pinned = [message for message in self._in_room(room) if message.pinned]
        match = find(pinned, what)
        if match is None:
            raise AssertionError(listed(f"the room does not pin {quoted(what)}; pinned is", pinned))
        return match

    def _in_room(self, room: str) -> list[Message]:
        messages = self.stage.room(room or self.room).messages
        return [message for message in messages if not message.deleted and message.private_to is None]

    def grant(self, person: Person, amount: int, currency: str = "points") -> None:
        """Give somebody money out of nothing; ``amount`` is in minor units."""
        self._grants += 1
        key = f"town:{self._grants}"
        self._run(lambda app: app.grant(person.persona.who, amount, currency, "given by the test", key))

    def balance(self, person: Person, currency: str = "points") -> int:
        """What somebody holds, in minor units."""
        return self._run(lambda app: app.balance(person.persona.who, currency))

    def ledger_balanced(self) -> bool:
        """True; raises :class:`AssertionError` naming what does not add up."""
        problems = self._run(lambda app: app.verify_ledger())
        if problems:
            raise AssertionError("the ledger is not balanced:\n" + "\n".join(problems))
        return True

    def inside(self, look: Callable[[Context], T], plugin: str = "") -> T:
        """Run a function with a plugin's context on the community's lane, in a transaction, and return its result.

        The plugin is the first one under test unless another is named; the context has no member and no place.
        """
        owner = plugin or next((each.name for each in self._host.plugins), "")

        def call(ctx: Context) -> T:
            ctx.plugin = owner
            return look(ctx)

        async def work(app: App) -> T:
            result: T = await app.on_lane(None, call)
            await app.settle()
            return result

        return self._run(work)

    def transcript(self) -> str:
        """What everybody saw, one line a message."""
        return str(self._transcript)


async def _unheard(act: Callable[[], asyncio.Future[Any]]) -> None:
    await act()
