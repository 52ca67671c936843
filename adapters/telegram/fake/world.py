"""The state of the server: who and what there is, and what happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.faults import Faults
from coterie.adapters.telegram.fake.limits import Limits
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage, Member
from coterie.adapters.telegram.fake.updates import Updates
from coterie.core.testing.fake import Listener

CALLS_KEPT: Final = 100_000
SUPERGROUP: Final = -1_000_000_000_000
"""Supergroups and channels have ids below this."""


@dataclass(slots=True)
class Query:
    """Something that the bot has to answer in time, and what it answered."""

    id: str
    user_id: int
    since: float
    chat_id: int = 0
    answer: Json | None = None
    invoice: Json = field(default_factory=dict)
    """What is to be paid, when it asks for that."""
    twice: bool = False
    renews: str = ""


@dataclass(slots=True)
class Charge:
    """A payment that went through."""

    id: str
    user_id: int
    invoice: Json
    date: int
    refunded: bool = False
    refund_date: int = 0
    renews: str = ""
    """The id of the subscription's first payment; empty for that one itself."""
    cancelled: bool = False
    """Whether this subscription, named by its first payment, is renewed no more."""


class World:
    """Everything that the server knows."""

    def __init__(self, token: str, clock: Callable[[], float]) -> None:
        self.token = token
        self.clock = clock
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Coterie",
            "username": "CoterieBot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.users: dict[int, Json] = {}
        self.names: dict[str, int] = {}
        self.chats: dict[int, FakeChat] = {}
        self.updates = Updates(self.now)
        self.limits = Limits(self.now)
        self.faults = Faults()
        self.listeners: list[Listener] = []
        self.calls: deque[tuple[str, Json]] = deque(maxlen=CALLS_KEPT)
        self.callbacks: dict[str, Query] = {}
        self.checkouts: dict[str, Query] = {}
        self.join_queries: dict[str, Query] = {}
        self.invoices: dict[str, Json] = {}
        self.charges: dict[str, Charge] = {}
        self.polls: dict[str, FakeMessage] = {}
        self.votes: dict[tuple[str, int], list[int]] = {}
        self.files: dict[str, bytes] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self._last = 0

    @property
    def bot_id(self) -> int:
        """The bot's user id."""
        number: int = self.bot["id"]
        return number

    @property
    def me(self) -> Json:
        """The bot as messages name it."""
        return {name: self.bot[name] for name in ("id", "is_bot", "first_name", "username")}

    def now(self) -> float:
        """The server's time in seconds."""
        return self.clock()

    def number(self) -> int:
        """A number that was not given before."""
        self._last += 1
        return self._last

    def wake(self) -> None:
        """Let who waits for a change look again."""
        self.updates.wake()

    async def change(self) -> None:
        """Wait for the next change."""
        await self.updates.change()

    def tell(self, kind: str, thing: Any) -> None:
        """Tell the listeners of a change."""
        for listener in list(self.listeners):
            listener(kind, thing)
        self.updates.wake()

    def person(self, user_id: int) -> Json:
        """Somebody, the bot included, as messages name them."""
        return self.me if user_id == self.bot_id else self.users[user_id]

    def private(self, user_id: int) -> FakeChat:
        """The direct chat with a user, made when it was not there; it is not started by that."""
        chat = self.chats.get(user_id)
        if chat is None:
            chat = self.chats[user_id] = FakeChat(user_id, "private")
        return chat

    def own(self, chat: FakeChat) -> Member:
        """The bot's own standing in a chat."""
        return self.member(chat, self.bot_id)

    def member(self, chat: FakeChat, user_id: int) -> Member:
        """Somebody's standing; what had an end and is over it is undone."""
        member = chat.members.get(user_id)
        if member is None:
            return Member(user_id, "left", is_member=False)
        if member.until and member.until <= self.now() and member.status in ("restricted", "kicked"):
            status = "member" if member.status == "restricted" and member.is_member else "left"
            member = chat.members[user_id] = Member(user_id, status, tag=member.tag)
        return member

    def post(self, chat: FakeChat, sender: Json | None, *, own: bool = False, **fields: Any) -> FakeMessage:
        """Put a message into a chat; nobody is told."""
        message = FakeMessage(len(chat.messages) + 1, chat.id, int(self.now()), sender=sender, own=own, **fields)
        chat.messages.append(message)
        return message

    def chat_raw(self, chat: FakeChat) -> Json:
        """A chat as messages carry it."""
        raw = chat.brief()
        if chat.type == "private":
            user = self.person(chat.id)
            raw |= {name: user[name] for name in ("first_name", "last_name", "username") if name in user}
        return raw

    def raw(self, message: FakeMessage, *, reply: bool = True) -> Json:
        """A message as the Bot API writes it."""
        chat = self.chats[message.chat_id]
        raw: Json = {"message_id": message.message_id, "date": message.date, "chat": self.chat_raw(chat)}
        if message.sender is not None:
            raw["from"] = message.sender
        if chat.type == "channel":
            raw["sender_chat"] = chat.brief()
        if message.thread_id:
            raw |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        answered = chat.message(message.reply_to) if reply and message.reply_to else None
        if answered is not None:
            raw["reply_to_message"] = self.raw(answered, reply=False)
        raw |= message.extra
        words, marks = ("caption", "caption_entities") if message.captioned else ("text", "entities")
        if message.text:
            raw[words] = message.text
        if message.entities:
            raw[marks] = message.entities
        if message.buttons:
            raw["reply_markup"] = message.reply_markup
        if message.edit_date:
            raw["edit_date"] = message.edit_date
        return raw

    def edited(self, message: FakeMessage) -> None:
        """Note that a message was changed, and tell."""
        message.edits += 1
        message.edit_date = int(self.now())
        self.tell("edited", message)

    def take_away(self, message: FakeMessage) -> None:
        """Delete a message, and tell."""
        message.deleted = True
        chat = self.chats[message.chat_id]
        if message.message_id in chat.pinned:
            chat.pinned.remove(message.message_id)
        self.tell("deleted", message)

    def announce(self, message: FakeMessage, *, edited: bool = False) -> int:
        """Make a message an update, if the bot may see it; returns the update's id or 0."""
        chat = self.chats[message.chat_id]
        if not self.sees(chat, message):
            return 0
        kind = ("edited_" if edited else "") + ("channel_post" if chat.type == "channel" else "message")
        return self.updates.put(kind, self.raw(message), f"chat:{chat.id}")

    def sees(self, chat: FakeChat, message: FakeMessage) -> bool:
        """Whether the bot gets to see a message: privacy mode keeps most of a group's from one that is no admin."""
        if chat.type == "private":
            return True
        own = self.own(chat)
        if not own.inside or chat.upgraded_to:
            return False
        if chat.type == "channel" or own.status != "member" or self.bot["can_read_all_group_messages"]:
            return True
        answered = chat.message(message.reply_to) if message.reply_to else None
        return message.service or (answered is not None and answered.own) or self._commanded(message)

    def _commanded(self, message: FakeMessage) -> bool:
        """Whether it holds a command for this bot or for any."""
        units = message.text.encode("utf-16-le", "surrogatepass")
        for entity in message.entities:
            if entity["type"] == "bot_command":
                start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
                _, _, bot = units[start:end].decode("utf-16-le", "replace").partition("@")
                if bot.lower() in ("", self.bot["username"].lower()):
                    return True
        return False

    def members_inside(self, chat: FakeChat) -> Sequence[Member]:
        """Who is in a chat, the bot included."""
        found = [self.member(chat, user_id) for user_id in list(chat.members)]
        return [member for member in found if member.inside]
