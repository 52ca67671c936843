"""How much of its own a message says, and how like an earlier one it is. Pure functions, for any script.

A text becomes a *sketch*: the smallest hashes of its shingles (runs of three characters, of two where words are not
set apart by spaces).  The share of hashes that two sketches have in common estimates the Jaccard similarity of the
texts (bottom-k sketches: Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

Sketch = tuple[int, ...]
"""Hashes, smallest first, each once."""

SIZE: Final = 16
"""Hashes in a sketch; short messages have no more shingles than that, so their likeness is exact."""
LOOKED_AT: Final = 400
"""Characters of a message that count."""
_ADDRESS: Final = re.compile(r"\w+://\S+")
_DIGITS: Final = re.compile(r"\d+")
_WIDE: Final = "\u1100"
"""No character before this one is wide."""


def essence(text: str) -> str:
    """What counts of a text: letters without case, accents of width and shape, spaces, marks and addresses; any number
    is 0, for a counter makes no new message.
    """
    folded = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text[: LOOKED_AT * 2])).casefold()
    return _DIGITS.sub("0", "".join(char for char in folded if char.isalnum()))[:LOOKED_AT]


def substance(essential: str) -> int:
    """The length of what a text says once: a wide character counts two, what repeats counts nothing."""
    if not essential:
        return 0
    steps = {essential[place : place + 2] for place in range(len(essential) - 1)}
    if essential.isascii():
        return 1 + len(steps)
    return _width(essential[0]) + sum(_width(step[1]) for step in steps)


def sketch(essential: str) -> Sketch:
    """The sketch of a text's essence; empty for an empty one."""
    if not essential:
        return ()
    size = len(essential)
    if essential.isascii():
        shingles = {essential[place : place + 3] for place in range(size - 2)}
    else:
        ends = ((place, place + 4 - _width(char)) for place, char in enumerate(essential))
        shingles = {essential[place:end] for place, end in ends if end <= size}
    return tuple(sorted({crc32(each.encode("utf-8", "replace")) for each in shingles or {essential}})[:SIZE])


def likeness(one: Sketch, other: Sketch) -> int:
    """How like two texts are, in percent: 100 for the same, 0 for nothing in common."""
    both = set(one).intersection(other)
    if not both:
        return 0
    union = sorted({*one, *other})[:SIZE]
    return len(both.intersection(union)) * 100 // len(union)


def nearest(new: Sketch, earlier: Iterable[Sketch]) -> int:
    """The likeness to the most similar of several texts."""
    return max((likeness(new, each) for each in earlier), default=0)


def pack(sketches: Sequence[Sketch]) -> str:
    """Sketches as text for a column."""
    return " ".join(struct.pack(f">{len(one)}I", *one).hex() for one in sketches)


def unpack(text: str) -> list[Sketch]:
    """What :func:`pack` made."""
    packed = map(bytes.fromhex, text.split())
    return [struct.unpack(f">{len(one) // 4}I", one) for one in packed]


def _width(char: str) -> int:
    return 1 if char < _WIDE else 2 if unicodedata.east_asian_width(char) in "WF" else 1
