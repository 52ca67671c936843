"""The core's rich text as Telegram has it: plain characters, and entities that say how they look.

No markup string is ever made (there is no ``parse_mode``), so nothing in a text needs to be escaped, and none of it can
become markup.  One thing Telegram reads into a plain text all the same: an ``@name`` becomes a mention of whoever has
that user name, and may notify a stranger.  So the ``@`` before a name is followed by an invisible left-to-right mark,
unless it stands in an e-mail address, a web address, code, or a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from telegram.constants import MessageEntityType

from coterie.adapters.telegram.splitting import Entity, Piece, split
from coterie.core.cutting import encodable, units
from coterie.core.text import Rich, Span, Style

Mention = Callable[[int], tuple[str, str] | None]
"""The Telegram user id of a member (an id of the core) who may be notified, and their name, which may be empty."""
Mark = tuple[str, Any]
"""One thing about the look of characters: the type of the entity, and an address or a user where it has one."""

_QUOTE: Final[Mark] = (MessageEntityType.BLOCKQUOTE.value, None)
_CODE: Final[Mark] = (MessageEntityType.CODE.value, None)
_LINK: Final = MessageEntityType.TEXT_LINK.value
_MENTION: Final = MessageEntityType.TEXT_MENTION.value
_STYLES: Final[tuple[tuple[Style, Mark], ...]] = (
    (Style.SPOILER, (MessageEntityType.SPOILER.value, None)),
    (Style.BOLD, (MessageEntityType.BOLD.value, None)),
    (Style.ITALIC, (MessageEntityType.ITALIC.value, None)),
    (Style.STRIKE, (MessageEntityType.STRIKETHROUGH.value, None)),
)


def _looks(style: int) -> tuple[Mark, ...]:
    """The marks of a style, in the order in which entities contain each other."""
    quote = (_QUOTE,) if style & Style.QUOTE else ()
    if style & Style.CODE and not style & Style.SPOILER:
        return (*quote, _CODE)
    return (*quote, *(mark for flag, mark in _STYLES if style & flag))


_ALL: Final = int(sum(Style))
_CODE_FLAG: Final = int(Style.CODE)
_LOOKS: Final = tuple(_looks(style) for style in range(_ALL + 1))
"""The marks of every combination of styles: flags are slow to compute with."""

_GUARD: Final = "\u200e"
_ADDRESS: Final = r"https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?::[0-9]+)?[/?#][A-Za-z0-9_./~%+=&:@?#-]*"
_NAME: Final = re.compile(rf"({_ADDRESS})|(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_])")
_NAME_BEGINS: Final = re.compile("[A-Za-z0-9_]")


def nobody(_member: int) -> None:
    """A :data:`Mention` that lets nobody be notified."""


def literal(text: str) -> str:
    """The text as it can be sent: nobody's ``@name`` in it is a mention, and a lone surrogate is replaced."""
    text = encodable(text)
    return _NAME.sub(_guarded, text) if "@" in text else text


def _guarded(match: re.Match[str]) -> str:
    return match[0] if match[1] else f"@{_GUARD}"


def render(value: Rich, mention: Mention = nobody) -> Piece:
    """The characters of a rich text, and its entities: sorted, each inside or beside every other one.

    A mention shows as ``@`` and the name; it is a mention to Telegram only if ``mention`` tells the user.  Where
    Telegram knows no combination of looks, a mention goes before a link, a link and a spoiler before code, and code
    before everything else but a quote.
    """
    if isinstance(value, str):
        return literal(value), []
    return weave(value.spans, mention)


def weave(spans: Iterable[Span], mention: Mention) -> Piece:
    """The characters and entities of spans in a row, as :func:`render` has them."""
    pieces: list[str] = []
    entities: list[Entity] = []
    opened: list[tuple[Mark, Entity]] = []
    marks: tuple[Mark, ...] = ()
    offset = 0
    for span in spans:
        text = span.text
        if not text:
            continue
        if span.member:
            text = f"@{text.removeprefix('@')}"
        style = int(span.style) & _ALL
        target = _target(span, text, mention) if span.member or span.url else None
        wanted = _LOOKS[style] if target is None else _linked(style, target)
        if target is not None or _CODE in wanted:
            text = encodable(text)
        else:
            text = literal(text)
            if pieces and pieces[-1][-1] == "@" and _NAME_BEGINS.match(text):
                text = _GUARD + text
        if wanted != marks:
            _turn(opened, wanted, offset, entities)
            marks = wanted
        pieces.append(text)
        offset += units(text)
    _turn(opened, (), offset, entities)
    return "".join(pieces), entities


def _target(span: Span, text: str, mention: Mention) -> Mark | None:
    """What a tap on a span opens: a person, a page, or nothing."""
    user = mention(span.member) if span.member else None
    if user is not None:
        return _MENTION, (user[0], user[1] or text[1:] or user[0])
    return (_LINK, span.url) if span.url else None


def _linked(style: int, target: Mark) -> tuple[Mark, ...]:
    """The marks of a style on a link or a mention, which cannot be code as well."""
    looks = _LOOKS[style & ~_CODE_FLAG]
    return (_QUOTE, target, *looks[1:]) if looks and looks[0] is _QUOTE else (target, *looks)


def _turn(opened: list[tuple[Mark, Entity]], wanted: tuple[Mark, ...], offset: int, entities: list[Entity]) -> None:
    """End the open entities that are wanted no more, and those inside them; begin what is wanted and not open.

    A quote contains everything else, so everything ends where one begins or ends.
    """
    keep = 0
    if (_QUOTE in wanted) == (bool(opened) and opened[0][0] is _QUOTE):
        while keep < len(opened) and opened[keep][0] in wanted:
            keep += 1
    for _, entity in opened[keep:]:
        entity["length"] = offset - entity["offset"]
    del opened[keep:]
    going = [mark for mark, _ in opened]
    for mark in wanted:
        if mark not in going:
            entity = _entity(mark, offset)
            opened.append((mark, entity))
            entities.append(entity)


def _entity(mark: Mark, offset: int) -> Entity:
    kind, about = mark
    entity: Entity = {"type": kind, "offset": offset, "length": 0}
    if kind == _LINK:
        entity["url"] = about
    elif kind == _MENTION:
        number, name = about
        entity["user"] = {"id": int(number), "is_bot": False, "first_name": name}
    return entity


__all__ = ["Entity", "Mention", "Piece", "literal", "nobody", "render", "split", "units", "weave"]
