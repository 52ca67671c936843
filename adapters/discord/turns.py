"""Whose turn it is to begin a session: Discord allows so many beginnings in five seconds, and so many a day."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from coterie.core.platform import PlatformError

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls

log = logging.getLogger(__name__)

BETWEEN: Final = 5.0
"""Seconds between the beginnings of two shards that share a turn."""


class Turns:
    """Lets shards begin their sessions one after the other; a bot without shards need not wait."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[int, float] = {}

    async def turn(self, shard: int | None) -> None:
        """Return when a shard may begin; never raises for what Discord says."""
        if shard is None:
            return
        lane = shard % await self._at_once()
        async with self._locks[lane]:
            now = asyncio.get_running_loop().time
            await asyncio.sleep(max(0.0, self._last.get(lane, -BETWEEN) + BETWEEN - now()))
            self._last[lane] = now()

    async def _at_once(self) -> int:
        """How many shards may begin at the same time; waits where the day's beginnings are used up."""
        try:
            found = await self._calls.call("GET", "/gateway/bot")
        except PlatformError as error:
            log.debug("the gateway's limits are not known: %s", error.reason)
            return 1
        limits = found.get("session_start_limit") if isinstance(found, dict) else None
        if not isinstance(limits, dict):
            return 1
        if limits.get("remaining") == 0:
            seconds = _whole(limits, "reset_after") / 1000
            log.error("this bot may begin no more sessions for now; it goes on in %d minutes", seconds / 60 + 1)
            await asyncio.sleep(seconds)
        return max(1, _whole(limits, "max_concurrency"))


def _whole(raw: dict[str, Any], name: str) -> int:
    found = raw.get(name)
    return found if isinstance(found, int) and 0 <= found < 1 << 40 else 0


__all__ = ["Turns"]
