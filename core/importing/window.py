"""A window that moves over a file of JSON: where the next value ends, without reading more than there is need for."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

MAX_VALUE: Final = 16 * 1024 * 1024
"""Bytes of the longest value that is looked at; what is longer counts as damage."""
_READ: Final = 1024 * 1024
_OVERLAP: Final = 64 * 1024
"""How long the beginning of a chat or record may be, to be found where two readings meet."""

_BLANK: Final = re.compile(rb"[\s,:]*")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR: Final = re.compile(rb'[^\s,:"{}\[\]]+')
_TOKEN: Final = re.compile(_STRING + rb'|[{}\[\]"]', re.DOTALL)


def _nested(depth: int) -> re.Pattern[bytes]:
    """Lists and objects of at most so many levels; possessive throughout, so that a match takes linear time."""
    plain = rb'[^"{}\[\]]*+'
    run = plain + rb"(?:" + _STRING + plain + rb")*+"
    found = rb"[{\[]" + run + rb"[}\]]"
    for _ in range(depth - 1):
        found = rb"[{\[]" + run + rb"(?:" + found + run + rb")*+[}\]]"
    return re.compile(found, re.DOTALL)


_NESTED: Final = _nested(8)
_WHOLE_STRING: Final = re.compile(_STRING, re.DOTALL)


def nested_end(data: bytes, at: int) -> int:
    """Where the list or object that begins at ``at`` ends, however deep it is; -1 if it does not."""
    found = _NESTED.match(data, at)
    if found is not None:
        return found.end()
    depth = 0
    for token in _TOKEN.finditer(data, at):
        what = token.group()
        if what in b"{[":
            depth += 1
        elif what in b"}]":
            depth -= 1
            if depth == 0:
                return token.end()
        elif what == b'"':
            return -1  # a string that does not end
    return -1


class Window:
    """The part of a file that is in memory: ``data``, which is at ``base`` in the file; ``at`` is where reading is."""

    def __init__(self, file: BinaryIO, position: int = 0) -> None:
        self._file = file
        self.base = position
        file.seek(position)
        self.data = b""
        self.at = 0
        self._last = b""

    @property
    def position(self) -> int:
        """Where reading goes on in the file (bytes)."""
        return self.base + self.at

    def more(self) -> bool:
        """Read on, as much again as is waiting already; whether there was anything."""
        waiting = self.data[self.at :]
        read = self._file.read(max(_READ, len(waiting)))
        self.base += self.at
        self.at = 0
        self.data = waiting + read
        return bool(read)

    def ahead(self, size: int) -> None:
        """See to it that so many bytes are in memory, if the file has them."""
        while len(self.data) - self.at < size and self.more():
            pass

    def peek(self) -> bytes:
        """The next byte that is not blank (commas and colons count as blank); empty at the end of the file."""
        while True:
            found = _BLANK.match(self.data, self.at)
            self.at = self.at if found is None else found.end()
            if self.at < len(self.data):
                return self.data[self.at : self.at + 1]
            if not self.more():
                return b""

    def value(self) -> bytes | None:
        """Take the value that begins here; ``None`` (and nothing taken) if it does not end, or is too long."""
        while True:
            end = self._end()
            if 0 <= end < len(self.data):
                found = self.data[self.at : end]
                self.at = end
                return found
            if len(self.data) - self.at > MAX_VALUE:
                return None
            if not self.more():
                if end < 0:
                    return None
                found = self.data[self.at : end]
                self.at = end
                return found

    def _end(self) -> int:
        first = self.data[self.at : self.at + 1]
        if first in (b"{", b"["):
            return nested_end(self.data, self.at)
        found = (_WHOLE_STRING if first == b'"' else _SCALAR).match(self.data, self.at)
        return -1 if found is None else found.end()

    def cut_off(self) -> bool:
        """Whether the file, once it is read to its end, does not end as JSON does."""
        return self._last not in (b"}", b"]")

    def find(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Go to the next match behind the present place, or to the end of the file."""
        start = self.at + 1
        while True:
            found = pattern.search(self.data, start)
            if found is not None:
                self.at = found.start()
                return found
            self._last = self.data.rstrip()[-1:] or self._last
            self.at = max(start, len(self.data) - _OVERLAP)
            read = self.more()
            start = self.at
            if not read:
                self.at = len(self.data)
                return None
