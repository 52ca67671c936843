"""What keeps a bot from doing its work, in plain words and with the way to mend it; for ``coterie check``."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from discord import Permissions

from coterie.adapters.discord.access import door_in, role_problem
from coterie.adapters.discord.config import DiscordConfig
from coterie.adapters.discord.rights import Ranks, missing, ranks_of
from coterie.adapters.discord.spaces import standing_of
from coterie.core.outside import Raw, is_whole, line, listed
from coterie.core.platform import PlatformError, Refused, RetryLater
from coterie.core.served import EVERYWHERE
from coterie.core.text import clean_name

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.surroundings import Surroundings

PATIENCE: Final = 8.0
"""Seconds that one answer may take."""
AT_ONCE: Final = 4
"""Servers that are looked at at the same time."""
STARTS: Final = 50
"""So few sessions that can still be begun today are worth a word."""
NAMED: Final = 3
"""So many channels are named in one sentence."""
BASIC: Final = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""What every bot needs to be of use."""

_IN_CHANNELS: Final = ("embed_links", "attach_files", "read_message_history", "send_messages_in_threads")
_TEXT: Final = frozenset({0, 5})
_MEMBERS: Final = 1 << 14 | 1 << 15
_CONTENT: Final = 1 << 18 | 1 << 19
_PORTAL: Final = "developer portal (page Bot, Privileged Gateway Intents)"


async def check(
    calls: Calls,
    config: DiscordConfig,
    around: Surroundings,
    *,
    patience: float = PATIENCE,
) -> list[str]:
    """Look at the token, the intents, and the bot's permissions and role in each server; changes nothing.

    Returns one sentence for each problem, empty when all is well.  Each request is given ``patience`` seconds.
    """
    try:
        app = await calls.call("GET", "/applications/@me", patience=patience)
        me = await calls.call("GET", "/users/@me", patience=patience)
        gateway = await calls.call("GET", "/gateway/bot", patience=patience)
    except PlatformError as error:
        return [_unreachable(error, config)]
    if not all(isinstance(each, dict) for each in (app, me, gateway)) or not line(app, "id") or not line(me, "id"):
        return [f"what answers at rest_url ({_host(config.rest_url)}) is not Discord's REST API"]
    found = [*_intents(app, config, around), *_sessions(gateway, config)]
    found += await _skus(calls, config, str(app["id"]), patience)
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(guild: str) -> list[str]:
        async with gate:
            return await Look(calls, around, config.rights, str(app["id"]), str(me["id"]), guild, patience).problems()

    guilds = dict.fromkeys((*around.spaces, *(each for each in config.guilds if each != EVERYWHERE)))
    if not guilds and EVERYWHERE not in config.guilds:
        found.append(
            "no community names a Discord server as its space: invite the bot to one, and the log tells what to add to "
            "the configuration"
        )
    for problems in await asyncio.gather(*map(look, guilds)):
        found += problems
    return found


def _unreachable(error: PlatformError, config: DiscordConfig) -> str:
    if "token is refused" in error.reason:
        return (
            "Discord refuses the token: get the right one in the developer portal (page Bot, Reset Token) and set "
            "[adapters.discord] token"
        )
    host = _host(config.rest_url)
    if isinstance(error, Refused):
        return f"{host} refuses to answer: {error.reason}"
    return f"{host} could not be asked ({error.reason}): look at the network and at rest_url"


def _intents(app: Raw, config: DiscordConfig, around: Surroundings) -> Iterator[str]:
    """What the bot should hear, and does not."""
    flags = app["flags"] if is_whole(app.get("flags")) else 0
    readers, greeters = ", ".join(around.readers), ", ".join(around.greeters)
    if config.members and not flags & _MEMBERS:
        yield f"the Server Members Intent is off, so nobody hears who comes and goes: switch it on in the {_PORTAL}"
    if not config.members and greeters:
        yield (
            f"members = false hides who comes and goes, but {greeters} must hear it: "
            "set [adapters.discord] members = true"
        )
    if config.message_content and not flags & _CONTENT:
        why = f", which {readers} must see" if readers else ""
        yield (
            f"the Message Content Intent is off, so the bot does not see what people write{why}: "
            f"switch it on in the {_PORTAL}"
        )
    if not config.message_content and (readers or config.prefix):
        who = readers or f"commands that begin with {config.prefix}"
        yield (
            f"message_content = false hides what people write, but {who} need to see it: "
            "set [adapters.discord] message_content = true"
        )


