"""Polls, pins and topics of the town."""

from __future__ import annotations

from coterie.core.actions import ClosePoll, CloseTopic, OpenTopic, Pin, SendPoll, Unpin
from coterie.core.platform import Delivery, Refused
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.placing import PlacingPlatform


class PollPlatform(PlacingPlatform):
    """A poll is a message with votes, a topic a room of its own."""

    _topics: dict[str, str]
    """Channel ids by the delivery key under which they were made."""

    @can_fail
    async def send_poll(self, action: SendPoll, delivery: Delivery) -> str:
        message, fresh = self._message(self._place(action), delivery)
        if fresh:
            message.poll = action
            self.stage.changed(message)
        return f"{message.id}/{poll_id(message.id)}"

    @can_fail
    async def close_poll(self, action: ClosePoll, delivery: Delivery) -> str:
        message = self._sent_before(delivery)
        if message.poll is None:
            raise Refused(f"the message {delivery.native!r} is no poll")
        if not message.closed:
            message.closed = True
            self.stage.changed(message)
        return ""

    @can_fail
    async def pin(self, action: Pin, delivery: Delivery) -> str:
        message = self._sent_before(delivery)
        if not message.pinned:
            message.pinned = True
            self.stage.changed(message)
        return ""

    @can_fail
    async def unpin(self, action: Unpin, delivery: Delivery) -> str:
        message = self._sent_before(delivery)
        if message.pinned:
            message.pinned = False
            self.stage.changed(message)
        return ""

    @can_fail
    async def open_topic(self, action: OpenTopic, delivery: Delivery) -> str:
        if self._place(action).owner:
            raise Refused("a direct chat has no topics")
        earlier = self._topics.get(delivery.key)
        if earlier is None or not self.stage.faults.honour_keys:
            earlier = self._topics[delivery.key] = self.stage.open_topic(action.title).id
        return earlier

    @can_fail
    async def close_topic(self, action: CloseTopic, delivery: Delivery) -> str:
        room = self.stage.rooms.get(action.where.channel)
        if room is None or room.kind != "thread":
            raise Refused(f"{action.where.channel!r} is no topic")
        if not room.closed:
            room.closed = True
            self.stage.tell(None)
        return ""


def poll_id(message: str) -> str:
    """The town's id of the poll in a message."""
    return f"poll-{message}"
