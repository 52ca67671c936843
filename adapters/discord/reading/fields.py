"""What only Discord's payloads have: ids that are texts and hold an instant, and dates in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

from coterie.core.outside import Malformed, Raw

MAX_TEXT: Final = 16_000
"""Characters of a text that are kept. Discord takes 2,000, or 4,000 from some; a server of somebody's own may not care.
"""
MAX_ID: Final = 20
"""Digits of an id: it has 64 bits."""
EPOCH: Final = 1_420_070_400_000
"""The first millisecond of 2015, at which Discord's ids begin."""
_LONGEST_DATE: Final = 40


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
