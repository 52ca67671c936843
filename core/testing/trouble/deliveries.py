"""What runs between the town and the processes behind it: what was not acknowledged is delivered again, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from coterie.core.clock import Clock
from coterie.core.engine.work import dedupe_key
from coterie.core.events import CommandCalled, Event, MemberJoined, MemberLeft, StandingChanged
from coterie.core.platform import Inbox, Presence, Suggestion, UnknownPlace
from coterie.core.testing.trouble.witness import Witness

COMINGS: Final = (MemberJoined, MemberLeft, StandingChanged)
"""What platforms tell in its order, however late."""


@dataclass(slots=True, eq=False)
class _Delivery:
    """One event on its way; ``future`` is the town's, ``place`` its place among all that was handed in."""

    event: Event
    future: asyncio.Future[Any]
    place: int = 0


class Deliveries:
    """The inbox of a town, in front of whichever process is connected."""

    def __init__(self, clock: Clock, witness: Witness) -> None:
        self.duplicates = 0
        """So many of the next events are delivered twice."""
        self.late = 0
        """By how many milliseconds the next event is late; 0: it is not."""
        self._clock = clock
        self._witness = witness
        self._inbox: Inbox | None = None
        self._second: Inbox | None = None
        self._turns = 0
        self._unanswered: list[_Delivery] = []
        self._held: list[tuple[int, Event]] = []
        self._mixing = 0
        self._mixed: list[Event] = []

    # -- processes

    def connect(self, inbox: Inbox) -> Inbox:
        """A process listens, the newest one alone; it gets what the one before has not acknowledged."""
        self._inbox, self._second, self._turns = inbox, None, 0
        again, self._unanswered = self._unanswered, []
        for delivery in again:
            self._hand_in(delivery)
        return self

    def share(self, second: Inbox, events: int) -> None:
        """For so many events, a process that should be gone takes turns with the one that is connected."""
        self._second, self._turns = second, events

    @property
    def shared(self) -> bool:
        """Whether two processes take turns."""
        return self._second is not None

    # -- the town's inbox

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Deliver an event, now or later; what is held is not waited for."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        until = self._clock.now() + self.late if self.late else self._not_before(event)
        if until:
            self._held.append((until, event))
            self.late = 0
            future.set_result(None)
        elif self._mixing:
            self._mixed.append(event)
            if len(self._mixed) >= self._mixing:
                self._release_mixed()
            future.set_result(None)
        else:
            self._hand_in(_Delivery(event, future))
            if self.duplicates:
                self.duplicates -= 1
                self._forget(event)
        return future

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        """As the process answers."""
        return await self._connected.suggest(event, option)

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        """As the process answers."""
        return await self._connected.presences(adapter, space, after, limit)

    async def recall(self, name: str) -> str:
        """As the process answers."""
        return await self._connected.recall(name)

    async def note(self, name: str, value: str) -> None:
        """Handed on to the process."""
        await self._connected.note(name, value)

    @property
    def _connected(self) -> Inbox:
        assert self._inbox is not None, "no process is connected"
        return self._inbox

    # -- what is held

    def _not_before(self, event: Event) -> int:
        """The instant before which an event must not come: no platform tells that somebody left after they are back."""
        told = [due for due, held in self._held if type(held) in COMINGS]
        return max(told) if told and type(event) in COMINGS else 0

    def mix(self, events: int) -> None:
        """Hold so many of the next events, then deliver them in the opposite order."""
        self._release_mixed()
        self._mixing = events

    def next_due(self) -> int | None:
        """When the earliest late event comes."""
        return min((due for due, _ in self._held), default=None)

    def pump(self, *, all_of_it: bool = False) -> bool:
        """Deliver what is due by now, or everything; whether there was anything."""
        now = self._clock.now()
        due = [event for instant, event in self._held if all_of_it or instant <= now]
        self._held = [each for each in self._held if not (all_of_it or each[0] <= now)]
        for event in due:
            self._forget(event)
        return (self._release_mixed() if all_of_it else False) or bool(due)

    def _release_mixed(self) -> bool:
        mixed, self._mixed, self._mixing = self._mixed, [], 0
        comings = iter([event for event in mixed if type(event) in COMINGS])
        for event in reversed(mixed):
            self._forget(next(comings) if type(event) in COMINGS else event)
        return bool(mixed)

    # -- one delivery

    def _forget(self, event: Event) -> None:
        """Deliver something that nobody in the town waits for."""
        self._hand_in(_Delivery(event, asyncio.get_running_loop().create_future()))

    def _hand_in(self, delivery: _Delivery) -> None:
        inbox = self._connected
        if self._second is not None:
            self._turns -= 1
            inbox = self._second if self._turns % 2 else inbox
            if self._turns <= 0:
                self._second = None
        key = dedupe_key(delivery.event)
        delivery.place = self._witness.next_place()
        self._unanswered.append(delivery)
        places = [each.place for each in self._unanswered if dedupe_key(each.event) == key]
        self._witness.handed_in(key, min(places), max(places))
        inbox.submit(delivery.event).add_done_callback(lambda done: self._answered(delivery, done))

    def _answered(self, delivery: _Delivery, done: asyncio.Future[Any]) -> None:
        if delivery not in self._unanswered or done.cancelled():
            return
        self._unanswered.remove(delivery)
        error = done.exception()
        if error is None:
            if delivery.event.key:
                self._witness.confirm(dedupe_key(delivery.event))
            _settle(delivery.future, done.result())
        elif isinstance(error, UnknownPlace):
            if not delivery.future.done():
                delivery.future.set_exception(error)
        else:  # the store has not taken it: the platform tries again
            self._hand_in(delivery)


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)
