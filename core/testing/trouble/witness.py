"""The witness: sees from outside what was handed in, what was acknowledged, and what reached the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Witness:
    """Outlives the processes that it watches; ``problems`` are sentences that nobody has taken yet."""

    acknowledged: dict[str, None] = field(default_factory=dict)
    """Keys of events that a platform was told are done."""
    effects: Counter[str] = field(default_factory=Counter)
    """How often the handling of an event, a timer or the end of a task was committed."""
    _order: dict[str, tuple[int, int]] = field(default_factory=dict)
    _handed_in: int = 0
    _last: int = 0
    _noted: list[str] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)

    def next_place(self) -> int:
        """The place of what is put on the lane now, behind all others."""
        self._handed_in += 1
        return self._handed_in

    def handed_in(self, key: str, first: int, last: int) -> None:
        """An event was put on the lane (again, perhaps); the places of its first and its last copy there.

        Which of them is handled nobody knows: the first may have failed without anybody having heard of it yet.
        """
        self._order[key] = first, last

    def begun(self) -> None:
        """A transaction has begun."""
        self._noted.clear()

    @property
    def busy(self) -> bool:
        """Whether the open transaction has handled something that happened."""
        return bool(self._noted)

    def noted(self, what: str) -> None:
        """The open transaction has handled something, for the first time as it believes."""
        self._noted.append(what)

    def durable(self) -> None:
        """The transaction is in the database."""
        for what in self._noted:
            self.effects[what] += 1
            if self.effects[what] > 1:
                self._problems.append(f"{what} was handled {self.effects[what]} times")
            first, last = self._order.get(what, (self._last, self._last))
            if last < self._last:
                self._problems.append(f"{what} was handled after something that came later")
            self._last = max(self._last, first)

    def confirm(self, key: str) -> None:
        """A platform is told that an event is done."""
        self.acknowledged[key] = None
        if not self.effects[key]:
            self._problems.append(f"{key} was acknowledged, and nothing of it is in the database")

    def take(self) -> list[str]:
        """What was wrong since the last time."""
        problems, self._problems = self._problems, []
        return problems
