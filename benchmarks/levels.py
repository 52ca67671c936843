"""Leaderboards over a large store: ranks and pages among 1,000,000 members, and what a message costs.

XP is spread as it is in communities (log-normal: few have much), and, as the worst case, all within a few buckets.
COTERIE_BENCH_MEMBERS makes a smaller store.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.end_to_end import Sink
from benchmarks.segments import Fill, fill_postgres, fill_sqlite, scratch_database
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.context import Context
from coterie.core.events import MessagePosted, Where, Who
from coterie.plugins.levels import Levels, boards, rules, views
from coterie.plugins.levels.sql import ALL
from coterie.storage.engine import open_engine

MEMBERS = int(os.environ.get("COTERIE_BENCH_MEMBERS", "1000000"))
LOOKS = 200
MESSAGES = 4000
CROWDED = "w2000-W01"
"""A board on which everybody has nearly the same."""
ROOM = Where("sandbox", "general", "town")
WORDS = ("river", "mountain", "orange", "violin", "sunday", "bakery", "thunder", "pencil", "garden", "lantern")


def spread(count: int) -> list[int]:
    """XP of so many members."""
    random_ = random.Random(1)
    return [max(1, round(random_.lognormvariate(6, 1.6))) for _ in range(count)]


def crowded(count: int) -> list[int]:
    """XP of members who all have about a million."""
    random_ = random.Random(2)
    return [1_000_000 + random_.randrange(16_000) for _ in range(count)]


def fill(put: Fill, community: int) -> None:
    """Members with their scores on two boards, and the counts of both."""
    people = range(1, MEMBERS + 1)
    columns = ("community_id", "id", "name", "created_at")
    put("members", columns, ((community, n, f"Member {n}", 1) for n in people))
    put("levels_members", ("community_id", "member_id", "since"), ((community, n, 1) for n in people))
    for board, found in ((ALL, spread(MEMBERS)), (CROWDED, crowded(MEMBERS))):
        score = ("community_id", "member_id", "board", "xp", "score", "tally")
        put("levels_scores", score, ((community, n, board, xp, xp, xp) for n, xp in enumerate(found, 1)))
        counts = Counter(map(rules.bucket_of, found))
        columns = ("community_id", "board", "bucket", "members")
        put("levels_buckets", columns, ((community, board, bucket, count) for bucket, count in counts.items()))


def looks(ctx: Context) -> dict[str, list[float]]:
    """Seconds of each look at the boards."""
    ctx.plugin = "levels"
    random_ = random.Random(3)
    asked = [random_.randint(1, MEMBERS) for _ in range(LOOKS)]
    pages = -(-MEMBERS // 10)

    def rank(board: str) -> Callable[[int], object]:
        return lambda member: boards.rank_of(ctx, board, boards.score_of(ctx, board, member)[0])

    def page(number: int) -> object:
        found = boards.page_of(ctx, ALL, number, 10)
        return [ctx.find_member(row.member) for row in found.rows]

    def card(member: int) -> object:
        found = ctx.find_member(member)
        assert found is not None
        return views.standing(ctx, found)

    return {
        "rank of a member": _times(rank(ALL), asked),
        "a page anywhere, with names": _times(page, [1 + member % pages for member in asked]),
        "the first page, with names": _times(page, [1] * LOOKS),
        "everything on the rank card": _times(card, asked),
        "worst case, all within three buckets: rank": _times(rank(CROWDED), asked[:50]),
        "worst case, all within three buckets: a page": _times(
            lambda number: boards.page_of(ctx, CROWDED, number, 10), [1 + member % pages for member in asked[:50]]
        ),
    }


def _times(look: Callable[[int], object], asked: list[int]) -> list[float]:
    found = []
    for each in asked:
        started = time.perf_counter()
        look(each)
        found.append(time.perf_counter() - started)
    return found


async def messages(app: App, turn: str, *, earning: bool) -> float:
    """Messages a second: each of another member, or all of one within the cooldown."""
    events = [
        MessagePosted(
            key=f"{turn}:{n}",
            who=Who("sandbox", f"{turn}{n if earning else 0}", f"{turn} {n if earning else 0}"),
            where=ROOM,
            text=f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} {WORDS[n // 100 % 10]} is what I saw there",
            message=f"{turn}:{n}",
        )
        for n in range(MESSAGES)
    ]
    started = time.perf_counter()
    await asyncio.gather(*map(app.submit, events))
    return MESSAGES / (time.perf_counter() - started)


async def measure(url: str, label: str) -> list[dict[str, object]]:
    """Fill a store and look at it."""
    config: dict[str, Any] = {"levels": {"announce": "off"}}
    settings = Settings.of(
        {"adapters": {}, "plugins": config, "communities": {"main": {}}},
        {"levels": Levels.config},
        {},
        core={"database": url},
    )
    app = App(settings, plugins=[Levels()], platforms=[Sink()])
    await app.start()
    community = await app.on_lane(None, lambda ctx: ctx.community.id)
    await app.stop()
    sqlite = url.startswith("sqlite")
    fill((fill_sqlite if sqlite else fill_postgres)(url), community)
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA optimize" if sqlite else "VACUUM ANALYZE")
    engine.dispose()
    app = App(settings, plugins=[Levels()], platforms=[Sink()])
    await app.start()
    figures = []
    for name, times in (await app.on_lane(None, looks)).items():
        figures.append(
            {
                "name": f"{name}, {MEMBERS:,} members, {label}",
                "value": round(statistics.median(times) * 1000, 2),
                "unit": "ms",
                "p95_ms": round(sorted(times)[len(times) * 95 // 100] * 1000, 2),
                "worst_ms": round(max(times) * 1000, 2),
                "goal": "" if name.startswith("worst") else "<= 20 ms",
            }
        )
    for name, earning in (("messages that earn, of new members", True), ("messages within the cooldown", False)):
        rate = round(await messages(app, "e" if earning else "c", earning=earning))
        figures.append({"name": f"{name}, {label}", "value": rate, "unit": "events/s", "goal": ""})
    await app.stop()
    return figures


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names a server."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        yield from asyncio.run(measure(f"sqlite:///{folder}/levels.db", "SQLite"))
    server = os.environ.get("COTERIE_POSTGRES")
    if server:
        with scratch_database(server) as url:
            yield from asyncio.run(measure(url, "PostgreSQL"))
