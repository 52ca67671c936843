"""Safe access to raw payloads: what stands where it should, or :class:`Malformed`.

A payload comes from outside, so any field may be missing, of another type, or of any size. What events are made of
besides (a title, a nickname) counts as absent when it is not what it should be.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

Raw = dict[str, Any]
"""A JSON object as Discord sends it."""

MAX_TEXT: Final = 16_000
"""Characters of a text that are kept. Discord takes 2,000, or 4,000 from some; a server of somebody's own may not care.
"""
MAX_LINE: Final = 256
"""Characters of a name or title that are kept."""
MAX_ID: Final = 20
"""Digits of an id: it has 64 bits."""
EPOCH: Final = 1_420_070_400_000
"""The first millisecond of 2015, at which Discord's ids begin."""
_MOST: Final = 1 << 63
_LONGEST_DATE: Final = 40


class Malformed(ValueError):
    """A field that an event cannot do without is not what Discord promises; the message names it."""


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is a whole number of at most 64 bits (``true`` is none)."""
    return type(value) is int and -_MOST < value < _MOST


def whole(raw: Raw, key: str) -> int:
    """The whole number in a field, at most 64 bits; raises :class:`Malformed`."""
    value = raw.get(key)
    if is_whole(value):
        return value
    raise Malformed(f"{key} is not a whole number")


def is_id(value: Any) -> TypeGuard[str]:
    """Whether a value is an id: a text of 1 to 20 decimal digits."""
    return type(value) is str and len(value) <= MAX_ID and value.isdigit() and value.isascii()


def ident(raw: Raw, key: str = "id") -> str:
    """The id in a field; raises :class:`Malformed`."""
    value = raw.get(key)
    if type(value) is str and len(value) <= MAX_ID and value.isdigit() and value.isascii():
        return value
    raise Malformed(f"{key} is not an id")


def ident_or_none(raw: Raw, key: str) -> str:
    """The id in a field; empty where it is absent or null. Raises :class:`Malformed` for what is no id."""
    return "" if raw.get(key) is None else ident(raw, key)


def record(raw: Raw, key: str) -> Raw:
    """The object in a field; raises :class:`Malformed`."""
    value = raw.get(key)
    if type(value) is dict:
        return value
    raise Malformed(f"{key} is not an object")


def word(raw: Raw, key: str, limit: int = MAX_LINE) -> str:
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


def idents(raw: Raw, key: str) -> list[str]:
    """The ids of the list in a field, without what is none; empty where there is no list."""
    value = raw.get(key)
    return [each for each in value if is_id(each)] if type(value) is list else []


def created(identifier: str) -> int:
    """When an id was made, in milliseconds since 1970 UTC."""
    return (int(identifier) >> 22) + EPOCH


def moment(raw: Raw, key: str) -> int:
    """A date (ISO 8601) as milliseconds since 1970 UTC; 0 where there is none."""
    value = raw.get(key)
    if type(value) is not str or len(value) > _LONGEST_DATE:
        return 0
    try:
        date = datetime.fromisoformat(value)
        found = (date if date.tzinfo is not None else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0
    return max(0, round(found * 1000))


def sound(value: str) -> str:
    """The text with U+FFFD for every half of a surrogate pair: JSON can carry one, UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def numbered(key: str, index: int) -> str:
    """The key of a payload's event number ``index`` (from 0)."""
    return f"{key}:{index}" if index else key
