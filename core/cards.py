"""Cards: one message for every platform. Authors write them, adapters render them."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from coterie.core.text import Rich, Text, spans_of

Tone = Literal["plain", "good", "warn", "bad"]
ButtonStyle = Literal["normal", "primary", "danger"]
ArgValue = str | int | bool

MOST_PICTURES: Final = 10
"""Pictures of one card; both Telegram and Discord take so many with one message."""


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A short label with its value, laid out in a grid where the platform can."""

    name: Rich
    value: Rich
    inline: bool = True


class Picture(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture that is drawn when the message is sent: ``draw`` names a ``@picture`` method, ``alt`` describes it in
    words.
    """

    draw: str
    alt: str
    args: dict[str, ArgValue] = {}
    plugin: str = ""
    """Filled in by the core when the card is queued."""


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button: ``do`` names a ``@button`` method of the plugin with its arguments, or ``url`` opens a page.

    ``only`` binds it to one member (an id).  ``expires`` is seconds from now, 0 for never.  What leaves the core
    carries a
    signed ``token`` in place of ``do`` and ``args``.
    """

    label: Rich
    do: str = ""
    args: dict[str, ArgValue] = {}
    url: str = ""
    style: ButtonStyle = "normal"
    only: int = 0
    expires: int = 0
    token: str = ""


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """A platform-neutral message."""

    text: Rich = ""
    title: Rich = ""
    fields: tuple[Field, ...] = ()
    picture: Picture | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    tone: Tone = "plain"
    footer: Rich = ""
    pings: tuple[int, ...] = ()
    """Members (ids) whom a mention in this card may notify; nobody unless named here."""
    album: tuple[Picture, ...] = ()
    """More pictures, shown together with ``picture``; with it at most :data:`MOST_PICTURES`."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures of the card, in order."""
        return self.album if self.picture is None else (self.picture, *self.album)

    def plain(self) -> str:
        """The words of the card, one part a line, without buttons."""
        parts = [str(self.title), str(self.text)]
        parts += [f"{field.name}: {field.value}" for field in self.fields]
        parts += [f"[{picture.alt}]" for picture in self.pictures]
        parts.append(str(self.footer))
        return "\n".join(part for part in parts if part)

    def labels(self) -> list[str]:
        """The button labels in reading order."""
        return [str(button.label) for row in self.buttons for button in row]


def card_of(value: Card | Rich) -> Card:
    """A card, made from plain or rich text where needed."""
    return value if isinstance(value, Card) else Card(text=value)


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question of a form as the member sees it."""

    name: str
    label: str
    kind: Literal["text", "long", "int", "choice", "bool"] = "text"
    required: bool = True
    help: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


def encode(value: Any) -> bytes:
    """JSON bytes of a card, an action or an event."""
    return _encoder.encode(value)


_encoder = msgspec.json.Encoder()

__all__ = [
    "MOST_PICTURES",
    "ArgValue",
    "Button",
    "ButtonStyle",
    "Card",
    "Field",
    "Picture",
    "Question",
    "Rich",
    "Text",
    "Tone",
    "card_of",
    "encode",
    "spans_of",
]
