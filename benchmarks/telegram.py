"""Telegram: an update's JSON in → the reply handed to the HTTP client, with 50 plugins; the network is left out."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import telegram
from telegram.ext import Application, ApplicationBuilder, CommandHandler

from benchmarks.dispatch import bench
from benchmarks.peers.wire import BOT, PERSON, TOKEN
from benchmarks.plugins import command_plugin
from benchmarks.telegram_wire import GROUP, USERNAME, Recording, Unhurried, private, tap, update
from coterie.adapters.telegram.decoding import decode_update
from coterie.adapters.telegram.intake import Intake
from coterie.adapters.telegram.reading import Names, Reader
from coterie.core.aftermath import Posted
from coterie.core.api import Config
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.platform import Delivery
from coterie.storage.members import AccountRecord

PLUGINS = 50
ROUNDS = 5
UPDATES = {1: 1_500, 16: 6_000, 128: 12_000}
"""Updates of one round by number in flight."""
WITHOUT_STORE = 4_000
"""Updates of one round without a store."""
READ = 2_000
"""Updates of one kind that are read in one round."""
PATIENCE = 120.0
"""Seconds after which a round that waits for its replies has failed."""
TOGETHER = 128
"""Updates that are dispatched before their replies are rendered, as a lane's batches are."""
KINDS: dict[str, Callable[[int], bytes]] = {
    "message": lambda number: update(number, GROUP, PERSON, "good morning, everybody"),
    "command": lambda number: update(number, GROUP, PERSON, f"/c{PLUGINS - 1} 5"),
    "callback": tap,
}


# -- with the store


@dataclass
class Rounds:
    """What the rounds of one number in flight gave."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


async def end_to_end(url: str) -> dict[int, Rounds]:
    """Rounds by number of people who each wait for the reply before they write again."""
    plugins = [command_plugin(number) for number in range(PLUGINS)]
    settings = Settings.default({each.name: Config for each in plugins}, {}, core={"database": url}, enable_adapters=())
    requests = Recording()
    platform = Unhurried(requests)
    app = App(settings, plugins=plugins, platforms=[platform])
    await app.start()
    gc.collect()
    gc.freeze()  # as ``coterie run`` does when it is ready
    found = {flight: Rounds() for flight in UPDATES}
    number = 0
    for turn in range(ROUNDS + 1):
        for flight, count in UPDATES.items():
            each = count // flight
            batches = [
                [update(number + each * one + n, private(PERSON + one), PERSON + one, "/c49 5") for n in range(each)]
                for one in range(flight)
            ]
            number += each * flight
            rate, latencies = await _round(platform.intake, requests, batches)
            if turn:  # the first only warms up
                found[flight].rates.append(rate)
                found[flight].latencies.extend(latencies)
    await app.settle()
    await app.stop()
    gc.unfreeze()
    if requests.sent != number:
        raise AssertionError(f"{number} updates had {requests.sent} replies")
    return found


async def _round(intake: Intake, requests: Recording, batches: list[list[bytes]]) -> tuple[float, list[float]]:
    """Updates a second, and seconds from an update's JSON to its reply."""
    latencies: list[float] = []
    loop = asyncio.get_running_loop()

    async def client(chat: str, updates: list[bytes]) -> None:
        for raw in updates:
            started = time.perf_counter()
            reply = requests.waiting[chat] = loop.create_future()
            await intake.take(decode_update(raw))
            await reply
            latencies.append(time.perf_counter() - started)

    started = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(client(str(PERSON + one), updates) for one, updates in enumerate(batches)))
    return len(latencies) / (time.perf_counter() - started), latencies


# -- without


class Ours:
    """JSON → event → dispatch in memory → action → rendered → the library's client."""

    def __init__(self, plugins: int = PLUGINS) -> None:
        self.requests = Recording()
        self.platform = Unhurried(self.requests)
        self.dispatcher, self.community = bench([command_plugin(number) for number in range(plugins)])
        accounts = self.dispatcher.unit.members._accounts
        member = accounts[1, "sandbox", "alice"].member
        identifier, name = str(PERSON), f"Member {PERSON}"
        accounts[1, "telegram", identifier] = AccountRecord(
            8, member, "telegram", identifier, name, "telegram", identifier, False
        )

    async def seconds(self, batch: list[bytes]) -> float:
        """Seconds an update."""
        before = self.requests.sent
        started = time.perf_counter()
        for first in range(0, len(batch), TOGETHER):
            for posted in self.dispatched(batch[first : first + TOGETHER]):
                action: Any = posted.action
                await self.platform.send(action, Delivery(str(posted.id)))
        took = time.perf_counter() - started
        if self.requests.sent - before != len(batch) or self.requests.last["text"] != "ok":
            raise AssertionError("an update was not answered")
        return took / len(batch)

    def dispatched(self, batch: list[bytes]) -> list[Posted]:
        """What a few updates lead to."""
        unit, handle, read = self.dispatcher.unit, self.dispatcher.handle, self.platform.reader.read
        for raw in batch:
            for event in read(decode_update(raw)):
                unit.next_event()
                handle(self.community, event)
        posted = [row["posted"] for row in unit.journal.outbox]
        unit.journal.reset()
        unit.places.clear()
        return posted


