"""The town as a platform: what the core sends becomes messages on the stage."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.actions import (
    ApproveJoin,
    CloseForm,
    DeclineJoin,
    DeleteMessage,
    EditMessage,
    OpenForm,
    SendInvoice,
    SendMessage,
    SendPrivate,
)
from coterie.core.cards import Card
from coterie.core.events import MemberJoined, Who
from coterie.core.platform import CommandMenu, Delivery, Inbox, Limits, Refused
from coterie.core.testing.calendar import CalendarPlatform
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.people import ADAPTER, BOT, Message, Persona, card_words, persona_key
from coterie.core.testing.stage import Stage


class TownPlatform(CalendarPlatform):
    """The platform ``sandbox``: every verb writes into the town."""

    name = ADAPTER

    def __init__(self, stage: Stage, limits: Limits | None = None) -> None:
        self.stage = stage
        self._sent = {}
        self._topics = {}
        if limits is not None:
            self.limits = limits  # type: ignore[misc]  # each town may have limits of its own

    async def start(self, inbox: Inbox) -> None:
        self.stage.inbox = inbox

    async def stop(self) -> None:
        self.stage.inbox = None

    def direct(self, who: Who) -> str:
        return f"dm:{persona_key(who.id, who.platform)}"

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        self.stage.commands = tuple(commands)
        self.stage.tell(None)

    @can_fail
    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        self._measure(action.card, self.limits.text_length)
        message, fresh = self._message(self._place(action), delivery)
        if fresh:
            message.reply_to = action.reply_to
            self._show(message, action.card, delivery)
            self._ping(message, delivery)
        return message.id

    @can_fail
    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        self._measure(action.card, self.limits.private_length)
        persona = self.stage.person_of(action.to)
        message, fresh = self._message(self._private_place(action, persona), delivery)
        if fresh:
            message.private_to = persona.key
            self._show(message, action.card, delivery)
        return message.id

    @can_fail
    async def edit(self, action: EditMessage, delivery: Delivery) -> str:
        message = self._sent_before(delivery)
        private = message.private_to is not None
        self._measure(action.card, self.limits.private_length if private else self.limits.text_length)
        message.edits += 1
        self._show(message, action.card, delivery)
        return message.id

    @can_fail
    async def delete(self, action: DeleteMessage, delivery: Delivery) -> str:
        message = self._sent_before(delivery)
        self._take_away(message)
        return message.id

    @can_fail
    async def open_form(self, action: OpenForm, delivery: Delivery) -> str:
        persona = self.stage.person_of(action.to)
        message = self._form(persona, action.token)
        if message is None:
            message = self.stage.add(self._private_place(action, persona), BOT)
            message.private_to = persona.key
        else:
            message.edits += 1
        message.form = action
        self.stage.changed(message)
        return message.id

    @can_fail
    async def close_form(self, action: CloseForm, delivery: Delivery) -> str:
        message = self._form(self.stage.person_of(action.to), action.token)
        if message is None:
            return ""
        self._take_away(message)
        return message.id

    @can_fail
    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        persona = self.stage.person_of(action.to)
        message, fresh = self._message(self._private_place(action, persona), delivery)
        if fresh:
            message.private_to, message.invoice = persona.key, action
            self.stage.changed(message)
        return message.id

    @can_fail
    async def approve_join(self, action: ApproveJoin, delivery: Delivery) -> str:
        stage, persona = self.stage, self.stage.person_of(action.to)
        if persona.present:
            return ""
        persona.present = True
        stage.tell(None)
        line = stage.say(stage.home, "let-in", persona, f"{persona.name} was let in")
        stage.hand_in(MemberJoined(key=stage.next_key(), at=stage.clock.now(), who=persona.who, where=stage.home.where))
        return line.id

    @can_fail
    async def decline_join(self, action: DeclineJoin, delivery: Delivery) -> str:
        stage, persona = self.stage, self.stage.person_of(action.to)
        room = stage.home if persona.present else stage.dm(persona)
        return stage.say(room, "declined", persona, f"{persona.name} was not let in", private=True).id

    def _form(self, persona: Persona, token: str) -> Message | None:
        for form in self.stage.open_forms(persona):
            if form.form is not None and form.form.token == token:
                return form
        return None

    def _ping(self, message: Message, delivery: Delivery) -> None:
        """Note whom a message notifies; edits notify nobody."""
        for member in message.card.pings if message.card is not None else ():
            persona = self.stage.person_called(delivery.mentions.get(member, ""))
            if persona is not None:
                self.stage.pings.setdefault(persona.key, []).append(message)

    def _measure(self, card: Card, length: int) -> None:
        """Raise :class:`Refused` for a card that is larger than the limits allow."""
        size = len(card_words(card))
        if size > length:
            raise Refused(f"the message is too long: {size} of {length} characters")
        widest = max((len(row) for row in card.buttons), default=0)
        if widest > self.limits.buttons_per_row:
            raise Refused(f"too many buttons in a row: {widest} of {self.limits.buttons_per_row}")
