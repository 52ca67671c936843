"""What members see, as the server carried it out: messages and the answers to taps, each with the run it is from."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

Key = tuple[int, str]
"""A chat (or who tapped) and what was said there, in short."""
PATTERNS: Final = (
    (re.compile(r"^Paid ([\d,]+) points? to "), "paid {}"),
    (re.compile(r" sent you ([\d,]+) points?\."), "received {}"),
    (re.compile(r"^Checked in: \+([\d,]+) points?\."), "checked in for {}"),
    (re.compile(r"^You got ([\d,]+) points? from the red packet"), "got {}"),
    (re.compile(r"^Too late: every share"), "late"),
    (re.compile(r"^You already took "), "already"),
    (re.compile(r"\bgreeting-(\d+)\b"), "packet {}"),
    (re.compile(r"^Your wallet\n([\d,]+) points?$"), "has {}"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message or the answer to a tap as it stands now: to whom, its words, an id of the message that no other has
    (empty for the answer to a tap), and what its first button carries.
    """

    to: int
    text: str
    message: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Said(Seen):
    """One thing that was said, in the n-th run, with its first words; ``at`` is monotonic."""

    run: int = 0
    at: float = 0

    @property
    def key(self) -> Key:
        """What it was in short, or in all its words where it is nothing that is expected."""
        return self.to, in_short(self.text)

    @property
    def greeting(self) -> str:
        """The greeting of the packet whose card this is; empty for everything else."""
        _, _, number = in_short(self.text).partition("packet ")
        return f"greeting-{number}" if self.token and number.isdecimal() else ""


class Ear:
    """A listener of the server, called on its thread; what it gathers is only added to.

    ``read`` tells what a person sees of a change on the server, None where that is nothing.
    """

    def __init__(self, read: Callable[[str, Any], Seen | None]) -> None:
        self._read = read
        self.run = 0
        self.said: list[Said] = []
        self.states: dict[str, list[str]] = {}
        """All the words that a message has had, by its id."""
        self.then: Callable[[Said], None] | None = None
        """Called for each thing that is said, before the bot gets its answer."""

    def hear(self, kind: str, thing: Any) -> None:
        """Note what is said, and what becomes of it."""
        seen = self._read(kind, thing)
        if seen is None:
            return
        if seen.message:
            states = self.states.setdefault(seen.message, [])
            states.append(seen.text)
            if len(states) > 1:
                return
        said = Said(seen.to, seen.text, seen.message, seen.token, self.run, time.monotonic())
        self.said.append(said)
        if self.then is not None:
            self.then(said)

    def packets(self) -> dict[str, list[Said]]:
        """The cards of packets by greeting, every copy of them."""
        found: dict[str, list[Said]] = defaultdict(list)
        for said in list(self.said):
            if said.greeting:
                found[said.greeting].append(said)
        return dict(found)


def in_short(words: str) -> str:
    """What was said, without names."""
    for pattern, short in PATTERNS:
        found = pattern.search(words)
        if found is not None:
            return short.format(*(group.replace(",", "") for group in found.groups()))
    return words


def compare(said: Iterable[Said], expected: Counter[Key]) -> Counter[Key]:
    """Hold what was said to what had to be said; what was said once more than that, by a later run.

    Raises :class:`AssertionError` when something is missing, when something else was said, or when one run alone said
    something more often than it had to be said.
    """
    told: Counter[Key] = Counter()
    by_run: Counter[tuple[Key, int]] = Counter()
    for each in said:
        told[each.key] += 1
        by_run[each.key, each.run] += 1
    assert not expected - told, f"not said: {expected - told}"
    assert not told.keys() - expected.keys(), f"said without a reason: {told.keys() - expected.keys()}"
    repeated = {key: times for (key, _), times in by_run.items() if times > expected[key]}
    assert not repeated, f"one run repeated itself: {repeated}"
    return told - expected


__all__ = ["Ear", "Key", "Said", "Seen", "compare"]
