"""A town in front of an inbox that only remembers, for tests of the town itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from coterie.core.actions import (
    EditMessage,
    OpenForm,
    SendMessage,
    SendPrivate,
)
from coterie.core.cards import Button, Card, Question
from coterie.core.clock import MovableClock
from coterie.core.events import (
    Event,
)
from coterie.core.platform import Delivery, Limits
from coterie.core.testing import Message, Persona, Town
from tests.inbox_kit import Unknowing


class Recorder(Unknowing):
    """An inbox that commits at once and remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def submit(self, event: Event) -> asyncio.Future[Any]:
        self.events.append(event)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


class Stand:
    """A town with a recorder before it, on a loop of its own."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = MovableClock()
        self.town = Town(self.clock, limits=limits)
        self.inbox = Recorder()
        self.deliveries = 0
        self.runner = asyncio.Runner()
        self.run(self.town.platform.start(self.inbox))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def act(self, verb: str, *args: Any) -> Any:
        """Let a person do something and give the event that was handed in."""

        async def do() -> None:
            await getattr(self.town, verb)(*args)

        self.run(do())
        return self.inbox.events[-1]

    def delivery(self, native: str = "", **more: Any) -> Delivery:
        self.deliveries += 1
        return Delivery(f"d{self.deliveries}", native, **more)

    def send(self, card: Card | str, room: str = "general", **more: Any) -> Message:
        card = card if isinstance(card, Card) else Card(text=card)
        action = SendMessage(where=self.town.room(room).where, ref=1, card=card)
        return self.town.messages[self.run(self.town.platform.send(action, self.delivery(**more)))]

    def whisper(self, to: Persona, words: str, room: str = "general") -> Message:
        action = SendPrivate(where=self.town.room(room).where, ref=1, to=to.who, card=Card(text=words))
        return self.town.messages[self.run(self.town.platform.send_private(action, self.delivery()))]

    def edit(self, message: Message, words: str) -> None:
        action = EditMessage(where=self.town.rooms[message.room].where, ref=1, card=Card(text=words))
        self.run(self.town.platform.edit(action, self.delivery(message.id)))

    def form(self, to: Persona, token: str = "f1", **more: Any) -> str:
        questions = (Question("why", "Why?"), Question("age", "Age", "int"))
        action = OpenForm(
            where=self.town.home.where, token=token, to=to.who, title="Hello", questions=questions, **more
        )
        return str(self.run(self.town.platform.open_form(action, self.delivery())))


def shown(messages: list[Message]) -> list[str]:
    return [message.shown() for message in messages]


def grab(label: str, token: str = "t", **more: Any) -> Button:
    return Button(label, token=token, **more)
