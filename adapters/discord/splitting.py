"""Cutting a text that is too long for one place into several, each with markup that begins and ends in itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

from coterie.adapters.discord.text import EDGES, Bit, Mention, bits_of, nobody, write
from coterie.core.cutting import cut_at, is_blank, units
from coterie.core.text import Span

_LEADING: Final = re.compile(f"[{re.escape(EDGES)}]*")
_SMALLEST: Final = 64


def split(spans: Iterable[Span], limit: int, mention: Mention = nobody) -> list[str]:
    """The markup of spans in pieces of at most ``limit`` characters, as Discord counts them; none where nothing shows.

    A piece ends at the end of a paragraph, a line, a word, or (in Chinese and Japanese, or where a word fills a whole
    piece) a character as a reader sees it, never inside one that fits, nor inside a mention.  Looks and links that
    cross a cut go on in the next piece.  Raises :class:`ValueError` for a limit below 64, which not every mention fits.
    """
    if limit < _SMALLEST:
        raise ValueError(f"a piece of at most {limit} characters cannot hold every mention")
    return _Splitter(bits_of(spans, mention), limit).pieces()


class _Splitter:
    def __init__(self, bits: list[Bit], limit: int) -> None:
        self._bits, self._limit = bits, limit
        self._starts = [0, *accumulate(len(bit.text) for bit in bits)]
        self._text = "".join(bit.text for bit in bits)

    def pieces(self) -> list[str]:
        found, start = list[str](), 0
        while start < len(self._text):
            leading = _LEADING.match(self._text, start)
            start = start if leading is None else leading.end()
            stop, piece = self._piece(start)
            if not is_blank(piece):
                found.append(piece)
            start = stop
        return found

    def _piece(self, start: int) -> tuple[int, str]:
        """The longest good piece from a code point on: where it ends, and its markup."""
        stop = self._whole(start, min(start + self._limit, len(self._text)))
        piece = self._written(start, stop)
        if (size := units(piece)) <= self._limit:
            return (stop, piece) if stop == len(self._text) else self._cut(start, stop)
        return self._cut(start, self._fitting(start, stop, size))

    def _fitting(self, start: int, stop: int, size: int) -> int:
        """About where the longest piece ends that fits; the one that ends at ``stop`` has ``size`` and does not.

        Signs and escapes are mostly spread evenly, so the place is guessed from the sizes, in turns with the middle.
        """
        fits, fitting, spare = start, 0, self._limit >> 7
        guessing = True
        while stop - fits > 1 and self._limit - fitting > spare:
            share = (stop - fits) * (self._limit - fitting) // (size - fitting) if guessing else (stop - fits) // 2
            middle = min(max(fits + share, fits + 1), stop - 1)
            if (found := units(self._written(start, middle))) <= self._limit:
                fits, fitting = middle, found
            else:
                stop, size = middle, found
            guessing = not guessing
        return max(fits, start + 1)

    def _cut(self, start: int, most: int) -> tuple[int, str]:
        """The best piece that ends at ``most`` or before; what goes on behind a cut may make it a little longer."""
        while True:
            stop = self._whole(start, cut_at(self._text, start, most) if most < len(self._text) else most)
            piece = self._written(start, stop)
            if units(piece) <= self._limit or stop <= start + 1:
                return stop, piece
            most = min(most, stop) - 1

    def _whole(self, start: int, stop: int) -> int:
        """``stop``, or the end of a mention beside it: before it, unless it is the first thing."""
        index = bisect_right(self._starts, stop) - 1
        if index >= len(self._bits) or not self._bits[index].account or self._starts[index] == stop:
            return stop
        return self._starts[index] if self._starts[index] > start else self._starts[index + 1]

    def _written(self, start: int, stop: int) -> str:
        first = bisect_right(self._starts, start) - 1
        bits: list[Bit] = []
        for index in range(first, len(self._bits)):
            begin = self._starts[index]
            if begin >= stop:
                break
            bit = self._bits[index]
            if not bit.account:
                bit = bit._replace(text=bit.text[max(0, start - begin) : stop - begin])
            bits.append(bit)
        return write(bits)
