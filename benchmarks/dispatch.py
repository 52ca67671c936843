"""Dispatch alone: an event that is already parsed → one of N plugins' command → a queued message. No database."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.plugins import command_plugin, observer_plugin
from coterie.core.api import Config, Plugin
from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.engine.breaker import Breaker
from coterie.core.engine.dispatcher import Dispatcher
from coterie.core.engine.registry import Registry
from coterie.core.events import MessagePosted, Where, Who
from coterie.core.i18n import Translator
from coterie.core.services import Services
from coterie.core.tokens import Signer
from coterie.core.unit import Unit
from coterie.storage.ids import IdMaker
from coterie.storage.members import AccountRecord, MemberRecord

ROUNDS = 7
EVENTS = 20_000


class NoStore:
    """Stands where the lane's connection is; dispatch alone must not touch it."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"dispatch touched the store: {name}")


def bench(plugins: Sequence[Plugin]) -> tuple[Dispatcher, Community]:
    """A dispatcher over these plugins with one member known."""
    clock = Clock()
    breaker = Breaker(clock.now)
    registry = Registry(breaker)
    registry.add(plugins)
    services = Services(
        clock=clock,
        ids=IdMaker(clock.now),
        signer=Signer(b"0" * 32),
        translator=Translator(),
        rng=lambda label: random.Random(label),
        entry=registry.entry,
        direct=lambda adapter, who: "dm",
    )
    store: Any = NoStore()
    unit = Unit(store, services)
    member = MemberRecord(1, 7, "Alice", "en", "member", heard=8)
    alice = AccountRecord(8, member, "sandbox", "alice", "Alice", "sandbox", "dm:alice", False)
    unit.members._accounts[1, "sandbox", "alice"] = alice
    unit.presences._there.add((alice.id, "sandbox", "town"))
    unit.activity._places.add((1, "sandbox", "town", "general"))
    names = frozenset(registry.plugins)
    community = Community(
        1, "main", "Main", "en", ZoneInfo("UTC"), clock_time(0), clock, names, {name: Config() for name in names}
    )
    return Dispatcher(unit, registry), community


def events(text: str, count: int) -> list[MessagePosted]:
    """Parsed events of one member in one room."""
    who, where = Who("sandbox", "alice", "Alice"), Where("sandbox", "general", "town")
    return [MessagePosted(key=f"k{number}", who=who, where=where, text=text) for number in range(count)]


def seconds(dispatcher: Dispatcher, community: Community, batch: list[MessagePosted]) -> float:
    """Seconds per event, queues emptied every 128 as a lane's batches do."""
    unit = dispatcher.unit
    handle = dispatcher.handle
    started = time.perf_counter()
    for number, event in enumerate(batch):
        unit.next_event()
        handle(community, event)
        if not number % 128:
            unit.journal.reset()
            unit.places.clear()
    return (time.perf_counter() - started) / len(batch)


def run() -> Iterator[dict[str, object]]:
    """Commands at 1, 50 and 200 plugins in interleaved rounds, and what a no-op observer adds."""
    subjects: dict[str, tuple[Dispatcher, Community, list[MessagePosted]]] = {}
    for count in (1, 50, 200):
        made = bench([command_plugin(number) for number in range(count)])
        subjects[f"commands {count}"] = (*made, events(f"/c{count - 1} 5", EVENTS))
    for count in (0, 200):
        made = bench([command_plugin(0), *(observer_plugin(number) for number in range(count))])
        subjects[f"observers {count}"] = (*made, events("hello", EVENTS // 4))
    figures: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, subject in subjects.items():
            figures[name].append(seconds(*subject))
    median = {name: statistics.median(values) for name, values in figures.items()}
    for count in (1, 50, 200):
        yield {
            "name": f"dispatch, {count} plugins",
            "value": round(1 / median[f"commands {count}"]),
            "unit": "events/s",
            "goal": ">= 100000 at 50",
        }
    ratio = statistics.median(b / a for a, b in zip(figures["commands 1"], figures["commands 200"], strict=True))
    yield {
        "name": "cost of 200 command plugins",
        "value": round(ratio, 3),
        "unit": "x",
        "ratio_to": "1 plugin, same rounds",
        "goal": "<= 1.10",
    }
    observer = (median["observers 200"] - median["observers 0"]) / 200
    yield {"name": "a no-op observer", "value": round(observer * 1e6, 3), "unit": "us", "goal": "<= 0.2"}
