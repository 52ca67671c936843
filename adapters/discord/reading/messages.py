"""Messages and their edits."""

from __future__ import annotations

from typing import Any, Final

from coterie.adapters.discord.reading.commands import command_of
from coterie.adapters.discord.reading.fields import MAX_TEXT, created, ident, is_id, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import who_of
from coterie.core.events import Event, MessageEdited, MessagePosted, Where
from coterie.core.outside import Malformed, Raw, line

_DEFAULT: Final = 0
_REPLY: Final = 19
_WRITTEN: Final = frozenset({_DEFAULT, _REPLY, 20, 23})
"""What people and bots write: messages, replies, and what a command of a bot posted. The rest is Discord's own."""


def posted(message: Raw, mark: str, known: Known) -> list[Event]:
    """A message that somebody wrote; what Discord, webhooks and the bot itself write says nothing.

    A picture, a sticker, a poll and the like are messages with their text, or with an empty one: they count as activity
    and can be reacted to.  So is everything without the intent for message content.  Other bots are told as bots.
    """
    if message.get("type", _DEFAULT) not in _WRITTEN or message.get("webhook_id") is not None:
        return []
    author = message.get("author")
    if type(author) is dict and author.get("id") == known.bot:
        return []
    identifier = ident(message)
    who = who_of(author, message.get("member"))
    text = _text(message)
    if text:
        prefix = known.prefix
        if prefix and text.startswith(prefix) and text[len(prefix) : len(prefix) + 1].strip():
            text = f"/{text[len(prefix) :]}"
        if text[0] == "/":
            text = command_of(text, message)
    return [
        MessagePosted(
            key=f"dc:m:{identifier}",
            at=created(identifier),
            who=who,
            where=where_of(message, who.id, known),
            text=text,
            message=identifier,
            reply_to=_reply_to(message),
        )
    ]


def edited(message: Raw, mark: str, known: Known) -> list[Event]:
    """A message whose text its author changed.

    Discord tells of many other changes in the same way: a preview of a link appears, somebody pins it, a poll ends.
    Those have no date of an edit, or that of an earlier one, and so the key of that edit.
    """
    at, author = moment(message, "edited_timestamp"), message.get("author")
    if not at or author is None or message.get("webhook_id") is not None:
        return []
    if message.get("type", _DEFAULT) not in _WRITTEN:
        return []
    who, text = who_of(author, message.get("member")), _text(message)
    if who.id == known.bot or not text:
        return []
    identifier = ident(message)
    return [
        MessageEdited(
            key=f"dc:e:{identifier}:{at}",
            at=at,
            who=who,
            where=where_of(message, who.id, known),
            text=text,
            message=identifier,
        )
    ]


def where_of(data: Raw, user: str, known: Known, channel: Any = None) -> Where:
    """The place of something that an account did: a channel of a guild, or else its direct chat with the bot.

    Raises :class:`Malformed`.
    """
    guild = data.get("guild_id")
    if guild is None:
        return known.guilds.direct(user)
    if not is_id(guild):
        raise Malformed("guild_id is not an id")
    return known.guilds.where(ident(data, "channel_id"), guild, channel)


def _text(message: Raw) -> str:
    if type(message.get("content", "")) is not str:
        raise Malformed("content is not a text")
    return line(message, "content", MAX_TEXT)


def _reply_to(message: Raw) -> str:
    """The message that this one answers; a forwarded message, too, refers to another, but answers none."""
    if message.get("type") != _REPLY:
        return ""
    reference = message.get("message_reference")
    answered = reference.get("message_id") if type(reference) is dict else None
    return answered if is_id(answered) else ""
