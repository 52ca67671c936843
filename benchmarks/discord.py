"""Discord: a gateway payload's text in → the reply handed to the HTTP client, with 50 plugins; no network, no store."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from benchmarks.discord_wire import (
    APPLICATION,
    BOT,
    GUILD,
    PERSON,
    TOKEN,
    Recording,
    Surveying,
    Waiting,
    guild,
    message,
    ready,
    slash,
    tap,
)
from benchmarks.dispatch import bench
from benchmarks.peers.discord_ends import connection, plain_bot
from benchmarks.plugins import command_plugin
from coterie.adapters.discord.config import DiscordConfig
from coterie.adapters.discord.intake import Intake
from coterie.adapters.discord.limits import LIMITS
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.adapters.discord.reading import Guilds, Reader
from coterie.adapters.discord.wire import Socket
from coterie.core.config import validate
from coterie.core.events import Event
from coterie.core.platform import Delivery
from coterie.storage.members import AccountRecord

PLUGINS = 50
ROUNDS = 7
PAYLOADS = 3_840
"""Payloads of one round."""
TOGETHER = 128
"""Payloads that are dispatched before their replies are rendered, as a lane's batches are."""
AT_ONCE = LIMITS.in_flight
"""Replies that are on their way at the same time, as the Sender has them."""
READ = 2_000
"""Payloads of one kind that are read in one round."""
COMMAND = f"/c{PLUGINS - 1} 5"
KINDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "message": ("MESSAGE_CREATE", lambda number: message(number, "good morning, everybody")),
    "command": ("INTERACTION_CREATE", slash),
    "button": ("INTERACTION_CREATE", tap),
}


class Subject(Protocol):
    """Something that payloads are given to."""

    async def start(self) -> None:
        """Be ready for payloads of the guild."""

    async def seconds(self, batch: list[str]) -> float:
        """Seconds a payload."""


class Took(NamedTuple):
    """Seconds that a payload took in one round: on the wall, and of the processor."""

    wall: float
    processor: float


def _median_us(rounds: list[Took]) -> float:
    return round(statistics.median(each.processor for each in rounds) * 1e6, 1)


# -- ours


class Ours:
    """Text → the library's connection → event → dispatch in memory → action → rendered → the library's client."""

    def __init__(self, plugins: int = PLUGINS) -> None:
        self.requests = Recording()
        self.platform = DiscordPlatform(validate(DiscordConfig, {"token": TOKEN, "guilds": ["*"]}))
        self.platform.me.id, self.platform.me.application = BOT, APPLICATION
        self.dispatcher, self.community = bench([command_plugin(number) for number in range(plugins)])
        accounts = self.dispatcher.unit.members._accounts
        member = accounts[1, "sandbox", "alice"].member
        accounts[1, "discord", PERSON] = AccountRecord(
            8, member, "discord", PERSON, "Alice", "discord", f"u:{PERSON}", False
        )
        self.dispatcher.unit.presences._there.add((8, "discord", GUILD))

    async def start(self) -> None:
        """Attach to a connection that has seen its guild."""
        client = self.platform.client
        await opened(client, self.requests)
        self.inbox = Waiting()
        reader = Reader(BOT, APPLICATION, self.platform.guilds)
        inbox: Any = self.inbox
        client.attach(Intake(reader, Surveying(self.platform.guilds), self.platform.interactions, inbox))
        self.socket = connection(Socket, client)
        await self.socket.received_message(ready())
        await self.socket.received_message(guild())

    async def seconds(self, batch: list[str]) -> float:
        """Seconds a payload."""
        before, unit, handle = self.requests.sent, self.dispatcher.unit, self.dispatcher.handle
        started = time.perf_counter()
        for first in range(0, len(batch), TOGETHER):
            for raw in batch[first : first + TOGETHER]:
                await self.socket.received_message(raw)
            for event in self.inbox.events:
                unit.next_event()
                handle(self.community, event)
            posted = [row["posted"] for row in unit.journal.outbox]
            unit.journal.reset()
            unit.places.clear()
            self.inbox.done()
            for begin in range(0, len(posted), AT_ONCE):
                await asyncio.gather(*map(self._reply, posted[begin : begin + AT_ONCE]))
        took = time.perf_counter() - started
        if self.requests.sent - before != len(batch) or self.requests.last["content"] != "ok":
            raise AssertionError("a payload was not answered")
        return took / len(batch)

    async def _reply(self, posted: Any) -> None:
        await self.platform.send(posted.action, Delivery(str(posted.id)))


# -- theirs


async def act(ctx: commands.Context[Any], amount: commands.Range[int, 1, 1000]) -> None:
    """The command of each plugin: one whole number, and an answer."""
    await ctx.send("ok")


class Theirs:
    """The same by the library's own bot and its objects."""

    def __init__(self) -> None:
        self.requests = Recording()
        self.bot = plain_bot()
        for number in range(PLUGINS):
            self.bot.command(name=f"c{number}")(act)

    async def start(self) -> None:
        """See the guild."""
        await opened(self.bot, self.requests)
        self.socket = connection(DiscordWebSocket, self.bot)
        await self.socket.received_message(ready())
        await self.socket.received_message(guild())

    async def seconds(self, batch: list[str]) -> float:
        """Seconds a payload."""
        before = self.requests.sent
        started = time.perf_counter()
        for first in range(0, len(batch), TOGETHER):
            for raw in batch[first : first + TOGETHER]:
                await self.socket.received_message(raw)
            await self.requests.until(before + first + TOGETHER)
        took = time.perf_counter() - started
        if self.requests.last["content"] != "ok":
            raise AssertionError("a payload was not answered")
        return took / len(batch)


