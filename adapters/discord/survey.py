"""What servers look like, asked over REST: a session that goes on after a restart does not tell it again."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from coterie.core.platform import PlatformError, Refused, RetryLater

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.reading import Guilds
    from coterie.adapters.discord.served import Served

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""Servers that are looked at at the same time."""
PATIENCE: Final = 60.0
"""Seconds that all of it may take; Discord does not keep the session for long."""
PAGE: Final = 200
"""Servers in one answer."""


async def survey(calls: Calls, guilds: Guilds, served: Served, shard: int, count: int) -> list[str]:
    """Ask for each server of a shard that is served, and return their ids; one without the bot is passed over.

    Raises a :class:`PlatformError` or :class:`TimeoutError` when it cannot be done.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(guild: str) -> None:
        async with gate:
            try:
                await _look(calls, guilds, guild)
            except Refused as error:
                log.warning("the server %s cannot be looked at: %s", guild, error.reason)

    async with asyncio.timeout(PATIENCE):
        wanted = await _everything(calls) if served.everywhere else sorted(served.known)
        ours = [guild for guild in wanted if guild.isdecimal() and (int(guild) >> 22) % count == shard]
        looks = [asyncio.ensure_future(look(guild)) for guild in ours]
        try:
            await asyncio.gather(*looks)
        finally:
            for each in looks:
                each.cancel()
    return [guild for guild in ours if guild in guilds]


async def _look(calls: Calls, guilds: Guilds, guild: str) -> None:
    ids = {"guild_id": guild}
    whole = await _patiently(calls, "/guilds/{guild_id}", ids=ids)
    channels = await _patiently(calls, "/guilds/{guild_id}/channels", ids=ids)
    threads = await _patiently(calls, "/guilds/{guild_id}/threads/active", ids=ids)
    guilds.fill(whole, channels, threads.get("threads", ()) if isinstance(threads, dict) else ())


async def _everything(calls: Calls) -> list[str]:
    """The ids of all servers that the bot is in."""
    found: list[str] = []
    while True:
        params = {"limit": PAGE, "after": found[-1] if found else "0"}
        page = await _patiently(calls, "/users/@me/guilds", params=params)
        if not isinstance(page, list):
            raise PlatformError("the list of the bot's servers could not be read")
        found += [str(each["id"]) for each in page if isinstance(each, dict) and "id" in each]
        if len(page) < PAGE:
            return found


async def _patiently(calls: Calls, path: str, **options: Any) -> Any:
    while True:
        try:
            return await calls.call("GET", path, **options)
        except RetryLater as error:
            await asyncio.sleep(max(0.05, error.seconds))


__all__ = ["survey"]
