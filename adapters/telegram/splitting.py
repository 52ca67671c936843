"""Cutting a text that is too long for one message into several, its entities with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from telegram.constants import MessageLimit

from coterie.adapters.telegram.characters import BLANK, TRIMMED, encodable, extends, is_blank, is_boundary, units

Entity = dict[str, Any]
"""A message entity as the Bot API has it; ``offset`` and ``length`` are in UTF-16 code units."""
Piece = tuple[str, list[Entity]]
"""The text of one message, and its entities."""

TEXT_LENGTH: Final = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION_LENGTH: Final = int(MessageLimit.CAPTION_LENGTH)
ENTITIES: Final = int(MessageLimit.MESSAGE_ENTITIES)
"""So many entities of a message are shown; Telegram ignores the rest."""

_LEADING: Final = re.compile(f"[{re.escape(TRIMMED)}]*")
_IDEOGRAPHS: Final = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# Each finds the last of its kind: the greedy run goes to the end, and comes back to it.
_SPACE: Final = re.compile("(?s:.*)[\t \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]")
_CLAUSE: Final = re.compile("(?s:.*)[、。，．！？；：…」』）》】]")
_BETWEEN: Final = re.compile(rf"(?s:.*)(?:[{_IDEOGRAPHS}](?=\w)|\w(?=[{_IDEOGRAPHS}]))")


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
            stop = _cut(self._text, start, stop)
        live = self._live(self._offset + units(self._text[start:stop]))
        if len(live) > ENTITIES:
            # The piece ends before there is one too many. Those that all begin at its start cannot be parted.
            edge = self._points(start, stop, max(0, live[ENTITIES]["offset"] - self._offset))
            stop = _cut(self._text, start, start + edge) if edge else stop
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


def _cut(text: str, start: int, end: int) -> int:
    """The best place for a cut after ``start`` and not after ``end``.

    What is worth a shorter message is looked for in the second half only; a word is worth any.  So two pieces in a row
    are never much shorter than one message together, and the work stays linear.
    """
    middle = start + (end - start) // 2
    for place in _places(text, start, middle, end):
        if start < place and is_boundary(text, place, start) and not _carries(text, place):
            return place
    for place in range(end, start, -1):
        if is_boundary(text, place, start):
            return place
    return end


def _places(text: str, start: int, middle: int, end: int) -> Iterable[int]:
    """Where a text may well be cut, the best place first; -1 where there is none of a kind."""
    yield text.rfind("\n\n", middle, end + 2)
    yield text.rfind("\n", middle, end + 1)
    space, clause = _SPACE.match(text, middle, end + 1), _CLAUSE.match(text, middle, end)
    yield max(space.end() - 1 if space else -1, clause.end() if clause else -1)
    between = _BETWEEN.match(text, middle, end + 1)
    yield between.end() if between else -1
    space = _SPACE.match(text, start, end + 1)
    yield max(space.end() - 1 if space else -1, text.rfind("\n", start, middle))


def _carries(text: str, place: int) -> bool:
    """Whether what stands at a place is a blank under an accent, which must not be parted from it."""
    return text[place : place + 1].isspace() and place + 1 < len(text) and extends(text[place + 1])
