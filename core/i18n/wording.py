"""A compiled message: literal text, places for values, looks.

Nothing that a member typed is ever read as markup.  A translator's text comes here with *marks* in place of values,
each a name between two private-use characters; markup is read with the marks in it, and the values go in last, as
literal spans.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from coterie.core.i18n.formats import Money, major_units
from coterie.core.text import Rich, Span, Style, Text, spans_of

if TYPE_CHECKING:
    from datetime import tzinfo

Piece = tuple[str, str, int]
"""Literal text, or else the name of the value that goes here; and the style."""
Show = Callable[[Any, str, "tzinfo | None"], Rich]
"""Writes a value that is not a string: (value, locale, zone)."""

TAGS: Final = {"b": Style.BOLD, "i": Style.ITALIC, "code": Style.CODE, "s": Style.STRIKE, "spoiler": Style.SPOILER}
OPEN, SHUT = "\ue000", "\ue001"
_TOKEN: Final = re.compile(rf"{OPEN}(.*?){SHUT}|<(/?)({'|'.join(TAGS)})>", re.DOTALL)


class Message:
    """A compiled message: fixed text, a row of pieces, or a choice that Fluent makes among such rows."""

    __slots__ = ("choose", "fixed", "locale", "pieces")

    def __init__(self, locale: str, template: str = "", choose: Callable[[dict[str, Any]], str] | None = None) -> None:
        self.locale = locale
        self.choose = choose
        self.pieces = () if choose else pieces_of(template)
        constant = choose is None and not any(name for _, name, _ in self.pieces)
        self.fixed: Rich | None = _fill(self.pieces, {}, locale, None, _literally) if constant else None

    def render(self, args: Mapping[str, Any], zone: tzinfo | None, show: Show) -> Rich:
        """The message with its values; raises :class:`LookupError` for a value that was not given."""
        pieces = self.pieces if self.choose is None else pieces_of(self.choose(_selectors(args)))
        return _fill(pieces, args, self.locale, zone, show)

    def salvage(self, args: Mapping[str, Any]) -> Rich:
        """The message in spite of missing or odd values, each written as plainly as can be."""
        pieces = self.pieces if self.choose is None else pieces_of(self.choose(_selectors(args)))
        plain = {name: f"{{${name}}}" for _, name, _ in pieces if name}
        plain |= {name: str(value) for name, value in args.items() if value is not None}
        return _fill(pieces, plain, self.locale, None, _literally)


def _literally(value: Any, locale: str, zone: tzinfo | None) -> Rich:
    return str(value)


def _selectors(args: Mapping[str, Any]) -> dict[str, Any]:
    """Values as Fluent's selectors compare them; they choose and are never shown."""
    selectors: dict[str, Any] = {}
    for name, value in args.items():
        if isinstance(value, bool):
            selectors[name] = "true" if value else "false"
        elif isinstance(value, str):
            selectors[name] = str.__str__(value)
        elif isinstance(value, (int, float, Decimal)):
            selectors[name] = value
        elif isinstance(value, Money):
            selectors[name] = major_units(value)
    return selectors


@lru_cache(maxsize=2048)
def pieces_of(template: str) -> tuple[Piece, ...]:
    """The pieces of a template; markup left open ends with the text, a stray end is dropped."""
    pieces: list[Piece] = []
    looks: list[str] = []
    style, at = 0, 0
    for token in _TOKEN.finditer(template):
        _add(pieces, template[at : token.start()], "", style)
        at = token.end()
        mark, ends, tag = token[1], token[2], token[3]
        if mark is not None:
            literal = mark.startswith('"')
            _add(pieces, mark[1:] if literal else "", "" if literal else mark, style)
        elif not ends:
            looks.append(tag)
        elif tag in looks:
            del looks[len(looks) - 1 - looks[::-1].index(tag) :]
        style = sum({TAGS[look] for look in looks})
    _add(pieces, template[at:], "", style)
    return tuple(pieces)


def _add(pieces: list[Piece], text: str, name: str, style: int) -> None:
    if text and pieces and not pieces[-1][1] and pieces[-1][2] == style:
        pieces[-1] = (pieces[-1][0] + text, "", style)
    elif text or name:
        pieces.append((text, name, style))


def _fill(pieces: tuple[Piece, ...], args: Mapping[str, Any], locale: str, zone: tzinfo | None, show: Show) -> Rich:
    words: list[str] = []
    for text, name, style in pieces:
        if style:
            return _fill_styled(pieces, args, locale, zone, show)
        if name:
            value = args.get(name)
            if type(value) is not str:
                if value is None:
                    raise LookupError(f"no value for ${name}")
                value = show(value, locale, zone)
                if not isinstance(value, str):
                    return _fill_styled(pieces, args, locale, zone, show)
            words.append(value)
        else:
            words.append(text)
    return "".join(words)


def _fill_styled(
    pieces: tuple[Piece, ...], args: Mapping[str, Any], locale: str, zone: tzinfo | None, show: Show
) -> Rich:
    spans: list[Span] = []
    for text, name, style in pieces:
        value: Rich = text
        if name:
            given = args.get(name)
            if given is None:
                raise LookupError(f"no value for ${name}")
            value = given if type(given) is str else show(given, locale, zone)
        for span in spans_of(value):
            if not (span.text or span.member):
                continue
            look = span.style | style
            last = spans[-1] if spans else None
            if last and last.style == look and last.url == span.url and not (last.member or span.member):
                spans[-1] = Span(last.text + span.text, look, span.url)
            else:
                spans.append(Span(span.text, look, span.url, span.member) if style else span)
    if len(spans) == 1 and spans[0] == Span(spans[0].text):
        return spans[0].text
    return Text(tuple(spans))
