"""How a text is measured and where a character really ends.

What a reader takes for one character may be many code points: a family emoji, a flag, a letter with its accents.
Cutting inside one shows as rubbish, so :func:`is_boundary` says where a text may be cut, after Unicode's UAX #29 as far
as the tables of this Python know the characters.

Discord's staff say that the API is Python and counts code points (discord-api-docs issue #1315), while the clients
count UTF-16 code units.  The second number is never the smaller one, so everything here is measured in it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

BLANK: Final = "·"
"""Stands where Discord wants a text and there is none to be seen."""

_BLANKS: Final = re.compile(
    "[\\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Python's idea of a line's end is wider than Discord's; every other control character shows as nothing.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ENDS: Final = re.compile("\r\n?")

_JOINER: Final = "\u200d"
# What extends the character before it without being a mark: joiners, skin tones, the tags of regional flags, the voice
# marks of half-width Katakana, two vowels of Thai and Lao.
_EXTENDERS: Final = re.compile("[\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PREPENDED: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_VIRAMA: Final = 9
_LEAD: Final = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_VOWEL_OR_TAIL: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units: at least as many as the code points that Discord counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return _BLANKS.fullmatch(text) is not None


def sendable(text: str) -> str:
    """The text without what cannot be sent: a line ends with a line feed, other control characters go, a lone
    surrogate is replaced.
    """
    if text.isprintable():
        return text
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return _CONTROLS.sub("", _ENDS.sub("\n", text))


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


def extends(char: str) -> bool:
    """Whether a character belongs to the one before it."""
    return char >= "\u0300" and (unicodedata.category(char)[0] == "M" or _EXTENDERS.match(char) is not None)


def is_boundary(text: str, at: int, start: int = 0) -> bool:
    """Whether a text may be cut before its code point ``at``; the characters before ``start`` are not looked at."""
    if not start < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return True
    if extends(after) or before in _PREPENDED:
        return False
    if before == _JOINER:
        return after.isspace()
    if "\U0001f1e6" <= after <= "\U0001f1ff":
        return _flag_letters(text, at, start) % 2 == 0
    if _HANGUL.match(before) is not None:
        return not (_VOWEL_OR_TAIL.match(after) or (_LEAD.match(before) and _HANGUL.match(after)))
    return unicodedata.combining(before) != _VIRAMA or unicodedata.category(after) != "Lo"


def _flag_letters(text: str, at: int, start: int) -> int:
    """How many regional indicators stand in a row before ``at``; two of them make a flag."""
    first = at
    while first > start and "\U0001f1e6" <= text[first - 1] <= "\U0001f1ff":
        first -= 1
    return at - first
