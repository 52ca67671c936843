"""Texts that begin with ``/``, typed by hand: whom they mention."""

from __future__ import annotations

import re
from typing import Final

from coterie.adapters.discord.reading.people import who_of
from coterie.core.outside import Raw, listed

_MENTION: Final = re.compile(r"<@!?([0-9]{1,20})>")
_NAMED: Final = 3
"""Arguments in which a mention becomes an id. Further on there are notes and reasons, in which it becomes a name."""


def command_of(text: str, message: Raw) -> str:
    """A command as the core wants it: ``@ID`` for whom its first arguments mention, ``@name`` further on.

    The core finds a member by the platform's id.
    """
    if "<@" not in text:
        return text
    names: dict[str, str] = {}
    for user in listed(message, "mentions"):
        try:
            who = who_of(user, user.get("member"))
        except ValueError:
            continue
        names[who.id] = " ".join(who.name.split())

    def mentioned(found: re.Match[str]) -> str:
        user = found[1]
        if len(text[: found.start()].split()) <= _NAMED:
            return f"@{user}"
        return f"@{names[user]}" if names.get(user) else f"@{user}"

    return _MENTION.sub(mentioned, text)
