"""A platform that does as it is told, and a sender before it on virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from coterie.core.actions import (
    AnyAction,
    CloseForm,
    DeleteMessage,
    EditMessage,
    OpenForm,
    SendInvoice,
    SendMessage,
    SendPrivate,
)
from coterie.core.cards import Card
from coterie.core.cards import Picture as Drawing
from coterie.core.clock import MovableClock
from coterie.core.engine.sender import Job, Middleware, Result, Sender
from coterie.core.events import Where, Who
from coterie.core.platform import Delivery, Limits, Picture, Platform

START: Final = 1_767_225_600_000
ALICE: Final = Who("fake", "alice")
ANSWER, MODERATION, NORMAL, BROADCAST = range(4)


def where(channel: str, space: str = "") -> Where:
    """A place on the fake."""
    return Where(adapter="fake", channel=channel, space=space)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the fake saw it; ``text`` is what the card says."""

    at: int
    verb: str
    channel: str
    text: str
    delivery: Delivery


class Fake(Platform):
    """Remembers its calls; ``errors`` are raised one a call (None: it goes well), ``rule`` may raise what it likes.

    While ``gate`` is cleared, requests hang.
    """

    name = "fake"

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.calls: list[Call] = []
        self.errors: deque[Exception | None] = deque()
        self.rule: Callable[[Call], None] = lambda call: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.flying: Counter[str] = Counter()
        self.peak = 0
        self.peak_in_channel = 0

    def texts(self) -> list[str]:
        """What the cards said, in the order of the requests."""
        return [call.text for call in self.calls]

    async def _do(self, verb: str, action: Any, delivery: Delivery) -> str:
        channel = action.where.channel
        card = getattr(action, "card", None)
        call = Call(self.clock.now(), verb, channel, "" if card is None else str(card.text), delivery)
        self.calls.append(call)
        native = f"n{len(self.calls)}"
        self.flying[channel] += 1
        self.peak = max(self.peak, self.flying.total())
        self.peak_in_channel = max(self.peak_in_channel, self.flying[channel])
        try:
            await self.gate.wait()
            if self.errors and (error := self.errors.popleft()) is not None:
                raise error
            self.rule(call)
        finally:
            self.flying[channel] -= 1
        return native

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        return await self._do("send", action, delivery)

    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        return await self._do("private", action, delivery)

    async def edit(self, action: EditMessage, delivery: Delivery) -> str:
        await self._do("edit", action, delivery)
        return delivery.native

    async def delete(self, action: DeleteMessage, delivery: Delivery) -> str:
        await self._do("delete", action, delivery)
        return ""

    async def open_form(self, action: OpenForm, delivery: Delivery) -> str:
        await self._do("open", action, delivery)
        return ""

    async def close_form(self, action: CloseForm, delivery: Delivery) -> str:
        await self._do("close", action, delivery)
        return ""

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        return await self._do("invoice", action, delivery)


class KeyedFake(Fake):
    """A fake whose sends are idempotent."""

    idempotent_sends = True


class Desk:
    """A sender, its platform, and the store's side of it."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        platform: type[Fake] = Fake,
        around: tuple[Middleware, ...] = (),
    ) -> None:
        self.clock = MovableClock(START)
        self.fake = platform(self.clock)
        self.batches: list[list[Result]] = []
        self.store_away = 0
        self.record_gate = asyncio.Event()
        self.record_gate.set()
        self.natives: dict[tuple[int, int], str] = {}
        self.located: list[int] = []
        self.drawing: Callable[[Job], Picture | None] = lambda job: None
        self.ids = count(1)
        self.sender = Sender(
            self.fake,
            clock=self.clock,
            record=self._record,
            locate=self._locate,
            draw=self._draw,
            mentions=self._mentions,
            around=around,
            limits=limits or Limits(),
        )

    @property
    def results(self) -> list[Result]:
        """All that was recorded, in order."""
        return [result for batch in self.batches for result in batch]

    def fates(self) -> dict[int, str]:
        """The final state of each row that has one."""
        return {result.id: result.state for result in self.results if result.state != "retry"}

    def result(self, row: int) -> Result:
        """The final result of a row."""
        (found,) = [result for result in self.results if result.id == row and result.state != "retry"]
        return found

    def put(self, action: AnyAction, priority: int = NORMAL, **more: Any) -> int:
        """Queue an action; the row's id."""
        job = Job(next(self.ids), 1, "plugin", action, priority, **more)
        self.sender.put([job])
        return job.id

    def send(self, ref: int, text: str = "", channel: str = "c", priority: int = NORMAL, **more: Any) -> int:
        action = SendMessage(where=where(channel), ref=ref, card=Card(text=text or str(ref)))
        return self.put(action, priority, **more)

    def edit(self, ref: int, text: str, channel: str = "c", priority: int = NORMAL) -> int:
        return self.put(EditMessage(where=where(channel), ref=ref, card=Card(text=text)), priority)

    def delete(self, ref: int, channel: str = "c", priority: int = NORMAL) -> int:
        return self.put(DeleteMessage(where=where(channel), ref=ref), priority)

    def answer(self, ref: int, handle: str, channel: str = "c") -> int:
        card = Card(text=str(ref))
        return self.put(SendPrivate(where=where(channel), ref=ref, to=ALICE, card=card, handle=handle), ANSWER)

    async def drain(self, limit: int = 100_000) -> None:
        """Move the clock from instant to instant until nothing waits any more."""
        for _ in range(limit):
            await self.sender.settle()
            due = self.sender.next_due()
            if due is None:
                return
            self.clock.move_to(max(due, self.clock.now()))
        raise AssertionError("the sender never comes to rest")

    async def advance(self, milliseconds: int) -> None:
        """Move the clock by so much, stopping wherever something is due."""
        end = self.clock.now() + milliseconds
        await self.sender.settle()
        while (due := self.sender.next_due()) is not None and due <= end:
            self.clock.move_to(max(due, self.clock.now()))
            await self.sender.settle()
        self.clock.move_to(end)
        await self.sender.settle()

    async def _record(self, results: list[Result]) -> None:
        await self.record_gate.wait()
        if self.store_away > 0:
            self.store_away -= 1
            raise ConnectionError("store away")
        self.batches.append(list(results))

    async def _locate(self, community: int, ref: int) -> str:
        self.located.append(ref)
        if self.store_away > 0:
            self.store_away -= 1
            raise ConnectionError("store away")
        return self.natives.get((community, ref), "")

    async def _draw(self, job: Job, asked: Drawing) -> Picture | None:
        return self.drawing(job)

    async def _mentions(self, community: int, members: tuple[int, ...]) -> dict[int, str]:
        return {member: f"native-{member}" for member in members}


async def turn(times: int = 10) -> None:
    """Let the event loop go round."""
    for _ in range(times):
        await asyncio.sleep(0)
