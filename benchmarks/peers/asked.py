"""The process of one subject: it builds its bot, and does what it is asked in lines of JSON, one answer a line.

Runs in a peer's environment: the standard library only.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, runtime_checkable

_ANSWERS: Final = os.dup(1)
"""Where answers go; what a framework prints by itself is sent to standard error."""


class Subject(Protocol):
    """A bot without a network."""

    @property
    def sent(self) -> int:
        """How many answers were handed to its HTTP client."""

    @property
    def last(self) -> str:
        """The text of the latest one."""

    async def start(self) -> None:
        """Be ready for updates."""

    async def see(self, batch: Sequence[str]) -> None:
        """Take updates that nobody answers."""

    async def handle(self, batch: Sequence[str]) -> None:
        """Take updates one after another; return when all of them are answered."""

    async def together(self, batch: Sequence[str]) -> None:
        """Take updates that come at the same moment; return when all of them are answered."""


@runtime_checkable
class Giver(Protocol):
    """What a bot with packets can do besides."""

    async def fund(self, total: int, shares: int) -> str:
        """Send a packet; what a tap on its button carries."""

    async def paid(self) -> dict[str, int]:
        """What the latest packet paid: ``shares``, ``amount``, and members who were paid ``twice``."""


async def answer(subject: Subject, request: dict[str, Any]) -> dict[str, Any]:
    """Do one thing that is asked."""
    if "fund" in request or "paid" in request:
        assert isinstance(subject, Giver), "it has no packets"
        if "paid" in request:
            return await subject.paid()
        return {"data": await subject.fund(request["fund"], request["shares"])}
    if "see" in request:
        await subject.see(request["see"])
        return {}
    batch = request["batch"]
    take = subject.together if request.get("together") else subject.handle
    before = subject.sent
    started = time.perf_counter()
    await take(batch)
    took = time.perf_counter() - started
    return {"seconds": took, "sent": subject.sent - before, "last": subject.last}


async def serve(subject: Subject) -> None:
    """Answer until the input ends; nothing else happens in between."""
    await subject.start()
    gc.collect()
    gc.freeze()
    say({"ready": True})
    for line in sys.stdin:
        say(await answer(subject, json.loads(line)))


def say(data: dict[str, Any]) -> None:
    """One line to whoever asks."""
    os.write(_ANSWERS, json.dumps(data).encode() + b"\n")


def main(bot: Callable[[int, str, bool], Subject], idle: Callable[[str], Awaitable[object]] | None = None) -> None:
    """``dispatch PLUGINS``, ``claims PATH plain|careful``, or ``idle [PATH]``: ready, then nothing until the end.

    Coterie itself has no ``idle``: its own command is started for that.
    """
    os.dup2(2, 1)
    what, *args = sys.argv[1:]
    if what == "dispatch":
        asyncio.run(serve(bot(int(args[0]), "", False)))
    elif what == "claims":
        asyncio.run(serve(bot(1, args[0], args[1] == "careful")))
    elif idle is not None:
        asyncio.run(_rest(idle, *args))
    else:
        sys.exit(f"{what} is not asked of this one")


async def _rest(idle: Callable[[str], Awaitable[object]], path: str = "") -> None:
    kept = await idle(path)
    say({"ready": True})
    sys.stdin.readline()
    del kept
