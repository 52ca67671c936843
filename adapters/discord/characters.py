"""What Discord takes for a text.

Discord's staff say that the API is Python and counts code points (discord-api-docs issue #1315), while the clients
count UTF-16 code units.  The second number is never the smaller one, so everything here is measured in it.
"""

from __future__ import annotations

import re
from typing import Final

from coterie.core.cutting import encodable, is_boundary, units

BLANK: Final = "·"
"""Stands where Discord wants a text and there is none to be seen."""

# Python's idea of a line's end is wider than Discord's; every other control character shows as nothing.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ENDS: Final = re.compile("\r\n?")


def sendable(text: str) -> str:
    """The text without what cannot be sent: a line ends with a line feed, other control characters go, a lone
    surrogate is replaced.
    """
    if text.isprintable():
        return text
    return _CONTROLS.sub("", _ENDS.sub("\n", encodable(text)))


def on_one_line(text: str, limit: int) -> str:
    """The text on one line, at most ``limit`` code units (2 or more), an ellipsis in place of what is too much."""
    text = " ".join(sendable(text).split())
    if units(text) <= limit:
        return text
    most = len(text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore"))
    end = most
    while end > most // 2 and not is_boundary(text, end):
        end -= 1
    return f"{text[: end if is_boundary(text, end) else most].rstrip()}…"


__all__ = ["BLANK", "on_one_line", "sendable"]