def _sessions(gateway: Raw, config: DiscordConfig) -> Iterator[str]:
    """How often the bot may still connect today, and over how many connections."""
    limit = gateway["session_start_limit"] if isinstance(gateway.get("session_start_limit"), dict) else {}
    remaining, resets = limit.get("remaining"), limit.get("reset_after")
    count = 1 if config.shards is None else config.shards.count
    if is_whole(remaining) and remaining < max(STARTS, count):
        hours = -(-resets // 3_600_000) if is_whole(resets) else 24
        yield (
            f"only {remaining} sessions can be begun before Discord resets the bot's token: do not restart it often in "
            f"the next {hours} hours, and look in the log for why it connects anew"
        )
    wanted = gateway.get("shards")
    if is_whole(wanted) and wanted > count:
        yield f"Discord wants {wanted} connections for this bot: set [adapters.discord] shards = {{ count = {wanted} }}"


async def _skus(calls: Calls, config: DiscordConfig, application: str, patience: float) -> list[str]:
    """SKUs of the configuration that the shop does not have."""
    if not config.skus:
        return []
    path, ids = "/applications/{application_id}/skus", {"application_id": application}
    try:
        known = {
            each.get("id") for each in listed({"all": await calls.call("GET", path, ids=ids, patience=patience)}, "all")
        }
    except PlatformError as error:
        return [f"what the shop sells could not be looked at: {error.reason}"]
    return [
        f"the shop has no SKU {sku.id}: look up the id of “{name}” in the developer portal (page SKUs), and change "
        f"[adapters.discord.skus.{name}]"
        for name, sku in config.skus.items()
        if sku.id not in known
    ]


class Look:
    """A look at one server."""

    def __init__(
        self,
        calls: Calls,
        around: Surroundings,
        expected: Collection[str],
        application: str,
        me: str,
        guild: str,
        patience: float,
    ) -> None:
        self._calls = calls
        self._around = around
        self._application = application
        self._me = me
        self._guild = guild
        self._patience = patience
        self._wanted = tuple(dict.fromkeys((*BASIC, *expected, *self._by_configuration())))

    async def problems(self) -> list[str]:
        """What is wrong there, a sentence each."""
        try:
            guild = await self._ask("/guilds/{guild_id}")
            mine = await self._ask("/guilds/{guild_id}/members/{user_id}", user_id=self._me)
            channels = await self._ask("/guilds/{guild_id}/channels")
        except RetryLater as error:
            return [f"the server {self._guild} could not be looked at ({error.reason}): try again later"]
        except Refused:
            return [
                f"the bot is not in the server {self._guild}: invite it with {self._invitation()}, "
                "or take the server out of the configuration"
            ]
        except PlatformError as error:
            return [f"the server {self._guild} could not be looked at: {error.reason}"]
        standing = standing_of(mine)
        if not isinstance(guild, dict) or standing is None:
            return [f"the server {self._guild} could not be looked at: its answer makes no sense"]
        ranks = ranks_of({**guild, "id": self._guild}, self._me, standing.roles)
        return list(self._judged(ranks, listed({"all": channels}, "all")))

    async def _ask(self, path: str, **ids: str) -> Any:
        return await self._calls.call("GET", path, ids={"guild_id": self._guild, **ids}, patience=self._patience)

    def _by_configuration(self) -> Iterator[str]:
        """The permissions that accesses and plugins need there."""
        if self._around.roles.get(self._guild):
            yield from ("manage_roles", "view_audit_log")
        if self._guild in self._around.private:
            yield from ("create_instant_invite", "kick_members", "view_audit_log")
        if self._around.doors:
            yield "kick_members"

    def _invitation(self) -> str:
        """The address that adds the bot to a server with all that it needs."""
        bits = Permissions(**dict.fromkeys(self._wanted, True)).value
        return (
            f"https://discord.com/oauth2/authorize?client_id={self._application}"
            f"&scope=bot+applications.commands&permissions={bits}"
        )

    def _judged(self, ranks: Ranks, channels: Collection[Raw]) -> Iterator[str]:
        named = f"“{clean_name(ranks.name)}” ({self._guild})" if ranks.name else f"the server {self._guild}"
        if lacking := ranks.lacks(*self._wanted):
            yield (
                f"the bot lacks permissions in {named}: {_quoted(lacking)}; give them to its role (server settings, "
                f"Roles), or invite it again with {self._invitation()}"
            )
        for role in self._around.roles.get(self._guild, ()):
            if (why := role_problem(ranks, role)) and not why.startswith("the bot needs"):
                yield f"an access cannot be given in {named}: {why}"
        yield from self._in_channels(ranks, named, channels)

    def _in_channels(self, ranks: Ranks, named: str, channels: Collection[Raw]) -> Iterator[str]:
        """Channels in which the bot may do less than in the server as a whole."""
        text = [each for each in channels if each.get("type") in _TEXT]
        open_ones = [(each, ranks.in_channel(each)) for each in text]
        spoken = [(channel, may) for channel, may in open_ones if may.view_channel and may.send_messages]
        if text and not spoken and not ranks.lacks("view_channel", "send_messages"):
            yield (
                f"the bot can write in no channel of {named}: let it see one and send messages there "
                "(channel settings, Permissions)"
            )
        if (
            self._guild in self._around.private
            and not ranks.lacks("create_instant_invite")
            and not door_in(ranks, channels)
        ):
            yield f"the bot can invite to no channel of {named}: let it see one and create invites there"
        short: dict[tuple[str, ...], list[str]] = {}
        for channel, may in spoken:
            wanted = [name for name in _IN_CHANNELS if name in self._wanted and not ranks.lacks(name)]
            if lacking := missing(may, wanted):
                short.setdefault(lacking, []).append(f"#{clean_name(line(channel, 'name'), str(channel.get('id')))}")
        for lacking, names in short.items():
            yield (
                f"the bot lacks {_quoted(lacking)} in {_listing(names)} of {named}: give them there "
                "(channel settings, Permissions)"
            )


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _listing(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more channels" if more > 0 else "")


def _host(url: str) -> str:
    """An address without its path."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "?"
    except ValueError:
        return "?"


__all__ = ["check"]
