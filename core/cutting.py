"""Measuring and cutting text: UTF-16 code units, what shows as nothing, where a character really ends.

What a reader takes for one character may be many code points: a family emoji, a flag, a letter with its accents.
Cutting inside one shows as rubbish, so :func:`is_boundary` says where a text may be cut, after Unicode's UAX #29 as far
as the tables of this Python know the characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_BLANKS: Final = re.compile(
    "[\\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_JOINER: Final = "\u200d"
# What extends the character before it without being a mark: joiners, skin tones, the tags of regional flags, the voice
# marks of half-width Katakana, two vowels of Thai and Lao.
_EXTENDERS: Final = re.compile("[\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PREPENDED: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_VIRAMA: Final = 9
_LEAD: Final = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_VOWEL_OR_TAIL: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")

_IDEOGRAPHS: Final = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# Each finds the last of its kind: the greedy run goes to the end, and comes back to it.
_SPACE: Final = re.compile("(?s:.*)[\t \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]")
_CLAUSE: Final = re.compile("(?s:.*)[、。，．！？；：…」』）》】]")
_BETWEEN: Final = re.compile(rf"(?s:.*)(?:[{_IDEOGRAPHS}](?=\w)|\w(?=[{_IDEOGRAPHS}]))")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units; there are never fewer of them than code points."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return _BLANKS.fullmatch(text) is not None


def encodable(text: str) -> str:
    """The text, a replacement character in place of each lone surrogate: those cannot be sent at all."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _SURROGATE.sub("\ufffd", text)
    return text


def extends(char: str) -> bool:
    """Whether a character belongs to the one before it."""
    return char >= "\u0300" and (unicodedata.category(char)[0] == "M" or _EXTENDERS.match(char) is not None)


def is_boundary(text: str, at: int, start: int = 0) -> bool:
    """Whether a text may be cut before its code point ``at``; the characters before ``start`` are not looked at."""
    if not start < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return before != "\r" or after != "\n"
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


def cut_at(text: str, start: int, end: int) -> int:
    """The best place for a cut after ``start`` and not after ``end``.

    What is worth a shorter piece is looked for in the second half only; a word is worth any.  So two pieces in a row
    are never much shorter than one together, and the work stays linear.
    """
    middle = start + (end - start) // 2
    for place in _places(text, start, middle, end):
        if start < place and is_boundary(text, place, start) and not _carries(text, place):
            return place
    for place in range(end, start, -1):
        if is_boundary(text, place, start):
            return place
    return end


def _places(text: str, start: int, middle: int, end: int) -> Iterable[int]:
    """Where a text may well be cut, the best place first; -1 where there is none of a kind."""
    yield text.rfind("\n\n", middle, end + 2)
    yield text.rfind("\n", middle, end + 1)
    space, clause = _SPACE.match(text, middle, end + 1), _CLAUSE.match(text, middle, end)
    yield max(space.end() - 1 if space else -1, clause.end() if clause else -1)
    between = _BETWEEN.match(text, middle, end + 1)
    yield between.end() if between else -1
    space = _SPACE.match(text, start, end + 1)
    yield max(space.end() - 1 if space else -1, text.rfind("\n", start, middle))


def _carries(text: str, place: int) -> bool:
    """Whether what stands at a place is a blank under an accent, which must not be parted from it."""
    return text[place : place + 1].isspace() and place + 1 < len(text) and extends(text[place + 1])


__all__ = ["cut_at", "encodable", "extends", "is_blank", "is_boundary", "units"]
