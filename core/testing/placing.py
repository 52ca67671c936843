"""Where things stand in the town: rooms for actions, messages under their delivery keys."""

from __future__ import annotations

from coterie.core.actions import Action
from coterie.core.cards import Card
from coterie.core.platform import Delivery, Refused
from coterie.core.testing.order import OrderPlatform
from coterie.core.testing.people import BOT, Message, Persona, Room


class PlacingPlatform(OrderPlatform):
    """What all verbs that write share."""

    _sent: dict[str, Message]

    def _place(self, action: Action) -> Room:
        """The room of an action; raises :class:`Refused` for another town's room and for a closed direct chat."""
        where, stage = action.where, self.stage
        if where.space not in ("", stage.space):
            raise Refused(f"there is no space {where.space!r} in this town")
        room = stage.room(where.channel) if where.channel else stage.home
        if room.owner:
            self._reachable(stage.people[room.owner])
        return room

    def _private_place(self, action: Action, persona: Persona) -> Room:
        """Where a private answer stands: the room itself, or the direct chat of somebody who is not in the room."""
        room = self._place(action)
        if room.owner in ("", persona.key) and (room.owner or persona.present):
            return room
        self._reachable(persona)
        return self.stage.dm(persona)

    def _reachable(self, persona: Persona) -> None:
        if persona.blocked or persona.key in self.stage.faults.closed_dms:
            raise Refused(f"{persona.name} does not take direct messages")

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

    def _show(self, message: Message, card: Card, delivery: Delivery) -> None:
        message.card = card
        if delivery.pictures or not card.pictures:
            message.pictures = delivery.pictures
        self.stage.changed(message)

    def _take_away(self, message: Message) -> None:
        message.deleted = True
        self.stage.changed(message)
