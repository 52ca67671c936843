"""Formatted text as the server takes it: UTF-16 offsets, trimming, entities, and the HTML parse mode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any, Final
from unicodedata import category

from telegram.constants import MessageEntityType, MessageLimit

from coterie.adapters.telegram.fake.arguments import Args, Json, is_whole
from coterie.adapters.telegram.fake.errors import ApiError, bad

SPACES: Final = " \t\r\n\0\v"
TYPES: Final = frozenset(str(kind) for kind in MessageEntityType)
COMMAND: Final = re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@])")
TAGS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip

Formatted = tuple[str, list[Json]]


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def blank(text: str) -> bool:
    """Whether nothing of a text would be seen: white space and characters without a shape."""
    return all(letter.isspace() or category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp") for letter in text)


def commands_of(text: str) -> list[Json]:
    """The ``bot_command`` entities that Telegram finds in what a person writes."""
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in COMMAND.finditer(text)
    ]


def formatted(args: Args, text_name: str, entities_name: str) -> Formatted:
    """A text parameter with its entities: parsed, checked, trimmed; at most as many entities as are honoured."""
    text = args.text(text_name)
    mode = args.text("parse_mode").lower()
    if text and mode not in ("", "none"):
        return trimmed(*parse(text, mode))
    raw = args.json(entities_name, "entities") if text else None
    return trimmed(text, checked(text, raw if isinstance(raw, list) else []))


def parse(text: str, mode: str) -> Formatted:
    """A text in a parse mode.  HTML only: what this server cannot parse it says, in place of taking it as it is."""
    if mode == "html":
        return parse_html(text)
    if mode in ("markdown", "markdownv2"):
        raise ApiError(501, "Not Implemented: this fake does not parse Markdown; send entities or HTML")
    raise bad("unsupported parse_mode")


def checked(text: str, raw: Sequence[Any]) -> list[Json]:
    """The entities of a list, in order of their offsets; raises an error for one that does not fit the text."""
    starts, length = _boundaries(text)
    entities = [_entity(entity) for entity in raw]
    for entity in entities:
        offset, end = entity["offset"], entity["offset"] + entity["length"]
        if end > length:
            raise bad(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
            )
        for verb, at in (("begins", offset), ("ends", end)):
            if at not in starts:
                raise bad(f"entity {verb} in a middle of a UTF-16 symbol at byte offset {_byte(text, at)}")
    return sorted((e for e in entities if e["length"]), key=lambda e: (e["offset"], -e["length"]))


def _entity(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad("can't parse MessageEntity: expected an Object")
    if raw.get("type") not in TYPES:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    for name in ("offset", "length"):
        if not is_whole(raw.get(name)):
            raise bad(f'can\'t parse MessageEntity: Field "{name}" must be of type Number')
    if raw["offset"] < 0 or raw["length"] < 0:
        raise bad("receive an entity with incorrect offset or length")
    for kind, name, wanted in (("text_link", "url", str), ("text_mention", "user", dict)):
        if raw["type"] == kind and not isinstance(raw.get(name), wanted):
            raise bad(f"can't parse MessageEntity: Can't find field \"{name}\"")
    return dict(raw)


def _boundaries(text: str) -> tuple[set[int], int]:
    """Where a character begins or ends, in UTF-16 code units, and the whole length."""
    starts, at = {0}, 0
    for letter in text:
        at += 2 if ord(letter) > 0xFFFF else 1
        starts.add(at)
    return starts, at


def _byte(text: str, unit: int) -> int:
    """The UTF-8 offset of the character that has this UTF-16 unit in its middle."""
    at = 0
    for index, letter in enumerate(text):
        at += 2 if ord(letter) > 0xFFFF else 1
        if at > unit:
            return len(text[:index].encode())
    return len(text.encode())


def trimmed(text: str, entities: Sequence[Json]) -> Formatted:
    """The text without white space at its ends, the entities moved along; at most those that are honoured."""
    bare = text.strip(SPACES)
    cut = units(text[: len(text) - len(text.lstrip(SPACES))]) if bare else 0
    length, kept = units(bare), []
    for entity in entities:
        start = max(0, entity["offset"] - cut)
        end = min(length, entity["offset"] + entity["length"] - cut)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return bare, kept[: MessageLimit.MESSAGE_ENTITIES]


class _Html(HTMLParser):
    """Collects text and entities; anything that is not allowed is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.at = 0
        self.open: list[tuple[str, Json]] = []
        self.entities: list[Json] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "span" and values.get("class") == "tg-spoiler":
            entity: Json = {"type": "spoiler"}
        elif tag in TAGS:
            entity = {"type": TAGS[tag]}
        else:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self._offset()}')
        link = values.get("href") or ""
        if tag == "a" and link.startswith("tg://user?id=") and link[13:].isdecimal():
            entity = {"type": "text_mention", "user": {"id": int(link[13:]), "is_bot": False, "first_name": ""}}
        elif tag == "a":
            entity["url"] = link
        self.open.append((tag, entity | {"offset": self.at}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise bad(f"can't parse entities: Unexpected end tag at byte offset {self._offset()}")
        _, entity = self.open.pop()
        if self.at > entity["offset"]:
            self.entities.append(entity | {"length": self.at - entity["offset"]})

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        self.at += units(data)

    def _offset(self) -> int:
        return self.getpos()[1]


def parse_html(text: str) -> Formatted:
    """A text in the HTML parse mode."""
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1][0]}\"")
    return "".join(parser.parts), sorted(parser.entities, key=lambda e: (e["offset"], -e["length"]))
