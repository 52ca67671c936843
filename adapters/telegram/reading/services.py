"""What a chat tells of itself: comings and goings, payments, its move to another id. The rest is passed over."""

from __future__ import annotations

from typing import Any

from coterie.adapters.telegram.reading.fields import instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.payments import paid, refunded
from coterie.adapters.telegram.reading.people import is_nobody, is_us, who_of
from coterie.adapters.telegram.reading.wheres import PLATFORM, where_of
from coterie.core.events import Event, MemberJoined, MemberLeft, SpaceMoved, Where
from coterie.core.outside import Malformed, Raw, line, listed, numbered, whole


def told(message: Raw, key: str, known: Known) -> list[Event]:
    """The events of a service message; none for a kind that concerns nobody here, or that nobody knows."""
    if "new_chat_members" in message:
        return _came(message, key, known)
    if "left_chat_member" in message:
        return _went(message, key, known)
    if "successful_payment" in message:
        return paid(message, key, known)
    if "refunded_payment" in message:
        return refunded(message, key, known)
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return _moved(message, known)
    return []


def _came(message: Raw, key: str, known: Known) -> list[Event]:
    """Somebody came in, or was brought; where ``chat_member`` tells it too, nothing."""
    where, at = where_of(message.get("chat"), None), instant(message)
    people = [who_of(user, known) for user in listed(message, "new_chat_members") if not _is_passed_over(user, known)]
    if known.tells(where.space):
        return []
    return [MemberJoined(key=numbered(key, i), at=at, who=who, where=where) for i, who in enumerate(people)]


def _went(message: Raw, key: str, known: Known) -> list[Event]:
    """Somebody left, or was removed; where ``chat_member`` tells it too, nothing."""
    where, user = where_of(message.get("chat"), None), message.get("left_chat_member")
    if _is_passed_over(user, known) or known.tells(where.space):
        return []
    return [MemberLeft(key=key, at=instant(message), who=who_of(user, known), where=where)]


def _is_passed_over(user: Any, known: Known) -> bool:
    return is_us(user, known) or (type(user) is dict and is_nobody(user))


def _moved(message: Raw, known: Known) -> list[Event]:
    """A group became a supergroup with another id. Both chats tell it, in two updates; their events have one key."""
    chat = message.get("chat")
    where = where_of(chat, None)
    if where.kind != "room" or type(chat) is not dict:
        raise Malformed("what moves is not a group")
    if "migrate_to_chat_id" in message:
        old, new = where.space, str(whole(message, "migrate_to_chat_id"))
    else:
        old, new = str(whole(message, "migrate_from_chat_id")), where.space
    place = Where(PLATFORM, old, old, "room", line(chat, "title"))
    return [SpaceMoved(key=f"{known.prefix}moved:{old}:{new}", at=instant(message), where=place, to=new)]
