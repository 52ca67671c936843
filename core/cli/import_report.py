"""What ``coterie import`` says: how far it is, and in the end what it did and what it left out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from coterie.core.cli.output import count, say, table

if TYPE_CHECKING:
    from coterie.core.importing.records import Importer
    from coterie.core.importing.running import Done
    from coterie.core.importing.totals import Problem, Totals

_BAR: Final = 24
_OFTEN: Final = 0.2
_SELDOM: Final = 10.0
"""Seconds between two signs of life, at a terminal and elsewhere."""
_FATES: Final = {
    "imported": "imported",
    "continued": "continued and imported",
    "before": "imported before: nothing to do",
    "failed": "not imported",
}


class Reporter:
    """Hears how an import goes."""

    def __init__(
        self, importer: Importer, files: Sequence[Path], report: Path | None, *, quiet: bool, dry: bool
    ) -> None:
        self._importer, self._files, self._path = importer, list(files), report
        self._quiet, self._dry = quiet, dry
        self._report: IO[str] | None = None
        self._bar = sys.stderr.isatty()
        self._size = 1
        self._began = (0.0, 0, 0)
        self._told = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()
        if self._report is not None:
            self._report.close()

    # -- while it runs

    def looking(self, file: Path, position: int) -> None:
        """A file is looked through, before anything else."""
        if position == 0 or not self._due():
            return
        self._size = max(1, file.stat().st_size)
        self._draw(f"{file.name}: looking through it, {position * 100 // self._size} %")

    def begins(self, file: Path, position: int) -> None:
        """A file is read from a position on."""
        self._size = max(1, file.stat().st_size)
        self._began = (time.monotonic(), position, -1)
        if self._path is not None and self._report is None:
            # What an earlier run found before it was stopped stays.
            self._report = self._path.open("a" if position else "w", encoding="utf-8")
        if position:
            self._draw(f"{file.name}: goes on at {position * 100 // self._size} %", line=True)

    def reading(self, file: Path, position: int, records: int) -> None:
        """A file was read up to a position."""
        began, start, before = self._began
        if before < 0:
            self._began = (began, start, records)
            before = records
        if not self._due():
            return
        passed = max(0.001, time.monotonic() - began)
        left = round((self._size - position) * passed / max(1, position - start))
        share = min(1.0, position / self._size)
        bar = "#" * round(share * _BAR)
        self._draw(
            f"{file.name} [{bar:.<{_BAR}}] {share:4.0%}  {count(records, 'record')}"
            f"  {(records - before) / passed:,.0f}/s  {left // 60}:{left % 60:02} left"
        )

    def problem(self, file: Path, problem: Problem) -> None:
        """Something was left out."""
        if self._report is not None:
            found = {"file": str(file), **msgspec.to_builtins(problem)}
            self._report.write(json.dumps(found, ensure_ascii=False) + "\n")

    def _due(self) -> bool:
        now = time.monotonic()
        if now - self._told < (_OFTEN if self._bar else _SELDOM):
            return False
        self._told = now
        return True

    def _draw(self, text: str, *, line: bool = False) -> None:
        if self._bar and not line:
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
            self._drawn = True
        else:
            self._clear()
            print(text, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._drawn:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
            self._drawn = False

    # -- in the end

    def as_json(self, done: Sequence[Done]) -> list[dict[str, Any]]:
        """The report for a script."""
        return [
            {"file": str(each.file), "fate": each.fate, "error": each.error, **msgspec.to_builtins(each.totals)}
            for each in done
        ]

    def say(self, done: Sequence[Done]) -> None:
        """The report for people."""
        self._clear()
        for each in done:
            fate = "would be imported" if self._dry and each.fate in ("imported", "continued") else _FATES[each.fate]
            stopped = "not imported" if each.fate == "failed" else "stopped: run it again to go on"
            say(f"{each.file}: {f'{each.error} ({stopped})' if each.error else fate}")
            if each.totals.chats:
                self._chats(each.totals)
            if each.totals.records:
                say("  " + _counted(each.totals, dry=self._dry))
            self._problems(each.totals)

    def _chats(self, totals: Totals) -> None:
        for chat in totals.chats:
            told = chat.why or f"{count(chat.messages, 'message')} counted of {count(chat.records, 'record')}"
            say(f"  {table((chat.title,), ())}: {told}")

    def _problems(self, totals: Totals) -> None:
        if totals.ended is not None:
            say(f"  The file ends before its time, after {totals.ended:,} bytes: export it again for what is missing.")
        if not totals.reasons:
            return
        say(f"  Left out, because it could not be read: {count(sum(totals.reasons.values()), 'place')}.")
        rows = [(each.position, each.chat, each.number, each.id, each.reason) for each in totals.problems]
        for line in table(("BYTE", "CHAT", "RECORD", "ID", "WHY"), rows).splitlines():
            say(f"    {line}")
        more = sum(totals.reasons.values()) - len(totals.problems)
        if more > 0:
            say(f"    and {more:,} more" + ("" if self._path else ": --report FILE lists them all"))


def _counted(totals: Totals, *, dry: bool) -> str:
    parts = [
        f"{count(totals.messages, 'message')} of {totals.first} to {totals.last}" if totals.messages else "no messages",
        f"{count(totals.members, 'new member')}",
    ]
    further = (
        (totals.joined, "joined"),
        (totals.left, "left"),
        (totals.commands, "commands"),
        (totals.other, "service messages"),
        (totals.again, "imported before"),
        (totals.live, "counted live"),
        (totals.bots, "of bots"),
        (totals.nobody, "of channels and deleted accounts"),
        (totals.repaired, "repaired"),
    )
    parts += [f"{number:,} {what}" for number, what in further if number]
    return f"{'Would count' if dry else 'Counted'} {', '.join(parts)}."
