"""The sender: what a message costs without limits, and how much of a published limit a broadcast uses."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import tracemalloc
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from coterie.core.actions import SendMessage
from coterie.core.cards import Card
from coterie.core.cards import Picture as Drawing
from coterie.core.clock import Clock, MovableClock
from coterie.core.engine.pacing import HEADROOM
from coterie.core.engine.sender import Job, Result, Sender
from coterie.core.events import Where
from coterie.core.platform import Delivery, Limits, Picture, Platform, RetryLater

MESSAGES = 20_000
CHANNELS = 1000
HELD = 100_000
LATENCY = 30
JITTER = 10
"""Milliseconds that a request takes on virtual time, and by how many it may be faster or slower."""


class Silent(Platform):
    """Does nothing, at once."""

    name = "silent"

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        return "1"


class Strict(Platform):
    """Enforces a limit as a fixed or a sliding second, some milliseconds of virtual time after a request left."""

    name = "strict"

    def __init__(self, clock: MovableClock, limit: int, sliding: bool) -> None:
        self.clock = clock
        self.limit = limit
        self.sliding = sliding
        self.accepted: list[int] = []
        self.refused = 0
        self.rng = random.Random(limit)

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        await self.clock.sleep_until(self.clock.now() + LATENCY + self.rng.randint(-JITTER, JITTER))
        now = self.clock.now()
        start = now - 999 if self.sliding else now // 1000 * 1000
        if len(self.accepted) - bisect_left(self.accepted, start) >= self.limit:
            self.refused += 1
            raise RetryLater(1, everywhere=True)
        self.accepted.append(now)
        return "1"


async def _record(results: list[Result]) -> None:
    """A store that takes everything at once."""


async def _locate(community: int, ref: int) -> str:
    return ""


async def _draw(job: Job, asked: Drawing) -> Picture | None:
    return None


async def _mentions(community: int, members: tuple[int, ...]) -> dict[int, str]:
    return {}


def _sender(platform: Platform, clock: Clock, limits: Limits) -> Sender:
    return Sender(platform, clock=clock, record=_record, locate=_locate, draw=_draw, mentions=_mentions, limits=limits)


def _jobs(number: int, channels: int) -> list[Job]:
    places = [Where(adapter="bench", channel=str(channel)) for channel in range(channels)]
    card = Card(text="hello")
    return [
        Job(row, 1, "bench", SendMessage(where=places[row % channels], ref=row, card=card), 2) for row in range(number)
    ]


async def _bare(jobs: list[Job]) -> float:
    """Seconds for the same requests as one task each, without any sender: the floor."""
    platform, loop = Silent(), asyncio.get_running_loop()
    started = time.perf_counter()
    for first in range(0, len(jobs), 16):
        tasks: list[asyncio.Task[Any]] = []
        for job in jobs[first : first + 16]:
            assert isinstance(job.action, SendMessage)
            tasks.append(loop.create_task(platform.send(job.action, Delivery(str(job.id)))))
        await asyncio.wait(tasks)
    return time.perf_counter() - started


async def _through(jobs: list[Job]) -> float:
    """Seconds from ``put`` to the last recorded result."""
    sender = _sender(Silent(), Clock(), Limits())
    started = time.perf_counter()
    sender.put(jobs)
    await sender.settle()
    took = time.perf_counter() - started
    assert sender.stats.sent == len(jobs)
    return took


def _best(measure: Callable[[list[Job]], Coroutine[Any, Any, float]], channels: int) -> float:
    """Microseconds a message, the best of three runs."""
    times = []
    for _ in range(3):
        jobs = _jobs(MESSAGES, channels)
        gc.collect()
        times.append(asyncio.run(measure(jobs)))
    return min(times) / MESSAGES * 1e6


async def _broadcast(limit: int, sliding: bool) -> tuple[float, int]:
    """The share of a limit that one message to each of many channels uses, and the number of refusals."""
    clock = MovableClock()
    platform = Strict(clock, limit, sliding)
    sender = _sender(platform, clock, Limits(overall_rate=limit, in_flight=10))
    sender.put(_jobs(CHANNELS, CHANNELS))
    running = asyncio.create_task(sender.run())
    started = clock.now()
    while sender.stats.sent < CHANNELS:
        for _ in range(6):
            await asyncio.sleep(0)
        if (wake := clock.next_wake()) is not None:
            clock.move_to(wake)
    took = (platform.accepted[-1] - started) / 1000
    await sender.stop()
    await running
    return CHANNELS / limit / took, platform.refused


async def _real(limit: int, seconds: float) -> float:
    """The share of a limit that is used on the real clock, where the event loop wakes up late."""
    sender = _sender(Silent(), Clock(), Limits(overall_rate=limit, in_flight=10))
    sender.put(_jobs(int(limit * seconds * 2), CHANNELS))
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(seconds)
    share = sender.stats.sent / (limit * seconds)
    await sender.stop()
    await running
    return share


async def _held() -> float:
    """Bytes a waiting message, beside its row."""
    jobs = _jobs(HELD, HELD)
    sender = _sender(Silent(), Clock(), Limits())
    tracemalloc.start()
    sender.put(jobs)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / HELD


def run() -> Iterator[dict[str, object]]:
    """The measurements, one a dict."""
    floor = _best(_bare, CHANNELS)
    yield {
        "name": "sender.floor",
        "value": round(floor, 1),
        "unit": "us/message",
        "what": "one task a request, no sender",
    }
    for channels in (CHANNELS, 1):
        cost = _best(_through, channels)
        yield {
            "name": f"sender.cost.{channels}-channels",
            "value": round(cost, 1),
            "unit": "us/message",
            "ratio": round(cost / floor, 2),
            "ratio_to": "sender.floor",
            "goal": "<= 40",
        }
    for limit in (30, 49, 50):
        for sliding in (False, True):
            share, refused = asyncio.run(_broadcast(limit, sliding))
            yield {
                "name": f"sender.share.{limit}-a-second.{'sliding' if sliding else 'fixed'}",
                "value": round(share, 4),
                "unit": "share of the limit",
                "ratio": round(share / HEADROOM, 4),
                "ratio_to": "the headroom kept",
                "goal": ">= 0.96",
                "refused": refused,
            }
    share = asyncio.run(_real(49, 4))
    yield {"name": "sender.share.real-clock", "value": round(share, 4), "unit": "share of the limit", "goal": ">= 0.96"}
    yield {"name": "sender.held", "value": round(asyncio.run(_held())), "unit": "bytes/message"}


__all__ = ["run"]
