"""The values that steps are made of, from words: when a line is read, and again when ``{name}`` is filled in."""

from __future__ import annotations

import re
import unicodedata
import warnings
from datetime import timedelta
from typing import Final

from coterie.core.testing.play import braces
from coterie.core.testing.play.steps import PLATFORMS, SANDBOX, Person, Regex

LARGEST_AMOUNT: Final = 2**63 - 1
LEADING: Final = ("in", "give", "pay", "link", "wait", "restart", "duplicate", "expect", "fault", "simulation")
"""Words that begin a step."""
RESERVED: Final = frozenset((*LEADING, "room", "ledger", "balance", "bot"))
"""Words that cannot be a persona's name."""
# ^ and $ match at every line whether or not "m" is written: what people see is many lines.
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
FLAG_LETTERS: Final = "".join(_FLAGS)


class Wrong(Exception):
    """A mistake at a column (from 0) of a line; ``allowed`` says what could stand there."""

    def __init__(self, column: int, message: str, allowed: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.message = message
        self.allowed = allowed


def person_of(word: str, column: int = 0) -> Person:
    """A persona from ``name`` or ``name@platform``; either part may hold ``{name}``."""
    name, at, platform = word.partition("@")
    if at and platform not in PLATFORMS and not braces.has_reference(platform):
        hint = did_you_mean(platform, PLATFORMS)
        raise Wrong(column + len(name) + 1, f"`{platform}` is not a platform{hint}", listed(PLATFORMS))
    if name in RESERVED:
        raise Wrong(column, f"`{name}` is a word of the language and cannot be a persona's name", "another name")
    if not braces.has_reference(name) and not _is_name(name):
        hint = "; a plain colon : belongs after the name" if "：" in name else ""
        raise Wrong(column, f"`{name}` is not a name{hint}", "letters, digits, - and _, such as alice, bob-2 or 小明")
    return Person(unicodedata.normalize("NFC", name), platform or SANDBOX)


def room_of(word: str, column: int = 0) -> str:
    """A channel's name without its ``#``."""
    if not braces.has_reference(word) and not _is_name(word):
        raise Wrong(column, f"`#{word}` is not a channel", "#channel, made of letters, digits, - and _")
    return unicodedata.normalize("NFC", word)


def amount_of(word: str, column: int = 0) -> int:
    """A whole number of minor units from its digits."""
    allowed = f"a whole number up to {LARGEST_AMOUNT}, such as 100"
    if not re.fullmatch(r"[0-9]+", word):
        raise Wrong(column, f"`{word}` is not a whole number" if word else "an amount is missing here", allowed)
    if len(word.lstrip("0")) > 19 or int(word) > LARGEST_AMOUNT:
        raise Wrong(column, "this amount is too large", allowed)
    return int(word)


def currency_of(word: str, column: int = 0) -> str:
    """A currency code."""
    if not braces.has_reference(word) and not _is_name(word):
        raise Wrong(column, f"`{word}` is not a currency", "a currency, such as XTR or GEM")
    return word


def milliseconds(length: str, column: int = 0) -> int:
    """The milliseconds of a duration such as ``1h30m``, the largest unit first."""
    from coterie.core.config import parse_duration

    try:
        return parse_duration("".join(length.split())) // timedelta(milliseconds=1)
    except ValueError:
        message = f"`{length}` is not a duration" if length else "a duration is missing here"
        raise Wrong(column, message, "a duration, such as 24h, 90m, 1h30m, 2d, 10s or 1w, at most 100 years") from None


def compiled(regex: Regex) -> re.Pattern[str]:
    """The compiled pattern, any ``{name}`` in it standing for some text; raises :class:`ValueError` in words."""
    if not regex.pattern:
        raise ValueError("it is empty")
    flags = re.MULTILINE
    for letter in regex.flags:
        flags |= _FLAGS[letter]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(braces.replaced_in_pattern(regex.pattern, lambda _: "x"), flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error) or "it is nested too deeply") from None


def did_you_mean(word: str, words: tuple[str, ...]) -> str:
    """A suggestion to put behind a message, or nothing."""
    import difflib

    close = difflib.get_close_matches(word.lower(), words, 1, 0.7)
    return f"; did you mean `{close[0]}`?" if close else ""


def listed(words: tuple[str, ...]) -> str:
    """``a, b or c``."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _is_name(word: str) -> bool:
    return bool(word) and word[0] not in "-." and all(c in "_-." or unicodedata.category(c)[0] in "LNM" for c in word)
