"""The core's rich text as Discord has it: one line of markup after the other.

Each look has signs of its own (``||``, ``~~``, ``**``, ``_``), always in this order from the outside to the inside, so
that signs of the same kind never meet.  Blanks stand outside of signs that begin or end beside them, no look but a
spoiler goes over the end of a line, and where what follows a sign would take its meaning from it, an invisible space
stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from coterie.adapters.discord.characters import sendable
from coterie.adapters.discord.escaping import address, code, linked, literal, literal_in
from coterie.core.cutting import is_blank
from coterie.core.text import Rich, Span, Style

Mention = Callable[[int], str]
"""The Discord user id of a member (an id of the core); empty where it is not known."""

_SIGNS: Final = ((Style.SPOILER, "||"), (Style.STRIKE, "~~"), (Style.BOLD, "**"), (Style.ITALIC, "_"))
_SPOILER, _ITALIC = "||", "_"
_CODE, _QUOTE = int(Style.CODE), int(Style.QUOTE)
_LOOKS: Final = tuple(tuple(sign for flag, sign in _SIGNS if style & flag) for style in range(int(sum(Style)) + 1))
"""The signs of every combination of styles: flags are slow to compute with."""

GAP: Final = "\u200b"
"""Keeps two signs apart and shows as nothing."""
EDGES: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
"""What Discord takes for a blank beside a sign."""

_MEANS_MORE: Final = re.compile(r"[*_~|\\]")
_TAKES: Final = re.compile(r"[\w(]")


class Bit(NamedTuple):
    """Characters with one look; ``account`` makes them a mention, which cannot be cut."""

    text: str
    style: int = 0
    url: str = ""
    account: str = ""

    @property
    def quoted(self) -> bool:
        """Whether they stand in a quote."""
        return bool(self.style & _QUOTE)


class Run(NamedTuple):
    """Characters of one line with the signs around them."""

    text: str
    signs: tuple[str, ...]
    code: bool = False
    url: str = ""
    account: str = ""

    def markup(self) -> str:
        """The run, which is not blank, without its signs; blanks at its ends stay there."""
        if self.account:
            return f"<@{self.account}>"
        italic = _ITALIC in self.signs
        if not (self.code or self.url):
            return literal_in(self.text, italic=italic)
        kept = self.text.strip(EDGES)
        found = code(kept) if self.code else linked(kept, self.url, italic=italic)
        before = len(self.text) - len(self.text.lstrip(EDGES))
        return f"{self.text[:before]}{found}{self.text[before + len(kept) :]}"


class Line:
    """The runs of one line."""

    def __init__(self, quoted: bool) -> None:
        self.quoted = quoted
        self.runs: list[Run] = []

    def add(self, run: Run) -> None:
        """Put a run at the end; one that looks as the last one goes on with it."""
        if self.runs and not run.account and self.runs[-1][1:] == run[1:]:
            self.runs[-1] = run._replace(text=self.runs[-1].text + run.text)
        else:
            self.runs.append(run)


def nobody(_member: int) -> str:
    """A :data:`Mention` that knows no account."""
    return ""


def render(value: Rich, mention: Mention = nobody) -> str:
    """The markup of a rich text, without blanks at its ends.

    A member whom ``mention`` knows is a mention, another one ``@`` and the name.  Where Discord knows no combination of
    looks, a mention goes before a link, a link before code; code that contains signs of its own stands alone, or not in
    a spoiler.
    """
    if isinstance(value, str):
        return "" if is_blank(value) else literal(value).strip(EDGES)
    return write(bits_of(value.spans, mention))


def bits_of(spans: Iterable[Span], mention: Mention = nobody) -> list[Bit]:
    """The spans as characters that can be sent, mentions resolved."""
    found: list[Bit] = []
    for span in spans:
        if not span.text:
            continue
        account = mention(span.member) if span.member else ""
        text = sendable(span.text)
        if span.member:
            text = f"@{text.removeprefix('@')}"
        found.append(Bit(text, int(span.style), span.url, account))
    return found


def write(bits: Iterable[Bit]) -> str:
    """The markup of bits in a row, without blanks at its ends."""
    writer = _Writer()
    for line in _lines(bits):
        writer.line(line)
    return writer.finish()


def _lines(bits: Iterable[Bit]) -> list[Line]:
    """The lines of bits in a row; a quote has lines of its own."""
    lines = [Line(False)]
    for bit in bits:
        parts = [bit.text] if bit.account else bit.text.split("\n")
        for index, part in enumerate(parts):
            if index:
                lines.append(Line(bit.quoted))
            if not part:
                continue
            line = lines[-1]
            if line.quoted != bit.quoted and not is_blank(part):
                if not all(is_blank(run.text) for run in line.runs):
                    lines.append(Line(bit.quoted))
                else:
                    line.quoted = bit.quoted
            lines[-1].add(_run(bit, part))
    return lines


def _run(bit: Bit, text: str) -> Run:
    signs = _LOOKS[bit.style & len(_LOOKS) - 1]
    if bit.account:
        return Run(text, signs, account=bit.account)
    if bit.url and (url := address(bit.url, italic=_ITALIC in signs)):
        return Run(text, signs, url=url)
    mono = bool(bit.style & _CODE)
    if mono and ("](" in text or text[0] == "(" or text[-1] == "]"):
        mono = False  # Not even code hides this from the rule for links.
    if mono and signs and _MEANS_MORE.search(text):
        if _SPOILER in signs:
            mono = False
        else:
            signs = ()
    return Run(text, signs, mono)


class _Writer:
    """Writes line after line; ``pending`` are blanks of which it is not yet known which signs end before them."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._pending = ""
        self._quoted = False
        self._last = ""
        self._begun = False
        self._ended = False

    def line(self, line: Line) -> None:
        """Write a line."""
        self._pending += "\n> " if line.quoted else "\n"
        turned = line.quoted != self._quoted
        for run in line.runs:
            if is_blank(run.text):
                self._pending += run.text
                continue
            markup = run.markup()
            kept = markup.strip(EDGES)
            before = len(markup) - len(markup.lstrip(EDGES))
            self._pending += markup[:before]
            self._turn(run.signs, turned)
            self._quoted, turned = line.quoted, False
            self._put(kept)
            self._pending = markup[before + len(kept) :]

    def finish(self) -> str:
        """All that was written, its signs ended."""
        self._close(0)
        return "".join(self._out)

    def _turn(self, wanted: tuple[str, ...], turned: bool) -> None:
        """End the open signs that are wanted no more, and those inside them; begin what is wanted and not open."""
        keep, most = 0, len(self._open)
        if "\n" in self._pending:
            most = 0 if turned else self._open[:1].count(_SPOILER)
        while keep < most and keep < len(wanted) and self._open[keep] == wanted[keep]:
            keep += 1
        self._close(keep)
        if self._begun:
            self._put(self._pending)
        elif self._pending.rpartition("\n")[2].startswith("> "):
            self._put("> ")
        self._begun = True
        for sign in wanted[keep:]:
            self._put(sign)
            self._open.append(sign)

    def _close(self, keep: int) -> None:
        while len(self._open) > keep:
            sign = self._open.pop()
            if self._last == sign[0]:
                self._put(GAP)
            self._put(sign)
            self._ended = sign in ("_", "~~")

    def _put(self, markup: str) -> None:
        if not markup:
            return
        if self._ended and _TAKES.match(markup):
            self._out.append(GAP)
        elif self._last == "]" and markup[0] == "(":
            self._out.append("\\")
        self._ended = False
        self._out.append(markup)
        self._last = markup[-1]


__all__ = ["EDGES", "GAP", "Bit", "Mention", "bits_of", "literal", "nobody", "render", "write"]
