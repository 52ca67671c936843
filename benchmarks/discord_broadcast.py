"""A broadcast over HTTP to a Discord that enforces its limits, and the taps that are answered privately meanwhile.

The whole application with one message to each of ``COTERIE_BENCH_CHANNELS`` channels (1,000), on the real clock: twenty
seconds at the least.  The server is the fake, on a thread of its own in the same process.  Then the same with nothing
but discord.py: every ``channel.send`` at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, TypeVar

import discord

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction, FakeMessage, FakeThread
from coterie.adapters.discord.limits import OVERALL_RATE
from coterie.core.actions import Priority
from coterie.core.api import Button, Card, Config, Context, Plugin, button, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Where

T = TypeVar("T")

CHANNELS = 1000
PER_GUILD = 500
"""Channels that Discord lets a server have."""
TAPPERS = 20
TAP_EVERY = 0.1
"""Seconds between two taps, each by another of the tappers."""
NEWS, PEERS_NEWS = "News for everybody!", "News from a plain bot!"
CALM = 2.0
"""Seconds without a call after which what the start brought about is over."""
GRACE = 60.0
"""Seconds beyond the theoretical time after which a broadcast is taken for stuck."""


class Caller(Plugin):
    """Writes to every channel, and has a card with a button."""

    name = "caller"
    config = Config
    places: ClassVar[list[Where]] = []

    @command("call")
    def call(self, ctx: Context) -> None:
        """Begin the broadcast."""
        for place in self.places:
            ctx.send(place, NEWS, priority=Priority.BROADCAST)

    @command("show")
    def show(self, ctx: Context) -> None:
        """Put up the card."""
        ctx.reply(Card(text="A card", buttons=((Button("Tap me", do="tapped"),),)))

    @button("tapped")
    def tapped(self, ctx: Context) -> None:
        """Answer to the one who tapped alone."""
        ctx.answer("You tapped")


@dataclass
class Watch:
    """What the server saw of one text; used on its thread."""

    text: str
    sent: list[float] = field(default_factory=list)
    got: Counter[str] = field(default_factory=Counter)
    tapped: dict[str, float] = field(default_factory=dict)
    """When those tapped who still wait for the answer."""
    waits: list[float] = field(default_factory=list)
    skipped: int = 0
    """Taps that were not made, because the one before had no answer yet."""

    def heard(self, kind: str, thing: Any) -> None:
        """Something happened on the server."""
        now = time.perf_counter()
        if kind == "sent" and isinstance(thing, FakeMessage) and thing.content == self.text:
            self.sent.append(now)
            self.got[thing.channel.id] += 1
        elif kind == "answered" and isinstance(thing, FakeInteraction) and thing.shown is not None:
            since = self.tapped.pop(thing.user.id, None)
            if since is not None:
                self.waits.append(now - since)


class Stage:
    """The server, its people, and what they do."""

    def __init__(self, server: FakeThread[FakeDiscord], channels: int) -> None:
        self.server = server
        self.channels: list[tuple[str, str]] = []
        """Each channel with its guild."""
        self.watch = Watch(NEWS)
        server.do(lambda fake: self._people(fake, channels), 60)
        self.first = self.channels[0][0]

    def _people(self, fake: FakeDiscord, channels: int) -> None:
        people = [f"member {number}" for number in range(TAPPERS)]
        for begin in range(0, channels, PER_GUILD):
            names = [f"channel-{number}" for number in range(begin, min(begin + PER_GUILD, channels))]
            guild = fake.add_guild(f"Harbour {begin}", members=people, owner="member 0", channels=names)
            self.channels += [(each, guild.id) for each in guild.channels]
        fake.listeners.append(self.watch.heard)
        fake.limits.enforced = True

    async def act(self, act: Callable[[FakeDiscord], T]) -> T:
        """Do something on the server without holding up the application."""
        return await asyncio.to_thread(self.server.do, act)

    async def wait(self, true: Callable[[FakeDiscord], object], within: float = 30.0) -> None:
        """Wait until something about the server holds."""
        await asyncio.to_thread(self.server.wait, lambda fake: fake.until(lambda: true(fake), within), within + 5)

    async def calm(self) -> None:
        """Wait until the bot is there, and has asked all that it asks after its start."""
        await self.wait(lambda fake: fake.sessions.live)
        before, taken = -1, 0
        while before != taken:
            before, taken = taken, await self.act(lambda fake: fake.limits.taken)
            await asyncio.sleep(CALM)

    async def card(self) -> tuple[str, str]:
        """Have the card put up; its message id and its button's."""
        await self.act(lambda fake: fake.calls_command("member 0", self.first, "show"))

        def shown(fake: FakeDiscord) -> list[FakeMessage]:
            return [message for message in fake.channel(self.first).messages if message.own and message.buttons]

        await self.wait(shown)
        (found,) = await self.act(shown)
        return found.id, str(found.buttons[0]["custom_id"])

    async def tap(self, message: str, token: str) -> None:
        """Tap, one after the other, until cancelled."""
        turn = 0
        while True:
            await self.act(partial(self._tap, f"member {turn % TAPPERS}", message, token))
            turn += 1
            await asyncio.sleep(TAP_EVERY)

    def _tap(self, name: str, message: str, token: str, fake: FakeDiscord) -> None:
        user = fake.person(name).id
        if user in self.watch.tapped:
            self.watch.skipped += 1
            return
        self.watch.tapped[user] = time.perf_counter()
        fake.taps(name, message, token)


