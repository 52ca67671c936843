"""From the start of a process to its ready line, and the memory that it holds when idle."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROUNDS: Final = 5
IDLE: Final = 1.0
"""Seconds after the ready line at which memory is read."""
CONFIG: Final = """
[coterie]
database = "sqlite:///coterie.db"
web = { host = "127.0.0.1", port = 0 }
[adapters.sandbox]
[plugins.checkin]
[plugins.identity]
[plugins.redpacket]
[plugins.wallet]
"""
MEGABYTE: Final = 1024 * 1024


def started(args: Sequence[str], folder: Path) -> tuple[float, int | None]:
    """Seconds until a command is ready, and its resident bytes when idle (None where the system does not tell)."""
    # Compiled modules are kept, as on every machine in use.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    script = Path(sys.executable).with_name("coterie")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "coterie.core.cli"]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, *args], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    seconds = time.perf_counter() - begun
    try:
        if not line.startswith("Coterie is ready: "):
            raise RuntimeError(f"coterie {' '.join(args)} did not start: {line!r}")
        time.sleep(IDLE)
        return seconds, resident(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


FLOOR: Final = """
import sqlalchemy, pydantic, aiohttp.web
sqlalchemy.create_engine("sqlite://"), pydantic.BaseModel
print("imported", flush=True), input()
"""
"""The three libraries that a running Coterie stands on, and nothing of its own."""


def floor() -> tuple[float, int | None]:
    """Seconds and resident bytes of a process that only imports the libraries."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", FLOOR], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    seconds = time.perf_counter() - begun
    size = resident(process.pid)
    process.communicate("\n", timeout=30)
    return seconds, size


def resident(process: int) -> int | None:
    """The memory of a process that is in RAM, in bytes."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    found = (line.split() for line in status.splitlines() if line.startswith("VmRSS:"))
    return next((int(words[1]) * 1024 for words in found), None)


@dataclass(frozen=True, slots=True)
class Start:
    """Medians of several starts: seconds to ready, resident bytes when idle, and the same of the bare imports."""

    seconds: float
    size: float | None
    floor_seconds: float
    floor_size: float | None


def measured(args: Sequence[str], folder: Path) -> Start:
    """Start again and again, in turns with the bare imports, after one of each that warms the caches."""
    started(args, folder)
    floor()
    found = [(*started(args, folder), *floor()) for _ in range(ROUNDS)]
    seconds, sizes, floor_seconds, floor_sizes = zip(*found, strict=True)
    return Start(statistics.median(seconds), middle(sizes), statistics.median(floor_seconds), middle(floor_sizes))


def middle(sizes: Sequence[int | None]) -> float | None:
    """The median of what is known."""
    known = [size for size in sizes if size is not None]
    return statistics.median(known) if known else None


def run() -> Iterator[dict[str, object]]:
    """`coterie demo` on a new store, and `coterie run` with one adapter on a store that is there."""
    with tempfile.TemporaryDirectory(prefix="coterie-startup-") as name:
        folder = Path(name)
        (folder / "plugins.toml").write_text(CONFIG)
        for title, args, goal in (("demo", ["demo", "--port", "0"], 1.0), ("run", ["run"], 0.5)):
            found = measured(args, folder)
            yield {
                "name": f"{title} is ready",
                "value": round(found.seconds, 3),
                "unit": "s",
                "goal": f"<= {goal:g}",
                "ratio": round(found.seconds / found.floor_seconds, 2),
                "ratio_to": "importing SQLAlchemy, pydantic and aiohttp, same run",
                "floor": round(found.floor_seconds, 3),
                "note": f"process start to ready line, median of {ROUNDS}, modules compiled",
            }
            if found.size is not None and found.floor_size is not None:
                yield {
                    "name": f"{title} idles",
                    "value": round(found.size / MEGABYTE, 1),
                    "unit": "MB",
                    "goal": "<= 65" if title == "run" else "",
                    "ratio": round(found.size / found.floor_size, 2),
                    "ratio_to": "importing SQLAlchemy, pydantic and aiohttp, same run",
                    "floor": round(found.floor_size / MEGABYTE, 1),
                    "note": f"resident, {IDLE:g} s after the ready line",
                }
