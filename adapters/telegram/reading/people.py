"""Who did something: a raw user becomes an account; chats that write as themselves are nobody."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import ChatID

from coterie.adapters.telegram.reading.fields import MAX_ID
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.wheres import PLATFORM
from coterie.core.events import Who
from coterie.core.outside import Malformed, Raw, is_whole, line

NOBODY: Final = frozenset(map(int, (ChatID.ANONYMOUS_ADMIN, ChatID.SERVICE_CHAT, ChatID.FAKE_CHANNEL)))
"""Accounts that Telegram puts in a person's place: an anonymous administrator, a linked channel, a channel that writes.
"""


def who_of(user: Any, known: Known) -> Who:
    """The account of a raw user, whose username is remembered; raises :class:`Malformed`.

    The language is told as Telegram does, as a tag of BCP 47; the core finds the locale that serves it.
    """
    if type(user) is not dict:
        raise Malformed("the user is not an object")
    number = user.get("id")
    if not is_whole(number) or number <= 0:
        raise Malformed("the user's id is not a whole number from 1")
    identifier = str(number)
    name = line(user, "first_name")
    last = line(user, "last_name")
    if last:
        name = f"{name} {last}" if name else last
    known.names.learn(identifier, line(user, "username"))
    return Who(PLATFORM, identifier, name, line(user, "language_code", MAX_ID), user.get("is_bot") is True)


def author_of(message: Raw, known: Known) -> Who | None:
    """The account that wrote a message; None for a channel, an anonymous administrator and what a linked channel's
    post became in its group. Raises :class:`Malformed`.
    """
    user = message.get("from")
    if user is None or message.get("sender_chat") is not None or message.get("is_automatic_forward") is True:
        return None
    who = who_of(user, known)
    return None if is_nobody(user) else who


def is_nobody(user: Raw) -> bool:
    """Whether a raw user stands for a chat."""
    number = user.get("id")
    return type(number) is int and number in NOBODY


def is_us(user: Any, known: Known) -> bool:
    """Whether a raw user is the bot itself."""
    return type(user) is dict and user.get("id") == known.bot_id