async def measure(url: str, stage: Stage) -> float:
    """Seconds from the command to the last message."""
    server, channels = stage.server, len(stage.channels)
    guilds = dict.fromkeys(guild for _, guild in stage.channels)
    values = {"token": server.token, "rest_url": server.rest_url, "gateway_url": server.gateway_url}
    settings = Settings.of(
        {
            "adapters": {"discord": values},
            "plugins": {Caller.name: {}},
            "communities": {"main": {"spaces": [{"platform": "discord", "id": guild} for guild in guilds]}},
        },
        {Caller.name: Caller.config},
        {"discord": DiscordConfig},
        core={"database": url},
    )
    config: Any = settings.adapters["discord"].config
    Caller.places = [Where("discord", channel, guild) for channel, guild in stage.channels]
    app = App(settings, plugins=[Caller()], adapters=[DiscordAdapter(config)])
    await app.start()
    await stage.calm()
    taps = asyncio.create_task(stage.tap(*await stage.card()))
    await asyncio.sleep(1)  # the first messages are not to share their second with the card
    started = time.perf_counter()
    await stage.act(lambda fake: fake.calls_command("member 0", stage.first, "call"))
    try:
        await stage.wait(lambda _: len(stage.watch.sent) >= channels, channels / OVERALL_RATE + GRACE)
    finally:
        taps.cancel()
        await asyncio.gather(taps, return_exceptions=True)
    await asyncio.sleep(1)  # what is sent twice would come now, and the last taps have their answers
    await app.stop()
    return stage.watch.sent[-1] - started


async def peer(stage: Stage) -> tuple[Watch, float]:
    """The same by discord.py alone, all at once: what the server saw, and the seconds until nothing more was tried."""
    watch = Watch(PEERS_NEWS)
    await stage.act(lambda fake: fake.listeners.append(watch.heard))
    client = discord.Client(intents=discord.Intents.default())
    await client.login(stage.server.token)
    places = [client.get_partial_messageable(int(channel), guild_id=int(guild)) for channel, guild in stage.channels]
    started = time.perf_counter()
    await asyncio.gather(*(place.send(PEERS_NEWS) for place in places), return_exceptions=True)
    took = time.perf_counter() - started
    await client.close()
    return watch, took


def _refused(fake: FakeDiscord) -> int:
    return sum(fake.limits.refused.values())


async def both(url: str, stage: Stage) -> tuple[float, int, Watch, float, int]:
    """Ours, then the peer: seconds and refusals of each, and what the server saw of the peer."""
    took = await measure(url, stage)
    refused = await stage.act(_refused)
    await stage.act(lambda fake: fake.limits.reset())
    watch, seconds = await peer(stage)
    return took, refused, watch, seconds, await stage.act(_refused) - refused


def run() -> Iterator[dict[str, object]]:
    """How much of the limit was used, what was lost or came twice, and how long taps waited; the same of the peer."""
    channels = int(os.environ.get("COTERIE_BENCH_CHANNELS", CHANNELS))
    logging.getLogger("discord.http").setLevel(logging.ERROR)  # a line for each refusal
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder, FakeDiscord.threaded() as server:
        stage = Stage(server, channels)
        took, refused, watch, seconds, refusals = asyncio.run(both(f"sqlite:///{folder}/bench.db", stage))
    ours = stage.watch
    yield {
        "name": f"Discord broadcast, {channels} channels, {OVERALL_RATE} a second",
        "value": round(channels / OVERALL_RATE / took, 4),
        "unit": "share of the limit",
        "goal": ">= 0.96, no refusal",
        "seconds": round(took, 2),
        "refused": refused,
        "lost": channels - len(ours.got),
        "doubled": ours.got.total() - len(ours.got),
    }
    ranked = sorted(ours.waits)
    yield {
        "name": "Discord, a tap answered privately during the broadcast",
        "value": round(ranked[len(ranked) // 2] * 1000, 1),
        "unit": "ms",
        "p99_ms": round(ranked[len(ranked) * 99 // 100] * 1000, 1),
        "worst_ms": round(ranked[-1] * 1000, 1),
        "goal": "p99 <= 300 ms",
        "taps": len(ranked),
        "unanswered": len(ours.tapped) + ours.skipped,
    }
    yield {
        "name": f"asyncio.gather of {channels} channel.send with discord.py",
        "value": len(watch.got),
        "unit": "messages",
        "of": channels,
        "seconds": round(seconds, 2),
        "refused": refusals,
        "lost": channels - len(watch.got),
        "doubled": watch.got.total() - len(watch.got),
    }


__all__ = ["run"]
