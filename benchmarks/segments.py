"""Segments over a large store: 1,000,000 members with an account each, 10,000,000 postings, tags and attributes.

Building it takes minutes and about 3 GB; COTERIE_BENCH_MEMBERS builds a smaller one, COTERIE_BENCH_STORE names a file
that is kept for the next run.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as clock_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import make_url, select

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.segments.fields import fields_of
from coterie.core.segments.people import Segments
from coterie.storage.engine import open_engine
from coterie.storage.migrate import core_migrations, upgrade
from coterie.storage.tables import members

MEMBERS = int(os.environ.get("COTERIE_BENCH_MEMBERS", "1000000"))
LEGS = 10
"""Postings of each transfer; there are as many transfers as members."""
NOW = 1_767_225_600_000
DAY = 86_400_000
ROUNDS = 3
PLATFORMS = ("telegram", "discord")
COUNTED = (
    "tag:vip",
    "tag:regular",
    "balance>=100",
    "balance<100",
    "joined<30d",
    "not left",
    "attribute.age>=18",
    "attribute.city=city-9",
    "platform:telegram",
    "accounts>=2",
    "reachable",
    "active<7d",
    "space:general",
    "name:“member 77”",
    "tag:vip and balance>=100 and joined<30d and not left and platform:telegram",
    "tag:regular and balance>=100 and not left",
)

Row = tuple[Any, ...]
Fill = Callable[[str, tuple[str, ...], Iterator[Row]], None]


def tables(count: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[Row]]]:
    """The rows of each table, made one after the other: (table, columns, rows)."""
    people = range(1, count + 1)
    joined = {0: 5, 1: 200}  # days ago: one in ten is new
    yield (
        "members",
        ("community_id", "id", "name", "created_at", "left_at", "heard_account"),
        (
            (1, n, f"Member {n}", NOW - joined[n % 10 > 0] * DAY - n % DAY, NOW - DAY if n % 20 == 0 else None, n)
            for n in people
        ),
    )
    yield (
        "accounts",
        ("community_id", "id", "member_id", "platform", "native", "name", "folded", "adapter", "dm", "created_at"),
        (
            (1, n, n, PLATFORMS[n % 2], str(n), f"Member {n}", f"member {n}", "a", f"d{n}" if n % 3 else "", NOW)
            for n in people
        ),
    )
    presence = ("community_id", "adapter", "space", "account_id", "joined_at")
    yield "presences", presence, ((1, "a", "general", n, NOW) for n in people)
    ledger = ("community_id", "id", "kind", "owner", "currency", "balance", "created_at")
    yield "ledger_accounts", ledger, ((1, n, "member", str(n), "points", n * 7 % 1000, NOW) for n in people)
    transfer = ("community_id", "id", "key", "plugin", "reason", "at")
    yield "transfers", transfer, ((1, n, f"bench:{n}", "bench", "bench", NOW) for n in people)
    posting = ("community_id", "transfer_id", "account_id", "amount")
    yield (
        "postings",
        posting,
        ((1, n, (n * 31 + leg * 7919) % count + 1, 1 if leg % 2 else -1) for n in people for leg in range(LEGS)),
    )
    tag = ("community_id", "member_id", "tag", "at")
    yield "member_tags", tag, ((1, n, "vip", NOW) for n in people if n % 50 == 0)
    yield "member_tags", tag, ((1, n, "regular", NOW) for n in people if n % 2 == 0)
    attribute = ("community_id", "member_id", "name", "kind", "value", "folded", "number", "at")
    yield (
        "member_attributes",
        attribute,
        ((1, n, "age", "int", str(n % 80), str(n % 80), n % 80, NOW) for n in people if n % 4 == 0),
    )
    yield (
        "member_attributes",
        attribute,
        ((1, n, "city", "text", f"city-{n % 100}", f"city-{n % 100}", None, NOW) for n in people if n % 4 == 1),
    )
    day = ("community_id", "day", "member_id", "platform", "messages")
    for back in range(1, 15):
        date = f"2025-12-{32 - back:02}"
        yield "activity", day, ((1, date, n, "telegram", 3) for n in people if (n + back) % 10 == 0)


def fill_sqlite(url: str) -> Fill:
    """Rows into a file, without a journal: nothing of it is worth keeping if it breaks."""
    file = str(make_url(url).database)

    def fill(table: str, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-200000")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.close()

    return fill


def fill_postgres(url: str) -> Fill:
    """Rows by COPY."""
    import psycopg

    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def fill(table: str, columns: tuple[str, ...], rows: Iterator[Row]) -> None:
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
        with psycopg.connect(address) as connection, connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    return fill


def build(url: str) -> None:
    """Make the tables and fill them, unless that was done before."""
    engine = open_engine(url)
    upgrade(engine, [core_migrations()])
    with engine.connect().execution_options(coterie_read=True) as connection:
        empty = connection.execute(select(members.c.id).limit(1)).first() is None
    if empty:
        fill = (fill_sqlite if engine.dialect.name == "sqlite" else fill_postgres)(url)
        for table, columns, rows in tables(MEMBERS):
            fill(table, columns, rows)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize")
    engine.dispose()


def measure(url: str, label: str) -> Iterator[dict[str, object]]:
    """Time each filter: how many people it means, in a transaction that reads."""
    engine = open_engine(url)
    community = Community(1, "main", "Main", "en", ZoneInfo("UTC"), clock_time(0), Clock())
    with engine.connect().execution_options(coterie_read=True) as connection:
        segments = Segments(connection.execute, community, fields_of([]), NOW)
        for text in COUNTED:
            times, found, busy = [], 0, time.process_time()
            for _ in range(ROUNDS):
                started = time.perf_counter()
                found = segments.count(text)
                times.append(time.perf_counter() - started)
            busy = (time.process_time() - busy) / ROUNDS
            figure = _figure(f"{text} ({found:,} of {MEMBERS:,}), {label}", times, "<= 500 ms")
            yield {**figure, "own_cpu_ms": round(busy * 1000, 2)}
        for text in ("tag:vip", "balance>=100", COUNTED[-2]):
            times = []
            for member in range(1, 200):
                started = time.perf_counter()
                segments.has(member, text)
                times.append(time.perf_counter() - started)
            yield _figure(f"one member in {text}, {label}", times, "")
    engine.dispose()


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names a server."""
    kept = os.environ.get("COTERIE_BENCH_STORE")
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        url = f"sqlite:///{kept or Path(folder) / 'segments.db'}"
        build(url)
        yield from measure(url, "SQLite")
    server = os.environ.get("COTERIE_POSTGRES")
    if server:
        with scratch_database(server) as url:
            build(url)
            yield from measure(url, "PostgreSQL")


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, dropped afterwards."""
    import psycopg

    address = make_url(server).set(drivername="postgresql")
    name = f"coterie_bench_{uuid.uuid4().hex[:12]}"

    def tell(statement: str) -> None:
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement.encode())

    tell(f"CREATE DATABASE {name}")
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        tell(f"DROP DATABASE {name} WITH (FORCE)")


def _figure(name: str, times: list[float], goal: str) -> dict[str, object]:
    return {
        "name": name,
        "value": round(statistics.median(times) * 1000, 2),
        "unit": "ms",
        "worst_ms": round(max(times) * 1000, 2),
        "goal": goal,
    }
