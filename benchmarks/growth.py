"""What an event costs by the number of members known, and by the number of messages stored.

The event is that of :mod:`benchmarks.end_to_end`, of people all over the community. The largest store has 1,000,000
members with 10,000,000 postings; COTERIE_BENCH_MEMBERS makes the largest one smaller.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from benchmarks.end_to_end import Sink
from benchmarks.large import kept, native
from benchmarks.plugins import money_plugin
from coterie.core.api import Config
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import decode_event
from coterie.storage.ids import least_at

MEMBERS: Final = int(os.environ.get("COTERIE_BENCH_MEMBERS", "1000000"))
FEW: Final = 1_000
ROUNDS: Final = 7
EVENTS: Final = 1_000
"""Events of one round."""
FLIGHT: Final = 16
"""Events in flight."""


def sizes(most: int) -> list[int]:
    """1,000 and its tenfolds, up to the greatest."""
    found = [FEW]
    while found[-1] * 10 <= most:
        found.append(found[-1] * 10)
    return found


def with_messages(file: Path, count: int) -> None:
    """Add messages to a store: the keys of those that came in, and as many of ours that were sent."""
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(file)) as connection, connection:
        keys = ((f"sandbox:general:{number}", now - count + number) for number in range(count))
        connection.executemany("INSERT INTO event_keys(community_id, key, at) VALUES (1, ?, ?)", keys)
        place = '{"adapter":"sandbox","channel":"general","space":"town"}'
        sent = ((least_at(now - count + number), place, str(number), now - count + number) for number in range(count))
        connection.executemany(
            "INSERT INTO messages(community_id, ref, adapter, place, native, plugin, sent_at, poll)"
            " VALUES (1, ?, 'sandbox', ?, ?, 'bench0', ?, '')",
            sent,
        )


class Subject:
    """An application on a store of some size."""

    def __init__(self, file: Path, members: int) -> None:
        self.members = members
        plugin = money_plugin(0)
        told: dict[str, Any] = {"plugins": {plugin.name: {}}, "communities": {"main": {}}}
        settings = Settings.of(told, {plugin.name: Config}, {}, core={"database": f"sqlite:///{file}"})
        self.app = App(settings, plugins=[plugin], platforms=[Sink()])
        self.rng = random.Random(members)
        self.number = 0

    async def start(self) -> None:
        """Be ready, with money to give away."""
        await self.app.start()
        await self.app.on_lane(None, _fill)

    async def round(self) -> float:
        """Seconds an event."""
        events = iter([decode_event(self._payload()) for _ in range(EVENTS)])

        async def client() -> None:
            for event in events:
                await self.app.submit(event)

        started = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(FLIGHT)))
        took = (time.perf_counter() - started) / EVENTS
        await self.app.settle()
        return took

    def _payload(self) -> bytes:
        self.number += 1
        member = self.rng.randint(1, self.members)
        event = {
            "type": "message",
            "key": f"growth:{self.number}",
            "text": "/c0 5",
            "message": f"g{self.number}",
            "who": {"platform": "sandbox", "id": native(member), "name": f"Member {member}"},
            "where": {"adapter": "sandbox", "channel": "general", "space": "town"},
        }
        return json.dumps(event).encode()


def _fill(ctx: Any) -> None:
    ctx.plugin = "bench0"
    ctx.ledger.transfer(ctx.ledger.issuer(), ctx.ledger.budget("till"), 10**12, reason="fill", key="till")


async def measure(files: dict[int, tuple[Path, int]]) -> dict[int, list[float]]:
    """Seconds an event by size, in rounds that take turns; each size has a store and its number of members."""
    subjects = {size: Subject(*file) for size, file in files.items()}
    for subject in subjects.values():
        await subject.start()
    gc.collect()
    gc.freeze()  # as ``coterie run`` does when it is ready
    found: dict[int, list[float]] = {size: [] for size in subjects}
    for turn in range(ROUNDS + 1):
        for size, subject in subjects.items():
            took = await subject.round()
            if turn:  # the first only warms up
                found[size].append(took)
    for subject in subjects.values():
        await subject.app.stop()
    gc.unfreeze()
    return found


def run() -> Iterator[dict[str, object]]:
    """By members, and by messages."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-", dir=kept(FEW).parent) as name:
        folder = Path(name)
        by_members: dict[int, tuple[Path, int]] = {}
        by_messages: dict[int, tuple[Path, int]] = {}
        for size in sizes(MEMBERS):
            by_members[size] = folder / f"members-{size}.db", size
            shutil.copyfile(kept(size), by_members[size][0])
            by_messages[size] = folder / f"messages-{size}.db", FEW
            shutil.copyfile(kept(FEW), by_messages[size][0])
            with_messages(by_messages[size][0], size)
        for what, files in (("members", by_members), ("messages", by_messages)):
            yield from _figures(what, asyncio.run(measure(files)))


def _figures(what: str, found: dict[int, list[float]]) -> Iterator[dict[str, object]]:
    for size, rounds in found.items():
        yield {
            "name": f"an event, {size:,} {what}",
            "value": round(statistics.median(rounds) * 1e6, 1),
            "unit": "us",
            what: size,
            "ratio": round(statistics.median(b / a for a, b in zip(found[FEW], rounds, strict=True)), 2),
            "ratio_to": f"{FEW:,} {what}, same rounds",
            "note": f"end to end, {FLIGHT} in flight, SQLite FULL",
        }
