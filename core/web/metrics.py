"""Numbers for Prometheus: `GET /metrics`.

The engine counts with plain numbers; they become a page only when somebody asks, and only then is
prometheus-client imported.  No label names a member, a channel or a community.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from sqlalchemy import Engine, func, select

from coterie.core import __version__
from coterie.core.engine.counts import Counts, Histogram
from coterie.storage.tables import dead_letters, outbox, tasks, timers

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from coterie.core.app import App
    from coterie.core.engine.sender import Stats

log = logging.getLogger(__name__)

PRIORITIES: Final = ("answer", "moderation", "normal", "broadcast")
OUTCOMES: Final = ("sent", "failed", "unknown", "cancelled", "coalesced", "retried")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the event loop owns, looked at in one moment."""

    now: int
    queued: int
    senders: dict[str, Stats]
    paused: list[tuple[str, str]]
    lanes: list[Counts]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store holds."""

    outbox: dict[tuple[str, str], int]
    timers: tuple[int, int]
    """All timers, and those that are due."""
    tasks: int
    dead: int


class Metrics:
    """Makes the page, off the event loop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._registry: CollectorRegistry | None = None
        self._seen: Seen | None = None
        self._one_at_a_time = asyncio.Lock()

    async def page(self, request: web.Request) -> web.Response:
        """All figures, in the text format that the asker prefers."""
        async with self._one_at_a_time:
            self._seen = self._look()
            body, media_type = await asyncio.to_thread(self._render, request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    def _look(self) -> Seen:
        app = self._app
        stats = {
            name: replace(sender.stats, queued=list(sender.stats.queued)) for name, sender in app.post.senders.items()
        }
        paused = [(plugin, hook) for plugin, hook, _until, _error in app.breaker.paused()]
        lanes = [worker.counts for worker in app.lanes.workers()]
        return Seen(app.clock.now(), app.lanes.queued(), stats, paused, lanes)

    def _render(self, accept: str) -> tuple[bytes, str]:
        from prometheus_client import CollectorRegistry, ProcessCollector
        from prometheus_client.exposition import choose_encoder

        if self._registry is None:
            self._registry = CollectorRegistry()
            ProcessCollector(registry=self._registry)
            self._registry.register(self)
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: the registry need not collect to learn names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every family of figures; called by the registry."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        assert self._seen is not None
        seen = self._seen
        yield _gauge("coterie_build_info", "Version of this process.", ("version",), [((__version__,), 1)])
        yield from _lanes(seen)
        yield from _senders(seen)
        stored = self._stored(seen.now)
        yield GaugeMetricFamily("coterie_store_up", "1 when the store answered this request.", value=stored is not None)
        if stored is not None:
            yield from _store(stored)

    def _stored(self, now: int) -> Stored | None:
        try:
            return read_store(self._app.store.engine, now)
        except Exception as error:
            log.warning("the store could not be read for the metrics: %s", error)
            return None


def read_store(engine: Engine, now: int) -> Stored:
    """Count rows on a connection of its own; raises what the driver raises."""
    waiting = select(outbox.c.adapter, outbox.c.state, func.count()).group_by(outbox.c.adapter, outbox.c.state)
    with engine.connect().execution_options(coterie_read=True) as connection:

        def count(table: Any, *where: Any) -> int:
            return int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)

        return Stored(
            outbox={(adapter, state): rows for adapter, state, rows in connection.execute(waiting)},
            timers=(count(timers), count(timers, timers.c.due <= now)),
            tasks=count(tasks),
            dead=count(dead_letters),
        )


def _lanes(seen: Seen) -> Iterator[Metric]:
    lanes = seen.lanes
    handled = sum(lane.events - lane.duplicates for lane in lanes)
    outcomes = {
        "handled": handled,
        "duplicate": sum(lane.duplicates for lane in lanes),
        "lost": sum(lane.lost for lane in lanes),
    }
    yield _counter(
        "coterie_events",
        "Events by what became of them.",
        ("outcome",),
        [((name,), count) for name, count in outcomes.items()],
    )
    failures: dict[tuple[str, str], int] = {}
    for lane in lanes:
        for key, count in dict(lane.failures).items():
            failures[key] = failures.get(key, 0) + count
    yield _counter("coterie_handler_failures", "Calls of plugins that failed.", ("plugin", "hook"), failures.items())
    yield _gauge(
        "coterie_paused_hooks", "Hooks that are paused now.", ("plugin", "hook"), [(key, 1) for key in seen.paused]
    )
    yield _gauge("coterie_lane_queue", "Events that wait or are being handled.", (), [((), seen.queued)])
    yield _counter(
        "coterie_batch_replays", "Batches handled again one by one.", (), [((), sum(lane.replays for lane in lanes))]
    )
    yield _histogram("coterie_batch_events", "Events in one commit.", [lane.batch_size for lane in lanes])
    yield _histogram(
        "coterie_commit_seconds", "Seconds to write and commit a batch.", [lane.commit_seconds for lane in lanes]
    )


def _senders(seen: Seen) -> Iterator[Metric]:
    senders = seen.senders.items()
    outcomes = [((name, outcome), getattr(stats, outcome)) for name, stats in senders for outcome in OUTCOMES]
    yield _counter(
        "coterie_sender_actions", "Outbound actions by what became of them.", ("adapter", "outcome"), outcomes
    )
    waiting = [
        ((name, priority), count)
        for name, stats in senders
        for priority, count in zip(PRIORITIES, stats.queued, strict=True)
    ]
    yield _gauge("coterie_sender_queue", "Outbound actions that wait.", ("adapter", "priority"), waiting)
    for key, text, values in (
        ("in_flight", "Requests to the platform under way.", {name: stats.in_flight for name, stats in senders}),
        ("oldest_seconds", "Age of the oldest waiting action.", {name: stats.oldest / 1000 for name, stats in senders}),
        (
            "rate",
            "Messages a second that the pace allows; 0 for no limit.",
            {name: stats.rate for name, stats in senders},
        ),
        (
            "unrecorded",
            "Results that the store has not taken yet.",
            {name: stats.unrecorded for name, stats in senders},
        ),
    ):
        yield _gauge(f"coterie_sender_{key}", text, ("adapter",), [((name,), value) for name, value in values.items()])


def _store(stored: Stored) -> Iterator[Metric]:
    yield _gauge("coterie_outbox_rows", "Outbound actions in the store.", ("adapter", "state"), stored.outbox.items())
    every, due = stored.timers
    yield _gauge("coterie_timers", "Timers in the store.", ("state",), [(("waiting",), every - due), (("due",), due)])
    yield _gauge("coterie_tasks", "Tasks that run or wait for another try.", (), [((), stored.tasks)])
    yield _gauge("coterie_dead_letters", "Events that a plugin has missed.", (), [((), stored.dead)])


Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, text: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    from prometheus_client.metrics_core import CounterMetricFamily

    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family


def _histogram(name: str, text: str, lanes: list[Histogram]) -> Metric:
    from prometheus_client.metrics_core import HistogramMetricFamily

    family = HistogramMetricFamily(name, text)
    if lanes:
        counts = [sum(column) for column in zip(*(list(lane.counts) for lane in lanes), strict=True)]
        bounds = [*map(str, lanes[0].bounds), "+Inf"]
        family.add_metric((), list(zip(bounds, accumulate(counts), strict=True)), sum(lane.total for lane in lanes))
    return family
