"""What an import did, for its report; kept in the store with each step, so that a later run goes on counting."""

from __future__ import annotations

from typing import Final

import msgspec

KEPT_PROBLEMS: Final = 20
"""Problems that are told one by one; of the rest, only how many."""
_REASONS: Final = 100


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that was left out: its place in the file (bytes), its number in its chat, and why."""

    position: int
    reason: str
    chat: str = ""
    number: int = 0
    length: int = 0
    id: int | None = None


class ChatTotals(msgspec.Struct, omit_defaults=True):
    """What was found in one chat; ``why`` it was left out, if it was."""

    title: str
    space: str = ""
    channel: str = ""
    records: int = 0
    messages: int = 0
    why: str = ""


class Totals(msgspec.Struct):
    """Every record is counted once among ``messages`` to ``skipped``."""

    records: int = 0
    messages: int = 0
    """Counted for a member."""
    commands: int = 0
    joined: int = 0
    left: int = 0
    other: int = 0
    """Service messages of which nothing is kept."""
    again: int = 0
    """Taken in by an earlier import, or twice in this file."""
    live: int = 0
    """Written when Coterie counted live already."""
    bots: int = 0
    nobody: int = 0
    """Written by a channel, or by an account that is deleted."""
    skipped: int = 0
    repaired: int = 0
    reactions: int = 0
    """Received by the messages that were counted."""
    members: int = 0
    """New ones."""
    first: str = ""
    last: str = ""
    """Community days between which messages were counted."""
    ended: int | None = None
    """Where the file ends before its time (bytes)."""
    reasons: dict[str, int] = {}
    problems: list[Problem] = []
    chats: list[ChatTotals] = []

    def skip(self, problem: Problem, *, record: bool = True) -> None:
        """Note something that was left out."""
        self.skipped += record
        reason = problem.reason if problem.reason in self.reasons or len(self.reasons) < _REASONS else "others"
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)

    def day(self, day: str) -> None:
        """Note that something was counted on a day."""
        if not self.first or day < self.first:
            self.first = day
        self.last = max(self.last, day)

    @property
    def clean(self) -> bool:
        """Whether everything in the file could be read."""
        return not self.reasons and self.ended is None