class Library:
    """What the library's connection does with each payload by itself: it decodes, counts, and calls nothing."""

    async def start(self) -> None:
        """Hear nothing."""
        client = discord.Client(intents=discord.Intents.all())
        await opened(client, Recording())
        client._connection.parsers["MESSAGE_CREATE"] = lambda data: None
        self.socket = connection(DiscordWebSocket, client)

    async def seconds(self, batch: list[str]) -> float:
        """Seconds a payload."""
        started = time.perf_counter()
        for raw in batch:
            await self.socket.received_message(raw)
        return (time.perf_counter() - started) / len(batch)


async def opened(client: discord.Client, requests: Recording) -> None:
    """Let a client run in this loop, with nothing behind it."""
    await client._async_setup_hook()
    client.http.token = TOKEN
    client.http.request = requests  # type: ignore[method-assign]


async def chains() -> tuple[list[Took], list[Took], list[Took]]:
    """What a payload takes in interleaved rounds: ours, the library's own part, theirs."""
    ours, library, theirs = Ours(), Library(), Theirs()
    figures: tuple[list[Took], list[Took], list[Took]] = [], [], []
    subjects: tuple[Subject, ...] = (ours, library, theirs)
    for each in subjects:
        await each.start()
    gc.collect()
    gc.freeze()  # as ``coterie run`` does when it is ready
    for turn in range(ROUNDS + 1):
        batch = [message(10 + turn * PAYLOADS + number, COMMAND) for number in range(PAYLOADS)]
        for subject, found in zip(subjects, figures, strict=True):
            before = time.thread_time()
            took = await subject.seconds(batch)
            if turn:  # the first only warms up
                found.append(Took(took, (time.thread_time() - before) / len(batch)))
    gc.unfreeze()
    await ours.platform.calls.close()
    for client in (ours.platform.client, theirs.bot):
        if client._connection._ready_task is not None:
            client._connection._ready_task.cancel()
    return figures


# -- reading alone


async def reading() -> list[dict[str, object]]:
    """From a decoded payload to an event, by kind; the library builds its own objects of it."""
    guilds = Guilds()
    told = json.loads(guild())
    guilds.learn(told["t"], told["d"])
    reader = Reader(BOT, APPLICATION, guilds)
    client = discord.Client(intents=discord.Intents.all(), max_messages=None, chunk_guilds_at_startup=False)
    await opened(client, Recording())
    socket = connection(DiscordWebSocket, client)
    await socket.received_message(ready())
    await socket.received_message(guild())
    parsers: dict[str, Callable[[Any], None]] = client._connection.parsers
    found: list[dict[str, object]] = []
    for name, (kind, make) in KINDS.items():
        batch = [json.loads(make(number))["d"] for number in range(READ)]
        rounds: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            events, read = _timed(partial(_read, reader, kind), batch)
            if not all(len(each) == 1 for each in events):
                raise AssertionError(f"a {name} was not read")
            rounds.append((read, _timed(parsers[kind], batch)[1]))
        found.append(
            {
                "name": f"Discord, a {name} read",
                "value": round(statistics.median(each[0] for each in rounds) * 1e6, 2),
                "unit": "us",
                "ratio": round(statistics.median(each[0] / each[1] for each in rounds), 3),
                "ratio_to": "the objects of discord.py, same rounds; JSON is in neither",
            }
        )
    return found


def _read(reader: Reader, kind: str, data: Any) -> list[Event]:
    return reader.read(kind, data, "session:1")


def _timed(work: Callable[[Any], Any], batch: Sequence[Any]) -> tuple[list[Any], float]:
    """The results, and seconds each."""
    started = time.perf_counter()
    found = [work(each) for each in batch]
    return found, (time.perf_counter() - started) / len(batch)


def run() -> Iterator[dict[str, object]]:
    """Reading, and the adapter's whole chain beside the bot of discord.py."""
    yield from asyncio.run(reading())
    ours, library, theirs = asyncio.run(chains())
    yield {
        "name": f"Discord gateway text in, reply out, {PLUGINS} plugins, no store",
        "value": round(1 / statistics.median(each.wall for each in ours)),
        "unit": "payloads/s",
        "ratio": round(statistics.median(b.wall / a.wall for a, b in zip(ours, theirs, strict=True)), 2),
        "ratio_to": f"commands.Bot of discord.py with {PLUGINS} commands, same rounds",
        "peer": round(1 / statistics.median(each.wall for each in theirs)),
        "processor_us": _median_us(ours),
        "peer_processor_us": _median_us(theirs),
        "library_processor_us": _median_us(library),
        "library_share": round(statistics.median(b.wall / a.wall for a, b in zip(ours, library, strict=True)), 3),
        "library_means": "the library's own connection with the same payloads, which hands them to nobody",
        "goal": ">= 28000/s",
    }


__all__ = ["run"]
