"""The library's own client, built from the configuration and not started, with a way to listen to raw payloads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import AutoShardedConnectionState, ConnectionState

if TYPE_CHECKING:
    import asyncio

    from coterie.adapters.discord.config import DiscordConfig

log = logging.getLogger(__name__)

PATIENCE: Final = 30.0
"""Seconds that the library waits by itself for a rate limit; what takes longer fails, and is tried again later."""
STRUCTURE: Final = frozenset(
    {
        "READY",
        "RESUMED",
        "USER_UPDATE",
        "GUILD_CREATE",
        "GUILD_UPDATE",
        "GUILD_DELETE",
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_DELETE",
        "THREAD_CREATE",
        "THREAD_UPDATE",
        "THREAD_DELETE",
        "THREAD_LIST_SYNC",
    }
)
"""Kinds of payloads that the library hears, too, while somebody listens: who the bot is, and what its servers have."""
_PEOPLE: Final = ("members", "presences", "voice_states", "thread_members", "guild_scheduled_events")


class Ears(Protocol):
    """Who listens to raw payloads."""

    def hear(self, kind: str, data: Any, mark: str) -> Sequence[asyncio.Future[Any]]:
        """Take a payload; what it changed is committed when the futures are done.

        ``mark`` is ``SESSION:SEQUENCE``, the same when Discord sends the payload again.
        """


class Origin(Protocol):
    """The connection that a payload comes in by."""

    held: Sequence[asyncio.Future[Any]]

    @property
    def mark(self) -> str:
        """``SESSION:SEQUENCE`` of the payload that is being handled."""


class Listening:
    """Mixed into the library's connection state: while somebody listens, payloads become no objects of the library."""

    ears: Ears | None = None
    origin: Origin | None = None
    """Whose payload is being handled; handling one is never interrupted by another."""
    parsers: dict[str, Callable[[Any], None]]

    def __init__(self, **options: Any) -> None:
        self.sockets: dict[int | None, Any] = {}
        """The newest connection of each shard."""
        super().__init__(**options)
        self.parsers = _Parsers(self, self.parsers)

    def _update_references(self, ws: Any) -> None:
        self.sockets[ws.shard_id] = ws
        super()._update_references(ws)  # type: ignore[misc]

    def arrived(self, kind: str, parse: Callable[[Any], None] | None, data: Any) -> None:
        """One payload; while somebody listens, nothing in it can raise."""
        if self.ears is None:
            if parse is not None:
                parse(data)
            return
        if parse is not None and kind in STRUCTURE:
            try:
                parse(_without_people(kind, data, getattr(self, "self_id", None)))
            except Exception:
                log.warning("a payload of the kind %.60r makes no sense to the library", kind, exc_info=True)
        if self.origin is not None:
            try:
                self.origin.held = self.ears.hear(kind, data, self.origin.mark)
            except Exception:
                log.exception("a payload of the kind %.60r could not be taken and is dropped", kind)


class _Parsers(dict[str, Callable[[Any], None]]):
    """What is done with each kind of payload; kinds that the library does not know are heard, too."""

    def __init__(self, state: Listening, library: dict[str, Callable[[Any], None]]) -> None:
        super().__init__({kind: partial(state.arrived, kind, parse) for kind, parse in library.items()})
        self._state = state

    def __missing__(self, kind: str) -> Callable[[Any], None]:
        if self._state.ears is None or not isinstance(kind, str):
            raise KeyError(kind)
        return partial(self._state.arrived, kind, None)


class State(Listening, ConnectionState[Any]):
    """The library's state of a bot with one connection."""


class ShardedState(Listening, AutoShardedConnectionState[Any]):
    """The same for several connections."""


