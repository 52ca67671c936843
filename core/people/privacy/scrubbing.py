"""Taking somebody's names, platform ids and texts out of JSON that waits somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

MOST_TEXTS: Final = 500
LONGEST_TEXT: Final = 4_000
SHORTEST_TEXT: Final = 4
"""Bounds of the texts that are looked for: how many, and how many characters each has."""
_MACHINE: Final = frozenset(
    {
        *("type", "kind", "adapter", "platform", "token", "do", "draw", "style", "tone", "currency", "plugin"),
        *("invoice", "handle", "key", "state", "space", "form", "hook", "event"),
    }
)
"""Keys whose values are read by programs: somebody may be called like one of them, which must not change what it does.
"""
_WORD: Final = re.compile(r"[0-9A-Za-z_]")
_IDENTIFIER: Final = re.compile(r"[a-z0-9_.:+-]{1,32}")


class Known(msgspec.Struct):
    """What is known of somebody who is being erased; kept with the erasure until it is done."""

    name: str = ""
    pseudonym: str = ""
    names: list[str] = []
    accounts: list[tuple[str, str]] = []
    """Platform and the id there."""
    dms: list[tuple[str, str]] = []
    """Adapter and the direct chat there."""
    records: list[int] = []
    texts: list[str] = []

    def add_texts(self, found: Iterable[object]) -> None:
        """Note texts that they wrote; short ones and what is beyond the bounds are left out."""
        known = set(self.texts)
        for text in found:
            if len(self.texts) >= MOST_TEXTS:
                return
            if isinstance(text, str) and SHORTEST_TEXT <= len(text) <= LONGEST_TEXT and text not in known:
                known.add(text)
                self.texts.append(text)


class Scrubber:
    """Finds and replaces what is known of somebody: their names by the pseudonym, the rest by an ellipsis."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._natives = {native for _, native in known.accounts}
        self._dms = {dm for _, dm in known.dms}
        hidden = {text: "…" for text in (*self._natives, *self._dms, *known.texts) if text}
        self._words = {**hidden, **{name: known.pseudonym for name in known.names if name}}
        # The longest first: a name may be a part of a text.
        ordered = sorted(self._words, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(_bounded, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """A text without them."""
        return text if self._pattern is None else self._pattern.sub(lambda match: self._words[match[0]], text)

    def json(self, raw: str, *, machine: bool = False) -> str:
        """JSON without them, the same text where there is nothing of theirs.

        What is read by a program (``machine``: arguments of timers, tasks and buttons) keeps values that look like
        identifiers unless the whole names one of their records or accounts: somebody may be called "points".
        """
        if self._pattern is None or (self._pattern.search(raw) is None and not self._escaped(raw)):
            return raw
        try:
            value = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            return self.text(raw)
        theirs = not machine or self.concerns(value)
        cleaned = self._walk(value, guarded=machine and not theirs)
        return raw if cleaned == value else msgspec.json.encode(cleaned).decode()

    def concerns(self, value: Any) -> bool:
        """Whether a decoded JSON value names one of their records or accounts."""
        if isinstance(value, dict):
            return any(map(self.concerns, value.values()))
        if isinstance(value, list):
            return any(map(self.concerns, value))
        if isinstance(value, bool):
            return False
        return value in self.known.records or value in self._natives or value in self._dms

    def is_them(self, who: Any) -> bool:
        """Whether a decoded ``Who`` is one of their accounts."""
        return isinstance(who, dict) and (who.get("platform"), who.get("id")) in self.known.accounts

    def is_their_chat(self, where: Any) -> bool:
        """Whether a decoded ``Where`` is their direct chat."""
        return isinstance(where, dict) and (where.get("adapter"), where.get("channel")) in self.known.dms

    def _escaped(self, raw: str) -> bool:
        return "\\" in raw  # a name with a quote in it is not found as it stands

    def _walk(self, value: Any, *, guarded: bool) -> Any:
        if isinstance(value, str):
            return value if guarded and _IDENTIFIER.fullmatch(value) else self.text(value)
        if isinstance(value, dict):
            return {
                key: inner if key in _MACHINE and isinstance(inner, str) else self._walk(inner, guarded=guarded)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._walk(inner, guarded=guarded) for inner in value]
        return value


def _bounded(word: str) -> str:
    """A pattern for a word; one that ends in a Latin letter or digit is no part of a longer one."""
    before = "(?<![0-9A-Za-z_])" if _WORD.match(word[0]) else ""
    after = "(?![0-9A-Za-z_])" if _WORD.match(word[-1]) else ""
    return f"{before}{re.escape(word)}{after}"
