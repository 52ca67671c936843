"""A town on the wire: what people do there is done on a platform's server, and what the bot shows there comes back."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Container, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from msgspec import structs

from coterie.core.clock import Clock
from coterie.core.events import ButtonTapped, Event, MessageEdited, ReactionAdded, Where, Who
from coterie.core.testing.fake import Fake
from coterie.core.testing.people import ADAPTER, Persona
from coterie.core.testing.threaded import ServerThread
from coterie.core.testing.town import Committed, Town

S = TypeVar("S", bound=Fake[Any])
N = TypeVar("N", int, str)

Deed = Callable[[Any, Any], Callable[[Any], Any]]
"""Takes the town and an event; returns what is done for it on the server's thread."""


@dataclass(slots=True, kw_only=True)
class Account(Persona, Generic[N]):
    """Somebody with an account on the server: ``number`` is its id, ``wire`` the platform's name."""

    number: N
    wire: str

    @property
    def who(self) -> Who:
        """The account as events carry it."""
        return Who(self.wire, str(self.number), self.name, self.locale, self.bot)


class Mirror(Protocol):
    """Turns what the bot shows on the server into messages of the town."""

    @property
    def raw(self) -> Container[str]:
        """The town's messages that stand on the server, by id."""

    def heard(self, kind: str, thing: Any) -> None:
        """Something changed on the server."""

    @staticmethod
    def snapshot(thing: Any) -> Any:
        """What a listener was told, so that it stays as it was then."""


class Answers(Protocol):
    """One person's answers to the form that is open for them."""

    def check(self) -> None:
        """Raise :class:`~coterie.core.testing.people.NoOpenForm` where none is."""

    def fill(self, answers: Mapping[str, str]) -> Coroutine[Any, Any, None]:
        """Answer what is asked with what stands under its name or its words."""

    def cancel(self) -> Coroutine[Any, Any, None]:
        """Withdraw the form."""


class WiredTown(Town, ABC, Generic[S, N]):
    """A town that stands on a server, with the town in memory beside it.

    Who is on no platform in a scenario, or on the server's, is on the wire; the others are in the town in memory.  They
    all see the same rooms.
    """

    wire: ClassVar[str]
    """The platform's name."""
    deeds: ClassVar[Mapping[type[Event], Deed]]
    """How each thing that people do is done on the server."""
    mirror: Mirror

    def __init__(self, clock: Clock, space: str, server: ServerThread[S]) -> None:
        super().__init__(clock, space=space)
        self.server = server
        self.settle: Callable[[], Awaitable[None]] = _nothing
        """Returns when all that the application heard has had its effect; set by whoever starts applications."""
        self.twice: set[str] = set()
        """Names that are taken on the wire and elsewhere: without a platform they mean the town in memory."""
        self._accounts: dict[str, Account[N]] = {}

    def open(self) -> None:
        """Make the place, and follow from now on what is shown on the server; called on the town's own loop."""
        loop = asyncio.get_running_loop()

        def listen(kind: str, thing: Any) -> None:
            loop.call_soon_threadsafe(self.mirror.heard, kind, self.mirror.snapshot(thing))

        def begin(fake: S) -> None:
            fake.clock = lambda: self.clock.now() / 1000
            fake.world.listeners.append(listen)
            self.found(fake)

        self.server.do(begin)

    @abstractmethod
    def found(self, fake: S) -> None:
        """Make the place where people meet; called on the server's thread."""

    @abstractmethod
    def enrol(self, fake: S, key: str, name: str) -> N:
        """Give somebody an account who is there from the beginning, so that no event tells of it; returns its id."""

    @abstractmethod
    def home_on_wire(self) -> Where:
        """The room where arrivals are told, as the platform's events name it."""

    @abstractmethod
    def perform(self, key: str, act: Callable[[S], Any]) -> Committed:
        """Do something on the server for the event with this key; done when the bot has taken what tells of it."""

    @abstractmethod
    def answers_of(self, account: Account[N]) -> Answers:
        """The form that is open for somebody."""

    # -- who

    def persona(self, name: str, platform: str = ADAPTER) -> Persona:
        known = super().persona(name, platform)
        if isinstance(known, Account) or not self._is_wired(known):
            return known
        number = self.server.do(lambda fake: self.enrol(fake, known.key, known.name))
        account = Account(known.key, known.name, known.platform, number=number, wire=self.wire)
        self.people[account.key] = self._accounts[str(number)] = account
        return account

    def _is_wired(self, persona: Persona) -> bool:
        if persona.platform == ADAPTER:
            return persona.key not in self.twice
        return persona.platform == self.wire

    def person_of(self, who: Who) -> Persona:
        return self.account(who) if who.platform == self.wire else super().person_of(who)

    def account(self, who: Who | None) -> Account[N]:
        """The person behind an account; raises :class:`LookupError`."""
        found = None if who is None else self._accounts.get(who.id)
        if found is None:
            raise LookupError(f"there is nobody on {self.wire} behind {who}")
        return found

    def account_numbered(self, number: N) -> Account[N] | None:
        """The person with this id on the server."""
        return self._accounts.get(str(number))

    # -- what happens

    def hand_in(self, event: Event) -> Committed:
        """Do on the server what an event tells of; done when the bot has taken what the server says about it.

        What the server cannot say (that somebody is known) is handed to the application itself.
        """
        if event.who is None or event.who.platform != self.wire or self._is_about_memory(event):
            return super().hand_in(event)
        deed = self.deeds.get(type(event))
        if deed is None:
            return super().hand_in(structs.replace(event, where=self.home_on_wire()))
        return self.perform(event.key, deed(self, event))

    def _is_about_memory(self, event: Event) -> bool:
        """Whether it is about a message that stands in the town in memory."""
        return isinstance(event, ButtonTapped | MessageEdited | ReactionAdded) and event.message not in self.mirror.raw

    def fill(self, persona: Persona, answers: Mapping[str, str]) -> Committed:
        if not isinstance(persona, Account):
            return super().fill(persona, answers)
        return asyncio.ensure_future(self._open_answers(persona).fill(answers))

    def cancel_form(self, persona: Persona) -> Committed:
        if not isinstance(persona, Account):
            return super().cancel_form(persona)
        return asyncio.ensure_future(self._open_answers(persona).cancel())

    def _open_answers(self, account: Account[N]) -> Answers:
        self.acted[account.key] = self.seq
        answers = self.answers_of(account)
        answers.check()
        return answers


async def _nothing() -> None:
    return None


__all__ = ["Account", "Answers", "Deed", "Mirror", "WiredTown"]