class _Attached(discord.Client):
    """What both clients have: somebody can listen, and connections can be made by somebody else than the library."""

    @property
    def sockets(self) -> dict[int | None, Any]:
        """The newest connection of each shard, by its number (None for a bot without shards)."""
        return self._connection.sockets  # type: ignore[attr-defined, no-any-return]

    def attach(self, ears: Ears | None) -> None:
        """Hand raw payloads to ``ears`` from now on; None: the library builds its objects again, as always."""
        self._connection.ears = ears  # type: ignore[attr-defined]

    def renounce(self, names: Iterable[str]) -> None:
        """Ask for these intents no more, from the next session on."""
        intents = self.intents
        for name in names:
            setattr(intents, name, False)
        self._connection._intents = intents

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Pause as the library does; not while somebody listens, who keeps the pauses by themselves."""
        if self._connection.ears is None:  # type: ignore[attr-defined]
            await super().before_identify_hook(shard_id, initial=initial)


class Bot(_Attached):
    """A client with one connection."""

    def _get_state(self, **options: Any) -> State:
        return State(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    def _get_websocket(self, guild_id: int | None = None, *, shard_id: int | None = None) -> Any:
        return self.sockets.get(None) or super()._get_websocket(guild_id, shard_id=shard_id)


class ShardedBot(_Attached, discord.AutoShardedClient):
    """A client with several connections."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._connection.shard_ids = list(self.shard_ids or range(self.shard_count or 1))

    def _get_state(self, **options: Any) -> ShardedState:
        return ShardedState(
            dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options
        )

    def _get_websocket(self, guild_id: int | None = None, *, shard_id: int | None = None) -> Any:
        if shard_id is None and guild_id is not None:
            shard_id = (guild_id >> 22) % (self.shard_count or 1)
        return self.sockets.get(shard_id) or super()._get_websocket(guild_id, shard_id=shard_id)


def intents_of(config: DiscordConfig) -> discord.Intents:
    """What the bot asks to hear: neither who is online nor who types or speaks."""
    return discord.Intents(
        guilds=True,
        members=config.members,
        moderation=True,
        invites=True,
        messages=True,
        message_content=config.message_content,
        reactions=True,
        polls=True,
        guild_scheduled_events=True,
        auto_moderation=True,
    )


def build_bot(config: DiscordConfig) -> Bot | ShardedBot:
    """The bot of a configuration; ``await bot.start(token)`` runs it as any client of the library.

    The library keeps the addresses of the REST API and the gateway for the whole process: they are those of the
    configuration from now on.
    """
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    Route.BASE = config.rest_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)
    options: dict[str, Any] = {
        "intents": intents_of(config),
        "max_messages": None,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "chunk_guilds_at_startup": False,
        "allowed_mentions": discord.AllowedMentions.none(),
        "max_ratelimit_timeout": PATIENCE,
    }
    if config.shards is None:
        return Bot(**options)
    return ShardedBot(shard_count=config.shards.count, shard_ids=list(config.shards.here), **options)


async def log_in(bot: discord.Client, token: str) -> None:
    """Open the connections for REST calls and ask who the bot is; may be tried again after it failed.

    Raises what the library raises: :class:`discord.LoginFailure` for a token that is refused.
    """
    try:
        await bot.login(token)
    except BaseException:
        await log_out(bot)
        raise


def is_open(bot: discord.Client) -> bool:
    """Whether there are connections for REST calls."""
    return bot.http.connector is not discord.utils.MISSING


async def log_out(bot: discord.Client) -> None:
    """Close what :func:`log_in` opened; the bot can log in again."""
    await bot.http.close()
    bot.http.connector = discord.utils.MISSING  # the next try makes a new one


async def open_rest(bot: discord.Client, token: str) -> None:
    """Make REST calls possible whatever becomes of them, for a bot that is never to be connected."""
    with suppress(discord.DiscordException, OSError, TimeoutError):
        await bot.http.static_login(token)
    bot.http.token = token


def _without_people(kind: str, data: Any, me: int | None) -> Any:
    """A server's payload with nobody in it but the bot itself."""
    if kind != "GUILD_CREATE":
        return data
    ours = [member for member in data.get("members") or () if str(member.get("user", {}).get("id")) == str(me)]
    return {name: value for name, value in data.items() if name not in _PEOPLE} | {"members": ours}


__all__ = [
    "STRUCTURE",
    "Bot",
    "Ears",
    "Listening",
    "Origin",
    "ShardedBot",
    "build_bot",
    "intents_of",
    "is_open",
    "log_in",
    "log_out",
    "open_rest",
]
