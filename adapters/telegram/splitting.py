"""Cutting a text that is too long for one message into several, its entities with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from telegram.constants import MessageLimit

from coterie.adapters.telegram.characters import BLANK, TRIMMED
from coterie.core.cutting import cut_at, encodable, is_blank, units

Entity = dict[str, Any]
"""A message entity as the Bot API has it; ``offset`` and ``length`` are in UTF-16 code units."""
Piece = tuple[str, list[Entity]]
"""The text of one message, and its entities."""

TEXT_LENGTH: Final = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION_LENGTH: Final = int(MessageLimit.CAPTION_LENGTH)
ENTITIES: Final = int(MessageLimit.MESSAGE_ENTITIES)
"""So many entities of a message are shown; Telegram ignores the rest."""

_LEADING: Final = re.compile(f"[{re.escape(TRIMMED)}]*")


def split(text: str, entities: list[Entity], limit: int = TEXT_LENGTH) -> list[Piece]:
    """The text in pieces that Telegram takes, at least one, each of at most ``limit`` code units and 100 entities.

    A piece ends at the end of a paragraph, a line, a word, or (in Chinese and Japanese, or where a word fills a whole
    message) a character as a reader sees it, never inside one that fits into a message.  What Telegram would strip goes
    from the ends of each piece, and a piece of which nothing could be seen goes altogether; nothing else is lost.
    A lone surrogate is replaced.  Where no piece would be left, there is one of :data:`BLANK`.  An entity that crosses
    a cut goes on in the next piece.  Raises :class:`ValueError` for a limit below 2, which not every character fits.
    """
    if limit < 2:
        raise ValueError(f"a message of at most {limit} code units cannot hold every character")
    text = encodable(text)
    if len(text) <= limit and len(entities) <= ENTITIES and units(text) <= limit:
        return [_trimmed(text, entities)]
    return _Splitter(text, entities, limit).pieces() or [(BLANK, [])]


def _trimmed(text: str, entities: list[Entity]) -> Piece:
    kept = text.strip(TRIMMED)
    if is_blank(kept[:1]) and is_blank(kept):
        return BLANK, []
    if len(kept) == len(text) or not entities:
        return kept, entities
    start = len(text) - len(text.lstrip(TRIMMED))
    return kept, _clipped(entities, start, start + units(kept))


def _clipped(entities: Iterable[Entity], start: int, stop: int) -> list[Entity]:
    """What of entities lies between two offsets, counted from the first of them."""
    found: list[Entity] = []
    for entity in entities:
        first = max(entity["offset"], start)
        last = min(entity["offset"] + entity["length"], stop)
        if first < last:
            found.append({**entity, "offset": first - start, "length": last - first})
    return found


class _Splitter:
    """Goes through a text once; ``offset`` is the code unit at which the next piece begins."""

    def __init__(self, text: str, entities: list[Entity], limit: int) -> None:
        self._text, self._limit = text, limit
        self._wide = units(text) != len(text)
        self._entities = sorted(entities, key=lambda entity: int(entity["offset"]))
        self._next = 0
        self._carried: list[Entity] = []
        self._offset = 0

    def pieces(self) -> list[Piece]:
        """All pieces in order."""
        text, found, position = self._text, list[Piece](), 0
        while position < len(text):
            leading = _LEADING.match(text, position)
            start = position if leading is None else leading.end()
            self._advance(start - position)
            position, live = self._piece(start)
            run = text[start:position]
            piece = run.rstrip(TRIMMED)
            if not is_blank(piece):
                found.append((piece, _clipped(live, self._offset, self._offset + units(piece))))
            self._advance(units(run))
        return found

    def _piece(self, start: int) -> tuple[int, list[Entity]]:
        """Where a piece that begins at a code point ends, and the entities that reach into it."""
        stop = min(start + self._limit, len(self._text))
        if self._wide:
            stop = start + self._points(start, stop, self._limit)
        if stop < len(self._text):
            stop = cut_at(self._text, start, stop)
        live = self._live(self._offset + units(self._text[start:stop]))
        if len(live) > ENTITIES:
            # The piece ends before there is one too many. Those that all begin at its start cannot be parted.
            edge = self._points(start, stop, max(0, live[ENTITIES]["offset"] - self._offset))
            stop = cut_at(self._text, start, start + edge) if edge else stop
            del live[ENTITIES:]
        return stop, live

    def _points(self, start: int, stop: int, size: int) -> int:
        """How many code points of a part of the text fit into so many code units."""
        if not self._wide:
            return min(size, stop - start)
        return len(self._text[start:stop].encode("utf-16-le")[: 2 * size].decode("utf-16-le", "ignore"))

    def _live(self, stop: int) -> list[Entity]:
        """The entities between the offset and ``stop``, no more than one too many."""
        live, entities = self._carried.copy(), self._entities
        for index in range(self._next, len(entities)):
            if entities[index]["offset"] >= stop or len(live) > ENTITIES:
                break
            live.append(entities[index])
        return live

    def _advance(self, size: int) -> None:
        """Go on by so many code units; entities that end there are done."""
        self._offset += size
        entities, offset = self._entities, self._offset
        while self._next < len(entities) and entities[self._next]["offset"] < offset:
            self._carried.append(entities[self._next])
            self._next += 1
        self._carried = [entity for entity in self._carried if entity["offset"] + entity["length"] > offset]
