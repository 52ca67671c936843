"""Cards as messages of Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from telegram.constants import CallbackQueryLimit

from coterie.adapters.telegram.keyboards import Keyboard, keyboard
from coterie.adapters.telegram.pictures import Kind, kind_of
from coterie.adapters.telegram.splitting import CAPTION_LENGTH, Entity, Piece, split
from coterie.adapters.telegram.text import Mention, literal, nobody, weave
from coterie.core.cards import Card
from coterie.core.cutting import encodable, is_blank, units
from coterie.core.platform import Delivery, Picture
from coterie.core.text import Rich, Span, Style, spans_of

_ALERT: Final = int(CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
_LINE: Final = Span("\n")
_COLON: Final = Span(": ")
_BOLD, _ITALIC = int(Style.BOLD), int(Style.ITALIC)


@dataclass(frozen=True, slots=True)
class Part:
    """One message. With a ``picture``, ``text`` is its caption and may be empty.

    Pictures that stand together are parts in a row, whose ``album`` is the kind of all of them; they have no buttons.
    """

    text: str
    entities: list[Entity]
    keyboard: Keyboard | None = None
    picture: Picture | None = None
    album: Kind | Literal[""] = ""


def render(card: Card, delivery: Delivery, *, picture: bool) -> list[Part]:
    """The messages that show a card, at least one; the buttons are on the last.

    The words are those of :func:`coterie.core.testing.people.card_words`, line by line; an address is behind the words
    that link to it, and not among them.  With ``picture``, the drawn one comes first, with the words as its caption if
    they fit.  The words of what it shows are among them either way: Telegram has no other place for them.  Only members
    whom the card pings are mentioned so that they hear of it, and nobody is in an edit.  A card's tone has no
    counterpart here.  Raises :class:`Refused` for buttons that Telegram would refuse.
    """
    rows = keyboard(card.buttons) if card.buttons else None
    text, entities = _words(card, mention_of(card, delivery))
    drawn = delivery.pictures if picture else ()
    if not drawn:
        return _parts(split(text, entities), rows)
    caption = [("", [])] if is_blank(text) else split(text, entities, CAPTION_LENGTH)
    if len(drawn) > 1:
        return _album(drawn, caption, split(text, entities), rows)
    if len(caption) == 1:
        return [Part(*caption[0], rows, drawn[0])]
    return [Part("", [], None, drawn[0]), *_parts(split(text, entities), rows)]


def _album(drawn: tuple[Picture, ...], caption: list[Piece], pieces: list[Piece], rows: Keyboard | None) -> list[Part]:
    """Several pictures. The words are the first one's caption if they fit and there are no buttons, which an album
    cannot have.
    """
    kind, below = kind_of(*drawn), rows is not None or len(caption) > 1
    first = ("", []) if below else caption[0]
    album = [Part(*(("", []) if number else first), None, each, kind) for number, each in enumerate(drawn)]
    return [*album, *(_parts(pieces, rows) if below else ())]


def _parts(pieces: list[Piece], rows: Keyboard | None) -> list[Part]:
    *earlier, (text, entities) = pieces
    return [*(Part(*piece) for piece in earlier), Part(text, entities, rows)]


def mention_of(card: Card, delivery: Delivery) -> Mention:
    """Whom a card may notify: those whom it pings and whose Telegram account is known, and nobody when it is edited."""
    if not card.pings or delivery.native:
        return nobody

    def user(member: int) -> tuple[str, str] | None:
        number = delivery.mentions.get(member, "").partition(":")[2] if member in card.pings else ""
        return (number, "") if number.isascii() and number.isdecimal() else None

    return user


def _words(card: Card, mention: Mention) -> Piece:
    """All words of a card with their looks: the title bold, the footer italic."""
    if isinstance(card.text, str) and not (card.title or card.fields or card.pictures or card.footer):
        return literal(card.text), []
    spans: list[Span] = []
    for words in _lines(card):
        if spans:
            spans.append(_LINE)
        spans.extend(words)
    return weave(spans, mention)


def _lines(card: Card) -> list[tuple[Span, ...]]:
    """The parts of a card that have words; each begins a line."""
    lines: list[tuple[Span, ...]] = []
    if card.title:
        lines.append(_looking(card.title, _BOLD))
    if card.text:
        lines.append(spans_of(card.text))
    lines.extend((*spans_of(field.name), _COLON, *spans_of(field.value)) for field in card.fields)
    lines.extend((Span(f"[{picture.alt}]"),) for picture in card.pictures)
    if card.footer:
        lines.append(_looking(card.footer, _ITALIC))
    return lines


def _looking(value: Rich, style: int) -> tuple[Span, ...]:
    if isinstance(value, str):
        return (Span(value, style),)
    return tuple(Span(span.text, span.style | style, span.url, span.member) for span in value.spans)


def alert(card: Card) -> str | None:
    """The words of a card for the small window that answers a tap: 200 characters without looks, links or mentions.

    None where that is not enough: the card is longer, it has buttons, a picture or a link, or it shows nothing.
    """
    if card.buttons or card.pictures or any(span.url for line in _lines(card) for span in line):
        return None
    text = "\n".join(_plain(line) for line in _lines(card)).strip()
    return None if is_blank(text) or units(text) > _ALERT else text


def _plain(spans: tuple[Span, ...]) -> str:
    return encodable("".join(f"@{span.text.removeprefix('@')}" if span.member else span.text for span in spans))


__all__ = ["Part", "alert", "mention_of", "render"]
