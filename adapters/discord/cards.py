"""Cards as messages of Discord: a short plain text as such, everything else as embeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import discord

from coterie.adapters.discord.characters import BLANK, on_one_line
from coterie.adapters.discord.components import Components, components
from coterie.adapters.discord.embeds import Embed, embeds, file_name
from coterie.adapters.discord.text import Mention
from coterie.adapters.discord.text import render as markup
from coterie.core.cards import Card
from coterie.core.cutting import units
from coterie.core.platform import Delivery, Picture
from coterie.core.text import Rich, spans_of

CONTENT: Final = 2000
ALT: Final = 1024
PINGS: Final = 80
"""So many people are notified at once at most: their mentions fit into one message, and Discord takes a hundred."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message. A picture alone is shown by the last of ``embeds``; several stand below, as a gallery."""

    content: str = ""
    embeds: list[Embed] = field(default_factory=list)
    components: Components = field(default_factory=list)
    allowed_mentions: dict[str, Any] = field(default_factory=lambda: allowing())
    pictures: tuple[Picture, ...] = ()


def allowing(*users: str) -> dict[str, Any]:
    """``allowed_mentions`` that let these users be notified and nobody else, not even who is answered."""
    return {"parse": [], "users": list(users), "replied_user": False}


def render(card: Card, delivery: Delivery) -> list[Part]:
    """The messages that show a card, at least one; the buttons are on the last, the drawn picture too.

    A card of plain words is plain content up to 2,000 characters.  Everything else is embeds, as many as fit into one
    message and then into further ones.  Mentions in an embed notify nobody, so those whom the card pings and mentions
    stand above it, and in an edit they stay there without being notified again.  Where a picture could not be drawn,
    the words of all are shown.  Raises :class:`Refused` for buttons that Discord would refuse.
    """
    rows = components(card.buttons) if card.buttons else []
    mention = mention_of(delivery)
    called = _called(card, mention)
    allowed = allowing(*(() if delivery.native else called))
    if is_plain(card):
        content = markup(card.text, mention)
        if units(content) <= CONTENT:
            return [Part(content or BLANK, [], rows, allowed)]
    drawn = delivery.pictures
    messages = embeds(card, drawn[0] if len(drawn) == 1 else None, mention, whole=len(drawn) == len(card.pictures))
    if not messages:
        return [Part("" if drawn else BLANK, [], rows, allowed, drawn)]
    above = " ".join(f"<@{account}>" for account in called)
    last = len(messages) - 1
    return [
        Part(
            "" if index else above,
            shown,
            rows if index == last else [],
            allowing() if index else allowed,
            drawn if index == last else (),
        )
        for index, shown in enumerate(messages)
    ]


def is_plain(card: Card) -> bool:
    """Whether a card is nothing but words, and buttons."""
    return not (card.title or card.fields or card.pictures or card.footer or card.tone != "plain")


def mention_of(delivery: Delivery) -> Mention:
    """The Discord accounts of members, as far as the core knows them."""

    def account(member: int) -> str:
        platform, _, native = delivery.mentions.get(member, "").partition(":")
        return native if platform == "discord" and native.isascii() and native.isdecimal() else ""

    return account


def _called(card: Card, mention: Mention) -> list[str]:
    """The accounts of those whom a card both mentions and pings."""
    if not card.pings:
        return []
    parts: list[Rich] = [card.title, card.text, card.footer]
    for each in card.fields:
        parts += [each.name, each.value]
    mentioned = dict.fromkeys(span.member for part in parts for span in spans_of(part) if span.member)
    found = dict.fromkeys(mention(member) for member in mentioned if member in card.pings)
    return [account for account in found if account][:PINGS]


def body(part: Part) -> dict[str, Any]:
    """The message as the REST API takes it, for a new one as for an edit: what is not there is taken away."""
    return {
        "content": part.content,
        "embeds": part.embeds,
        "components": part.components,
        "allowed_mentions": part.allowed_mentions,
        "attachments": [file.to_dict(number) for number, file in enumerate(files(part))],
    }


def files(part: Part) -> list[discord.File]:
    """What travels beside the :func:`body`, made anew each time because sending uses a file up."""
    return [
        discord.File(
            BytesIO(picture.data), file_name(picture, number), description=on_one_line(picture.alt, ALT) or None
        )
        for number, picture in enumerate(part.pictures)
    ]


__all__ = ["Part", "allowing", "body", "files", "is_plain", "mention_of", "render"]
