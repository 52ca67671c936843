"""A broadcast to many direct chats under Telegram's own limits, killed in the middle, with people tapping meanwhile."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from coterie.adapters.telegram.fake import FakeTelegram
from tests.cli_kit import PATIENCE
from tests.telegram_crash.audit import audit, reading, rows, unsent
from tests.telegram_crash.deeds import Crowd, Grab
from tests.telegram_crash.hearing import Said
from tests.telegram_crash.moments import FOR_EVER, MANY
from tests.telegram_crash.scene import Bot, Scene, eventually

NEWS: Final = "The hall opens at eight."
REACHED: Final = "SELECT count(*) FROM broadcast_targets WHERE state = 'sent'"


@dataclass(slots=True)
class Report:
    """What came of it. ``copies`` counts the news in each chat, ``latencies`` are seconds from a tap to its answer."""

    copies: Counter[int] = field(default_factory=Counter)
    held: int = 0
    """The chat to which the news was sent without the bot hearing of it."""
    latencies: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Answers 429 by limit, without those that were ordered."""


class News:
    """One broadcast to everybody on a scene."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.crowd = Crowd(scene, seed)
        self.report = Report()
        self._tappers = itertools.cycle(scene.people[1:])
        self._heard: list[int] = []

    def begin(self) -> None:
        """Everybody is known, there is a packet to tap on, and the operator has started the broadcast."""
        self.scene.fake.do(lambda server: setattr(server.limits, "enforced", True))
        self.crowd.do(self.crowd.funding())
        self.scene.confirmed()
        self.crowd.do([self.crowd.packet(shares=100)])
        self.scene.confirmed()
        eventually(lambda: unsent(self.scene.url), lambda left: not left)
        operator = self.scene.people[0]
        self.scene.fake.do(lambda server: server.says(operator, operator, f'/broadcast "not left" {NEWS}'))
        (preview,) = eventually(
            lambda: [said for said in self.scene.ear.said if said.to == operator and said.token], bool
        )
        self.scene.fake.do(lambda server: server.taps(operator, preview.message, operator, preview.token))

    def kill_after(self, bot: Bot, count: int) -> None:
        """Killed when so many have the news; of the last one the bot has not heard that it was sent."""
        server = self.scene.fake.do(lambda fake: fake)

        def listen(said: Said) -> None:
            """On the server's thread, before the bot has its answer."""
            self._heard += [said.to] if _is_news(said) else []
            if len(self._heard) == count - 1:
                self.scene.ear.then = None
                server.faults.slow(FOR_EVER, method="sendMessage")  # carries out one more, and answers nothing
                server.faults.fail(MANY, method="sendMessage", status=429)

        self.scene.ear.then = listen
        self._tap_until(lambda: len(self._news()) == count)
        self.report.held = self._news()[-1]
        eventually(self._reached, lambda reached: reached == count - 1)
        bot.kill()
        self.scene.fake.do(lambda fake: fake.faults.clear())

    def finish(self, bot: Bot) -> Report:
        """The rest, by another process."""
        before = self.scene.fake.do(_polls)
        eventually(lambda: self.scene.fake.do(_polls), lambda polls: polls > before)
        self._tap_until(lambda: len(set(self._news())) == len(self.scene.people))
        eventually(self._reached, lambda reached: reached == len(self.scene.people))
        eventually(lambda: unsent(self.scene.url), lambda left: not left)
        self.scene.confirmed()
        bot.stop()
        self.crowd.check(audit(self.scene.url))
        self.report.copies = Counter(self._news())
        self.report.refused = self.scene.fake.do(lambda server: Counter(server.limits.refused))
        return self.report

    def _tap_until(self, done: Callable[[], object]) -> None:
        """One person after the other taps the packet's button, each when the one before has an answer."""
        end = time.monotonic() + PATIENCE
        (card,) = self.scene.ear.packets()["greeting-1"]
        while not done():
            assert time.monotonic() < end, f"the news reached {len(self._news())}"
            who, before, since = next(self._tappers), len(self.scene.ear.said), time.monotonic()
            self.crowd.do([Grab(who=who, greeting=card.greeting, card=card)])
            answers = eventually(partial(self._answers, who, before), bool)
            self.report.latencies.append(answers[0].at - since)

    def _answers(self, who: int, before: int) -> list[Said]:
        return [said for said in self.scene.ear.said[before:] if said.to == who and not _is_news(said)]

    def _news(self) -> list[int]:
        return [said.to for said in list(self.scene.ear.said) if _is_news(said)]

    def _reached(self) -> int:
        with reading(self.scene.url) as connection:
            return int(rows(connection, REACHED)[0][0])


def _is_news(said: Said) -> bool:
    return said.text.startswith(NEWS)


def _polls(server: FakeTelegram) -> int:
    return len(server.called("getUpdates"))


def play(scene: Scene, seed: int, count: int) -> Report:
    """A broadcast to everybody on the scene, with a kill when ``count`` have it."""
    news = News(scene, seed)
    with scene.run() as bot:
        news.begin()
        news.kill_after(bot, count)
    with scene.run() as bot:
        return news.finish(bot)


__all__ = ["News", "Report", "play"]
