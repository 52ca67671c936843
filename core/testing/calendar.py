"""What the town has beside talk: a calendar, filters, names that others gave, and a shop."""

from __future__ import annotations

from msgspec import structs

from coterie.core.actions import CallOff, Consume, DropFilter, Reschedule, Schedule, SetFilter, SetNickname
from coterie.core.cards import Card, Field
from coterie.core.clock import to_datetime
from coterie.core.events import EntitlementChanged, ScheduleChanged
from coterie.core.platform import Delivery, Refused
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.people import Message, persona_key
from coterie.core.testing.polls import PollPlatform


class CalendarPlatform(PollPlatform):
    """A gathering stands as a message in the room where people come and go; what happens to it is told of."""

    @can_fail
    async def schedule(self, action: Schedule, delivery: Delivery) -> str:
        self._here(action.where.space)
        message, fresh = self._message(self.stage.home, delivery)
        if fresh:
            message.gathering = action
            self._planned(message, action)
        return gathering_id(message.id)

    @can_fail
    async def reschedule(self, action: Reschedule, delivery: Delivery) -> str:
        message = self._gathering(delivery)
        if message.called_off:
            raise Refused("this gathering was called off")
        self._planned(message, action)
        return ""

    @can_fail
    async def call_off(self, action: CallOff, delivery: Delivery) -> str:
        message = self._gathering(delivery)
        if not message.called_off:
            message.called_off = True
            assert message.card is not None
            message.card = Card(title=message.card.title, text="Called off")
            self.stage.changed(message)
            self._tell(message, ScheduleChanged(key="", native=delivery.native, state="off"))
        return ""

    @can_fail
    async def set_nickname(self, action: SetNickname, delivery: Delivery) -> str:
        persona = self._subject(action)
        self._here(action.where.space)
        if persona.standing == "operator":
            raise Refused(f"{persona.name} stands above the bot")
        persona.nickname = action.name
        self.stage.tell(None)
        return ""

    @can_fail
    async def set_filter(self, action: SetFilter, delivery: Delivery) -> str:
        self._here(action.where.space)
        self.stage.filters[action.name] = action
        return ""

    @can_fail
    async def drop_filter(self, action: DropFilter, delivery: Delivery) -> str:
        self._here(action.where.space)
        self.stage.filters.pop(action.name, None)
        return ""

    @can_fail
    async def consume(self, action: Consume, delivery: Delivery) -> str:
        stage, key = self.stage, persona_key(action.to.id, action.to.platform)
        bought = stage.purchases.get(action.entitlement)
        if bought is None or bought.persona != key:
            raise Refused(f"{action.to.name} has not bought {action.entitlement!r}")
        if not bought.active:
            return ""
        bought.active = False
        event = EntitlementChanged(
            key=stage.next_key(),
            at=stage.clock.now(),
            who=stage.people[key].who,
            where=stage.home.where,
            entitlement=bought.id,
            sku=bought.sku,
            active=False,
            until=bought.until,
        )
        if stage.inbox is not None:
            stage.hand_in(event)
        return ""

    def _here(self, space: str) -> None:
        if space != self.stage.space:
            raise Refused(f"there is no space {space!r} in this town that could do this")

    def _gathering(self, delivery: Delivery) -> Message:
        message = self.stage.messages.get(delivery.native.removeprefix("gathering-"))
        if message is None or message.gathering is None:
            raise Refused(f"there is no gathering {delivery.native!r}")
        return message

    def _planned(self, message: Message, action: Schedule | Reschedule) -> None:
        span = " – ".join(f"{to_datetime(instant):%Y-%m-%d %H:%M}" for instant in (action.starts, action.ends))
        fields = [Field("When", f"{span} UTC")] + ([Field("Where", action.place)] if action.place else [])
        message.card = Card(title=action.title, text=action.text, fields=tuple(fields))
        self.stage.changed(message)
        native = gathering_id(message.id)
        self._tell(
            message,
            ScheduleChanged(
                key="", native=native, state="planned", title=action.title, starts=action.starts, ends=action.ends
            ),
        )

    def _tell(self, message: Message, event: ScheduleChanged) -> None:
        stage = self.stage
        if stage.inbox is not None:
            where = stage.rooms[message.room].where
            stage.hand_in(structs.replace(event, key=stage.next_key(), at=stage.clock.now(), where=where))


def gathering_id(message: str) -> str:
    """The town's id of the gathering that a message shows."""
    return f"gathering-{message}"
