"""The town as a platform: what the core sends becomes messages on the stage."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.actions import (
    Action,
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
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.people import ADAPTER, BOT, Message, Persona, Room, card_words, persona_key
from coterie.core.testing.stage import Stage
from coterie.core.testing.standings import StandingsPlatform


class TownPlatform(StandingsPlatform):
    """The platform ``sandbox``: every verb writes into the town."""

    name = ADAPTER

    def __init__(self, stage: Stage, limits: Limits | None = None) -> None:
        self.stage = stage
        self._sent: dict[str, Message] = {}
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

    def _place(self, action: Action) -> Room:
        """The room of an action; raises :class:`Refused` for another town's room and for a closed direct chat."""
        where, stage = action.where, self.stage
        if where.space not in ("", stage.space):
            raise Refused(f"there is no space {where.space!r} in this town")
        room = stage.room(where.channel) if where.channel else stage.home
        if room.owner in stage.faults.closed_dms:
            raise Refused(f"{room.title} does not take direct messages")
        return room

    def _private_place(self, action: Action, persona: Persona) -> Room:
        """Where a private answer stands: the room itself, or the direct chat of somebody who is not in the room."""
        room = self._place(action)
        if room.owner in ("", persona.key) and (room.owner or persona.present):
            return room
        if persona.key in self.stage.faults.closed_dms:
            raise Refused(f"{persona.name} does not take direct messages")
        return self.stage.dm(persona)

    def _message(self, room: Room, delivery: Delivery) -> tuple[Message, bool]:
        """A message to fill, and whether it is new: the same delivery key gives the earlier one back."""
        earlier = self._sent.get(delivery.key)
        if earlier is not None and self.stage.faults.honour_keys:
            return earlier, False
        message = self.stage.add(room, BOT)
        self._sent[delivery.key] = message
        return message, True

    def _sent_before(self, delivery: Delivery) -> Message:
        message = self.stage.messages.get(delivery.native)
        if message is None or message.deleted or message.author != BOT:
            raise Refused(f"the message {delivery.native!r} is gone")
        return message

    def _form(self, persona: Persona, token: str) -> Message | None:
        for form in self.stage.open_forms(persona):
            if form.form is not None and form.form.token == token:
                return form
        return None

    def _show(self, message: Message, card: Card, delivery: Delivery) -> None:
        message.card = card
        if delivery.picture is not None or card.picture is None:
            message.picture = delivery.picture
        self.stage.changed(message)

    def _take_away(self, message: Message) -> None:
        message.deleted = True
        self.stage.changed(message)

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
