"""Reactions and answers to polls."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import ReactionType

from coterie.adapters.telegram.reading.fields import MAX_ID, instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import is_nobody, is_us, who_of
from coterie.adapters.telegram.reading.wheres import where_of
from coterie.core.events import Event, PollAnswered, ReactionAdded
from coterie.core.outside import Malformed, Raw, is_whole, listed, numbered, record, whole, word

_EMOJI: Final = str(ReactionType.EMOJI)
_CUSTOM: Final = str(ReactionType.CUSTOM_EMOJI)
_PAID: Final = str(ReactionType.PAID)


def reacted(update: Raw, key: str, known: Known) -> list[Event]:
    """Each reaction that somebody has now and did not have before; one that was taken back, and an anonymous one, are
    nothing.

    An emoji is told as itself, one of Telegram's own as ``custom:{id}``, paid stars as ``paid``.
    """
    user = update.get("user")
    if user is None or update.get("actor_chat") is not None:
        return []
    who, where = who_of(user, known), where_of(update.get("chat"), None)
    if is_us(user, known) or is_nobody(user):
        return []
    message, at = str(whole(update, "message_id")), instant(update)
    before = {_emoji(each) for each in listed(update, "old_reaction")}
    fresh = dict.fromkeys(_emoji(each) for each in listed(update, "new_reaction"))
    added = [emoji for emoji in fresh if emoji and emoji not in before]
    return [
        ReactionAdded(key=numbered(key, index), at=at, who=who, where=where, message=message, emoji=emoji)
        for index, emoji in enumerate(added)
    ]


def _emoji(reaction: Raw) -> str:
    """The name of a reaction; empty for a kind that nobody knows."""
    kind = reaction.get("type")
    if kind == _EMOJI:
        return word(reaction, "emoji", MAX_ID)
    if kind == _CUSTOM:
        return f"custom:{word(reaction, 'custom_emoji_id', MAX_ID)}"
    return "paid" if kind == _PAID else ""


def answered(answer: Raw, key: str, known: Known) -> list[Event]:
    """What somebody chose in a poll of the bot's; a chat that votes is nobody. The poll's place is not told."""
    user = answer.get("user")
    if user is None or answer.get("voter_chat") is not None:
        return []
    who = who_of(record(answer, "user"), known)
    if is_nobody(user):
        return []
    return [
        PollAnswered(key=key, who=who, poll=word(answer, "poll_id", MAX_ID), options=_options(answer.get("option_ids")))
    ]


def _options(value: Any) -> tuple[int, ...]:
    if type(value) is not list or not all(is_whole(each) and each >= 0 for each in value):
        raise Malformed("option_ids is not a list of whole numbers from 0")
    return tuple(value)
