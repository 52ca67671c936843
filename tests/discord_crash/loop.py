"""Kills at random moments under load, over and over, and a comparison of everything after every few of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from coterie.adapters.discord.limits import LIMITS
from tests.discord_crash.deeds import Crowd
from tests.discord_crash.moments import Story
from tests.discord_crash.scene import LOOK_EVERY, Bot, Scene
from tests.telegram_crash.audit import unsent
from tests.telegram_crash.hearing import Said

PEOPLE: Final = 44
AT_ONCE: Final = 8
"""People who do something at the same time, a few times in each run."""
BETWEEN_COMPARISONS: Final = 4

Way = Literal["after so many messages", "after a while", "right after events"]


@dataclass(slots=True)
class Tally:
    """How a process died."""

    how: Way
    seconds: float = 0
    """How long it lived."""
    unread: int = 0
    """Events that the next process will be told again, or for the first time."""
    unsent: int = 0
    """What was committed and waits to be sent."""

    def __str__(self) -> str:
        return f"{self.how}, {self.seconds:.2f} s old; {self.unread} events unread, {self.unsent} messages unsent"


class Loop:
    """Kills processes of one scene; each one comes upon what the one before left."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.story = Story(scene, Crowd(scene, seed))
        self.tallies: list[Tally] = []
        self._ways: list[Way] = []
        self._rng = self.story.crowd.rng

    def play(self, kills: int, show: Callable[[str], None]) -> None:
        """Kill so many processes; raises :class:`AssertionError` for a broken promise."""
        with self.story.scene.run() as bot:
            self.story.begin()
            bot.stop()
        for number in range(1, kills + 1):
            self._kill()
            show(f"  kill {number}: {self.tallies[-1]}")
            if number % BETWEEN_COMPARISONS == 0 or number == kills:
                with self.story.scene.run() as bot:
                    self.story.settle()
                    bot.stop()
                assert (self.story.scene.pending(), self.story.look().unsent) == (set(), 0)
                assert self.doubled <= number * LIMITS.in_flight, "more repeated than can have been on its way"
                show(f"  compared: {len(self.story.crowd.deeds)} deeds, {self.doubled} answers were given once more")

    @property
    def doubled(self) -> int:
        """Answers that were given once more than they had to be, after all kills so far."""
        return sum(self.story.doubled.values())

    def _way(self) -> Way:
        """Each way comes up as often as the others."""
        self._ways = self._ways or self._rng.sample(get_args(Way), len(get_args(Way)))
        return self._ways.pop()

    def _kill(self) -> None:
        scene, tally = self.story.scene, Tally(self._way())
        started = time.monotonic()
        with scene.run() as bot:
            if tally.how == "after so many messages":
                scene.ear.then = _strike_after(bot, self._rng.randint(1, 3 * AT_ONCE))
            end = started + self._rng.uniform(0.3, 2.0) if tally.how == "after a while" else float("inf")
            self._load(bot, end, strike=tally.how == "right after events")
            while bot.alive and time.monotonic() < end and not self._idle():
                time.sleep(LOOK_EVERY)
            bot.kill()
            scene.ear.then = None
        self.tallies.append(tally)
        tally.seconds = time.monotonic() - started
        tally.unread, tally.unsent = len(scene.pending()), self.story.look().unsent

    def _load(self, bot: Bot, end: float, *, strike: bool) -> None:
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
        return not self.story.scene.pending() and not unsent(self.story.scene.url)


def _strike_after(bot: Bot, count: int) -> Callable[[Said], None]:
    """Kill while the n-th message is being carried out, before the bot has its answer."""
    left = count

    def listen(_said: Said) -> None:
        nonlocal left
        left -= 1
        if not left:
            bot.strike()

    return listen


__all__ = ["PEOPLE", "Loop"]
