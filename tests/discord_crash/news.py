"""A broadcast to many direct chats under Discord's own limits, killed in the middle, with people tapping meanwhile."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from coterie.adapters.discord.fake import FakeDiscord
from tests.cli_kit import PATIENCE
from tests.discord_crash.deeds import Crowd
from tests.discord_crash.moments import FOR_EVER, MANY, MESSAGES
from tests.discord_crash.scene import Bot, Scene, eventually
from tests.telegram_crash.audit import audit, reading, rows, unsent
from tests.telegram_crash.deeds import Grab
from tests.telegram_crash.hearing import Said

NEWS: Final = "The hall opens at eight."
REACHED: Final = "SELECT count(*) FROM broadcast_targets WHERE state = 'sent'"
OPENING: Final = ("POST", "/users/@me/channels")
QUICKLY: Final = (20, 1.0)
"""So many direct chats may be opened in so many seconds: Discord publishes no figure, and the server's is slow."""


@dataclass(slots=True)
class Report:
    """What came of it. ``copies`` counts the news in each chat, ``latencies`` are seconds from a tap to its answer."""

    copies: Counter[int] = field(default_factory=Counter)
    unheard: int = 0
    """Chats to which the news was sent without the bot hearing of it."""
    latencies: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Answers 429 by limit, without those that were ordered."""


class News:
    """One broadcast to everybody on a scene."""

    def __init__(self, scene: Scene, seed: int, *, patient: bool) -> None:
        """``patient``: direct chats are opened no faster than the server usually wants it."""
        self.scene = scene
        self.crowd = Crowd(scene, seed)
        self.report = Report()
        self._patient = patient
        self._tappers = itertools.cycle(scene.people[1:])
        self._heard = 0

    def begin(self) -> None:
        """Everybody is known, there is a packet to tap on, and the operator has started the broadcast."""
        self.scene.begun()
        self.crowd.do(self.crowd.funding())
        self.scene.confirmed()
        self.crowd.do([self.crowd.packet(shares=200)])
        self.scene.confirmed()
        eventually(lambda: unsent(self.scene.url), lambda left: not left)
        self.scene.fake.do(self._enforce)
        operator = self.scene.people[0]
        words = {"audience": "not left", "text": NEWS}
        self.scene.fake.do(
            lambda server: server.calls_command(str(operator), str(self.scene.groups[0]), "broadcast", words)
        )
        (preview,) = eventually(
            lambda: [said for said in self.scene.ear.said if said.to == operator and said.token], bool
        )
        self.scene.fake.do(lambda server: server.taps(str(operator), str(preview.message), preview.token))

    def _enforce(self, server: FakeDiscord) -> None:
        server.limits.enforced = True
        if not self._patient:
            server.limits.rates[OPENING] = QUICKLY

    def kill_after(self, bot: Bot, count: int) -> None:
        """Killed when so many have the news, of some of whom the bot has not heard that it was sent."""
        server = self.scene.fake.do(lambda fake: fake)

        def listen(said: Said) -> None:
            """On the server's thread, before the bot has its answer."""
            self._heard += _is_news(said)
            if self._heard == count - 3:
                self.scene.ear.then = None
                server.faults.slow(FOR_EVER, 3, method="POST", path=MESSAGES)  # carried out, and not answered
                server.faults.fail(MANY, method="POST", path=MESSAGES, status=429)

        self.scene.ear.then = listen
        self._tap_until(lambda: len(self._news()) >= count)
        eventually(self._reached, lambda reached: count - 3 <= reached < len(self._news()))
        bot.kill()
        self.report.unheard = len(self._news()) - self._reached()
        self.scene.fake.do(lambda fake: fake.faults.clear())

    def finish(self, bot: Bot) -> Report:
        """The rest, by another process."""
        self.scene.fake.wait(lambda server: server.until(lambda: server.sessions.live, PATIENCE), PATIENCE)
        self._tap_until(lambda: len(set(self._news())) >= len(self.scene.people))
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
        end = time.monotonic() + PATIENCE + 2 * len(self.scene.people)
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


def play(scene: Scene, seed: int, count: int, *, patient: bool = False) -> Report:
    """A broadcast to everybody on the scene, with a kill when ``count`` have it."""
    news = News(scene, seed, patient=patient)
    with scene.run() as bot:
        news.begin()
        news.kill_after(bot, count)
    with scene.run() as bot:
        return news.finish(bot)


__all__ = ["News", "Report", "play"]
