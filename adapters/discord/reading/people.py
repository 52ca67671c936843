"""Who did something: a raw user, and what a guild calls them, become an account."""

from __future__ import annotations

from typing import Any

from coterie.adapters.discord.reading.fields import MAX_ID
from coterie.adapters.discord.reading.guilds import PLATFORM
from coterie.core.events import Who
from coterie.core.outside import Malformed, Raw, line


def who_of(user: Any, member: Any = None, locale: str = "") -> Who:
    """The account of a raw user, named as the guild's member is, else as they call themselves, else by username.

    The language is told as Discord does (only interactions tell it); the core finds the locale that serves it.  Raises
    :class:`Malformed`.
    """
    if type(user) is not dict:
        raise Malformed("the user is not an object")
    identifier = user.get("id")
    if not (type(identifier) is str and len(identifier) <= MAX_ID and identifier.isdigit() and identifier.isascii()):
        raise Malformed("the user's id is not an id")
    name = line(member, "nick") if type(member) is dict else ""
    name = name or line(user, "global_name") or line(user, "username")
    return Who(PLATFORM, identifier, name, locale, user.get("bot") is True)


def nameless(identifier: str) -> Who:
    """An account of which only the id is told."""
    return Who(PLATFORM, identifier)


def person_of(data: Raw, locale: str = "") -> Who:
    """The account in a payload that has a guild's ``member`` or, in a direct chat, a ``user``; raises
    :class:`Malformed`.
    """
    member = data.get("member")
    if type(member) is dict:
        return who_of(member.get("user"), member, locale)
    return who_of(data.get("user"), None, locale)
