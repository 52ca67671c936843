"""What is said on the server, whoever says it: messages, reactions, votes."""

from __future__ import annotations

import re
from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import EPHEMERAL, FakeChannel, FakeMessage, FakeReaction
from coterie.adapters.discord.fake.people import FakeUser
from coterie.adapters.discord.fake.state import State

USER_MENTION: Final = re.compile(r"<@!?(\d{1,20})>")
ROLE_MENTION: Final = re.compile(r"<@&(\d{1,20})>")


class Talk(State):
    """The verbs for messages: the model changes, and the gateway and the listeners hear of it."""

    def mentioned(self, content: str, guild: FakeGuild | None) -> tuple[list[FakeUser], list[str], bool]:
        """Whom a text mentions: users, roles by id, and whether everybody."""
        ids = dict.fromkeys(USER_MENTION.findall(content))
        users = [self.users[one] for one in ids if one in self.users]
        known = guild.roles if guild is not None else {}
        roles = [one for one in dict.fromkeys(ROLE_MENTION.findall(content)) if one in known]
        return users, roles, "@everyone" in content or "@here" in content

    def post(self, channel: FakeChannel, author: FakeUser, *, tell: bool = True, **fields: Any) -> FakeMessage:
        """Put a message into a channel (fields as :class:`FakeMessage` names them) and announce it.

        An ephemeral one (``seen_by``) is announced to nobody.  Listeners hear ``sent`` of
        the bot's, ``said`` of others'.
        """
        own = author.id == self.bot_id
        message = FakeMessage(self.snowflakes.make(), channel, author, own=own, **fields)
        if message.seen_by:
            message.flags |= EPHEMERAL
        channel.messages.append(message)
        if not message.seen_by:
            self.emit("MESSAGE_CREATE", self.message_raw(message), self.guild_of(channel), channel)
        if tell:
            self.tell("sent" if own else "said", message)
        return message

    def message_raw(self, message: FakeMessage) -> Json:
        """A message as the gateway carries it: with the server's id and the author's membership."""
        raw = message.payload(self.bot_id)
        guild = self.guild_of(message.channel)
        raw["channel_type"] = message.channel.type
        if guild is None:
            return raw
        raw["guild_id"] = guild.id
        author = guild.members.get(message.author.id)
        if author is not None and not message.webhook_id:
            raw["member"] = author.payload(user=False)
        for mention in raw["mentions"]:
            if mention["id"] in guild.members:
                mention["member"] = guild.members[mention["id"]].payload(user=False)
        return raw

    def edited(self, message: FakeMessage, *, touched: bool = True) -> None:
        """Note that a message was changed, and tell; ``touched`` is whether it is now marked as edited."""
        message.edits += 1
        if touched:
            message.edited_at = self.now()
        if not message.seen_by:
            channel = message.channel
            self.emit("MESSAGE_UPDATE", self.message_raw(message), self.guild_of(channel), channel)
        self.tell("edited", message)

    def take_away(self, *messages: FakeMessage) -> None:
        """Delete messages of one channel, and tell: one by one, or in bulk when there are several."""
        channel, guild = messages[0].channel, self.guild_of(messages[0].channel)
        for message in messages:
            message.deleted = True
            if message.id in channel.pins:
                channel.pins.remove(message.id)
        seen = [message.id for message in messages if not message.seen_by]
        raw: Json = {"channel_id": channel.id} | ({"guild_id": guild.id} if guild is not None else {})
        if len(messages) > 1:
            self.emit("MESSAGE_DELETE_BULK", raw | {"ids": seen}, guild, channel)
        elif seen:
            self.emit("MESSAGE_DELETE", raw | {"id": seen[0]}, guild, channel)
        for message in messages:
            self.tell("deleted", message)

    def react(self, user: FakeUser, message: FakeMessage, emoji: Json, *, add: bool = True) -> bool:
        """Add or take away somebody's reaction; returns whether that changed anything."""
        key = emoji_key(emoji)
        reaction = message.reactions.get(key) or FakeReaction(emoji)
        if (user.id in reaction.users) == add:
            return False
        message.reactions[key] = reaction
        if add:
            reaction.users.append(user.id)
        else:
            reaction.users.remove(user.id)
        if not reaction.users:
            del message.reactions[key]
        raw = self._place(message) | {"user_id": user.id, "emoji": emoji, "burst": False, "type": 0}
        guild = self.guild_of(message.channel)
        if add:
            raw["message_author_id"] = message.author.id
            if guild is not None and user.id in guild.members:
                raw["member"] = guild.members[user.id].payload()
        kind = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
        self.emit(kind, raw, guild, message.channel)
        self.tell("reaction", message)
        return True

    def vote(self, user: FakeUser, message: FakeMessage, answer: int, *, add: bool = True) -> None:
        """Add or take away somebody's vote for an answer of a poll."""
        assert message.poll is not None
        voters = message.poll.votes.setdefault(answer, [])
        if (user.id in voters) == add:
            return
        if add:
            voters.append(user.id)
        else:
            voters.remove(user.id)
        kind = "MESSAGE_POLL_VOTE_ADD" if add else "MESSAGE_POLL_VOTE_REMOVE"
        raw = self._place(message) | {"user_id": user.id, "answer_id": answer}
        self.emit(kind, raw, self.guild_of(message.channel), message.channel)
        self.tell("voted", message)

    def _place(self, message: FakeMessage) -> Json:
        raw: Json = {"channel_id": message.channel.id, "message_id": message.id}
        return raw | ({"guild_id": message.channel.guild_id} if message.channel.guild_id else {})


def emoji_key(emoji: Json) -> str:
    """What tells one emoji from another: the character, or the name and id of a server's own."""
    return f"{emoji['name']}:{emoji['id']}" if emoji.get("id") else str(emoji["name"])
