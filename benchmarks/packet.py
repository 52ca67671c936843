"""A hot row: 200 members claim one packet of 100 shares at once, every one of them answered after a durable commit."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.end_to_end import Sink
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import ButtonTapped, MessagePosted, Where, Who
from coterie.plugins.redpacket import RedPacket

ROUNDS = 9
CLAIMERS = 200
SHARES = 100
ROOM = Where("sandbox", "general", "town")


class Recorder(Sink):
    """Keeps the cards that were sent, for their button's token."""

    def __init__(self) -> None:
        self.token = ""

    async def send(self, action: Any, delivery: Any) -> str:
        if action.card.buttons:
            self.token = action.card.buttons[0][0].token
        return str(action.ref)

    async def send_private(self, action: Any, delivery: Any) -> str:
        return str(action.ref)

    async def edit(self, action: Any, delivery: Any) -> str:
        return str(delivery.native)


async def measure(url: str) -> list[float]:
    """Seconds from the first tap handed in to the last answer committed, each round on a packet of its own."""
    settings = Settings.default({"redpacket": RedPacket.config}, {}, core={"database": url}, enable_adapters=())
    platform = Recorder()
    app = App(settings, plugins=[RedPacket()], platforms=[platform])
    await app.start()
    alice = Who("sandbox", "alice", "Alice")
    await app.grant(alice, 10**9, "points", "bench", "fill")
    members = [Who("sandbox", f"m{number}", f"Member {number}") for number in range(CLAIMERS)]
    await asyncio.gather(
        *(app.submit(MessagePosted(key=f"hi:{who.id}", who=who, where=ROOM, text="hi")) for who in members)
    )
    times: list[float] = []
    for turn in range(ROUNDS + 2):
        await app.submit(MessagePosted(key=f"packet:{turn}", who=alice, where=ROOM, text=f"/packet 10000 {SHARES}"))
        await app.settle()
        taps = [ButtonTapped(key=f"tap:{turn}:{who.id}", who=who, where=ROOM, token=platform.token) for who in members]
        started = time.perf_counter()
        await asyncio.gather(*map(app.submit, taps))
        times.append(time.perf_counter() - started)
        await app.settle()
    problems = await app.verify_ledger()
    await app.stop()
    if problems:
        raise AssertionError(problems[0])
    return times[2:]


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names one."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        yield _figure("SQLite FULL", asyncio.run(measure(f"sqlite:///{folder}/bench.db")), "<= 60 ms")
    url = os.environ.get("COTERIE_POSTGRES")
    if url:
        yield _figure("PostgreSQL", asyncio.run(measure(url)), "")


def _figure(label: str, times: list[float], goal: str) -> dict[str, object]:
    name = f"{CLAIMERS} claims on one packet of {SHARES}, {label}"
    return {
        "name": name,
        "value": round(statistics.median(times) * 1000, 1),
        "unit": "ms",
        "worst_ms": round(max(times) * 1000, 1),
        "goal": goal,
    }
