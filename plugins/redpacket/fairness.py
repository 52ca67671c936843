"""Chance that anybody can check: all draws of a packet follow from its seed, whose hash is shown before its shares.

Seed and hash are hexadecimal.  The hash is SHA-256 of the words of :func:`promise`, the seed among them, so that
neither seed nor shares can be changed afterwards without being found out.  :class:`Draws` is simple enough to be
written again in any language: docs/red-packets.md tells how.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import MutableSequence
from typing import Any, Final

SEED_BYTES: Final = 32
_WORD: Final = 8
_RANGE: Final = 1 << (8 * _WORD)


def new_seed(rng: random.Random) -> str:
    """A seed of 256 bits, as 64 hexadecimal digits."""
    return rng.randbytes(SEED_BYTES).hex()


def promise(seed: str, split: str, total: int, count: int, least: int, most: int) -> str:
    """The hash that is shown when a packet is made: it binds the seed and all that shares follow from."""
    words = f"{seed}:{split}:{total}:{count}:{least}:{most}"
    return hashlib.sha256(words.encode("ascii")).hexdigest()


class Draws:
    """Whole numbers that follow from a seed and a purpose, each value as likely as any other.

    The source is SHA-256 of ``SEED:PURPOSE:0``, ``SEED:PURPOSE:1`` and so on (decimal), read as big-endian numbers of
    eight bytes.  A number from the top of the range that would make some values likelier is passed over.
    """

    __slots__ = ("_blocks", "_name", "_words")

    def __init__(self, seed: str, purpose: str = "shares") -> None:
        self._name = f"{seed}:{purpose}:".encode("ascii")
        self._blocks = 0
        self._words: list[int] = []

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit - 1``; raises :class:`ValueError` unless ``1 <= limit <= 2**64``."""
        if not 1 <= limit <= _RANGE:
            raise ValueError(f"no number is from 0 to below {limit}")
        fair = _RANGE - _RANGE % limit
        while True:
            if not self._words:
                self._refill()
            word = self._words.pop()
            if word < fair:
                return word % limit

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both possible; raises :class:`ValueError` for an empty range."""
        return low + self.below(high - low + 1)

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Put items in an order of chance: from the last to the second, each changes places with one up to itself."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def _refill(self) -> None:
        block = hashlib.sha256(self._name + str(self._blocks).encode("ascii")).digest()
        self._blocks += 1
        words = [int.from_bytes(block[at : at + _WORD]) for at in range(0, len(block), _WORD)]
        self._words = words[::-1]
