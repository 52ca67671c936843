"""The connection of one bot: up as soon as Discord can be reached, and down without losing anything."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import discord

from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.check import check
from coterie.adapters.discord.client import Bot, ShardedBot, build_bot, is_open, log_in, log_out, open_rest
from coterie.adapters.discord.gateway import Shard, pause_after
from coterie.adapters.discord.intake import Intake
from coterie.adapters.discord.keeper import Ground, Keeper
from coterie.adapters.discord.menu import Menu
from coterie.adapters.discord.reading import Reader
from coterie.adapters.discord.served import Served
from coterie.adapters.discord.surroundings import Surroundings
from coterie.adapters.discord.survey import survey
from coterie.adapters.discord.turns import Turns
from coterie.core.platform import CommandMenu, Inbox, PlatformError, Refused, RetryLater

if TYPE_CHECKING:
    from coterie.adapters.discord.config import DiscordConfig
    from coterie.adapters.discord.interactions import Interactions

log = logging.getLogger(__name__)

LATE: Final = 10.0
"""Seconds that what was taken has to be committed when the bot stops."""
MINUTE: Final = 60.0
"""Seconds between tries where only the operator can help."""
SHOWING: Final = 12
"""So often the commands are shown before it is left to the next start."""
TOKEN_REFUSED: Final = (
    "Discord refuses the bot's token: put the one from the developer portal (page Bot, Reset Token) into "
    "[adapters.discord].token; trying again every minute"
)
_SWITCHES: Final = {
    "members": ("Server Members Intent", "gateway_guild_members"),
    "message_content": ("Message Content Intent", "gateway_message_content"),
}
_ALLOWED: Final = ("", "_limited")
"""What an application's flag ends with where the switch is on, with and without a review."""
_WRONG_TOKEN, _SHARDING_NEEDED, _INTENTS = 4004, 4011, frozenset({4013, 4014})


class Wired(Ground, Protocol):
    """What the connection uses of the platform; :class:`~coterie.adapters.discord.platform.DiscordPlatform` has it."""

    client: Bot | ShardedBot
    interactions: Interactions


