"""What only Telegram's updates have: dates in seconds."""

from __future__ import annotations

from typing import Final

from telegram.constants import MessageLimit

from coterie.core.outside import Raw

MAX_TEXT: Final = 4 * MessageLimit.MAX_TEXT_LENGTH
"""Characters of a text that are kept. Telegram takes fewer; a server of somebody's own may not care."""
MAX_ID: Final = 64
"""Characters of an id that is a text (a callback query's, a poll's)."""
_LATEST: Final = 253_402_300_800
"""The year 10000 in seconds: no date of a message is later."""


def instant(raw: Raw, key: str = "date") -> int:
    """A date in seconds as milliseconds since 1970; 0 where there is none."""
    value = raw.get(key)
    return value * 1000 if type(value) is int and 0 < value < _LATEST else 0
