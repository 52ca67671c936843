"""What people do: write, tap, react, vote.

Each act returns the id of the update it queued, 0 when the bot gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.errors import NotPossible
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage, Member, rights_of
from coterie.adapters.telegram.fake.polls import close
from coterie.adapters.telegram.fake.standing import change
from coterie.adapters.telegram.fake.text import commands_of
from coterie.adapters.telegram.fake.world import SUPERGROUP, Query, World

User = Json | int | str
"""A user: as :meth:`Acts.user` gave it, an id, or a name (then made when it is new)."""
Chat = FakeChat | int
"""A chat, or its id."""


class Acts:
    """People and places, and what is said there."""

    world: World

    def user(self, who: User, **fields: object) -> Json:
        """Somebody, made when they are new; ``fields`` (``language_code``, ``username``...) are set as given."""
        if isinstance(who, dict):
            return who
        known = self.world.names.get(who) if isinstance(who, str) else who
        if known is None or known not in self.world.users:
            known = 1000 + self.world.number() if known is None else known
            name = who if isinstance(who, str) else f"User {who}"
            self.world.users[known] = {"id": known, "is_bot": False, "first_name": name, "language_code": "en"}
            self.world.names[name] = known
        self.world.users[known].update(fields)
        return self.world.users[known]

    def chat(self, chat: Chat) -> FakeChat:
        """A chat by its id; a direct chat that nobody opened yet is there, and empty."""
        if isinstance(chat, FakeChat):
            return chat
        if chat in self.world.users:
            return self.world.private(chat)
        return self.world.chats[chat]

    def private(self, user: User, *, started: bool = True) -> FakeChat:
        """The direct chat with somebody, who has started the bot (no update tells of it) or never did."""
        chat = self.world.private(self.user(user)["id"])
        chat.started = started
        return chat

    def group(
        self,
        title: str,
        *,
        supergroup: bool = True,
        forum: bool = False,
        username: str = "",
        admin: bool = True,
        rights: Iterable[str] | None = None,
        members: Iterable[User] = (),
    ) -> FakeChat:
        """A new group with the bot in it, as administrator with these rights (None: all) or as plain member."""
        number = -5000 - self.world.number()
        kind = "supergroup" if supergroup or forum else "group"
        chat = FakeChat(SUPERGROUP + number if kind == "supergroup" else number, kind, title, username, forum)
        return self._settle(chat, admin=admin, rights=rights, members=members)

    def channel(
        self, title: str, *, username: str = "", rights: Iterable[str] | None = None, members: Iterable[User] = ()
    ) -> FakeChat:
        """A new channel with the bot as administrator with these rights (None: all)."""
        chat = FakeChat(SUPERGROUP - 5000 - self.world.number(), "channel", title, username)
        return self._settle(chat, admin=True, rights=rights, members=members)

    def _settle(
        self, chat: FakeChat, *, admin: bool, rights: Iterable[str] | None, members: Iterable[User]
    ) -> FakeChat:
        self.world.chats[chat.id] = chat
        given = rights_of(chat.type) if rights is None else frozenset(rights)
        bot = self.world.bot_id
        chat.members[bot] = Member(bot, "administrator", given) if admin else Member(bot)
        for user in members:
            number = self.user(user)["id"]
            chat.members[number] = Member(number)
        return chat

    def says(
        self,
        user: User,
        chat: Chat,
        text: str = "",
        *,
        reply_to: int = 0,
        entities: Sequence[Json] | None = None,
        thread_id: int = 0,
        extra: Json | None = None,
    ) -> int:
        """Somebody writes; ``extra`` has further fields of the message, such as ``photo``.

        Commands become entities as in Telegram unless ``entities`` are given.  Who writes in a group is taken to be in
        it; to write in the direct chat is to start it.  Raises :class:`NotPossible` for the banned and the muted,
        and in a direct chat for somebody who blocked the bot.
        """
        sender, place = self.user(user), self.chat(chat)
        self._may_write(sender, place)
        marks = list(entities) if entities is not None else commands_of(text)
        message = self.world.post(
            place, None if place.type == "channel" else sender, text=text, entities=marks, reply_to=reply_to,
            thread_id=thread_id, extra=dict(extra or {}),
        )  # fmt: skip
        self.world.tell("said", message)
        return self.world.announce(message)

    def _may_write(self, sender: Json, place: FakeChat) -> None:
        if place.type == "private":
            if place.blocked:
                raise NotPossible(f"{sender['first_name']} has blocked the bot and must start it first")
            place.started = True
            return
        member = self.world.member(place, sender["id"])
        muted = member.status == "restricted" and "can_send_messages" not in member.permissions
        if member.status == "kicked" or muted:
            raise NotPossible(f"{sender['first_name']} may not write in {place.title}")
        if not member.inside:
            place.members[sender["id"]] = Member(sender["id"])

    def starts(self, user: User, payload: str = "") -> int:
        """Somebody presses Start (with the payload of a deep link), which also ends a block."""
        sender = self.user(user)
        if self.chat(sender["id"]).blocked:
            self.unblocks(sender)
        return self.says(sender, sender["id"], f"/start {payload}".rstrip())

    def blocks(self, user: User) -> int:
        """Somebody blocks the bot."""
        return self._block(self.user(user), blocked=True)

    def unblocks(self, user: User) -> int:
        """Somebody takes a block back."""
        return self._block(self.user(user), blocked=False)

    def _block(self, sender: Json, *, blocked: bool) -> int:
        chat = self.world.private(sender["id"])
        chat.blocked = blocked
        chat.members.setdefault(self.world.bot_id, Member(self.world.bot_id, "member" if blocked else "kicked"))
        status = "kicked" if blocked else "member"
        return change(self.world, chat, sender, Member(self.world.bot_id, status, is_member=not blocked))

    def edits(self, user: User, chat: Chat, message_id: int, text: str) -> int:
        """Somebody changes what they wrote."""
        message = self._message(chat, message_id)
        if message.sender != self.user(user) and self.chat(chat).type != "channel":
            raise NotPossible("only the author can edit a message")
        message.text, message.entities = text, commands_of(text)
        self.world.edited(message)
        return self.world.announce(message, edited=True)

    def taps(self, user: User, message_id: int, chat: Chat, data: str) -> int:
        """Somebody taps the button with this callback data; an old token that is no longer shown goes out too."""
        sender, place = self.user(user), self.chat(chat)
        message = self._message(place, message_id)
        if not any("callback_data" in button for button in message.buttons):
            raise NotPossible("that message has no button to tap")
        query = Query(f"{8_000_000 + self.world.number()}", sender["id"], self.world.now(), place.id)
        self.world.callbacks[query.id] = query
        payload = {
            "id": query.id, "from": sender, "message": self.world.raw(message), "chat_instance": str(place.id),
            "data": data,
        }  # fmt: skip
        return self.world.updates.put("callback_query", payload, f"callback:{sender['id']}")

    def reacts(self, user: User, chat: Chat, message_id: int, *emoji: str) -> int:
        """Somebody sets their reactions (none takes them away); the bot hears of it as administrator alone."""
        sender, place = self.user(user), self.chat(chat)
        message = self._message(place, message_id)
        new = [{"type": "emoji", "emoji": one} for one in emoji]
        old = place.reactions.get((message_id, sender["id"]), [])
        place.reactions[message_id, sender["id"]] = new
        if place.type != "private" and self.world.own(place).status != "administrator":
            return 0
        payload = {
            "chat": self.world.chat_raw(place), "message_id": message.message_id, "user": sender,
            "date": int(self.world.now()), "old_reaction": old, "new_reaction": new,
        }  # fmt: skip
        return self.world.updates.put("message_reaction", payload, f"reaction:{place.id}")

    def answers_poll(self, user: User, poll_id: str, options: Sequence[int]) -> int:
        """Somebody votes (no options takes the vote back); the bot hears who in polls that are not anonymous."""
        sender, message = self.user(user), self.world.polls[poll_id]
        poll = message.poll
        end = poll.get("close_date", 0)
        if end and self.world.now() >= end and not poll["is_closed"]:
            close(self.world, message)
        before = self.world.votes.get((poll_id, sender["id"]), [])
        if poll["is_closed"] or (before and not poll["allows_revoting"]):
            raise NotPossible("the poll is closed, or the answer stands")
        if len(options) > 1 and not poll["allows_multiple_answers"]:
            raise NotPossible("one answer only")
        for chosen, step in ((before, -1), (options, 1)):
            for number in chosen:
                poll["options"][number]["voter_count"] += step
        poll["total_voter_count"] += bool(options) - bool(before)
        self.world.votes[poll_id, sender["id"]] = list(options)
        if poll["is_anonymous"]:
            return self.world.updates.put("poll", poll, f"poll:{poll_id}")
        ids = [poll["options"][number]["persistent_id"] for number in options]
        payload = {"poll_id": poll_id, "user": sender, "option_ids": list(options), "option_persistent_ids": ids}
        return self.world.updates.put("poll_answer", payload, f"poll:{poll_id}")

    def _message(self, chat: Chat, message_id: int) -> FakeMessage:
        message = self.chat(chat).message(message_id)
        if message is None:
            raise NotPossible("that message is not there")
        return message
