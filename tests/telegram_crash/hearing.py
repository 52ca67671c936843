"""What the bot says, as the server carried it out: messages and the answers to taps, each with the run it is from."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from coterie.adapters.telegram.fake import FakeMessage

Key = tuple[int, str]
"""A chat (or who tapped) and what was said there, in short."""
PATTERNS: Final = (
    (re.compile(r"^Paid ([\d,]+) points? to "), "paid {}"),
    (re.compile(r" sent you ([\d,]+) points?\."), "received {}"),
    (re.compile(r"^Checked in: "), "checked in"),
    (re.compile(r"^You got ([\d,]+) points? from the red packet"), "got {}"),
    (re.compile(r"^Too late: every share"), "late"),
    (re.compile(r"^You already took "), "already"),
    (re.compile(r"\bgreeting-(\d+)\b"), "packet {}"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, in the n-th run; ``message`` is 0 for the answer to a tap, ``at`` is monotonic.

    ``key`` says what it was in short, or in all its words where it is nothing that is expected.
    """

    run: int
    to: int
    text: str
    message: int
    token: str
    key: Key
    at: float

    @property
    def greeting(self) -> str:
        """The greeting of the packet whose card this is; empty for everything else."""
        _, _, number = self.key[1].partition("packet ")
        return f"greeting-{number}" if self.token and number.isdecimal() else ""


class Ear:
    """A listener of the server, called on its thread; what it gathers is only added to."""

    def __init__(self) -> None:
        self.run = 0
        self.said: list[Said] = []
        self.then: Callable[[Said], None] | None = None
        """Called for each thing that is said, before the bot gets its answer."""

    def hear(self, kind: str, thing: Any) -> None:
        """Note messages and alerts."""
        if kind == "sent":
            assert isinstance(thing, FakeMessage)
            token = next((button["callback_data"] for button in thing.buttons if "callback_data" in button), "")
            to, words, message = thing.chat_id, thing.text, thing.message_id
        elif kind == "alert":
            to, words, message, token = thing["user_id"], thing["text"], 0, ""
        else:
            return
        said = Said(self.run, to, words, message, token, (to, in_short(words)), time.monotonic())
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
    """What was said, without names and sums that nobody can foresee."""
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


__all__ = ["Ear", "Key", "Said", "compare"]
