"""What the way through an export is made of, and what is found on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Header = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How an export is built.

    ``record`` and ``chat`` are patterns of how each begins, as its program writes it.  They contain a key in bare
    quotes, which cannot occur inside a JSON string: so they find the way back behind damage, and nobody can forge one.
    """

    record: bytes
    chat: bytes
    inside: frozenset[str] = frozenset()
    """Keys below which chats are found; without any, the file is one chat."""
    records: str = "messages"


class Frame(msgspec.Struct, array_like=True):
    """A list or object that has begun and not ended; ``astray`` is what is around a chat behind damage."""

    kind: Literal["object", "list", "astray", "records"]
    header: Header = {}
    begun: bool = False
    """Whether its records have begun."""


@dataclass(frozen=True, slots=True)
class ChatBegins:
    """From here on records are of a chat; ``header`` is what stood before them."""

    position: int
    header: Header
    alone: bool
    """Whether it is all that the file holds."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as the reader understands it; ``repaired`` if it was not quite JSON."""

    position: int
    value: Any
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that cannot be read: where it begins, how long it is (bytes), and why."""

    position: int
    length: int
    reason: str
    ends: bool = False
    """Whether the file ends here before its time."""


Piece = ChatBegins | Record | Damage


class NotJson(Exception):
    """The file is nothing that could be read; the message says what it is instead."""
