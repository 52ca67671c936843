"""A town on Telegram: what people do there reaches the bot as updates of the server, and comes back as its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from coterie.adapters.telegram.fake.chain import Chain
from coterie.adapters.telegram.fake.deeds import DEEDS, Act
from coterie.adapters.telegram.fake.mirror import Mirror
from coterie.adapters.telegram.fake.model import Member, Topic
from coterie.adapters.telegram.fake.payments import CHECKOUT_LIFE
from coterie.core.clock import Clock
from coterie.core.events import Event, Where
from coterie.core.testing.people import NotConnected, Room
from coterie.core.testing.town import Committed
from coterie.core.testing.wired import Account, WiredTown

if TYPE_CHECKING:
    from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
    from coterie.adapters.telegram.fake.arguments import Json

HOME: Final = "general"
"""The room that is the group itself; the others are its topics."""


class TelegramTown(WiredTown["FakeTelegram", int]):
    """A town whose rooms are topics of one forum group."""

    wire = "telegram"
    deeds = DEEDS
    server: FakeThread[FakeTelegram]
    mirror: Mirror

    def __init__(self, clock: Clock, space: str, server: FakeThread[FakeTelegram]) -> None:
        super().__init__(clock, space, server)
        self.group = 0
        """The group's chat id."""
        self.again: Callable[[Json], Awaitable[None]] | None = None
        """Hands an update in once more; set by whoever starts applications."""
        self.mirror = Mirror(self, self._room_of, self.account_numbered)
        self._topics: dict[str, int] = {}
        self._bodies: dict[str, list[Json]] = {}

    def found(self, fake: FakeTelegram) -> None:
        fake.bot["can_read_all_group_messages"] = True
        self.group = fake.group(self.space, forum=True).id

    def enrol(self, fake: FakeTelegram, key: str, name: str) -> int:
        """Also one who has started the bot, and whose app tells no language."""
        user = fake.user(key, first_name=name)
        user.pop("language_code", None)
        number: int = user["id"]
        fake.private(user)
        fake.chat(self.group).members[number] = Member(number)
        return number

    def home_on_wire(self) -> Where:
        return Where(self.wire, str(self.group), str(self.group))

    def topic_of(self, room: Room) -> int:
        """The topic that a room is, made at its first use; 0 for the group itself."""
        if room.id == HOME or room.owner:
            return 0
        if room.id not in self._topics:
            self._topics[room.id] = self.server.do(lambda fake: self._open_topic(fake, room.title))
        return self._topics[room.id]

    def _open_topic(self, fake: FakeTelegram, title: str) -> int:
        chat = fake.chat(self.group)
        message = fake.world.post(chat, fake.world.me, extra={"forum_topic_created": {"name": title}})
        message.thread_id = message.message_id
        chat.topics[message.message_id] = Topic(message.message_id, title)
        return message.message_id

    def _room_of(self, chat: int, topic: int) -> Room | None:
        if chat == self.group:
            return self.room(next((room for room, number in self._topics.items() if number == topic), HOME))
        account = self.account_numbered(chat)
        return None if account is None else self.dm(account)

    def perform(self, key: str, act: Act) -> Committed:
        def do(fake: FakeTelegram) -> list[Json]:
            number = act(fake)
            return [pending.body for pending in fake.updates.waiting() if pending.id == number]

        bodies = self._bodies[key] = self.server.do(do)
        return asyncio.ensure_future(self.acknowledged([body["update_id"] for body in bodies]))

    async def acknowledged(self, updates: list[int]) -> None:
        """Wait until the bot has taken these updates, and answered whoever is about to pay: that answer brings the next
        update about.
        """
        for number in updates:
            await asyncio.to_thread(self.server.wait, lambda fake, number=number: fake.confirmed(number))
        if updates:
            await asyncio.to_thread(self.server.wait, lambda fake: fake.until(lambda: not _paying(fake)))

    def answers_of(self, account: Account[int]) -> Chain:
        return Chain(self, account)

    def redeliver(self, event: Event) -> Committed:
        if event.key not in self._bodies:
            return super().redeliver(event)
        if self.again is None:
            raise NotConnected("nobody takes updates: start an application first")
        return asyncio.gather(*(self.again(body) for body in self._bodies[event.key]))


def _paying(fake: FakeTelegram) -> bool:
    """Whether somebody waits to hear that they may pay."""
    now = fake.world.now()
    return any(query.answer is None and now <= query.since + CHECKOUT_LIFE for query in fake.world.checkouts.values())


__all__ = ["HOME", "TelegramTown"]
