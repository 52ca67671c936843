"""The way through an export: chats and their records one after the other, around whatever is damaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import msgspec

from coterie.core.importing.mending import NoJson, Unreadable, mended
from coterie.core.importing.pieces import ChatBegins, Damage, Frame, Header, NotJson, Piece, Record, Shape
from coterie.core.importing.window import MAX_VALUE, Window, nested_end

_HEADER: Final = 64 * 1024
"""Bytes of the longest value that is kept of what stands before the records of a chat."""
_HEADER_KEYS: Final = 64
_MARK: Final = 256
"""Bytes in which the beginning of a record can be told."""

_REGULAR: Final = re.compile(rb"\s*(?:,|\]|\Z)")
"""What stands between two records, or behind the last one."""


class Walk:
    """Iterates over the pieces of an export; ``frames`` and ``position`` are enough to go on later."""

    def __init__(
        self,
        file: BinaryIO,
        shape: Shape,
        decoder: msgspec.json.Decoder[Any],
        *,
        position: int = 0,
        frames: list[Frame] | None = None,
    ) -> None:
        self.frames: list[Frame] = [] if frames is None else frames
        self._started = frames is not None
        self._alone: Header | None = None
        """The header of the chat that is all of the file, once its records have begun."""
        if len(self.frames) == 2 and self.frames[-1].kind == "records":
            self._alone = self.frames[0].header
        self._crumbs = False
        """Whether something else than the next record or the end of the list follows on the last record."""
        self._window = Window(file, position)
        self._shape = shape
        self._decoder = decoder
        self._decode: Callable[[bytes], Any] = decoder.decode
        self._chat = re.compile(shape.chat, re.DOTALL)
        self._any = re.compile(rb"(?P<record>" + shape.record + rb")|(?P<chat>" + shape.chat + rb")", re.DOTALL)
        self._begins = re.compile(shape.record, re.DOTALL)
        self._beheaded = re.compile(shape.record.removeprefix(rb"\{"), re.DOTALL)

    @property
    def position(self) -> int:
        """Where reading goes on (bytes)."""
        return self._window.position

    def __iter__(self) -> Iterator[Piece]:
        if not self._started:
            self._start()
        while self.frames or self._window.peek():
            frame = self.frames[-1] if self.frames else None
            if frame is None:
                yield self._lost("there is something behind the end")
            elif frame.kind == "records":
                yield from self._records()
            elif frame.kind == "object":
                yield from self._object(frame)
            else:
                yield from self._list()

    def _start(self) -> None:
        window = self._window
        window.more()
        if window.data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in window.data[:2]:
            raise NotJson("it is UTF-16 or UTF-32: save it as UTF-8, which is what exports are")
        if window.data[:3] == b"\xef\xbb\xbf":
            window.at = 3
        first = window.peek()
        if first not in (b"{", b"["):
            raise NotJson("it is empty" if not first else "it is not JSON: it begins with neither { nor [")
        window.at += 1
        self.frames.append(Frame("object") if first == b"{" else Frame("list"))
        self._started = True

    # -- what is around records

    def _object(self, frame: Frame) -> Iterator[Piece]:
        window = self._window
        first = window.peek()
        if first == b"}":
            window.at += 1
            self.frames.pop()
            if self.frames and self.frames[-1].kind in ("list", "astray") and not frame.begun:
                yield Damage(window.position - 1, 1, "here ends a chat that has no messages")
            return
        if not first:
            yield self._ends_early()
            return
        begin = window.position
        key = window.value() if first == b'"' else None
        name = None if key is None else _plain(key)
        if not isinstance(name, str):
            yield self._lost("a name was expected here")
            return
        following = window.peek()
        if name == self._shape.records and following not in (b"n", b"}", b""):
            window.at += following == b"["  # anything else is no record, and told as such
            self._alone = frame.header if len(self.frames) == 1 else None
            frame.begun = True
            self.frames.append(Frame("records"))
            yield ChatBegins(begin, frame.header, self._alone is not None)
        elif name in self._shape.inside and following in (b"{", b"["):
            window.at += 1
            self.frames.append(Frame("object") if following == b"{" else Frame("list"))
        else:
            yield from self._value(frame, name, following)

    def _value(self, frame: Frame, name: str, following: bytes) -> Iterator[Piece]:
        """What stands under a name before the records of a chat, or beside them."""
        value = None if following in (b"", b"}", b"]") else self._window.value()
        if value is not None:
            if len(value) <= _HEADER and len(frame.header) < _HEADER_KEYS:
                frame.header[name[:64]] = _plain(value)
        elif following:
            yield self._lost(f"the value of {name[:40]!r} cannot be read")
        else:
            yield self._ends_early()

    def _list(self) -> Iterator[Piece]:
        window = self._window
        first = window.peek()
        if first == b"{":
            window.at += 1
            self.frames.append(Frame("object"))
        elif first == b"]":
            window.at += 1
            self.frames.pop()
        elif first:
            yield self._lost("a chat was expected here")
        elif self.frames[-1].kind == "astray":
            self.frames.clear()
        else:
            yield self._ends_early()

    def _lost(self, reason: str) -> Damage:
        """Nobody knows what this belongs to: go on with the next chat, or the next record where all are of one chat."""
        begin = self._window.position
        found = self._window.find(self._chat if self._alone is None else self._any)
        if found is None:
            self.frames.clear()
        elif self._alone is not None and found.group("chat") is None:
            self.frames[:] = [Frame("object", self._alone), Frame("records")]
        else:
            self._chat_found()
        return Damage(begin, self._window.position - begin, reason, ends=found is None and self._window.cut_off())

    def _chat_found(self) -> None:
        while self.frames and self.frames[-1].kind not in ("list", "astray"):
            self.frames.pop()
        if not self.frames:
            self.frames.append(Frame("astray"))

    def _ends_early(self) -> Damage:
        self.frames.clear()
        return Damage(self._window.position, 0, "the file ends before its time", ends=True)

    # -- records

    def _records(self) -> Iterator[Piece]:
        window, frames = self._window, self.frames
        depth = len(frames)
        while len(frames) == depth:
            first = window.peek()
            begin = window.position
            crumbs, self._crumbs = self._crumbs, False
            if crumbs and self._begins.match(window.data, window.at) is None:
                yield self._stepped_over("something is left of a record")
            elif first == b"{":
                yield from self._swiftly()
                if window.peek() == b"{":
                    yield self._carefully()
            elif not first:
                yield self._ends_early()
            elif first == b"]" and self._end_of_list():
                frames.pop()
            else:
                yield self._no_record(first, begin)

    def _end_of_list(self) -> bool:
        """Step behind a bracket; whether it ends the list, as opposed to one that damage has put there."""
        window = self._window
        window.ahead(_MARK)
        beheaded = self._beheaded.match(window.data, window.at + 1)
        window.at += 1
        return not beheaded and window.peek() != b"{"

    def _no_record(self, first: bytes, begin: int) -> Damage:
        window = self._window
        if first in (b'"', b"["):
            return self._stepped_over("a record was expected here")
        if first == b"}":
            window.at += 1
        elif first != b"]":  # which has been stepped over already
            window.value()  # a number or a word: it ends where the next sign stands
        return Damage(begin, window.position - begin, "a record was expected here")

    def _swiftly(self) -> Iterator[Record]:
        """As long as what stands before the beginning of the next record reads as one, it is one."""
        window, search, decode = self._window, self._begins.search, self._decode
        if self._begins.match(window.data, window.at) is None:
            return  # not as its program writes it: looking for the next one would find none
        while (following := search(window.data, window.at + 1)) is not None:
            at, end = window.at, following.start()
            try:
                value = decode(window.data[at:end].rstrip(b", \t\r\n"))
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                return
            window.at = end
            yield Record(window.base + at, value)

    def _carefully(self) -> Piece:
        window = self._window
        while True:
            end = nested_end(window.data, window.at)
            following = self._any.search(window.data, window.at + 1, end if end >= 0 else len(window.data))
            if end >= 0 and following is None:
                return self._read(end)
            if following is not None:
                return self._stepped_over("it does not end before the next one begins")
            if len(window.data) - window.at > MAX_VALUE:
                return self._stepped_over(f"it is longer than {MAX_VALUE // 1024 // 1024} MiB")
            if not window.more():
                begin, rest = window.position, len(window.data) - window.at
                window.at = len(window.data)
                self.frames.clear()
                return Damage(begin, rest, "the file ends inside this record", ends=True)

    def _read(self, end: int) -> Record | Damage:
        window = self._window
        begin, data = window.position, window.data[window.at : end]
        repaired = False
        try:
            value = self._decode(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            try:
                value = mended(data, self._decoder.type)
                repaired = True
            except NoJson as error:
                return self._stepped_over(str(error))
            except Unreadable as error:
                window.at = end
                return Damage(begin, len(data), str(error))
        window.at = end
        window.ahead(_MARK)
        self._crumbs = _REGULAR.match(window.data, window.at) is None
        return Record(begin, value, repaired)

    def _stepped_over(self, reason: str) -> Damage:
        """Go on with the next record, or with the next chat if that comes first."""
        begin = self._window.position
        found = self._window.find(self._any)
        if found is None:
            self.frames.clear()
        elif found.group("chat") is not None:
            self._chat_found()
        return Damage(begin, self._window.position - begin, reason, ends=found is None and self._window.cut_off())


def _plain(data: bytes) -> Any:
    """A value of a header; ``None`` for what cannot be read."""
    try:
        return mended(data, Any)
    except Unreadable:
        return None
