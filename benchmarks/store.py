"""A large store: 1,000,000 members and 10,000,000 postings. Look-ups, backup and restore, and memory.

Making it takes minutes and some 4 GB under ``build/``; COTERIE_BENCH_MEMBERS makes a smaller one.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.large import EARNED, NOW, balance_of, build, kept, native
from benchmarks.segments import scratch_database
from coterie.core import __version__
from coterie.core.cli.backup import installed_sets, tables_of
from coterie.core.cli.opened import reading
from coterie.storage.copying.archive import Reader
from coterie.storage.copying.loading import plan_for
from coterie.storage.copying.placing import restore
from coterie.storage.copying.saving import back_up
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.ledger import Account, Ledger
from coterie.storage.members import Members

MEMBERS = int(os.environ.get("COTERIE_BENCH_MEMBERS", "1000000"))
FEW = 1000
LOOKS = 1000
PAGE = 10
MEMORY = """
import asyncio, sys
from benchmarks.store import visited
print(asyncio.run(visited(sys.argv[1], int(sys.argv[2]))))
"""


def looks(url: str, label: str) -> Iterator[dict[str, object]]:
    """What a handler asks for, of people nobody has asked for before."""
    engine = open_engine(url)
    rng = random.Random(1)
    lane = LaneConnection(engine)
    members, ledger = Members(lane, IdMaker(lambda: NOW)), Ledger(lane, IdMaker(lambda: NOW))

    def account(number: int) -> None:
        found = members.account(1, "sandbox", native(number))
        assert found is not None
        assert found.member.id == number

    def balance(number: int) -> None:
        assert ledger.balance(1, Account("member", str(number)), "points") == balance_of(number)

    def statement(number: int) -> None:
        found = ledger.statement(1, Account("member", str(number)), "points", count=PAGE)
        assert len(found) == min(EARNED, PAGE)

    def issued(_: int) -> None:
        assert len(ledger.statement(1, Account("issuer", "bench"), "points", count=PAGE)) == PAGE

    def top(_: int) -> None:
        assert len(ledger.top(1, "points", PAGE)) == PAGE

    wanted: tuple[tuple[str, Callable[[int], None], int, float], ...] = (
        ("member by account", account, LOOKS, 0.3),
        ("balance", balance, LOOKS, 0.3),
        ("page of a statement", statement, LOOKS, 5),
        ("page of the longest statement", issued, 20, 5),
        ("page of the richest", top, 20, 20),
    )
    try:
        for name, look, times, goal in wanted:
            found = []
            with lane.transaction():
                for _ in range(times):
                    number = rng.randint(1, MEMBERS)
                    started = time.perf_counter()
                    look(number)
                    found.append((time.perf_counter() - started) * 1000)
                    members.forget()
                    ledger.forget()
            yield {
                "name": f"{name}, {label}",
                "value": round(statistics.median(found), 4),
                "unit": "ms",
                "p99_ms": round(sorted(found)[times * 99 // 100], 3),
                "goal": f"<= {goal} ms",
            }
    finally:
        lane.close()
        engine.dispose()


def copies(url: str, label: str, folder: Path, targets: dict[str, str]) -> Iterator[dict[str, object]]:
    """A backup, and its restoring into each kind of database."""
    sets = installed_sets()
    started = time.perf_counter()
    with reading(url) as engine:
        saved = back_up(engine, folder / "large.zip", tables_of(sets), version=__version__, replace=True)
    yield _rate(f"backup, {label}", saved.manifest.rows, started, megabytes=round(saved.size / 1e6, 1))
    for kind, target in targets.items():
        started = time.perf_counter()
        with Reader(saved.file) as reader:
            reader.prove()
            done = restore(reader, target, plan_for(reader, sets, frozenset()), tables_of(sets))
        assert not done.findings
        yield _rate(f"restore and proof, {label} to {kind}", done.rows, started)
    saved.file.unlink()


def _rate(name: str, rows: int, started: float, **more: object) -> dict[str, object]:
    seconds = time.perf_counter() - started
    figure: dict[str, object] = {"name": name, "value": round(rows / seconds), "unit": "rows/s"}
    return figure | {"rows": rows, "seconds": round(seconds, 1), **more, "goal": ""}


async def visited(url: str, members: int) -> int:
    """Start an application, let 25,000 people of a store speak; the memory of the process in kilobytes."""
    from benchmarks.end_to_end import Sink
    from coterie.core.app import App
    from coterie.core.config import Settings
    from coterie.core.events import MessagePosted, Where, Who
    from coterie.plugins.wallet import Wallet

    models = {"wallet": Wallet.config}
    settings = Settings.of({"plugins": {"wallet": {}}, "communities": {"main": {}}}, models, {}, core={"database": url})
    app = App(settings, plugins=[Wallet()], platforms=[Sink()])
    await app.start()
    where = Where("sandbox", "general", "town")
    for first in range(0, 25_000, 500):
        waiting = []
        for number in range(first, first + 500):
            member = number * 37 % members + 1
            who = Who("sandbox", native(member), f"Member {member}")
            waiting.append(app.submit(MessagePosted(key=f"v{number}", who=who, where=where, text="/balance")))
        for done in waiting:
            await done
        await app.settle()
    await app.stop()
    return peak()


def peak() -> int:
    """The largest resident size of this process in kilobytes; what it was started from does not count (``ru_maxrss``
    would hand on the size of the parent).
    """
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def memory(folder: Path, file: Path) -> dict[str, object]:
    """How much more an application needs for many members than for few."""
    found = []
    for members, source in ((FEW, kept(FEW)), (MEMBERS, file)):
        copy = folder / "memory.db"
        shutil.copyfile(source, copy)
        command = [sys.executable, "-c", MEMORY, f"sqlite:///{copy}", str(members)]
        found.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        copy.unlink()
    return {
        "name": f"memory of {MEMBERS:,} members beyond that of {FEW:,}, SQLite",
        "value": round((found[1] - found[0]) / 1024, 1),
        "unit": "MB",
        "whole_mb": round(found[1] / 1024, 1),
        "goal": "<= 20 MB",
    }


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names a server."""
    server = os.environ.get("COTERIE_POSTGRES", "")
    started = time.perf_counter()
    file = kept(MEMBERS)
    yield {"name": f"{MEMBERS:,} members made or found, SQLite", "value": round(time.perf_counter() - started, 1),
           "unit": "s", "goal": ""}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="coterie-bench-", dir=file.parent) as name:
        folder = Path(name)
        yield from looks(f"sqlite:///{file}", "SQLite")
        yield memory(folder, file)
        if not server:
            yield from copies(f"sqlite:///{file}", "SQLite", folder, {"SQLite": f"sqlite:///{folder}/copy.db"})
            return
        with scratch_database(server) as target:
            targets = {"SQLite": f"sqlite:///{folder}/copy.db", "PostgreSQL": target}
            yield from copies(f"sqlite:///{file}", "SQLite", folder, targets)
        with scratch_database(server) as url, scratch_database(server) as target:
            started = time.perf_counter()
            rows = build(url, MEMBERS)
            yield _rate("making it, PostgreSQL", rows, started)
            yield from looks(url, "PostgreSQL")
            (folder / "copy.db").unlink()
            targets = {"PostgreSQL": target, "SQLite": f"sqlite:///{folder}/copy.db"}
            yield from copies(url, "PostgreSQL", folder, targets)
