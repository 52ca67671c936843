"""Safe text: what a member typed is always literal, markup exists only as spans that code made.

A platform never receives a markup string.  It receives :class:`Text`, a flat run of spans, and renders each span in its
own dialect, so there is nothing to escape here and nothing that a name or a note could break out of.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntFlag
from typing import Final

import msgspec


class Style(IntFlag):
    """How a span looks; flags combine."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    STRIKE = 4
    CODE = 8
    SPOILER = 16
    QUOTE = 32


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run of literal characters with one look; ``member`` makes it a mention, ``url`` a link."""

    text: str
    style: int = 0
    url: str = ""
    member: int = 0


class Text(msgspec.Struct, frozen=True):
    """Several spans in a row."""

    spans: tuple[Span, ...] = ()

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)

    def __add__(self, other: Rich) -> Text:
        return Text(self.spans + spans_of(other))

    def __radd__(self, other: Rich) -> Text:
        return Text(spans_of(other) + self.spans)

    def __bool__(self) -> bool:
        return any(span.text for span in self.spans)


Rich = str | Text
"""Text as authors write it: a plain string is literal, a :class:`Text` may carry looks."""


def spans_of(value: Rich) -> tuple[Span, ...]:
    """The spans of a rich text; a plain string is one plain span."""
    if isinstance(value, Text):
        return value.spans
    return (Span(value),) if value else ()


def join(parts: list[Rich] | tuple[Rich, ...], between: Rich = "") -> Text:
    """Put parts in a row with something between them."""
    spans: list[Span] = []
    for index, part in enumerate(parts):
        if index and between:
            spans.extend(spans_of(between))
        spans.extend(spans_of(part))
    return Text(tuple(spans))


def styled(value: Rich, style: Style) -> Text:
    """The same text with a look added."""
    return Text(tuple(Span(s.text, s.style | style, s.url, s.member) for s in spans_of(value)))


def bold(value: Rich) -> Text:
    """Strong text."""
    return styled(value, Style.BOLD)


def italic(value: Rich) -> Text:
    """Emphasised text."""
    return styled(value, Style.ITALIC)


def code(value: Rich) -> Text:
    """Monospaced text that is easy to copy."""
    return styled(value, Style.CODE)


def spoiler(value: Rich) -> Text:
    """Text hidden until the reader asks for it."""
    return styled(value, Style.SPOILER)


def quote(value: Rich) -> Text:
    """Quoted text."""
    return styled(value, Style.QUOTE)


def link(value: Rich, url: str) -> Text:
    """A link; raises :class:`ValueError` unless the address is http, https or tg and has no blanks in it."""
    if not url.startswith(("https://", "http://", "tg://")) or not url.isprintable() or " " in url:
        raise ValueError(f"a link must start with https://, http:// or tg:// and have no blanks, not {url[:40]!r}")
    return Text(tuple(Span(s.text, s.style, url, s.member) for s in spans_of(value)))


# What messages are mostly made of: printable ASCII, composed Latin letters, dashes and quotes, CJK, simple emoji.  It
# is in normal form, and nothing in it hides or moves its neighbours, so such a text needs no further look.
_ORDINARY: Final = re.compile(
    "[\n -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u3001-\u3029\u3041-\u3096\u309b-\u30fe\u4e00-\u9fef\uff01-\uff5e\U0001f300-\U0001f64f\U0001f900-\U0001f9ff]*"
)
# Characters that look like nothing although they are not spaces: fillers of Hangul and Khmer, the Braille blank, the
# object replacement character, a musical null.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\U0001d159")
_BLANK: Final = frozenset(("Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_ZWJ: Final = "\u200d"
_EMOJI_LOOK: Final = "\ufe0f"
_FSI, _PDI = "\u2068", "\u2069"
_MAX_MARKS: Final = 3
_STREAM_SAFE: Final = 30
NAME_LENGTH: Final = 48
"""Characters of a display name that are kept."""


def clean_text(raw: str, limit: int = 4000, *, lines: bool = True) -> str:
    """Member-typed text without control, bidi and invisible characters, at most ``limit`` characters."""
    if _ORDINARY.fullmatch(raw) and (lines or "\n" not in raw):
        return raw[:limit].strip()
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", _without_piles(raw[: limit * 4].replace("\r\n", "\n"))):
        category = _category(char)
        if char == "\n" and lines:
            pass
        elif char == _ZWJ:
            if not kept or not _joins(kept[-1]):
                continue
        elif char in _INVISIBLE or category == "Cf":
            continue
        elif category[0] == "M":
            marks += 1
            if marks > _MAX_MARKS or not kept or kept[-1] in f" \n{_ZWJ}":
                continue
        elif category in _BLANK:
            char = " "
        if category[0] != "M":
            marks = 0
            if kept and kept[-1] == _ZWJ and category != "So":
                kept.pop()
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))[:limit].strip(f" \n{_ZWJ}")


def _without_piles(text: str) -> str:
    """At most 30 combining marks in a row, as UAX #15 allows: normalising takes the square of their number."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _STREAM_SAFE:
            kept.append(char)
    return "".join(kept)


def _category(char: str) -> str:
    """The general category, also of emoji and ideographs that are newer than this Python."""
    category = unicodedata.category(char)
    if category == "Cn" and "\U0001f000" <= char <= "\U0001faff":
        return "So"
    if category == "Cn" and "\U00020000" <= char <= "\U0003fffd" and ord(char) & 0xFFFF < 0xFFFE:
        return "Lo"
    return category


def _joins(char: str) -> bool:
    """Whether an emoji sequence may go on after a character."""
    return char == _EMOJI_LOOK or _category(char) in ("So", "Sk")


def clean_name(raw: str, fallback: str = "?") -> str:
    """A display name on one line, without tricks, at most :data:`NAME_LENGTH` characters; never empty.

    A name in a right-to-left script is wrapped in first-strong isolates (Unicode UAX #9, two characters more), so that
    it cannot reorder what stands around it.
    """
    name = " ".join(clean_text(raw, NAME_LENGTH, lines=False).split())
    if not name or all(_category(c)[0] in "MZC" for c in name):
        return fallback
    if not name.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in name):
        return f"{_FSI}{name}{_PDI}"
    return name
