"""What people say: they write, react and vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import discord

from coterie.adapters.discord.fake.errors import Json, NotPossible
from coterie.adapters.discord.fake.filtering import blocked
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.fake.people import FakeMember, FakeUser
from coterie.adapters.discord.fake.places import Channel, Message, Places, User
from coterie.adapters.discord.fake.things import FakePoll

SEND: Final = discord.Permissions.send_messages.flag
SEND_IN_THREADS: Final = discord.Permissions.send_messages_in_threads.flag


class Acts(Places):
    """Writing, reacting, voting."""

    def says(
        self,
        user: User,
        channel: Channel,
        text: str = "",
        *,
        reply_to: Message | None = None,
        attachments: Sequence[Json] = (),
        extra: Json | None = None,
    ) -> str:
        """Somebody writes; returns the message's id, empty when a filter of the server blocked it.

        ``extra`` has further fields of the message by Discord's names.  Who writes in a server is taken to be in it.
        Raises :class:`NotPossible` for who may not write there.
        """
        author, place = self.person(user), self.channel(channel)
        guild = self.world.guild_of(place)
        if guild is not None:
            self._may_write(guild, author, place)
            if blocked(self.world, guild, author, place, text):
                return ""
        answered = self.message(reply_to) if reply_to is not None else None
        users, roles, everyone = self.world.mentioned(text, guild)
        if answered is not None and answered.author not in users:
            users.append(answered.author)
        message = self.world.post(
            place, author, content=text, mentions=users, mention_roles=roles, mention_everyone=everyone,
            attachments=list(attachments), reply_to=answered, extra=dict(extra or {}), type=19 if answered else 0,
            reference=None if answered is None else _reference(answered),
        )  # fmt: skip
        return message.id

    def _may_write(self, guild: FakeGuild, author: FakeUser, place: FakeChannel) -> None:
        if author.id in guild.bans:
            raise NotPossible(f"{author.username} is banned")
        guild.members.setdefault(author.id, FakeMember(author, self.world.now()))
        need = SEND_IN_THREADS if place.is_thread else SEND
        if place.locked or not guild.permissions(author.id, place, self.world.now()) & need:
            raise NotPossible(f"{author.username} may not write in {place.name}")
        if place.is_thread:
            place.members.setdefault(author.id, self.world.now())
            if place.archived:
                place.archived, place.archive_changed = False, self.world.now()
                self.world.channel_changed(place)

    def edits(self, user: User, message: Message, text: str) -> None:
        """Somebody changes what they wrote."""
        found = self.message(message)
        if found.author != self.person(user):
            raise NotPossible("only the author can edit a message")
        found.content = text
        found.mentions, found.mention_roles, found.mention_everyone = self.world.mentioned(
            text, self.world.guild_of(found.channel)
        )
        self.world.edited(found)

    def deletes(self, user: User, *messages: Message) -> None:
        """Somebody deletes messages of one channel: their own, or anybody's; several go in bulk."""
        by, found = self.person(user), [self.message(message) for message in messages]
        self.world.take_away(*found)
        guild = self.world.guild_of(found[0].channel)
        others = [message for message in found if message.author != by]
        if guild is not None and others:
            options = {"channel_id": found[0].channel.id, "count": str(len(others))}
            action, target = (72, others[0].author.id) if len(found) == 1 else (73, found[0].channel.id)
            self.world.audit(guild, action, by.id, target, options=options)

    def reacts(self, user: User, message: Message, emoji: str) -> None:
        """Somebody reacts with an emoji: a character, or ``name:id`` of a server's own."""
        self.world.react(self.person(user), self.message(message), _emoji(emoji))

    def unreacts(self, user: User, message: Message, emoji: str) -> None:
        """Somebody takes a reaction back."""
        self.world.react(self.person(user), self.message(message), _emoji(emoji), add=False)

    def votes(self, user: User, message: Message, *answers: int) -> None:
        """Somebody votes for these answers by id, and no others; none takes the vote back."""
        voter, found = self.person(user), self.message(message)
        poll = found.poll
        if poll is None or poll.finalized or self.world.now() >= poll.expiry:
            raise NotPossible("there is no poll, or it is over")
        if len(answers) > 1 and not poll.allow_multiselect:
            raise NotPossible("one answer only")
        if not set(answers) <= _ids(poll):
            raise NotPossible("there is no such answer")
        for answer in sorted(_ids(poll), key=lambda one: one in answers):
            self.world.vote(voter, found, answer, add=answer in answers)

    def closes_direct(self, user: User) -> None:
        """Somebody takes no direct messages of the bot any more."""
        self.person(user).dms_open = False

    def opens_direct(self, user: User) -> None:
        """Somebody takes direct messages again."""
        self.person(user).dms_open = True


def _ids(poll: FakePoll) -> set[int]:
    return {int(answer["answer_id"]) for answer in poll.answers}


def _reference(message: FakeMessage) -> Json:
    raw: Json = {"type": 0, "message_id": message.id, "channel_id": message.channel.id}
    return raw | ({"guild_id": message.channel.guild_id} if message.channel.guild_id else {})


def _emoji(text: str) -> Json:
    name, _, number = text.rpartition(":")
    return {"id": number, "name": name} if name and number.isdigit() else {"id": None, "name": text}
