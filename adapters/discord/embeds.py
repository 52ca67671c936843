"""What of a card does not fit into a plain message: titles, fields, tones and pictures, and texts that are longer."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from typing import Any, Final

from coterie.adapters.discord.characters import sendable
from coterie.adapters.discord.splitting import split
from coterie.adapters.discord.text import Mention, bits_of, write
from coterie.core.cards import Card, Field
from coterie.core.cutting import is_blank, units
from coterie.core.platform import Picture
from coterie.core.text import Rich, Span, Style, bold, italic, join, spans_of

Embed = dict[str, Any]
"""An embed as the REST API has it."""

TITLE: Final = 256
DESCRIPTION: Final = 4096
FIELDS: Final = 25
NAME: Final = 256
VALUE: Final = 1024
FOOTER: Final = 2048
SUM: Final = 6000
"""The most characters of all embeds of a message together."""
EMBEDS: Final = 10

COLOURS: Final = {"good": 0x2D7D46, "warn": 0xF0B232, "bad": 0xDA373C}
"""The stripe at the side of an embed, by the card's tone."""
NOTHING: Final = "\u200b"
"""Stands where a field must have a name or a value and has none; it takes no room."""
_HIDDEN: Final = int(Style.SPOILER | Style.QUOTE)


def embeds(card: Card, picture: Picture | None, mention: Mention, *, whole: bool) -> list[list[Embed]]:
    """The embeds that show a card, those of one message together; none where nothing of it can be seen.

    Titles and the names of fields show no links, spoilers or mentions, and footers no looks at all: what has links or
    spoilers, or is too long, goes into the text, a title before it and a footer behind it; a mention is a name there.
    A field that is too long goes on in the next one.  The ``picture`` and the footer are on the last embed.  Unless all
    pictures could be drawn (``whole``), their words are in the text.
    """
    pile = _Pile(COLOURS.get(card.tone))
    title = _caption(card.title, TITLE)
    if title:
        pile.title(title)
    footer = _footer(card.footer)
    for piece in split(_text(card, whole, whole_title=title is None, footer=footer is None), DESCRIPTION, mention):
        pile.text(piece)
    for field in card.fields:
        for name, value, inline in _fields(field, mention):
            pile.field(name, value, inline)
    if footer:
        pile.footer(footer)
    if picture is not None:
        pile.image(f"attachment://{file_name(picture)}")
    return pile.messages


def file_name(picture: Picture, number: int = 0) -> str:
    """The name of a picture's file, by which an embed finds it."""
    return f"picture{number or ''}{mimetypes.guess_extension(picture.media_type) or '.png'}"


def _text(card: Card, drawn: bool, *, whole_title: bool, footer: bool) -> tuple[Span, ...]:
    """What stands in the text of an embed."""
    lines: list[Rich] = []
    if whole_title:
        lines.append(bold(card.title))
    if card.text:
        lines.append(card.text)
    if not drawn:
        lines += [f"[{picture.alt}]" for picture in card.pictures]
    if footer:
        lines.append(italic(card.footer))
    return join(lines, "\n").spans


def _caption(value: Rich, limit: int) -> str | None:
    """The markup of a line that shows no links, spoilers or mentions; None for one that has them or is too long."""
    spans = spans_of(value)
    if any(span.url or span.style & _HIDDEN or "\n" in span.text for span in spans):
        return None
    found = write(bits_of(spans))
    return "" if is_blank(found) else found if units(found) <= limit else None


def _footer(value: Rich) -> str | None:
    """The plain words of a footer; None for one that has links or spoilers, or is too long."""
    spans = spans_of(value)
    if any(span.url or span.style & _HIDDEN for span in spans):
        return None
    found = "".join(f"@{span.text.removeprefix('@')}" if span.member else span.text for span in spans)
    found = sendable(found).strip()
    return "" if is_blank(found) else found if units(found) <= FOOTER else None


def _fields(field: Field, mention: Mention) -> Iterator[tuple[str, str, bool]]:
    """Name, value and whether it is inline, of each embed field that shows a field."""
    name, value = _caption(field.name, NAME), field.value
    if name is None:
        value = join([bold(field.name), value], ": ")
    values = split(spans_of(value), VALUE, mention) or [NOTHING]
    for index, piece in enumerate(values):
        yield (name or NOTHING) if index == 0 else NOTHING, piece, field.inline and len(values) == 1


class _Pile:
    """Embeds one after the other: as many as may be in one message, then those of the next."""

    def __init__(self, colour: int | None) -> None:
        self.messages: list[list[Embed]] = []
        self._colour = colour
        self._used = 0

    def title(self, words: str) -> None:
        """Begin with a title."""
        self._next(units(words))["title"] = words

    def text(self, words: str) -> None:
        """Put a text below everything."""
        free = bool(self.messages) and not {"description", "fields", "footer"} & self.messages[-1][-1].keys()
        self._next(units(words), free)["description"] = words

    def field(self, name: str, value: str, inline: bool) -> None:
        """Put a field below everything, beside the last one if both are inline."""
        free = bool(self.messages) and len(self.messages[-1][-1].get("fields", ())) < FIELDS
        embed = self._next(units(name) + units(value), free)
        embed.setdefault("fields", []).append({"name": name, "value": value, "inline": inline})

    def footer(self, words: str) -> None:
        """End with a footer."""
        self._next(units(words))["footer"] = {"text": words}

    def image(self, url: str) -> None:
        """End with a picture, which stands above the footer."""
        self._next(0)["image"] = {"url": url}

    def _next(self, size: int, free: bool = True) -> Embed:
        """The embed that takes so many characters more: the last one if it is free, else a new one."""
        if not self.messages or self._used + size > SUM or (not free and len(self.messages[-1]) == EMBEDS):
            self.messages.append([])
            self._used = 0
        if not (free and self.messages[-1]):
            self.messages[-1].append({} if self._colour is None else {"color": self._colour})
        self._used += size
        return self.messages[-1][-1]
