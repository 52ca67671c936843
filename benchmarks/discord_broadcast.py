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
from collections.abc import Iterator
from typing import Any, ClassVar

import discord

from benchmarks import broadcast
from benchmarks.broadcast import NEWS, TAPPERS
from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction, FakeMessage, FakeThread
from coterie.adapters.discord.limits import OVERALL_RATE
from coterie.core.actions import Priority
from coterie.core.api import Context, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Where

CHANNELS = 1000
PER_GUILD = 500
"""Channels that Discord lets a server have."""
PEERS_NEWS = "News from a plain bot!"
LEAD = 1.0
"""Seconds from the card to the broadcast: the first messages are not to share their second with it."""
CALM = 2.0
"""Seconds without a call after which what the start brought about is over."""


class Caller(broadcast.Caller):
    """Writes to every channel."""

    places: ClassVar[list[Where]] = []

    @command("call")
    def call(self, ctx: Context) -> None:
        """Begin the broadcast."""
        for place in self.places:
            ctx.send(place, NEWS, priority=Priority.BROADCAST)


class Watch(broadcast.Watch[str]):
    """What Discord saw, by ids of channels and of users."""

    def heard(self, kind: str, thing: Any) -> None:
        if kind == "sent" and isinstance(thing, FakeMessage) and thing.content == self.text:
            self.came(thing.channel.id)
        elif kind == "answered" and isinstance(thing, FakeInteraction) and thing.shown is not None:
            self.answered(thing.user.id)


class Stage(broadcast.Stage[FakeDiscord, str, str]):
    """Servers with all the channels."""

    def __init__(self, server: FakeThread[FakeDiscord], channels: int) -> None:
        super().__init__(server, Watch())
        self.channels: list[tuple[str, str]] = []
        """Each channel with its guild."""
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

    async def calm(self) -> None:
        """Wait until the bot is there, and has asked all that it asks after its start."""
        await self.wait(lambda fake: fake.sessions.live)
        before, taken = -1, 0
        while before != taken:
            before, taken = taken, await self.act(lambda fake: fake.limits.taken)
            await asyncio.sleep(CALM)

    async def card(self) -> tuple[str, str]:
        await self.act(lambda fake: fake.calls_command("member 0", self.first, "show"))

        def shown(fake: FakeDiscord) -> list[FakeMessage]:
            return [message for message in fake.channel(self.first).messages if message.own and message.buttons]

        await self.wait(shown)
        (found,) = await self.act(shown)
        return found.id, str(found.buttons[0]["custom_id"])

    def tapper(self, fake: FakeDiscord, number: int) -> str:
        return fake.person(f"member {number}").id

    def press(self, fake: FakeDiscord, who: str, message: str, token: str) -> None:
        fake.taps(who, message, token)


async def measure(url: str, stage: Stage, server: FakeThread[FakeDiscord]) -> float:
    """Seconds from the command to the last message."""
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
    took = await stage.broadcast(
        lambda fake: fake.calls_command("member 0", stage.first, "call"), len(stage.channels), OVERALL_RATE, LEAD
    )
    await app.stop()
    return took


async def peer(stage: Stage, token: str) -> tuple[Watch, float]:
    """The same by discord.py alone, all at once: what the server saw, and the seconds until nothing more was tried."""
    watch = Watch(PEERS_NEWS)
    await stage.act(lambda fake: fake.listeners.append(watch.heard))
    client = discord.Client(intents=discord.Intents.default())
    await client.login(token)
    places = [client.get_partial_messageable(int(channel), guild_id=int(guild)) for channel, guild in stage.channels]
    started = time.perf_counter()
    await asyncio.gather(*(place.send(PEERS_NEWS) for place in places), return_exceptions=True)
    took = time.perf_counter() - started
    await client.close()
    return watch, took


def _refused(fake: FakeDiscord) -> int:
    return sum(fake.limits.refused.values())


async def both(url: str, stage: Stage, server: FakeThread[FakeDiscord]) -> tuple[float, int, Watch, float, int]:
    """Ours, then the peer: seconds and refusals of each, and what the server saw of the peer."""
    took = await measure(url, stage, server)
    refused = await stage.act(_refused)
    await stage.act(lambda fake: fake.limits.reset())
    watch, seconds = await peer(stage, server.token)
    return took, refused, watch, seconds, await stage.act(_refused) - refused


def run() -> Iterator[dict[str, object]]:
    """How much of the limit was used, what was lost or came twice, and how long taps waited; the same of the peer."""
    channels = int(os.environ.get("COTERIE_BENCH_CHANNELS", CHANNELS))
    logging.getLogger("discord.http").setLevel(logging.ERROR)  # a line for each refusal
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder, FakeDiscord.threaded() as server:
        stage = Stage(server, channels)
        took, refused, watch, seconds, refusals = asyncio.run(both(f"sqlite:///{folder}/bench.db", stage, server))
    yield from broadcast.figures(
        "Discord", "channels", "a tap answered privately", stage.watch,
        expected=channels, rate=OVERALL_RATE, took=took, refused=refused,
    )  # fmt: skip
    yield {
        "name": f"asyncio.gather of {channels} channel.send with discord.py",
        "value": len(watch.got),
        "unit": "messages",
        "of": channels,
        "seconds": round(seconds, 2),
        "refused": refusals,
        **watch.outcome(channels),
    }


__all__ = ["run"]
