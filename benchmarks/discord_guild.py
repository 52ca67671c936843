"""A server of ``COTERIE_BENCH_MEMBERS`` people (100,000) whom the bot has never seen: what it takes to know them all.

The bot is added while it runs: GUILD_CREATE as Discord sends it to a bot without presences, then all members in pages
over HTTP, each of them an event, committed to SQLite with ``synchronous=FULL``.  Then a new session, after which all of
them are compared and nothing has changed.  The application has a process of its own; the server is the fake, in this
one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord, FakeThread
from coterie.core.api import Context
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.storage.tables import presences

MEMBERS = 100_000
WITHIN: Final = 900.0
"""Seconds after which a comparison is taken for stuck."""
_LAST: Final = "/guilds/{guild_id}/requests"
"""What is asked when all members are compared."""
_PAGE: Final = "/guilds/{guild_id}/members"


# -- the application, in a process of its own


def application(pipe: Connection, values: dict[str, str], guild: str, database: str) -> None:
    """Run until told to end, and tell figures whenever asked."""
    asyncio.run(_serve(pipe, values, guild, database))


async def _serve(pipe: Connection, values: dict[str, str], guild: str, database: str) -> None:
    settings = Settings.of(
        {
            "adapters": {"discord": values},
            "communities": {"main": {"spaces": [{"platform": "discord", "id": guild}]}},
        },
        {},
        {"discord": DiscordConfig},
        core={"database": database},
    )
    config: Any = settings.adapters["discord"].config
    app = App(settings, plugins=[], adapters=[DiscordAdapter(config)])
    await app.start()
    while await asyncio.to_thread(pipe.recv):
        known = await app.on_lane(None, _known)
        pipe.send((_memory("VmRSS"), _memory("VmHWM"), time.process_time(), known))
        _forget_peak()
    await app.stop()


def _known(ctx: Context) -> int:
    return int(ctx.db.execute(select(func.count()).select_from(presences)).scalar_one())


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> float:
    """Megabytes of this process."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(name))
    return int(line.split()[1]) / 1024


# -- the server, and what is measured


def _asked(fake: FakeDiscord, route: str) -> int:
    return len(fake.called("GET", route))


def _compared(server: FakeThread[FakeDiscord], times: int) -> float:
    """The moment at which all members were compared so often."""
    server.wait(lambda fake: fake.until(lambda: _asked(fake, _LAST) >= times, WITHIN), WITHIN + 5)
    return time.perf_counter()


def run() -> Iterator[dict[str, object]]:
    """Time and memory of the first look, and of one that finds nothing new."""
    members = int(os.environ.get("COTERIE_BENCH_MEMBERS", MEMBERS))
    spawning = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder, FakeDiscord.threaded() as server:

        def people(fake: FakeDiscord) -> str:
            guild = fake.add_guild("Harbour", members=[f"Member {number}" for number in range(members)])
            fake.removes_bot(guild)
            return guild.id

        guild = server.do(people, 60)
        values = {"token": server.token, "rest_url": server.rest_url, "gateway_url": server.gateway_url}
        pipe, theirs = spawning.Pipe()
        process = spawning.Process(target=application, args=(theirs, values, guild, f"sqlite:///{folder}/bench.db"))
        process.start()

        def ask() -> tuple[float, float, float, int]:
            pipe.send(True)
            found: tuple[float, float, float, int] = pipe.recv()
            return found

        server.wait(lambda fake: fake.until(lambda: fake.sessions.live, 60), 65)
        time.sleep(3)  # what the start brings about is over
        before = ask()
        started = time.perf_counter()
        server.do(lambda fake: fake.adds_bot(guild))
        took = _compared(server, 1) - started
        first = ask()
        pages = server.do(lambda fake: _asked(fake, _PAGE))
        server.do(lambda fake: fake.invalidates())
        server.wait(lambda fake: fake.until(lambda: _asked(fake, _PAGE) > pages, 60), 65)
        started = time.perf_counter()
        again = _compared(server, 2) - started
        second = ask()
        pipe.send(False)
        process.join(60)
    yield {
        "name": f"a Discord server of {members} members whom nobody knows yet",
        "value": round(first[0] - before[0], 1),
        "unit": "MB more",
        "goal": "<= 60 MB",
        "peak_mb": round(first[1] - before[0], 1),
        "before_mb": round(before[0], 1),
        "seconds": round(took, 1),
        "events_a_second": round(members / took),
        "processor_seconds": round(first[2] - before[2], 1),
        "pages": pages,
        "unknown": members + 1 - first[3],
    }
    yield {
        "name": f"the same {members} members compared again, nothing new",
        "value": round(second[0] - before[0], 1),
        "unit": "MB more",
        "goal": "<= 60 MB",
        "peak_mb": round(second[1] - before[0], 1),
        "seconds": round(again, 1),
        "members_a_second": round(members / again),
        "processor_seconds": round(second[2] - first[2], 1),
    }


__all__ = ["run"]
