"""End to end: event JSON → dedupe → one of 50 plugins' command → ledger transfer → outbox → durable commit."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from benchmarks.plugins import command_plugin, money_plugin
from benchmarks.segments import scratch_database
from coterie.core.api import Config
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import decode_event
from coterie.core.platform import Platform
from coterie.storage.engine import open_engine
from coterie.storage.tables import metadata

PLUGINS = 50
ROUNDS = 5
EVENTS = {1: 2_000, 16: 8_000, 128: 16_000}
"""Events of one round by number in flight."""


PAYLOAD = (
    '{"type":"send","where":{"adapter":"sandbox","channel":"general","space":"town"},"ref":1,"card":{"text":"paid"}}'
)


class Sink(Platform):
    """A platform that takes everything at once; it answers nothing."""

    name = "sandbox"

    async def send(self, action: Any, delivery: Any) -> str:
        return str(action.ref)


def payloads(start: int, count: int) -> list[bytes]:
    """Events of 100 members as JSON, each with a key of its own."""
    return [
        json.dumps(
            {
                "type": "message",
                "key": f"bench:{number}",
                "text": f"/c{PLUGINS - 1} 5",
                "message": str(number),
                "who": {"platform": "sandbox", "id": f"m{number % 100}", "name": f"Member {number % 100}"},
                "where": {"adapter": "sandbox", "channel": "general", "space": "town"},
            }
        ).encode()
        for number in range(start, start + count)
    ]


@dataclass
class Rounds:
    """What the rounds of one number in flight gave."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)


async def measure(url: str, floor: Floor | None, *, sending: bool) -> dict[int, Rounds]:
    """Rounds by number of events in flight, interleaved with the floor's."""
    plugins = [*(command_plugin(number) for number in range(PLUGINS - 1)), money_plugin(PLUGINS - 1)]
    models = {plugin.name: Config for plugin in plugins}
    settings = Settings.default(models, {}, core={"database": url}, enable_adapters=())
    app = App(settings, plugins=plugins, platforms=[Sink()] if sending else [])
    await app.start()
    await app.on_lane(None, _fill)
    gc.collect()
    gc.freeze()  # as `coterie run` does when it is ready
    found = {flight: Rounds() for flight in EVENTS}
    number = 0
    for _ in range(ROUNDS):
        for flight, count in EVENTS.items():
            batch = payloads(number, count)
            number += count
            rate, latencies = await _round(app, batch, flight)
            found[flight].rates.append(rate)
            found[flight].latencies.extend(latencies)
            if floor is not None:
                found[flight].floors.append(floor.rate(count, flight))
    problems = await app.verify_ledger()
    await app.stop()
    if problems:
        raise AssertionError(problems[0])
    return found


def _fill(ctx: Any) -> None:
    ctx.plugin = f"bench{PLUGINS - 1}"
    ctx.ledger.transfer(ctx.ledger.issuer(), ctx.ledger.budget("till"), 10**12, reason="fill", key="till")


async def _round(app: App, batch: list[bytes], flight: int) -> tuple[float, list[float]]:
    waiting = iter(batch)
    latencies: list[float] = []

    async def client() -> None:
        for raw in waiting:
            started = time.perf_counter()
            await app.submit(decode_event(raw))
            latencies.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(flight)))
    return len(batch) / (time.perf_counter() - started), latencies


class Floor(Protocol):
    """The same rows written by hand with the bare driver: nothing decoded, decided, checked or answered."""

    def rate(self, count: int, together: int) -> float:
        """Events a second with so many of them in one commit."""


class SqliteFloor:
    """Statements for each row, many at once."""

    def __init__(self, path: Path) -> None:
        _tables(f"sqlite:///{path}")
        self.number = 0
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16000", "wal_autocheckpoint=4000"):
            self.connection.execute(f"PRAGMA {pragma}")
        accounts = [(identifier, "member", str(identifier), 10**12) for identifier in range(101)]
        self.connection.executemany(
            "INSERT INTO ledger_accounts(community_id, id, kind, owner, currency, balance, created_at) "
            "VALUES (1, ?, ?, ?, 'points', ?, 0)",
            accounts,
        )

    def rate(self, count: int, together: int) -> float:
        """Events a second with so many of them in one commit."""
        execute, many = self.connection.execute, self.connection.executemany
        started = time.perf_counter()
        for first in range(self.number, self.number + count, together):
            batch = range(first, min(first + together, self.number + count))
            execute("BEGIN IMMEDIATE")
            many("INSERT INTO event_keys VALUES (1, ?, 0)", [(f"bench:{n}",) for n in batch])
            many("INSERT INTO transfers VALUES (1, ?, ?, 'p', 'r', '', 0, 0)", [(n, f"p:r:{n}") for n in batch])
            legs = [(n, account, amount) for n in batch for account, amount in ((0, -5), (1 + n % 100, 5))]
            many("INSERT INTO postings VALUES (1, ?, ?, ?)", legs)
            moves = [(amount, account) for _, account, amount in legs]
            many("UPDATE ledger_accounts SET balance = balance + ? WHERE community_id = 1 AND id = ?", moves)
            row = "INSERT INTO outbox VALUES (1, ?, 'sandbox', 0, ?, 'p', ?, 'pending', 0, 0, '', 0)"
            many(row, [(n, n, PAYLOAD) for n in batch])
            execute("COMMIT")
        self.number += count
        return count / (time.perf_counter() - started)


