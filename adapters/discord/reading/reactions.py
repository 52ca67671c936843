"""Reactions to messages."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.reading.fields import ident, ident_or_none
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.messages import where_of
from coterie.adapters.discord.reading.people import nameless, who_of
from coterie.core.events import Event, ReactionAdded, ReactionRemoved, Who
from coterie.core.outside import Raw, record, word

_EMOJI: Final = 64


def reacted(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody reacted. In a guild Discord tells who it is, elsewhere only their id."""
    who = _who(data)
    if who.id == known.bot:
        return []
    where, message, emoji = where_of(data, who.id, known), ident(data, "message_id"), _emoji(data)
    return [ReactionAdded(key=f"dc:{mark}", who=who, where=where, message=message, emoji=emoji)]


def took_back(data: Raw, mark: str, known: Known) -> list[Event]:
    """Somebody took their reaction back, or a person took it away; of a message cleared of all, nothing is told."""
    who = nameless(ident(data, "user_id"))
    if who.id == known.bot:
        return []
    where, message, emoji = where_of(data, who.id, known), ident(data, "message_id"), _emoji(data)
    return [ReactionRemoved(key=f"dc:{mark}", who=who, where=where, message=message, emoji=emoji)]


def _who(data: Raw) -> Who:
    member = data.get("member")
    if type(member) is not dict or type(member.get("user")) is not dict:
        return nameless(ident(data, "user_id"))
    return who_of(member["user"], member)


def _emoji(data: Raw) -> str:
    """An emoji as itself, a guild's own as ``<:name:id>``."""
    emoji = record(data, "emoji")
    own = ident_or_none(emoji, "id")
    if not own:
        return word(emoji, "name", _EMOJI)
    name = emoji.get("name")
    return f"<:{word(emoji, 'name', _EMOJI) if name is not None else '_'}:{own}>"
