"""What is about to go wrong, and when the process that it happens to is gone."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from coterie.core.testing.people import Fault

Moment = Literal["before commit", "during commit", "after commit", "before send", "after send", "before task"]
"""Where a process ends. ``during commit``: the database has it, and nobody in the process has heard so."""
MOMENTS: Final[tuple[Moment, ...]] = (
    "before commit",
    "during commit",
    "after commit",
    "before send",
    "after send",
    "before task",
)
Damage = Literal["busy", "full", "gone", "silent"]
"""What the database does: it is locked by somebody else, its disk is full, it is not there, or it takes a commit and
its answer is lost."""
DAMAGES: Final[tuple[Damage, ...]] = ("busy", "full", "gone", "silent")


class ProcessEnded(BaseException):
    """The process is gone at this very instruction; nothing of it may go on."""


@dataclass(slots=True)
class Strikes:
    """What is armed, for whichever process comes to it first."""

    crash: Moment | None = None
    damage: Damage | None = None
    damages: int = 0
    """How many transactions the database does not take."""
    sends: deque[Fault] = field(default_factory=deque)
    """What the platform answers next, one request each."""
    down_until: int = 0
    """Until when the platform cannot be reached (milliseconds)."""

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self.crash = self.damage = None
        self.damages = self.down_until = 0
        self.sends.clear()

    def take_damage(self, *kinds: Damage) -> bool:
        """Whether the database fails here, used up."""
        if self.damage not in kinds or not self.damages:
            return False
        self.damages -= 1
        return True


class Life:
    """Whether one process is still there; ``end`` is done when it is not."""

    def __init__(self, strikes: Strikes) -> None:
        self.strikes = strikes
        self.ended = False
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def strike(self, moment: Moment) -> bool:
        """Whether the process is gone at this moment."""
        if not self.ended and self.strikes.crash == moment:
            self.strikes.crash = None
            self.finish()
        return self.ended

    def finish(self) -> None:
        """The process is gone."""
        self.ended = True
        if not self.end.done():
            self.end.set_result(None)