class PostgresFloor:
    """A statement for each table, its rows as arrays, and the commit, all sent at once."""

    def __init__(self, url: str) -> None:
        import psycopg

        _tables(url)
        self.number = 0
        self.connection = psycopg.connect(url)
        self.connection.execute(
            "INSERT INTO ledger_accounts(community_id, id, kind, owner, currency, balance, created_at) "
            "SELECT 1, n, 'member', n::text, 'points', 1000000000000, 0 FROM generate_series(0, 100) n"
        )
        self.connection.commit()

    def rate(self, count: int, together: int) -> float:
        """Events a second with so many of them in one commit."""
        started = time.perf_counter()
        for first in range(self.number, self.number + count, together):
            with self.connection.pipeline():
                self._write(range(first, min(first + together, self.number + count)))
                self.connection.commit()
        self.number += count
        return count / (time.perf_counter() - started)

    def _write(self, batch: range) -> None:
        execute = self.connection.execute
        ids = f"{{{','.join(map(str, batch))}}}"
        execute("INSERT INTO event_keys SELECT 1, 'bench:' || n, 0 FROM unnest(%s::bigint[]) n", [ids])
        execute("INSERT INTO transfers SELECT 1, n, 'p:r:' || n, 'p', 'r', '', 0, 0 FROM unnest(%s::bigint[]) n", [ids])
        for account, amount in (("0", -5), ("1 + n %% 100", 5)):
            execute(f"INSERT INTO postings SELECT 1, n, {account}, {amount} FROM unnest(%s::bigint[]) n", [ids])
        moves = Counter(1 + n % 100 for n in batch)
        accounts, amounts = [0, *moves], [-5 * len(batch), *(5 * times for times in moves.values())]
        execute(
            "UPDATE ledger_accounts SET balance = balance + amount "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS m(n, amount) WHERE community_id = 1 AND id = n",
            [f"{{{','.join(map(str, column))}}}" for column in (accounts, amounts)],
        )
        execute(
            "INSERT INTO outbox SELECT 1, n, 'sandbox', 0, n, 'p', %s, 'pending', 0, 0, '', 0 "
            "FROM unnest(%s::bigint[]) n",
            [PAYLOAD, ids],
        )


def _tables(url: str) -> None:
    engine = open_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names a server."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        for sending in (False, True):
            label = "SQLite FULL" + (", senders running" if sending else "")
            floor = None if sending else SqliteFloor(Path(folder) / "floor.db")
            found = asyncio.run(measure(f"sqlite:///{folder}/bench{sending}.db", floor, sending=sending))
            yield from _figures(label, found)
    server = os.environ.get("COTERIE_POSTGRES")
    if server:
        with scratch_database(server) as url, scratch_database(server) as beside:
            yield from _figures("PostgreSQL", asyncio.run(measure(url, PostgresFloor(beside), sending=False)))


GOALS = {
    "SQLite FULL": {1: ">= 2000/s", 128: ">= 15000/s, p99 <= 15 ms"},
    "PostgreSQL": {128: ">= 6000/s"},
}


def _figures(label: str, found: dict[int, Rounds]) -> Iterator[dict[str, object]]:
    for flight, rounds in found.items():
        ranked = sorted(rounds.latencies)
        figure: dict[str, object] = {
            "name": f"end to end, {label}, {flight} in flight",
            "value": round(statistics.median(rounds.rates)),
            "unit": "events/s",
            "p50_ms": round(ranked[len(ranked) // 2] * 1000, 2),
            "p99_ms": round(ranked[len(ranked) * 99 // 100] * 1000, 2),
        }
        if rounds.floors:
            figure["ratio"] = round(
                statistics.median(a / b for a, b in zip(rounds.rates, rounds.floors, strict=True)), 2
            )
            figure["ratio_to"] = f"the same rows by the bare driver, {flight} a commit, same run"
            figure["floor"] = round(statistics.median(rounds.floors))
        if flight in GOALS.get(label, {}):
            figure["goal"] = GOALS[label][flight]
        yield figure
