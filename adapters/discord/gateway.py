"""The shards: connections to the gateway, made again and again, each with a place in its stream that is kept.

Discord replays what follows the number that a connection resumes from.  The library counts an event when it is read;
here it counts when its effects are committed.  So a drop, a store that fails and a process that is killed all end in
the same way: the rest comes again, and the keys of events make the repetition harmless.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import aiohttp
import msgspec
import yarl
from discord.errors import ConnectionClosed, DiscordException
from discord.gateway import ReconnectWebSocket

from coterie.adapters.discord.client import Bot, ShardedBot
from coterie.adapters.discord.sequence import Place, read_place
from coterie.adapters.discord.wire import Socket

log = logging.getLogger(__name__)

MOST: Final = 5000
"""Events of one connection that may wait for their commit; then nothing more is read."""
CONNECT: Final = 60.0
"""Seconds that making a connection may take."""
STEADY: Final = 120.0
"""Seconds after which a connection counts as good, and the pauses begin anew."""
LONGEST_PAUSE: Final = 30.0
"""Seconds between tries to resume, before jitter."""
IDENTIFYING: Final = 4
"""Times as long are the pauses before new sessions: Discord allows a thousand a day."""
YOUNG: Final = 180_000
"""Milliseconds after which Discord is expected to have forgotten a session."""
NOTED: Final = 1.0
"""Seconds between two notes of the place in the stream, at least."""
FRESH: Final = 0.05
"""Seconds between two looks for a session that was not noted yet."""
ALIVE: Final = 30_000
"""Milliseconds after which the place is noted again though nothing has happened."""
TRIES: Final = 12
"""So often an event fails, while others are committed, before it is given up."""
IN_VAIN: Final = 5
"""So often a session is resumed without a word from Discord before a new one is begun."""
_FATAL: Final = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
_BAD_SEQUENCE: Final = 4007
_BROKEN: Final = (OSError, aiohttp.ClientError, TimeoutError, DiscordException)


def pause_after(tries: int) -> float:
    """Seconds to wait after the n-th failure in a row (from 1): about 1, 2, 4 and so on, up to half a minute."""
    return float(min(LONGEST_PAUSE, 2 ** min(tries - 1, 10)) * random.uniform(0.8, 1.2))


class Harbour(Protocol):
    """What the shards need of the connection that they belong to."""

    @property
    def stamp(self) -> str:
        """For which settings sessions are opened; one that was opened for others is not resumed."""

    async def recall(self, name: str) -> str:
        """What was noted under a name, before this process, too."""

    async def note(self, name: str, value: str) -> None:
        """Keep a few words under a name."""

    async def survey(self, shard: int | None) -> None:
        """Learn from REST what servers of a shard look like, for a session that will not tell."""

    async def turn(self, shard: int | None) -> None:
        """Return when a shard may begin a new session."""

    def refused(self, shard: int | None, code: int) -> float:
        """Discord will not have it so; say why, and return the seconds to wait."""


class Shard:
    """One shard's connection, made again and again."""

    def __init__(
        self,
        bot: Bot | ShardedBot,
        harbour: Harbour,
        number: int | None = None,
        count: int = 1,
        *,
        pause: Callable[[int], float] = pause_after,
    ) -> None:
        """``number`` is None for a bot without shards; ``pause`` gives the seconds to wait after the n-th failure."""
        self.number: Final = number
        self.name: Final = f"discord:shard:{number or 0}/{count}"
        self.place: Place | None = None
        self._bot = bot
        self._harbour = harbour
        self._pause = pause
        self._began = 0.0
        self._failures = 0
        self._in_vain = 0
        self._trouble: dict[int, list[int]] = {}
        self._committed = 0
        self._noted: Place | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def socket(self) -> Socket | None:
        """The connection, as long as there is one."""
        return self._bot.sockets.get(self.number)

    # -- life

    def start(self) -> None:
        """Begin; connects when it can, and goes on until :meth:`stop`."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._run(), name=f"discord shard {self.number or 0}"),
            loop.create_task(self._keep_notes(), name=f"discord notes {self.number or 0}"),
        ]

    async def stop(self, patience: float) -> None:
        """Read nothing more, wait for what was taken, ``patience`` seconds at the longest, and leave the session so
        that it can be resumed.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self.socket is not None:
            try:
                async with asyncio.timeout(patience):
                    await self.socket.tracker.settle()
            except TimeoutError:
                log.info("some events are not committed yet and will come again")
            await self._leave(self.socket)
        await self._note(self.place)

    async def _run(self) -> None:
        await self._recall()
        while True:
            if self.place is None:
                self._trouble.clear()
                await self._harbour.turn(self.number)
            seconds = await self._serve(self.place)
            await asyncio.sleep(seconds)

    # -- one connection

    async def _serve(self, place: Place | None) -> float:
        """Connect and read until the connection ends; returns the seconds to wait before the next one."""
        self._began, code = time.monotonic(), None
        try:
            await self._read(await self._connect(place))
        except ReconnectWebSocket:
            code = None if self.socket is None else self.socket.socket.close_code
        except ConnectionClosed as closed:
            code = closed.code
        except _BROKEN as error:
            level = logging.DEBUG if self._failures else logging.WARNING
            log.log(level, "the connection to the gateway is broken (%s); trying again", type(error).__name__)
        except Exception:
            log.exception("the connection to the gateway broke off")
        ws = self.socket
        if ws is not None:
            await self._leave(ws)
        elif place is not None:
            self.place = msgspec.structs.replace(place, gateway="")  # perhaps that address is the reason
        return self._after(place, ws, code)

    async def _connect(self, place: Place | None) -> Socket:
        async with asyncio.timeout(CONNECT):
            ws = await Socket.from_client(
                self._bot,
                gateway=yarl.URL(place.gateway) if place is not None and place.gateway else None,
                shard_id=self.number,
                session=None if place is None else place.session,
                sequence=None if place is None else place.sequence,
                resume=place is not None,
            )
        ws.failed = partial(self._event_failed, ws)
        return ws

    async def _read(self, ws: Socket) -> None:
        while True:
            if ws.tracker.waiting >= MOST:
                await ws.tracker.settle(MOST // 2)
            await ws.poll_event()

    def _after(self, resumed: Place | None, ws: Socket | None, code: int | None) -> float:
        """What the end of a connection means for the next one; returns the seconds to wait."""
        if code in _FATAL:
            self.place = None
            return self._harbour.refused(self.number, code)
        heard = ws is not None and ws.heard
        if heard or ws is None or resumed is None:
            self._in_vain = 0
        else:
            self._in_vain += 1
        if code == _BAD_SEQUENCE or self._in_vain >= IN_VAIN:
            self.place, self._in_vain = None, 0
        self._failures = 1 if time.monotonic() - self._began >= STEADY else self._failures + 1
        if self.place is None:
            return self._pause(self._failures) * IDENTIFYING
        at_once = heard and self._failures == 1 and ws is not None and not ws.gave_up
        return 0.0 if at_once else self._pause(self._failures)

    async def _leave(self, ws: Socket) -> None:
        """Part from a connection and remember its place."""
        self.place = self._place_of(ws)
        self._committed += ws.committed
        done = -1 if ws.tracker.done is None else ws.tracker.done
        self._trouble = {number: tries for number, tries in self._trouble.items() if number > done}
        self._bot.sockets.pop(self.number, None)
        await ws.part()

    def _place_of(self, ws: Socket) -> Place | None:
        session, sequence = ws.session_id, ws.tracker.done
        if not isinstance(session, str) or sequence is None:
            return None
        return Place(session, sequence, str(ws.gateway), self._harbour.stamp, time.time_ns() // 1_000_000)

    def _event_failed(self, ws: Socket, number: int, error: BaseException) -> bool:
        """Note a failure; whether it is the event's own, for others can be committed and this one never could."""
        committed = self._committed + (ws.committed if ws is self.socket else 0)
        tries = self._trouble.setdefault(number, [0, committed])
        tries[0] += 1
        if tries[0] < TRIES or committed == tries[1]:
            log.warning("an event could not be committed (%s); it will come again", type(error).__name__)
            return False
        log.error("an event failed %d times while others did not: it is given up", tries[0], exc_info=error)
        return True

    # -- the place in the stream

    async def _recall(self) -> None:
        """Take up the session of an earlier process, if it is young enough and was opened for the same settings."""
        try:
            found = read_place(await self._harbour.recall(self.name))
            if found is None or found.stamp != self._harbour.stamp:
                return
            if 0 <= time.time_ns() // 1_000_000 - found.at <= YOUNG:
                await self._harbour.survey(self.number)
                self.place = self._noted = found
        except Exception:
            log.warning("the session of before cannot be taken up; a new one begins", exc_info=True)

    async def _keep_notes(self) -> None:
        while True:
            ws = self.socket
            place = self._place_of(ws) if ws is not None and ws.open else None
            await self._note(place)
            # A session that nobody has noted yet would be lost with the process, and all that it still has to tell.
            fresh = place is None or self._noted is None or place.session != self._noted.session
            await asyncio.sleep(FRESH if fresh else NOTED)

    async def _note(self, place: Place | None) -> None:
        before = self._noted
        if place is None or (
            before is not None
            and (place.session, place.sequence) == (before.session, before.sequence)
            and place.at - before.at < ALIVE
        ):
            return
        try:
            await self._harbour.note(self.name, place.text())
            self._noted = place
        except Exception as error:
            log.warning("the place in Discord's stream could not be noted: %s", type(error).__name__)


__all__ = ["Harbour", "Shard", "pause_after"]
