"""A broadcast to many direct chats under the platform's own limits, killed in the middle, while people tap."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tests.cli_kit import PATIENCE
from tests.killing.books import audit, reading, rows
from tests.killing.deeds import Grab
from tests.killing.hearing import Said
from tests.killing.process import Process, eventually
from tests.killing.story import Story

TEXT: Final = "The hall opens at eight."
REACHED: Final = (
    "SELECT a.native FROM broadcast_targets t JOIN accounts a "
    "ON a.community_id = t.community_id AND a.member_id = t.member_id WHERE t.state = 'sent'"
)


@dataclass(slots=True)
class Report:
    """What came of it. ``copies`` counts the news in each chat, ``latencies`` are seconds from a tap to its answer."""

    copies: Counter[int] = field(default_factory=Counter)
    unheard: set[int] = field(default_factory=set)
    """Chats to which the news was sent without the bot hearing of it."""
    latencies: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Answers 429 by limit, without those that were ordered."""

    @property
    def doubled(self) -> set[int]:
        """Chats that have the news more than once."""
        return {chat for chat, copies in self.copies.items() if copies > 1}

    def __str__(self) -> str:
        return (
            f"{len(self.copies)} chats have the news; {len(self.unheard)} had it unheard at the kill, "
            f"{len(self.doubled)} have it twice; {len(self.latencies)} taps meanwhile, the slowest answered after "
            f"{max(self.latencies):.3f} s; {sum(self.refused.values())} requests refused"
        )


class News:
    """One broadcast to everybody on a scene."""

    def __init__(self, story: Story[Any], *, patient: bool) -> None:
        """``patient``: limits that no platform publishes are enforced, too."""
        self.story = story
        self.scene = story.scene
        self.report = Report()
        self._patient = patient
        self._tappers = itertools.cycle(self.scene.people[1:])
        self._heard = 0

    def begin(self) -> None:
        """Everybody is known, there is a packet to tap on, and the operator has started the broadcast."""
        crowd = self.story.crowd
        self.scene.awake()
        crowd.do(crowd.funding())
        self.scene.confirmed()
        crowd.do([crowd.packet(shares=200)])
        self.story.quiet()
        operator = self.scene.people[0]

        def ask(server: Any) -> None:
            self.scene.enforce(server, patient=self._patient)
            self.scene.broadcast(server, operator, TEXT)

        self.scene.fake.do(ask)
        (preview,) = eventually(
            lambda: [said for said in self.scene.ear.said if said.to == operator and said.token], bool
        )
        confirm = Grab(who=operator, greeting="", card=preview)
        self.scene.fake.do(lambda server: self.scene.act(server, confirm))

    def kill_after(self, bot: Process, count: int) -> None:
        """Killed when so many have the news, of some of whom the bot has not heard that it was sent."""
        server, sure = self.scene.fake.do(lambda fake: fake), count - self.scene.doubts

        def listen(said: Said) -> None:
            """On the server's thread, before the bot has its answer."""
            self._heard += _is_news(said)
            if self._heard == sure:
                self.scene.ear.then = None
                self.scene.doubt(server)

        self.scene.ear.then = listen
        self._tap_until(lambda: len(self._news()) >= count)
        eventually(self._reached, lambda reached: len(reached) >= sure)
        bot.kill()
        self.report.unheard = set(self._news()) - self._reached()
        self.scene.fake.do(self.scene.calm)

    def finish(self, bot: Process) -> Report:
        """The rest, by another process."""
        everybody = set(self.scene.people)
        self.scene.awake()
        self._tap_until(lambda: set(self._news()) == everybody)
        eventually(self._reached, everybody.__eq__)
        self.story.quiet()
        bot.stop()
        self.story.crowd.check(audit(self.scene.url), self.scene.pending())
        self.report.copies = Counter(self._news())
        self.report.refused = self.scene.fake.do(lambda server: Counter(server.limits.refused))
        return self.report

    def _tap_until(self, done: Callable[[], object]) -> None:
        """One person after the other taps the packet's button, each when the one before has an answer."""
        end = time.monotonic() + PATIENCE + 2 * len(self.scene.people)
        (card,) = self.scene.ear.packets()["greeting-1"]
        while not done():
            assert time.monotonic() < end, f"the news reached {len(self._news())}"
            who, before, since = next(self._tappers), len(self.scene.ear.said), time.monotonic()
            self.story.crowd.do([Grab(who=who, greeting=card.greeting, card=card)])
            answers = eventually(partial(self._answers, who, before), bool)
            self.report.latencies.append(answers[0].at - since)

    def _answers(self, who: int, before: int) -> list[Said]:
        return [said for said in self.scene.ear.said[before:] if said.to == who and not _is_news(said)]

    def _news(self) -> list[int]:
        return [said.to for said in list(self.scene.ear.said) if _is_news(said)]

    def _reached(self) -> set[int]:
        with reading(self.scene.url) as connection:
            return {int(row[0]) for row in rows(connection, REACHED)}


def _is_news(said: Said) -> bool:
    return said.text.startswith(TEXT)


def play(story: Story[Any], count: int, *, patient: bool = False) -> Report:
    """A broadcast to everybody on the scene, with a kill when ``count`` have it."""
    news = News(story, patient=patient)
    with story.scene.run() as bot:
        news.begin()
        news.kill_after(bot, count)
    with story.scene.run() as bot:
        return news.finish(bot)


__all__ = ["News", "Report", "play"]
