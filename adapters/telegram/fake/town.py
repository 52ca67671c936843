"""A town on the wire: what people do there reaches the bot as updates of the server, and comes back as its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import structs

from coterie.adapters.telegram.fake.chain import Chain
from coterie.adapters.telegram.fake.deeds import DEEDS, Deed
from coterie.adapters.telegram.fake.mirror import Mirror, snapshot
from coterie.adapters.telegram.fake.model import Member, Topic
from coterie.core.clock import Clock
from coterie.core.events import ButtonTapped, Event, MessageEdited, ReactionAdded, Where, Who
from coterie.core.testing.people import ADAPTER, NotConnected, Persona, Room
from coterie.core.testing.town import Committed, Town

if TYPE_CHECKING:
    from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
    from coterie.adapters.telegram.fake.arguments import Json

HOME = "general"
"""The room that is the group itself; the others are its topics."""


@dataclass(slots=True)
class Account(Persona):
    """Somebody with an account on the server; ``number`` is its user id."""

    number: int = 0

    @property
    def who(self) -> Who:
        """The account as events carry it."""
        return Who("telegram", str(self.number), self.name, self.locale, self.bot)


class WiredTown(Town):
    """A town whose rooms are topics of one forum group, with the town in memory beside it.

    Who is on no platform in a scenario, or on Telegram, is on the wire; the others are in the town in memory.  They all
    see the same rooms.
    """

    def __init__(self, clock: Clock, space: str, server: FakeThread[FakeTelegram]) -> None:
        super().__init__(clock, space=space)
        self.server = server
        self.group = 0
        """The group's chat id."""
        self.again: Callable[[Json], Awaitable[None]] | None = None
        """Hands an update in once more; set by whoever starts applications, as is the next."""
        self.settle: Callable[[], Awaitable[None]] = _nothing
        """Returns when all that the application heard has had its effect."""
        self.twice: set[str] = set()
        """Names that are taken on Telegram and elsewhere: without a platform they mean the town in memory."""
        self.mirror = Mirror(self, self._room_of, self._account_of)
        self._topics: dict[str, int] = {}
        self._bodies: dict[str, list[Json]] = {}

    def open(self) -> None:
        """Make the group, and follow from now on what is shown on the server; called on the town's own loop."""
        loop = asyncio.get_running_loop()

        def listen(kind: str, thing: Any) -> None:
            loop.call_soon_threadsafe(self.mirror.heard, kind, snapshot(thing))

        def begin(fake: FakeTelegram) -> int:
            fake.bot["can_read_all_group_messages"] = True
            fake.clock = lambda: self.clock.now() / 1000
            fake.listeners.append(listen)
            return fake.group(self.space, forum=True).id

        self.group = self.server.do(begin)

    # -- who and where

    def persona(self, name: str, platform: str = ADAPTER) -> Persona:
        known = super().persona(name, platform)
        if isinstance(known, Account) or not self._is_wired(known):
            return known
        account = Account(known.key, known.name, known.platform)
        account.number = self.server.do(lambda fake: self._enrol(fake, account))
        self.people[account.key] = account
        return account

    def _is_wired(self, persona: Persona) -> bool:
        if persona.platform == ADAPTER:
            return persona.key not in self.twice
        return persona.platform == "telegram"

    def account(self, who: Who) -> Account:
        """The person behind an account; raises :class:`LookupError`."""
        found = self._account_of(int(who.id))
        if found is None:
            raise LookupError(f"there is nobody with the number {who.id}")
        return found

    def person_of(self, who: Who) -> Persona:
        return self.account(who) if who.platform == "telegram" else super().person_of(who)

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

    def _enrol(self, fake: FakeTelegram, account: Account) -> int:
        """Somebody who is in the group, has started the bot, and whose app tells no language."""
        user = fake.user(account.key, first_name=account.name)
        user.pop("language_code", None)
        number: int = user["id"]
        fake.private(user)
        fake.chat(self.group).members[number] = Member(number)
        return number

    def _account_of(self, number: int) -> Account | None:
        for persona in self.people.values():
            if isinstance(persona, Account) and persona.number == number:
                return persona
        return None

    def _room_of(self, chat: int, topic: int) -> Room | None:
        if chat == self.group:
            return self.room(next((room for room, number in self._topics.items() if number == topic), HOME))
        account = self._account_of(chat)
        return None if account is None else self.dm(account)

    # -- what happens

    def hand_in(self, event: Event) -> Committed:
        """Do on the server what an event tells of; done when the bot has acknowledged the update.

        What no update can say (that somebody is known) is handed to the application itself.
        """
        if event.who is None or event.who.platform != "telegram" or self._is_about_memory(event):
            return super().hand_in(event)
        deed: Deed | None = DEEDS.get(type(event))
        if deed is None:
            home = Where("telegram", str(self.group), str(self.group))
            return super().hand_in(structs.replace(event, where=home))
        act = deed(self, event)

        def do(fake: FakeTelegram) -> list[Json]:
            number = act(fake)
            return [pending.body for pending in fake.updates.waiting() if pending.id == number]

        bodies = self._bodies[event.key] = self.server.do(do)
        return asyncio.ensure_future(self.acknowledged([body["update_id"] for body in bodies]))

    def _is_about_memory(self, event: Event) -> bool:
        """Whether it is about a message that stands in the town in memory."""
        return isinstance(event, ButtonTapped | MessageEdited | ReactionAdded) and event.message not in self.mirror.raw

    async def acknowledged(self, updates: list[int]) -> None:
        """Wait until the bot has taken these updates."""
        for number in updates:
            await asyncio.to_thread(self.server.wait, lambda fake, number=number: fake.confirmed(number))

    def fill(self, persona: Persona, answers: Mapping[str, str]) -> Committed:
        if not isinstance(persona, Account):
            return super().fill(persona, answers)
        chain = self._chain(persona)
        chain.question()
        return asyncio.ensure_future(chain.fill(answers))

    def cancel_form(self, persona: Persona) -> Committed:
        if not isinstance(persona, Account):
            return super().cancel_form(persona)
        return asyncio.ensure_future(self._chain(persona).cancel())

    def _chain(self, account: Account) -> Chain:
        self.acted[account.key] = self.seq
        return Chain(self, account, self.settle)

    def redeliver(self, event: Event) -> Committed:
        if event.key not in self._bodies:
            return super().redeliver(event)
        if self.again is None:
            raise NotConnected("nobody takes updates: start an application first")
        return asyncio.gather(*(self.again(body) for body in self._bodies[event.key]))


async def _nothing() -> None:
    return None


__all__ = ["HOME", "Account", "WiredTown"]
