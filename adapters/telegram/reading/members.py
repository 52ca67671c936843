"""Comings, goings and standings of a chat's members, requests to join, and who closed the direct chat."""

from __future__ import annotations

from typing import Final

from telegram.constants import ChatMemberStatus

from coterie.adapters.telegram.links import known_as
from coterie.adapters.telegram.reading.fields import MAX_TEXT, instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import is_nobody, is_us, who_of
from coterie.adapters.telegram.reading.wheres import where_of
from coterie.core.events import (
    DirectChanged,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    Standing,
    StandingChanged,
)
from coterie.core.outside import Malformed, Raw, is_whole, line, numbered, record, whole

_RESTRICTED: Final = str(ChatMemberStatus.RESTRICTED)
_OPERATORS: Final = frozenset(map(str, (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)))
_PRESENT: Final = _OPERATORS | {str(ChatMemberStatus.MEMBER)}
_STATUSES: Final = frozenset(map(str, ChatMemberStatus))
_LINK: Final = 256


def changed(update: Raw, key: str, known: Known) -> list[Event]:
    """Somebody came in, left, was let in, removed, banned, promoted or demoted; who is muted is still there."""
    where = where_of(update.get("chat"), None)
    before, after = record(update, "old_chat_member"), record(update, "new_chat_member")
    was, is_now = _status(before), _status(after)
    known.set_tells(where.space, True)
    user = record(after, "user")
    if is_us(user, known) or is_nobody(user):
        return []
    who, at = who_of(user, known), instant(update)
    events: list[Event] = []
    if not _is_in(before, was) and _is_in(after, is_now):
        invite = _invite(update.get("invite_link"), known)
        events.append(MemberJoined(key=key, at=at, who=who, where=where, invite=invite))
    if (was in _OPERATORS) != (is_now in _OPERATORS):
        standing: Standing = "operator" if is_now in _OPERATORS else "member"
        events.append(StandingChanged(key=numbered(key, len(events)), at=at, who=who, where=where, standing=standing))
    if _is_in(before, was) and not _is_in(after, is_now):
        events.append(MemberLeft(key=numbered(key, len(events)), at=at, who=who, where=where))
    return events


def ours_changed(update: Raw, key: str, known: Known) -> list[Event]:
    """The bot's own standing: in a direct chat it tells that somebody blocked the bot, or lets it write again."""
    where = where_of(update.get("chat"), None)
    status = _status(record(update, "new_chat_member"))
    if where.kind != "dm":
        known.set_tells(where.space, status in _OPERATORS)
        return []
    who = who_of(update.get("from"), known)
    return [DirectChanged(key=key, at=instant(update), who=who, where=where, open=status in _PRESENT)]


def asked_to_join(request: Raw, key: str, known: Known) -> list[Event]:
    """Somebody asks to be let in.

    The handle names the chat by which they can be written to for some minutes, also when they never opened theirs, and
    the query that some requests come with.
    """
    who, where = who_of(request.get("from"), known), where_of(request.get("chat"), None)
    chat = whole(request, "user_chat_id") if is_whole(request.get("user_chat_id")) else who.id
    query = line(request, "query_id")
    return [
        JoinRequested(
            key=key,
            at=instant(request),
            who=who,
            where=where,
            handle=f"j:{chat}:{query}",
            text=line(request, "bio", MAX_TEXT),
        )
    ]


def _status(member: Raw) -> str:
    status = member.get("status")
    if type(status) is not str or status not in _STATUSES:
        raise Malformed("a member's status is none that is known")
    return status


def _is_in(member: Raw, status: str) -> bool:
    """Whether somebody is in the chat; who is restricted may be, or may have left."""
    return status in _PRESENT or (status == _RESTRICTED and member.get("is_member") is True)


def _invite(link: object, known: Known) -> str:
    """The link by which somebody came in; of the bot's own with its name, for a person may call theirs the same."""
    if type(link) is not dict:
        return ""
    address, creator = line(link, "invite_link", _LINK), link.get("creator")
    ours = type(creator) is dict and is_us(creator, known)
    return known_as(address, line(link, "name", _LINK)) if ours else address