class Connection:
    """Brings one bot's payloads in, through one or more shards, and keeps its commands up to date."""

    def __init__(self, config: DiscordConfig, *, pause: Callable[[int], float] = pause_after) -> None:
        """``pause`` gives the seconds to wait after the n-th failure in a row."""
        self.config: Final = config
        self.served: Final = Served(config.guilds)
        self.around: Surroundings | None = None
        self.shards: list[Shard] = []
        self._pause = pause
        self._minute = MINUTE
        self._tasks: list[asyncio.Task[None]] = []
        self._commands: Sequence[CommandMenu] | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._platform: Wired | None = None
        self._inbox: Inbox | None = None
        self._intake: Intake | None = None
        self._keeper: Keeper | None = None
        self._menu: Menu | None = None
        self._turns: Turns | None = None

    def inform(self, around: Surroundings) -> None:
        """What the rest of the configuration expects; before :meth:`start` and :meth:`check`."""
        self.around = around
        self.served.name(around.spaces)

    # -- life

    async def start(self, platform: Wired, inbox: Inbox) -> None:
        """Begin; returns at once, and goes on by itself until Discord can be reached and from then on."""
        self._platform, self._inbox = platform, inbox
        platform.calls.introduced = False
        self._tasks = [asyncio.get_running_loop().create_task(self._run(platform, inbox), name="discord")]

    async def stop(self) -> None:
        """Read nothing more, wait for what was taken, and leave the sessions so that they can be resumed."""
        tasks = [*self._tasks, *filter(None, (self._publishing,))]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(shard.stop(LATE) for shard in self.shards))
        if self._platform is not None:
            self._platform.client.attach(None)
        if self._intake is not None:
            await self._intake.finish()
        self._tasks, self.shards, self._publishing, self._intake, self._menu = [], [], None, None, None

    async def close(self) -> None:
        """Close all connections."""
        if self._platform is not None:
            await self._platform.invites.close()
            await self._platform.calls.close()
            await self._platform.client.http.close()
        self._platform = None

    async def _run(self, platform: Wired, inbox: Inbox) -> None:
        await self._insist("ask who the bot is", lambda: self._introduce(platform))
        reader = Reader(platform.me.id, platform.me.application, platform.guilds, self.config.prefix)
        self._keeper = keeper = Keeper(platform, reader, inbox, pause=self._pause)
        self._tasks.append(asyncio.get_running_loop().create_task(keeper.rounds.run(), name="discord rounds"))
        self._intake = Intake(reader, keeper, platform.interactions, inbox, served=self.served)
        self._menu = Menu(platform.calls, platform.me.application)
        self._turns = Turns(platform.calls)
        platform.client.attach(self._intake)
        self._publish()
        wanted = self.config.shards
        numbers: Sequence[int | None] = (None,) if wanted is None else wanted.here
        count = 1 if wanted is None else wanted.count
        self.shards = [Shard(platform.client, self, number, count, pause=self._pause) for number in numbers]
        for shard in self.shards:
            shard.start()
        log.info("%s (%s) is signed in and connects with %d shards", platform.me.username, platform.me.id, len(numbers))

    async def _insist(self, what: str, act: Callable[[], Awaitable[Any]]) -> None:
        """Do something, again and again until it is done: the network may be down for days."""
        failures = 0
        while True:
            try:
                await act()
                return
            except discord.LoginFailure:
                log.log(logging.DEBUG if failures else logging.ERROR, TOKEN_REFUSED)
                seconds = self._minute
            except PlatformError as error:
                log.log(logging.DEBUG if failures else logging.WARNING, "could not %s: %s", what, error.reason)
                seconds = error.seconds if isinstance(error, RetryLater) else 0.0
            except Exception as error:  # whatever the library or the network says; the text may hold an address
                name = type(error).__name__
                log.log(logging.DEBUG if failures else logging.WARNING, "could not %s (%s); trying again", what, name)
                seconds = 0.0
            failures += 1
            await asyncio.sleep(max(self._pause(failures), seconds))

    async def _introduce(self, platform: Wired) -> None:
        bot = platform.client
        async with asyncio.timeout(self.config.request_timeout.total_seconds()):
            await log_in(bot, self.config.token.get_secret_value())
        if bot.user is None or bot.application_id is None:
            raise PlatformError("what answers is not Discord")
        platform.me.id, platform.me.username = str(bot.user.id), bot.user.name
        platform.me.application = str(bot.application_id)
        platform.calls.introduced = True

    # -- what the shards need

    @property
    def stamp(self) -> str:
        """For which settings sessions are opened: what the bot may hear, and which servers are served."""
        served = "*" if self.served.everywhere else ",".join(sorted(self.served.known))
        intents = 0 if self._platform is None else self._platform.client.intents.value
        return f"{intents}:{hashlib.sha256(served.encode()).hexdigest()[:16]}"

    async def recall(self, name: str) -> str:
        """What was noted under a name, before this process, too."""
        return "" if self._inbox is None else await self._inbox.recall(name)

    async def note(self, name: str, value: str) -> None:
        """Keep a few words under a name."""
        if self._inbox is not None:
            await self._inbox.note(name, value)

    async def survey(self, shard: int | None) -> None:
        """Learn from REST what the servers of a shard look like; raises a :class:`PlatformError` when it cannot."""
        if self._platform is not None:
            count = 1 if self.config.shards is None else self.config.shards.count
            for guild in await survey(self._platform.calls, self._platform.guilds, self.served, shard or 0, count):
                if self._keeper is not None:
                    self._keeper.guild_stayed(guild)

    async def turn(self, shard: int | None) -> None:
        """Return when a shard may begin a new session."""
        if self._turns is not None:
            await self._turns.turn(shard)

    def refused(self, shard: int | None, code: int) -> float:
        """Discord will not have it so: say why in plain words, and return the seconds to wait."""
        if code in _INTENTS and self._renounce():
            return self._pause(1)
        if code == _WRONG_TOKEN:
            log.error(TOKEN_REFUSED)
        elif code == _SHARDING_NEEDED:
            log.error("the bot is in too many servers for one connection: set [adapters.discord].shards")
        else:
            log.error("Discord refuses shard %d of the gateway (%d); trying again every minute", shard or 0, code)
        return self._minute

    def _renounce(self) -> bool:
        """Go on without the intents that the developer portal does not allow; whether there were any."""
        if self._platform is None:
            return False
        bot = self._platform.client
        flags = bot.application_flags
        asked = [name for name in _SWITCHES if getattr(bot.intents, name)]
        closed = [name for name in asked if not any(getattr(flags, f"{_SWITCHES[name][1]}{end}") for end in _ALLOWED)]
        for name in closed or asked:
            log.error(
                "Discord does not let the bot use the %s: switch it on in the developer portal (page Bot, Privileged "
                "Gateway Intents) and restart, or set [adapters.discord].%s = false; until then it goes on without",
                _SWITCHES[name][0],
                name,
            )
        bot.renounce(closed or asked)
        return bool(asked)

    # -- the commands, and what can be known before

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Offer these commands, as soon as there is a connection; returns at once."""
        self._commands = commands
        if self._intake is not None:
            self._publish()

    def _publish(self) -> None:
        if self._commands is None or self._menu is None:
            return
        if self._publishing is not None:
            self._publishing.cancel()
        work = self._show(self._menu, self._commands)
        self._publishing = asyncio.get_running_loop().create_task(work, name="discord commands")

    async def _show(self, menu: Menu, commands: Sequence[CommandMenu]) -> None:
        for tries in range(1, SHOWING + 1):
            if await menu.sync(commands):
                return
            await asyncio.sleep(self._pause(tries))
        log.warning("Discord does not show the commands; the next start tries again")

    @asynccontextmanager
    async def asking(self, platform: Wired) -> AsyncIterator[None]:
        """Let a platform ask Discord something, also one that was never started; raises a :class:`PlatformError`."""
        if is_open(platform.client):
            yield
            return
        try:
            await self._introduce(platform)
        except discord.LoginFailure:
            raise Refused("Discord refuses the bot's token") from None
        except (discord.DiscordException, OSError, TimeoutError) as error:
            raise RetryLater(1.0, f"Discord cannot be reached ({type(error).__name__})", down=True) from error
        try:
            yield
        finally:
            await platform.calls.close()
            await log_out(platform.client)

    async def check(self, platform: Wired) -> list[str]:
        """What keeps the bot from its work, a sentence each; also for one that was never started."""
        around = self.around or Surroundings()
        if self._tasks:
            return await check(platform.calls, self.config, around)
        async with build_bot(self.config) as bot:
            calls = Calls(bot, patience=self.config.request_timeout.total_seconds())
            await open_rest(bot, self.config.token.get_secret_value())
            try:
                return await check(calls, self.config, around)
            finally:
                await calls.close()


__all__ = ["Connection", "Wired"]
