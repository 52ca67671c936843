"""The town as the playground runs it: what a crash interrupts is delivered again, and no message is sent twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from coterie.adapters.sandbox.state import Notebook
from coterie.core.actions import Schedule, SendInvoice, SendMessage, SendPoll, SendPrivate
from coterie.core.events import CommandCalled, Event
from coterie.core.platform import Delivery, Inbox, Presence, Suggestion
from coterie.core.testing import Town
from coterie.core.testing.calendar import gathering_id
from coterie.core.testing.polls import poll_id
from coterie.core.testing.verbs import TownPlatform

log = logging.getLogger(__name__)


class KeptInbox:
    """An inbox that keeps each event in the state file until it is committed, as platforms keep theirs."""

    def __init__(self, inbox: Inbox, notebook: Notebook) -> None:
        self._inbox = inbox
        self._notebook = notebook

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Hand an event on."""
        self._notebook.handed_in(event)
        future = self._inbox.submit(event)
        future.add_done_callback(lambda _: self._notebook.done(event.key))
        return future

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        return await self._inbox.suggest(event, option)

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        return await self._inbox.presences(adapter, space, after, limit)

    async def recall(self, name: str) -> str:
        return await self._inbox.recall(name)

    async def note(self, name: str, value: str) -> None:
        await self._inbox.note(name, value)


class Stand(TownPlatform):
    """The town's platform with a memory: a message that the state file holds is not sent a second time."""

    def __init__(self, town: Town, notebook: Notebook | None, on_stop: Callable[[], Awaitable[None]]) -> None:
        super().__init__(town)
        self._town = town
        self._notebook = notebook
        self._on_stop = on_stop

    async def start(self, inbox: Inbox) -> None:
        """Connect, say who the operators are, and hand in again what an earlier run did not see committed."""
        notebook = self._notebook
        await super().start(inbox if notebook is None else KeptInbox(inbox, notebook))
        for persona in self._town.people.values():
            if persona.standing == "operator":
                self._town.set_standing(persona, "operator").add_done_callback(_look)
        for event in [] if notebook is None else list(notebook.pending.values()):
            self._town.hand_in(event).add_done_callback(_look)

    async def stop(self) -> None:
        """Disconnect, and send the open pages away."""
        await super().stop()
        await self._on_stop()

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        """Post a card in a channel."""
        return await self._once(super().send(action, delivery), delivery)

    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        """Show a card to one person only."""
        return await self._once(super().send_private(action, delivery), delivery)

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        """Ask one person for a payment."""
        return await self._once(super().send_invoice(action, delivery), delivery)

    async def send_poll(self, action: SendPoll, delivery: Delivery) -> str:
        """Post a poll."""
        native = await self._once(super().send_poll(action, delivery), delivery)
        return native if "/" in native else f"{native}/{poll_id(native)}"

    async def schedule(self, action: Schedule, delivery: Delivery) -> str:
        """Put a gathering in the calendar."""
        native = await self._once(super().schedule(action, delivery), delivery)
        return gathering_id(native.removeprefix(gathering_id("")))

    async def _once(self, sending: Coroutine[Any, Any, str], delivery: Delivery) -> str:
        """Send, unless an earlier run sent under the same key and stopped before it could say so."""
        if self._notebook is None:
            return await sending
        earlier = self._notebook.sent.get(delivery.key, "")
        if earlier in self._town.messages:
            sending.close()
            return earlier
        # The town's verbs do not wait for anything, so the key meets the message that is noted meanwhile.
        self._notebook.sending = delivery.key
        try:
            return await sending
        finally:
            self._notebook.sending = ""


def _look(future: asyncio.Future[Any]) -> None:
    if not future.cancelled() and future.exception() is not None:
        log.warning("an event of the playground was not committed", exc_info=future.exception())
