"""One packet in fifty rooms of two platforms: ``COTERIE_BENCH_CLAIMERS`` people (10,000) tap, five hundred a second.

The whole application in a process of its own, SQLite with ``synchronous=FULL``, on the unmodified libraries; both
servers are the fakes, in this process, and enforce what the platforms allow.  Nobody was seen before: whoever taps
becomes a member with that tap.  Measured from the tap to the private answer, as the servers see both.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction, FakeMessage
from coterie.adapters.discord.fake import FakeThread as DiscordThread
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.telegram import TelegramAdapter, TelegramConfig
from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.fake import FakeThread as TelegramThread
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Who
from coterie.core.testing.people import card_words
from coterie.plugins.redpacket import RedPacket

CLAIMERS = 10_000
ROOMS: Final = 25
"""Rooms on each platform."""
RATE: Final = 500
"""Taps a second, on both platforms together."""
BEAT: Final = 0.02
"""Seconds between two handfuls of taps."""
EACH: Final = 10
"""Points a share."""
FIRST: Final = 500_000_000
"""The Telegram id of the first claimer."""
SENDER: Final = FIRST - 1
ENDED: Final = "Empty"
"""What a card says in the end."""
WITHIN: Final = 300.0
"""Seconds after which what is waited for is taken for lost."""

Json = dict[str, Any]


# -- the application, in a process of its own


def application(pipe: Connection, asked: Json, database: str) -> None:
    """Run until told to end; then tell the processor's seconds and what the books say."""
    asyncio.run(_serve(pipe, asked, database))


async def _serve(pipe: Connection, asked: Json, database: str) -> None:
    settings = Settings.of(
        asked,
        {RedPacket.name: RedPacket.config},
        {"discord": DiscordConfig, "telegram": TelegramConfig},
        core={"database": database},
    )
    discord: Any = settings.adapters["discord"].config
    telegram: Any = settings.adapters["telegram"].config
    app = App(settings, plugins=[RedPacket()], adapters=[DiscordAdapter(discord), TelegramAdapter(telegram)])
    await app.start()
    sender = Who("telegram", str(SENDER), "Sender", "en")
    pipe.send(None)
    while (order := await asyncio.to_thread(pipe.recv)) is not None:
        await app.grant(sender, order, "points", "benchmark", "start")
        pipe.send(time.process_time())
    pipe.send((time.process_time(), await app.verify_ledger(), await app.balance(sender)))
    await app.stop()


# -- the servers


@dataclass
class Watch:
    """What both servers saw; each of its listeners runs on the thread of its server."""

    tapped: dict[str, float] = field(default_factory=dict)
    """When those tapped who still wait for the answer."""
    waits: list[float] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    """The answers, without their numbers."""
    edits: Counter[str] = field(default_factory=Counter)
    """Edits of cards, by platform."""

    def answered(self, person: str, words: str) -> None:
        """Somebody has their private answer."""
        since = self.tapped.pop(person, None)
        if since is not None:
            self.waits.append(time.perf_counter() - since)
            self.said["".join(each for each in words if not each.isdigit())] += 1

    def on_discord(self, kind: str, thing: Any) -> None:
        """Something happened on Discord."""
        if kind == "answered" and isinstance(thing, FakeInteraction) and thing.shown is not None:
            self.answered(thing.user.id, thing.shown.content)
        elif kind == "edited" and isinstance(thing, FakeMessage):
            self.edits["discord"] += 1

    def on_telegram(self, kind: str, thing: Any) -> None:
        """Something happened on Telegram."""
        if kind == "alert":
            self.answered(str(thing["user_id"]), str(thing.get("text", "")))
        elif kind == "edited":
            self.edits["telegram"] += 1


