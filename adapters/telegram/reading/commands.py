"""Texts that begin with ``/``: whom they are for, and the people whom they mention."""

from __future__ import annotations

import re
from typing import Final

from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import who_of
from coterie.core.outside import Raw, is_whole

_ADDRESSED: Final = re.compile(r"(/[^\s@/]{1,64})@([A-Za-z0-9_]{1,64})(?![A-Za-z0-9_])")
_NAMED: Final = 3
"""Arguments in which a mention becomes an id. Further on there are notes and reasons, which stay as they were typed."""
_QUOTES: Final = frozenset('"“「')
"""What the core lets keep several words together."""
_MENTIONS: Final = 20
"""Mentions of one text that are looked at."""


def is_for_us(text: str, known: Known) -> bool:
    """Whether a command is meant for this bot: it names it (``/name@OurBot``), or it names none."""
    found = _ADDRESSED.match(text)
    return found is None or found[2].lower() == known.username


def command_of(text: str, entities: list[Raw], known: Known) -> str:
    """A command for this bot as the core wants it: without ``@OurBot``, and with ids for the people it mentions.

    The core finds a member by the platform's id. A mention of somebody without username carries it; a username is
    looked up, and stays as it is where nobody is known by it.
    """
    text = _with_ids(text, entities, known)
    found = _ADDRESSED.match(text)
    return text if found is None else found[1] + text[found.end() :]


def _with_ids(text: str, entities: list[Raw], known: Known) -> str:
    """The text with ``@{id}`` in place of the mentions among its first arguments."""
    mentions = [each for each in entities if each.get("type") in ("mention", "text_mention")][:_MENTIONS]
    if not mentions:
        return text
    # Offsets count UTF-16 units, so the text is cut as such: two bytes each.
    units = text.encode("utf-16-le", "surrogatepass")
    done, position = "", 0
    for entity in sorted(mentions, key=_offset):
        start, length = _offset(entity), entity.get("length")
        if not is_whole(length) or length <= 0 or not position <= 2 * start < 2 * (start + length) <= len(units):
            continue
        before = done + _decoded(units[position : 2 * start])
        # What has no space before it begins within the command's own word, or is no argument of its own.
        if not before[-1:].isspace() and before[-1:] not in _QUOTES:
            continue
        if not 1 <= len(before.split()) <= _NAMED:
            break
        shown = units[2 * start : 2 * (start + length)]
        user = _mentioned(entity, _decoded(shown), known)
        done = before + (f"@{user}" if user else _decoded(shown))
        position = 2 * (start + length)
    return done + _decoded(units[position:])


def _mentioned(entity: Raw, shown: str, known: Known) -> str:
    """The id of whom an entity mentions; empty where nobody is known by that name."""
    if entity["type"] == "text_mention":
        user = entity.get("user")
        return who_of(user, known).id if type(user) is dict and is_whole(user.get("id")) and user["id"] > 0 else ""
    return known.names.find(shown.removeprefix("@"))


def _offset(entity: Raw) -> int:
    offset = entity.get("offset")
    return offset if is_whole(offset) else -1


def _decoded(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")
