"""Bringing the past along: a large export of Telegram Desktop into the store, messages a second and memory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import time as clock_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.adapters.telegram.history import TelegramExport
from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.importing.choosing import Choice
from coterie.core.importing.counting import Options
from coterie.core.importing.engine import Import
from coterie.core.importing.fingerprint import fingerprint
from coterie.core.importing.pieces import Record
from coterie.core.importing.walk import Walk
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.migrate import core_migrations, upgrade
from coterie.storage.settings import take_node

MEGABYTES = int(os.environ.get("COTERIE_BENCH_MB", "200"))
PEOPLE = 5_000
WORDS = ("hello", "world", "это", "привет", "今天", "天气", "很好", "community", "points", "banana", "lorem", "ipsum")


def generate(file: Path, megabytes: int) -> int:
    """Write an export of about this size; how many messages it has."""
    chance = random.Random(1)
    at, number, size = 1_500_000_000, 0, 0
    with file.open("wb") as out:
        out.write(b'{\n "name": "Town",\n "type": "public_supergroup",\n "id": 1234567890,\n "messages": [\n')
        while size < megabytes * 1_000_000:
            number += 1
            at += chance.randrange(1, 60)
            who = min(PEOPLE, int(chance.paretovariate(0.6)))
            text = " ".join(chance.choices(WORDS, k=chance.randrange(2, 25)))
            message: dict[str, Any] = {
                "id": number,
                "type": "message",
                "date": "2020-01-01T00:00:00",
                "date_unixtime": str(at),
                "from": f"User {who}",
                "from_id": f"user{who}",
                "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }
            if not number % 10:
                message["reactions"] = [{"type": "emoji", "count": 2, "emoji": "👍"}]
            data = json.dumps(message, ensure_ascii=False, indent=1).replace("\n", "\n  ").encode()
            size += out.write((b"  " if number == 1 else b",\n  ") + data)
        out.write(b"\n ]\n}\n")
    return number


def floor(file: Path) -> float:
    """Messages a second when they are only found and decoded."""
    importer = TelegramExport()
    started = time.perf_counter()
    with file.open("rb") as opened:
        walk = Walk(opened, importer.shape, msgspec.json.Decoder(importer.record))
        found = sum(type(piece) is Record for piece in walk)
    return found / (time.perf_counter() - started)


def measure(url: str, file: Path) -> dict[str, float]:
    """One import into an empty store, in this process."""
    engine = open_engine(url)
    upgrade(engine, [core_migrations()])
    db, clock, importer = LaneConnection(engine), Clock(), TelegramExport()
    with db.transaction():
        node = take_node(db)
    community = Community(node << 32 | 1, f"bench {node}", "", "en", ZoneInfo("Asia/Shanghai"), clock_time(4), clock)
    ids = IdMaker(clock.now, node)
    started = time.perf_counter()
    options = Options(Choice(), listeners=("bench",))
    work = Import(db, ids, community, importer, file, fingerprint(file, importer), options, clock)
    work.open()
    work.read()
    work.tell()
    rate = work.totals.messages / (time.perf_counter() - started)
    db.close()
    engine.dispose()
    peak = Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]
    return {"rate": rate, "messages": work.totals.messages, "peak_mb": int(peak) // 1024}


def run() -> Iterator[dict[str, object]]:
    """SQLite always; PostgreSQL where COTERIE_POSTGRES names one."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        file = Path(folder) / "result.json"
        count = generate(file, MEGABYTES)
        urls = {"SQLite FULL": f"sqlite:///{folder}/bench.db"}
        if url := os.environ.get("COTERIE_POSTGRES"):
            urls["PostgreSQL"] = url
        for label, url in urls.items():
            bare = floor(file)
            command = [sys.executable, "-m", "benchmarks.importing", url, str(file)]
            done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            if done["messages"] != count:
                raise AssertionError(f"{count} messages were written, {done['messages']} counted")
            yield {
                "name": f"import, {label}, {MEGABYTES} MB, {count} messages, {PEOPLE} people",
                "value": round(done["rate"]),
                "unit": "messages/s",
                "peak_mb": done["peak_mb"],
                "goal": ">= 20000/s, <= 200 MB",
                "ratio": round(done["rate"] / bare, 2),
                "ratio_to": "finding and decoding the same messages, same run",
                "floor": round(bare),
            }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