class Theirs:
    """The same by python-telegram-bot's own application and its objects."""

    def __init__(self) -> None:
        self.requests = Recording()
        builder = ApplicationBuilder().token(TOKEN).updater(None)
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            builder.request(self.requests).get_updates_request(Recording()).build()
        )
        for number in range(PLUGINS):
            self.application.add_handler(CommandHandler(f"c{number}", self.act))

    @staticmethod
    async def act(update: telegram.Update, context: Any) -> None:
        """The command of each plugin: one whole number, and an answer."""
        if update.message is not None and 1 <= int(context.args[0]) <= 1000:
            await update.message.reply_text("ok")

    async def seconds(self, batch: list[bytes]) -> float:
        """Seconds an update."""
        bot, before = self.application.bot, self.requests.sent
        started = time.perf_counter()
        for raw in batch:
            await self.application.process_update(telegram.Update.de_json(json.loads(raw), bot))
        took = time.perf_counter() - started
        if self.requests.sent - before != len(batch) or self.requests.last["text"] != "ok":
            raise AssertionError("an update was not answered")
        return took / len(batch)


async def without_store() -> tuple[list[float], list[float]]:
    """Seconds an update in interleaved rounds: ours, theirs."""
    ours, theirs = Ours(), Theirs()
    await ours.platform.calls.bot.initialize()
    await theirs.application.initialize()
    batch = [update(n, private(PERSON), PERSON, f"/c{PLUGINS - 1} 5") for n in range(WITHOUT_STORE)]
    await ours.seconds(batch[:TOGETHER])
    await theirs.seconds(batch[:TOGETHER])
    figures: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        figures[0].append(await ours.seconds(batch))
        figures[1].append(await theirs.seconds(batch))
    await theirs.application.shutdown()
    return figures


# -- reading alone


def reading() -> Iterator[dict[str, object]]:
    """From JSON to an event, by kind of update."""
    reader = Reader(BOT, USERNAME, b"k" * 32, Names())
    bot = telegram.Bot(TOKEN, request=Recording(), get_updates_request=Recording())
    for kind, make in KINDS.items():
        batch = [make(number) for number in range(READ)]
        rounds: list[tuple[float, float, float]] = []
        for _ in range(ROUNDS):
            decoded, decoding = _timed(decode_update, batch)
            events, read = _timed(reader.read, decoded)
            _, theirs = _timed(lambda raw: telegram.Update.de_json(json.loads(raw), bot), batch)
            if not all(len(each) == 1 for each in events):
                raise AssertionError(f"a {kind} was not read")
            rounds.append((read, decoding, theirs))
        yield {
            "name": f"Telegram, a {kind} read",
            "value": round(statistics.median(each[0] for each in rounds) * 1e6, 2),
            "unit": "us",
            "json_us": round(statistics.median(each[1] for each in rounds) * 1e6, 2),
            "ratio": round(statistics.median((each[0] + each[1]) / each[2] for each in rounds), 3),
            "ratio_to": "json.loads and Update.de_json of python-telegram-bot, same rounds; JSON is in both",
        }


def _timed(work: Callable[[Any], Any], batch: Sequence[Any]) -> tuple[list[Any], float]:
    """The results, and seconds each."""
    started = time.perf_counter()
    found = [work(each) for each in batch]
    return found, (time.perf_counter() - started) / len(batch)


def run() -> Iterator[dict[str, object]]:
    """Reading, the adapter's own part beside python-telegram-bot's application, and the whole chain."""
    yield from reading()
    ours, theirs = asyncio.run(without_store())
    yield {
        "name": f"Telegram JSON in, reply out, {PLUGINS} plugins, no store",
        "value": round(1 / statistics.median(ours)),
        "unit": "updates/s",
        "ratio": round(statistics.median(b / a for a, b in zip(ours, theirs, strict=True)), 2),
        "ratio_to": f"python-telegram-bot's Application with {PLUGINS} CommandHandlers, same rounds",
        "peer": round(1 / statistics.median(theirs)),
        "goal": ">= 10000/s",
    }
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        found = asyncio.run(end_to_end(f"sqlite:///{folder}/bench.db"))
    for flight, rounds in found.items():
        ranked = sorted(rounds.latencies)
        yield {
            "name": f"Telegram JSON in, reply out, {PLUGINS} plugins, SQLite FULL, {flight} in flight",
            "value": round(statistics.median(rounds.rates)),
            "unit": "updates/s",
            "p50_ms": round(ranked[len(ranked) // 2] * 1000, 2),
            "p99_ms": round(ranked[len(ranked) * 99 // 100] * 1000, 2),
        }


__all__ = ["run"]