class Stage:
    """Both servers, their rooms and their people."""

    def __init__(
        self, discord: DiscordThread[FakeDiscord], telegram: TelegramThread[FakeTelegram], claimers: int
    ) -> None:
        self.discord, self.telegram = discord, telegram
        self.watch = Watch()
        half = claimers // 2
        self.people = [f"member {number}" for number in range(half)]
        self.users = range(FIRST, FIRST + claimers - half)
        self.guild, self.channels = discord.do(self._on_discord, 60)
        self.groups = telegram.do(self._on_telegram, 60)

    def _on_discord(self, fake: FakeDiscord) -> tuple[str, list[str]]:
        names = [f"room-{number}" for number in range(ROOMS)]
        guild = fake.add_guild("Harbour", members=self.people, channels=names)
        fake.listeners.append(self.watch.on_discord)
        fake.limits.enforced = True
        return guild.id, list(guild.channels)

    def _on_telegram(self, fake: FakeTelegram) -> list[int]:
        people = [fake.user(number) for number in (SENDER, *self.users)]
        fake.listeners.append(self.watch.on_telegram)
        fake.limits.enforced = True
        return [fake.group(f"Room {number}", members=people).id for number in range(ROOMS)]

    def settings(self) -> Json:
        """The configuration of the application."""
        discord, telegram = self.discord, self.telegram
        spaces = [{"platform": "telegram", "id": group} for group in self.groups]
        rooms = [{"platform": "discord", "id": each, "space": self.guild} for each in self.channels]
        packet = {"max_total": 10**9, "max_shares": len(self.people) + len(self.users), "rooms": [*rooms, *spaces]}
        return {
            "adapters": {
                "discord": {"token": discord.token, "rest_url": discord.rest_url, "gateway_url": discord.gateway_url},
                "telegram": {"token": telegram.token, "api_base_url": telegram.base_url},
            },
            "plugins": {RedPacket.name: packet},
            "communities": {"main": {"spaces": [{"platform": "discord", "id": self.guild}, *spaces]}},
        }

    def send(self, claimers: int) -> None:
        """Send the packet from the first group, and wait until every room shows it."""
        line = f"/packet {claimers * EACH} {claimers}"
        self.telegram.do(lambda fake: fake.says(SENDER, self.groups[0], line))
        self.telegram.wait(lambda fake: fake.until(lambda: len(self._cards(fake)) == ROOMS, WITHIN), WITHIN + 5)
        self.discord.wait(lambda fake: fake.until(lambda: len(self._embeds(fake)) == ROOMS, WITHIN), WITHIN + 5)

    def _cards(self, fake: FakeTelegram) -> list[tuple[int, int, str]]:
        """The groups' cards with a button: group, message, token."""
        return [
            (group, message.message_id, message.buttons[0]["callback_data"])
            for group in self.groups
            for message in fake.chat(group).messages
            if message.own and message.buttons and "callback_data" in message.buttons[0]
        ]

    def _embeds(self, fake: FakeDiscord) -> list[tuple[str, str]]:
        """The channels' cards with a button: message, token."""
        return [
            (message.id, str(message.buttons[0]["custom_id"]))
            for channel in self.channels
            for message in fake.channel(channel).messages
            if message.own and message.buttons
        ]

    def tap(self) -> float:
        """Let everybody tap once, at the rate; the seconds that it took."""
        cards = self.telegram.do(self._cards)
        embeds = self.discord.do(self._embeds)
        handful = round(RATE * BEAT / 2)
        started = time.perf_counter()
        for turn, begin in enumerate(range(0, len(self.users), handful)):
            self.telegram.do(partial(self._tap_cards, self.users[begin : begin + handful], cards))
            self.discord.do(partial(self._tap_embeds, self.people[begin : begin + handful], embeds))
            time.sleep(max(0.0, started + (turn + 1) * BEAT - time.perf_counter()))
        return time.perf_counter() - started

    def _tap_cards(self, users: range, cards: list[tuple[int, int, str]], fake: FakeTelegram) -> None:
        for user in users:
            group, message, token = cards[user % len(cards)]
            self.watch.tapped[str(user)] = time.perf_counter()
            fake.taps(user, message, group, token)

    def _tap_embeds(self, people: list[str], embeds: list[tuple[str, str]], fake: FakeDiscord) -> None:
        for name in people:
            number = int(name.rpartition(" ")[2])
            self.watch.tapped[fake.person(name).id] = time.perf_counter()
            fake.taps(name, *embeds[number % len(embeds)])

    def until(self, true: Callable[[], object]) -> float:
        """Wait until something holds; the seconds that it took, or those after which it was given up."""
        started = time.perf_counter()
        while not true() and time.perf_counter() - started < WITHIN:
            time.sleep(0.05)
        return time.perf_counter() - started

    def wrong(self) -> int:
        """Rooms whose card does not show the end."""
        groups = self.telegram.do(
            lambda fake: [[each.text for each in fake.chat(group).messages if each.own] for group in self.groups]
        )
        channels = self.discord.do(
            lambda fake: [
                [card_words(card_of(each)) for each in fake.channel(channel).messages if each.own]
                for channel in self.channels
            ]
        )
        return sum(not any(ENDED in words for words in room) for room in (*groups, *channels))

    def refused(self) -> int:
        """Calls that were answered with 429."""
        on_telegram = self.telegram.do(lambda fake: sum(fake.limits.refused.values()))
        return int(on_telegram) + int(self.discord.do(lambda fake: sum(fake.limits.refused.values())))


def run() -> Iterator[dict[str, object]]:
    """How long the private answers took, what the cards say in the end, and what was refused."""
    claimers = int(os.environ.get("COTERIE_BENCH_CLAIMERS", CLAIMERS))
    spawning = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder,
        FakeDiscord.threaded() as discord,
        FakeTelegram.threaded() as telegram,
    ):
        stage = Stage(discord, telegram, claimers)
        pipe, theirs = spawning.Pipe()
        database = f"sqlite:///{folder}/bench.db"
        process = spawning.Process(target=application, args=(theirs, stage.settings(), database))
        process.start()
        pipe.recv()
        pipe.send(claimers * EACH)
        before = pipe.recv()
        stage.send(claimers)
        tapping = stage.tap()
        stage.until(lambda: not stage.watch.tapped)
        settling = stage.until(lambda: not stage.wrong())
        wrong, refused = stage.wrong(), stage.refused()
        pipe.send(None)
        after, books, left = pipe.recv()
        process.join(60)
    watch = stage.watch
    ranked = sorted(watch.waits)
    yield {
        "name": f"a packet of {claimers} shares in {2 * ROOMS} rooms, {RATE} taps a second",
        "value": round(ranked[len(ranked) * 99 // 100] * 1000),
        "unit": "ms, p99 of the private answer",
        "median_ms": round(ranked[len(ranked) // 2] * 1000, 1),
        "worst_ms": round(ranked[-1] * 1000),
        "taps_a_second": round(claimers / tapping),
        "answers": dict(watch.said.most_common(5)),
        "unanswered": len(watch.tapped),
        "cards_wrong": wrong,
        "cards_right_after_s": round(settling, 1),
        "edits": dict(watch.edits),
        "refused": refused,
        "books": books,
        "not_taken": left,
        "processor_us_a_tap": round((after - before) / claimers * 1e6),
        "goal": "<= 1000 ms, nothing refused, every card right",
    }


__all__ = ["run"]
