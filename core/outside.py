"""Reading values that come from outside: what stands where it should, or :class:`Malformed`.

In what a platform sends, any field may be missing, of another type, or of any size.  What events are made of besides (a
title, a nickname) counts as absent when it is not what it should be.
"""

from __future__ import annotations

from typing import Any, Final, TypeGuard

Raw = dict[str, Any]
"""A JSON object as a platform sends it."""

MAX_LINE: Final = 256
"""Characters of a name or title that are kept."""
_MOST: Final = 1 << 63


class Malformed(ValueError):
    """A field that an event cannot do without is not what the platform promises; the message names it."""


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number of at most 64 bits (``true`` is none)."""
    return type(value) is int and -_MOST < value < _MOST


def whole(raw: Raw, key: str) -> int:
    """The whole number in a field, at most 64 bits; raises :class:`Malformed`."""
    value = raw.get(key)
    if type(value) is int and -_MOST < value < _MOST:
        return value
    raise Malformed(f"{key} is not a whole number")


def record(raw: Raw, key: str) -> Raw:
    """The object in a field; raises :class:`Malformed`."""
    value = raw.get(key)
    if type(value) is dict:
        return value
    raise Malformed(f"{key} is not an object")


def word(raw: Raw, key: str, limit: int) -> str:
    """The text in a field, from 1 to ``limit`` characters; raises :class:`Malformed`."""
    value = raw.get(key)
    if type(value) is str and 0 < len(value) <= limit:
        return value if value.isascii() else sound(value)
    raise Malformed(f"{key} is not a text of 1 to {limit} characters")


def line(raw: Raw, key: str, limit: int = MAX_LINE) -> str:
    """The first ``limit`` characters of the text in a field; empty where there is none."""
    value = raw.get(key)
    if type(value) is not str:
        return ""
    if len(value) > limit:
        value = value[:limit]
    return value if value.isascii() else sound(value)


def listed(raw: Raw, key: str) -> list[Raw]:
    """The objects of the list in a field, without what is none; empty where there is no list."""
    value = raw.get(key)
    return [each for each in value if type(each) is dict] if type(value) is list else []


def sound(value: str) -> str:
    """The text with U+FFFD for every half of a surrogate pair: JSON can carry one, UTF-8 cannot.

    A pair in two halves becomes the character that it means.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def numbered(key: str, index: int) -> str:
    """The key of event number ``index`` (from 0) of what came under a key."""
    return f"{key}:{index}" if index else key
