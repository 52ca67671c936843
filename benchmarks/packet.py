"""A hot row: 200 members claim one packet of 100 shares at once, every one of them answered after a durable commit."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.end_to_end import Floor, PostgresFloor, Sink, SqliteFloor
from benchmarks.segments import scratch_database
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import ButtonTapped, MessagePosted, Where, Who
from coterie.plugins.redpacket import RedPacket

ROUNDS = 9
CLAIMERS = 200
SHARES = 100
ASKS = ("", "if=joined<30d", "if=balance>=0")
"""Nothing; what is looked up for each member; and what the claims before may have changed."""
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


async def measure(url: str, floor: Floor, asks: str = "") -> tuple[list[float], list[float]]:
    """Seconds from the first tap handed in to the last answer committed, each round on a packet of its own, and those
    that the floor takes to write as many events in one commit; ``asks`` is what packets ask of all who claim them.
    """
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
    floors: list[float] = []
    for turn in range(ROUNDS + 2):
        await app.submit(
            MessagePosted(key=f"packet:{turn}", who=alice, where=ROOM, text=f"/packet 10000 {SHARES} {asks}")
        )
        await app.settle()
        taps = [ButtonTapped(key=f"tap:{turn}:{who.id}", who=who, where=ROOM, token=platform.token) for who in members]
        started = time.perf_counter()
        await asyncio.gather(*map(app.submit, taps))
        times.append(time.perf_counter() - started)
        floors.append(CLAIMERS / floor.rate(CLAIMERS, CLAIMERS))
        await app.settle()
    problems = await app.verify_ledger()
    await app.stop()
    if problems:
        raise AssertionError(problems[0])
    return times[2:], floors[2:]


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names a server.  Plain packets have a goal."""
    server = os.environ.get("COTERIE_POSTGRES")
    for asks in ASKS:
        with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
            floor = SqliteFloor(Path(folder) / "floor.db")
            took = asyncio.run(measure(f"sqlite:///{folder}/bench.db", floor, asks))
            yield _figure("SQLite FULL", asks, *took, "<= 20 ms")
        if server:
            with scratch_database(server) as url, scratch_database(server) as beside:
                yield _figure("PostgreSQL", asks, *asyncio.run(measure(url, PostgresFloor(beside), asks)), "<= 60 ms")


def _figure(label: str, asks: str, times: list[float], floors: list[float], goal: str) -> dict[str, object]:
    return {
        "name": f"{CLAIMERS} claims on one packet of {SHARES}{asks and f' with {asks}'}, {label}",
        "value": round(statistics.median(times) * 1000, 1),
        "unit": "ms",
        "best_ms": round(min(times) * 1000, 1),
        "worst_ms": round(max(times) * 1000, 1),
        "ratio": round(statistics.median(a / b for a, b in zip(times, floors, strict=True)), 2),
        "ratio_to": f"the rows of {CLAIMERS} payments by the bare driver in one commit, same run",
        "floor": round(statistics.median(floors) * 1000, 1),
    } | ({} if asks else {"goal": goal})
