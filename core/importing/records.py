"""What the past is made of, whatever platform it comes from, and what a reader of exports has to be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import msgspec

from coterie.core.importing.mending import Unreadable
from coterie.core.importing.pieces import Header, Shape

Kind = Literal["message", "command", "joined", "left", "other"]
_BOUND: Final = 2**63


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One record: ``at`` is milliseconds since 1970 UTC, ``person`` the platform's id of who did it, or empty.

    A ``name`` that is empty belongs to an account that is deleted.  ``reactions`` is how many the message got.
    """

    id: int
    at: int
    kind: Kind
    person: str = ""
    name: str = ""
    bot: bool = False
    reactions: int = 0


@dataclass(frozen=True, slots=True)
class Chat:
    """Where records come from: the space and channel as live events of the platform name them.

    An empty ``channel`` means all channels of the space.  ``ours`` is false for what is never imported (direct chats),
    ``why`` then says so.
    """

    space: str
    channel: str = ""
    title: str = ""
    ours: bool = True
    why: str = ""

    @property
    def key(self) -> str:
        """What tells it from other chats of its platform: record ids are unique in it."""
        return self.channel or self.space


class Importer(ABC):
    """Understands the exports of one program; found under its name in the entry points ``coterie.importers``."""

    name: ClassVar[str]
    platform: ClassVar[str]
    """The platform of the accounts, and the name of the adapter that serves the spaces."""
    about: ClassVar[str]
    """What it reads, for the help of the command line."""
    shape: ClassVar[Shape]
    record: ClassVar[Any]
    """The type of a record, as msgspec decodes it."""
    bot: ClassVar[bytes] = b""
    """Pattern of where a file tells that somebody is a bot, if not with each record; its first group is the id."""

    def files(self, path: Path) -> list[Path]:
        """The files of an export; raises :class:`ValueError` if there is none."""
        if path.is_dir():
            raise ValueError(f"{path} is a folder: name the file in it")
        return [path]

    @abstractmethod
    def chat(self, header: Header) -> Chat:
        """The chat that a header describes; raises :class:`Unreadable`."""

    @abstractmethod
    def entry(self, record: Any, local: Any) -> Entry:
        """What a record means; raises :class:`Unreadable`.

        ``local`` is the zone of instants that come without one (a :class:`datetime.tzinfo`).
        """


def number(value: object, what: str = "id") -> int:
    """A whole number of 64 bits; raises :class:`Unreadable`."""
    if type(value) is int and -_BOUND <= value < _BOUND:
        return value
    try:
        found = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        found = None
    if found is None:
        raise Unreadable(f"its {what} is not a number")
    if not -_BOUND <= found < _BOUND:
        raise Unreadable(f"its {what} has more than 64 bits")
    return found


__all__ = ["Chat", "Entry", "Header", "Importer", "Kind", "Shape", "Unreadable", "number"]
