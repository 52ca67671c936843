"""From the start of a process to a bot that is ready, and the memory that it holds when idle."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.peers.child import started
from benchmarks.startup import MEGABYTE, middle, resident
from benchmarks.startup import started as coterie_started

if TYPE_CHECKING:
    from benchmarks.peers.figures import Subject

ROUNDS: Final = 5
IDLE: Final = 1.0
"""Seconds after the ready line at which memory is read."""
CONFIG: Final = {
    "Telegram": '[adapters.telegram]\ntoken = "42:benchmark"\napi_base_url = "http://127.0.0.1:9/bot"\n',
    "Discord": '[adapters.discord]\ntoken = "OTAw.benchmark.token"\n'
    'rest_url = "http://127.0.0.1:9/api/v10"\ngateway_url = "ws://127.0.0.1:9/"\n',
}
STORED: Final = """
[coterie]
database = "sqlite:///coterie.db"
web = { host = "127.0.0.1", port = 0 }
[plugins.redpacket]
"""
"""One plugin that has packets, as the peers have."""

Start = tuple[float, int | None]


def idle(peers: Sequence[Subject], folder: Path) -> Iterator[dict[str, object]]:
    """A bot with a database and one command, and a bare one; ours always has everything that it has."""
    subjects: dict[tuple[str, str], Callable[[], Start]] = {}
    for wire in CONFIG:
        home = folder / wire
        home.mkdir()
        (home / "plugins.toml").write_text(STORED + CONFIG[wire])
        subjects["Coterie", wire] = lambda home=home: coterie_started(["run"], home)  # type: ignore[misc]
    for peer in peers:
        for way in ("with a store", "bare"):
            subjects[peer.title, way] = _peer(peer, way, folder)
    found: dict[tuple[str, str], list[Start]] = {key: [] for key in subjects}
    for turn in range(ROUNDS + 1):
        for key, begin in subjects.items():
            start = begin()
            if turn:  # the first warms the caches, and makes the tables
                found[key].append(start)
    for peer in peers:
        for way in ("with a store", "bare"):
            yield from _beside(found["Coterie", peer.wire], found[peer.title, way], peer, way)


def _peer(peer: Subject, way: str, folder: Path) -> Callable[[], Start]:
    arguments = ["idle", *([str(folder / f"{peer.module}-idle.db")] if way == "with a store" else [])]

    def begin() -> Start:
        with started(peer.python, peer.module, *arguments, errors=folder / "idle.txt") as (child, seconds):
            time.sleep(IDLE)
            return seconds, resident(child.process.pid)

    return begin


def _beside(ours: Sequence[Start], theirs: Sequence[Start], peer: Subject, way: str) -> Iterator[dict[str, object]]:
    """Time and memory; above 1 the peer needs more."""
    ours_is = f"`coterie run` with the adapter of {peer.wire}, web pages, a store, packets"
    note = f"Coterie: {ours_is}; the peer: {way}, one command"
    yield {
        "name": f"start on {peer.wire}, peer {way}",
        "value": round(statistics.median(each[0] for each in ours), 3),
        "unit": "s",
        "peer_name": peer.title,
        "peer": round(statistics.median(each[0] for each in theirs), 3),
        "ratio": round(statistics.median(b[0] / a[0] for a, b in zip(ours, theirs, strict=True)), 2),
        "ratio_to": "Coterie, same rounds",
        "note": note,
    }
    size, other = middle([each[1] for each in ours]), middle([each[1] for each in theirs])
    if size is not None and other is not None:
        yield {
            "name": f"memory idle on {peer.wire}, peer {way}",
            "value": round(size / MEGABYTE, 1),
            "unit": "MB",
            "peer_name": peer.title,
            "peer": round(other / MEGABYTE, 1),
            "ratio": round(other / size, 2),
            "ratio_to": "Coterie, same rounds",
            "note": note,
        }
