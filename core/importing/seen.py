"""Which records of a chat were taken in before: exact, whatever order or part of a chat a file holds.

Ids are kept in blocks of neighbours, packed as differences.  A block of Telegram's running numbers takes about a
kilobyte for 16,384 messages; ids that hold a time, as Discord's do, take about eight bytes each.
"""

from __future__ import annotations

import zlib
from array import array
from base64 import b64decode, b64encode
from itertools import accumulate, pairwise
from typing import Any, Final

from coterie.storage.engine import LaneConnection
from coterie.storage.history import ADD_BLOCK, BLOCK, BLOCKS, CHANGE_BLOCK

_NEAR: Final = 14
_FAR: Final = 48
_RUNNING: Final = 1 << 42
"""Below it, ids are running numbers; above, they hold a time (Snowflakes: a block of 18.6 hours)."""
_KEPT: Final = 100_000
"""Ids that stay in memory from one step to the next."""


class Conflict(Exception):
    """Another process takes in records of the same chat."""


def block_of(identifier: int) -> int:
    """The block of an id; blocks of the two kinds have different numbers."""
    if -_RUNNING < identifier < _RUNNING:
        return (identifier >> _NEAR) - (1 << 40)
    return identifier >> _FAR


def packed(ids: set[int]) -> str:
    """A block as text."""
    ordered = sorted(ids)
    gaps = array("q", [ordered[0], *(after - before for before, after in pairwise(ordered))])
    return b64encode(zlib.compress(gaps.tobytes(), 1)).decode()


def unpacked(text: str) -> set[int]:
    """The ids of a block."""
    gaps = array("q")
    gaps.frombytes(zlib.decompress(b64decode(text)))
    return set(accumulate(gaps))


class Seen:
    """The records of one chat that were taken in, by this run and by earlier ones."""

    def __init__(self, db: LaneConnection, community: int, adapter: str, chat: str) -> None:
        self._db = db
        self._place = {"community_id": community, "adapter": adapter, "chat": chat}
        self._stored: set[int] | None = None
        self._blocks: dict[int, set[int]] = {}
        self._before: dict[int, str] = {}
        self._changed: set[int] = set()
        self._noted: dict[int, str] = {}

    def add(self, identifier: int) -> bool:
        """Take in a record; whether it was not taken in before."""
        number = block_of(identifier)
        ids = self._blocks.get(number)
        if ids is None:
            ids = self._blocks[number] = self._load(number)
        if identifier in ids:
            return False
        ids.add(identifier)
        self._changed.add(number)
        return True

    def _load(self, number: int) -> set[int]:
        if number in self._noted:
            return unpacked(self._noted[number])
        if self._stored is None:
            with self._db.transaction():
                self._stored = {row[0] for row in self._db.all(BLOCKS, self._place)}
        if number not in self._stored:
            return set()
        with self._db.transaction():
            row = self._db.one(BLOCK, self._place | {"block": number})
        if row is None:
            raise Conflict
        self._before[number] = row[0]
        return unpacked(row[0])

    def write(self) -> dict[int, str]:
        """Write what changed, inside a transaction; the result is for :meth:`written`. Raises :class:`Conflict`."""
        made = {number: packed(self._blocks[number]) for number in sorted(self._changed)}
        new: list[dict[str, Any]] = []
        for number, text in made.items():
            before = self._before.get(number)
            if before is None:
                new.append(self._place | {"block": number, "ids": text})
                continue
            chat = {"chat_": self._place["chat"], "block_": number}
            if self._db.run(CHANGE_BLOCK, self._place | chat | {"before": before, "ids": text}).rowcount != 1:
                raise Conflict
        self._db.many(ADD_BLOCK, new)
        return made

    def written(self, made: dict[int, str]) -> None:
        """The transaction is committed."""
        self._before.update(made)
        if self._stored is not None:
            self._stored.update(made)
        self._changed.clear()
        self._trim()

    def note(self) -> None:
        """Remember what changed without writing it."""
        self._noted.update({number: packed(self._blocks[number]) for number in self._changed})
        self._changed.clear()
        self._trim()

    def _trim(self) -> None:
        if sum(map(len, self._blocks.values())) > _KEPT:
            self._blocks.clear()
            self._before.clear()
