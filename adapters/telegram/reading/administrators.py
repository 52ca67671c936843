"""Who runs a chat: the list that the bot asks for at the start, since nobody is told of those who ran it before."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import ChatMemberStatus

from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import is_nobody, is_us, who_of
from coterie.core.events import Event, StandingChanged, Where
from coterie.core.outside import Malformed, record

_RUNS: Final = frozenset({ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER})
MOST: Final = 200
"""Administrators of one chat; Telegram allows far fewer."""


def administrators(chat: str, members: Any, run: int, known: Known) -> list[Event]:
    """Everybody in the answer of getChatAdministrators who is a person, as operators; notes whether the bot is one.

    ``run`` tells the events of this start from those of others.
    """
    found = [each for each in members[:MOST] if _runs(each)] if type(members) is list else []
    known.set_tells(chat, any(is_us(each.get("user"), known) for each in found))
    events: dict[str, Event] = {}  # by key: nobody is told of twice
    where = Where("telegram", chat, chat)
    for each in found:
        try:
            user = record(each, "user")
            who = who_of(user, known)
        except Malformed:
            continue
        if not who.bot and not is_nobody(user):
            key = f"{known.prefix}runs:{chat}:{who.id}:{run}"
            events[key] = StandingChanged(key=key, who=who, where=where, standing="operator")
    return list(events.values())


def _runs(member: Any) -> bool:
    status = member.get("status") if type(member) is dict else None
    return type(status) is str and status in _RUNS
