"""What the benchmarks of broadcasts share: who calls and taps, what the server saw of it, and the figures of that."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from coterie.core.api import Button, Card, Config, Context, Plugin, button, command
from coterie.core.testing.fake import Fake
from coterie.core.testing.threaded import ServerThread

TAPPERS = 20
TAP_EVERY = 0.1
"""Seconds between two taps, each by another of the tappers."""
NEWS = "News for everybody!"
GRACE = 60.0
"""Seconds beyond the theoretical time after which a broadcast is taken for stuck."""

K = TypeVar("K", int, str)
M = TypeVar("M", int, str)
S = TypeVar("S", bound=Fake[Any])
T = TypeVar("T")


class Caller(Plugin):
    """Has a card with a button; those who inherit from it begin the broadcast with ``/call``."""

    name = "caller"
    config = Config

    @command("show")
    def show(self, ctx: Context) -> None:
        """Put up the card."""
        ctx.reply(Card(text="A card", buttons=((Button("Tap me", do="tapped"),),)))

    @button("tapped")
    def tapped(self, ctx: Context) -> None:
        """Answer to the one who tapped alone."""
        ctx.answer("You tapped")


@dataclass
class Watch(ABC, Generic[K]):
    """What the server saw of one text, by places and people that are named by ``K``; used on its thread."""

    text: str = NEWS
    sent: list[float] = field(default_factory=list)
    got: Counter[K] = field(default_factory=Counter)
    tapped: dict[K, float] = field(default_factory=dict)
    """When those tapped who still wait for the answer."""
    waits: list[float] = field(default_factory=list)
    skipped: int = 0
    """Taps that were not made, because the one before had no answer yet."""

    @abstractmethod
    def heard(self, kind: str, thing: Any) -> None:
        """Something happened on the server."""

    def came(self, place: K) -> None:
        """The text has come to a place."""
        self.sent.append(time.perf_counter())
        self.got[place] += 1

    def answered(self, who: K) -> None:
        """Somebody was answered; one who did not tap is nobody's business."""
        since = self.tapped.pop(who, None)
        if since is not None:
            self.waits.append(time.perf_counter() - since)

    def outcome(self, expected: int) -> dict[str, object]:
        """What was lost or came twice of so many messages."""
        return {"lost": expected - len(self.got), "doubled": self.got.total() - len(self.got)}


class Stage(ABC, Generic[S, K, M]):
    """The server, its people, and what they do; a message there is named by an ``M``."""

    def __init__(self, server: ServerThread[S], watch: Watch[K]) -> None:
        self.server = server
        self.watch: Watch[K] = watch

    @abstractmethod
    async def card(self) -> tuple[M, str]:
        """Have the card put up; its message id and what its button carries."""

    @abstractmethod
    def tapper(self, fake: S, number: int) -> K:
        """One of those who tap, from 0 to ``TAPPERS`` - 1."""

    @abstractmethod
    def press(self, fake: S, who: K, message: M, token: str) -> None:
        """Somebody taps the button of the card."""

    async def act(self, act: Callable[[S], T]) -> T:
        """Do something on the server without holding up the application."""
        return await asyncio.to_thread(self.server.do, act)

    async def wait(self, true: Callable[[S], object], within: float = 30.0) -> None:
        """Wait until something about the server holds."""
        await asyncio.to_thread(self.server.wait, lambda fake: fake.until(lambda: true(fake), within), within + 5)

    async def tap(self, message: M, token: str) -> None:
        """Tap, one after the other, until cancelled."""
        turn = 0
        while True:
            await self.act(partial(self._tap, turn % TAPPERS, message, token))
            turn += 1
            await asyncio.sleep(TAP_EVERY)

    def _tap(self, number: int, message: M, token: str, fake: S) -> None:
        who = self.tapper(fake, number)
        if who in self.watch.tapped:
            self.watch.skipped += 1
            return
        self.watch.tapped[who] = time.perf_counter()
        self.press(fake, who, message, token)

    async def broadcast(self, call: Callable[[S], object], expected: int, rate: float, lead: float = 0) -> float:
        """Call; seconds until so many messages came, at so many a second, while others tap the card.

        The card is put up, and tapped, ``lead`` seconds before.
        """
        taps = asyncio.create_task(self.tap(*await self.card()))
        await asyncio.sleep(lead)
        started = time.perf_counter()
        await self.act(call)
        try:
            await self.wait(lambda _: len(self.watch.sent) >= expected, expected / rate + GRACE)
        finally:
            taps.cancel()
            await asyncio.gather(taps, return_exceptions=True)
        await asyncio.sleep(1)  # what is sent twice would come now, and the last taps have their answers
        return self.watch.sent[-1] - started


def figures(
    platform: str, places: str, tap: str, watch: Watch[Any], *, expected: int, rate: float, took: float, refused: int
) -> Iterator[dict[str, object]]:
    """How much of the limit was used, what was lost or came twice, and how long taps waited."""
    yield {
        "name": f"{platform} broadcast, {expected} {places}, {rate} a second",
        "value": round(expected / rate / took, 4),
        "unit": "share of the limit",
        "goal": ">= 0.96, no refusal",
        "seconds": round(took, 2),
        "refused": refused,
        **watch.outcome(expected),
    }
    ranked = sorted(watch.waits)
    yield {
        "name": f"{platform}, {tap} during the broadcast",
        "value": round(ranked[len(ranked) // 2] * 1000, 1),
        "unit": "ms",
        "p99_ms": round(ranked[len(ranked) * 99 // 100] * 1000, 1),
        "worst_ms": round(ranked[-1] * 1000, 1),
        "goal": "p99 <= 300 ms",
        "taps": len(ranked),
        "unanswered": len(watch.tapped) + watch.skipped,
    }
