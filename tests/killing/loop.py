"""Kills at random moments under load and at chosen ones, over and over; before each chosen one all is compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.killing.books import unsent
from tests.killing.hearing import Said
from tests.killing.process import LOOK_EVERY, Process
from tests.killing.story import Story

PEOPLE: Final = 44
AT_ONCE: Final = 8
"""People who do something at the same time, a few times in each run."""
RANDOM: Final = ("after so many messages", "after a while", "right after events")
"""Ways to die under load, beside the moments that a story chooses."""


@dataclass(slots=True)
class Tally:
    """How a process died."""

    how: str
    seconds: float = 0
    """How long it lived."""
    unread: int = 0
    """Events that the next process will be told again, or for the first time."""
    unsent: int = 0
    """What was committed and waits to be sent."""

    def __str__(self) -> str:
        return f"{self.how}, {self.seconds:.2f} s old; {self.unread} events unread, {self.unsent} messages unsent"


class Loop:
    """Kills processes of one story; each one comes upon what the one before left."""

    def __init__(self, story: Story[Any], ways: Sequence[str] = ()) -> None:
        """``ways`` to die: :data:`RANDOM` ones and moments of the story; all of them if left out."""
        self.story = story
        self._all = ways or (*RANDOM, *story.moments)
        self.tallies: list[Tally] = []
        self._ways: list[str] = []
        self._rng = story.crowd.rng

    def play(self, kills: int, show: Callable[[str], None]) -> None:
        """Kill so many processes; raises :class:`AssertionError` for a broken promise."""
        story = self.story
        for number in range(1, kills + 1):
            self._kill()
            show(f"  kill {number}: {self.tallies[-1]}")
        with story.scene.run() as bot:
            story.settle()
            story.end(bot)
        most = kills * story.scene.in_flight if story.scene.repeats else 0
        assert self.doubled <= most, "more repeated than can have been on its way"

    @property
    def doubled(self) -> int:
        """Texts that were said once more than they had to be, after all kills so far."""
        return sum(self.story.doubled.values())

    def _way(self) -> str:
        """Each way comes up as often as the others."""
        self._ways = self._ways or self._rng.sample(self._all, len(self._all))
        return self._ways.pop()

    def _kill(self) -> None:
        scene, tally = self.story.scene, Tally(self._way())
        started = time.monotonic()
        with scene.run() as bot:
            if not self.story.crowd.deeds:
                self.story.begin()
            if tally.how in RANDOM:
                self._kill_under_load(bot, tally.how)
            else:
                self.story.settle()
                self.story.moments[tally.how](bot, AT_ONCE)
        self.tallies.append(tally)
        tally.seconds = time.monotonic() - started
        tally.unread, tally.unsent = len(scene.pending()), self.story.look().unsent

    def _kill_under_load(self, bot: Process, how: str) -> None:
        ear = self.story.scene.ear
        if how == "after so many messages":
            ear.then = _strike_after(bot, self._rng.randint(1, 3 * AT_ONCE))
        end = time.monotonic() + self._rng.uniform(0.3, 2.0) if how == "after a while" else float("inf")
        self._load(bot, end, strike=how == "right after events")
        while bot.alive and time.monotonic() < end and not self._idle():
            time.sleep(LOOK_EVERY)
        bot.kill()
        ear.then = None

    def _load(self, bot: Process, end: float, *, strike: bool) -> None:
        """Three groups of people, and where that is wanted a kill within a few milliseconds of the last."""
        scene, crowd = self.story.scene, self.story.crowd
        for number in range(3):
            if strike:
                scene.confirmed()
            crowd.do(crowd.wave(AT_ONCE))
            pause = self._rng.uniform(0, 0.04 if strike else 0.4)
            if time.monotonic() + pause > end or not bot.alive:
                return
            time.sleep(pause)
            if strike and number == 2:
                bot.strike()

    def _idle(self) -> bool:
        return not self.story.scene.pending() and not unsent(self.story.scene.url, messages=True)


def _strike_after(bot: Process, count: int) -> Callable[[Said], None]:
    """Kill while the n-th message is being carried out, before the bot has its answer."""
    left = count

    def listen(_said: Said) -> None:
        nonlocal left
        left -= 1
        if not left:
            bot.strike()

    return listen


__all__ = ["PEOPLE", "Loop"]
