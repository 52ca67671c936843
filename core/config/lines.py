"""Where each key of a TOML document stands; imported only when there is something to tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, field

from coterie.core.config.problems import Key


def key_lines(text: str) -> dict[Key, int]:
    """Return the line of every table, key and list element in `text`, which must be valid TOML."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    # A position only helps the reader: what was found so far is better than a second error.
    with suppress(_LostError, RecursionError):
        scanner.document()
    return scanner.lines


_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'  # multi-line: may end in one or two quotes of its own
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")
_GAP = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")


class _LostError(Exception):
    """The scanner met something that it does not understand."""


@dataclass(slots=True)
class _Scanner:
    """Walks a valid TOML document once and notes where each key stands."""

    text: str
    pos: int = 0
    lines: dict[Key, int] = field(default_factory=dict)
    newlines: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.newlines = [match.start() for match in re.finditer("\n", self.text)]

    def document(self) -> None:
        table: Key = ()
        lengths: dict[Key, int] = {}
        while self.skip(_GAP) < len(self.text):
            if not self.text.startswith("[", self.pos):
                self.pair(table)
                continue
            is_list = self.text.startswith("[[", self.pos)
            self.pos += 2 if is_list else 1
            start = self.pos
            table = _newest(self.name(), lengths, whole=not is_list)
            if is_list:
                index = lengths.get(table, -1) + 1
                lengths[table] = index
                self.note(table, start)
                table = (*table, index)
            self.note(table, start)
            self.pos += 2 if is_list else 1

    def pair(self, table: Key) -> None:
        start = self.skip(_GAP)
        key = (*table, *self.name())
        self.note(key, start, above=len(table))
        if not self.text.startswith("=", self.pos):
            raise _LostError
        self.pos += 1
        self.value(key)

    def name(self) -> Key:
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            start = self.pos
            if self.text.startswith(('"', "'"), start):
                self.take(_STRING)
                parts.append(str(tomllib.loads(f"k={self.text[start : self.pos]}")["k"]))
            else:
                self.take(_BARE)
                parts.append(self.text[start : self.pos])
            self.skip(_SPACE)
            if not self.text.startswith(".", self.pos):
                return tuple(parts)
            self.pos += 1

    def value(self, key: Key) -> None:
        self.skip(_SPACE)
        opening = self.text[self.pos : self.pos + 1]
        if opening in ('"', "'"):
            self.take(_STRING)
        elif opening in ("[", "{"):
            self.pos += 1
            closing, index = ("]" if opening == "[" else "}"), 0
            while not self.text.startswith(closing, self.skip(_GAP)):
                if opening == "{":
                    self.pair(key)
                else:
                    self.note((*key, index), self.pos)
                    self.value((*key, index))
                    index += 1
            self.pos += 1
        else:
            self.take(_SCALAR)

    def note(self, key: Key, start: int, above: int = 0) -> None:
        line = bisect_right(self.newlines, start) + 1
        for end in range(above + 1, len(key) + 1):
            self.lines.setdefault(key[:end], line)

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.pos)
        self.pos = match.end() if match else self.pos
        return self.pos

    def take(self, pattern: re.Pattern[str]) -> None:
        if not pattern.match(self.text, self.pos):
            raise _LostError
        self.skip(pattern)


def _newest(name: Key, lengths: dict[Key, int], *, whole: bool) -> Key:
    """Return the key that a table header means: under `[[a]]`, `[a.b]` belongs to the newest element of `a`."""
    key: Key = ()
    for step, part in enumerate(name, 1):
        key = (*key, part)
        if key in lengths and (whole or step < len(name)):
            key = (*key, lengths[key])
    return key
