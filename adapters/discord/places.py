"""Places: what a request names for a ``Where`` of the core, direct chats opened when something is sent there."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from coterie.core.platform import Refused, RetryLater, Uncertain

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.core.events import Where

OPENINGS: Final = 20.0
"""So many direct chats are opened in a second at most, for ever: each is a request beside the message that waits for
it, and Discord holds back bots that open many.
"""
AT_ONCE: Final = 10
"""So many are opened without a pause after a quiet time."""
FEW: Final = 4
"""With so many being opened, what came too late for an answer is put off: it would hold a place for answers."""
LATER: Final = 10.0
"""Seconds for which it is put off."""
REMEMBERED: Final = 10_000
"""So many direct chats are known; others are opened again, which changes nothing in them."""
DIRECT: Final = "u:"
"""What the channel of a direct chat begins with; the person's id follows."""

_ID: Final = re.compile(r"[0-9]{1,20}", re.ASCII)


def is_id(value: object) -> bool:
    """Whether something is one of Discord's ids in decimal."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def person_of(channel: str) -> str:
    """The id of the person whose direct chat a channel of the core's is; empty for other channels."""
    person = channel.removeprefix(DIRECT)
    return person if person != channel and is_id(person) else ""


class Places:
    """Channel ids of places, as requests name them; ``clock`` gives seconds and only measures."""

    def __init__(self, calls: Calls, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._clock = clock
        self._chats: OrderedDict[str, str] = OrderedDict()
        self._opens = -math.inf
        self._opening = 0

    async def target(self, where: Where) -> str:
        """The id of a place's channel; raises :class:`Refused` for one that names none."""
        return await self.channel(where.channel)

    async def channel(self, channel: str, *, patient: bool = True) -> str:
        """The id of a channel of the core's, ``u:PERSON`` for a direct chat; raises like :meth:`Calls.call`.

        Who is not ``patient`` gets :class:`RetryLater` while several direct chats are being opened.
        """
        if person := person_of(channel):
            return await self._direct(person, patient)
        if not is_id(channel):
            raise Refused(f"{channel[:40]!r} names no Discord channel")
        return channel

    def guild(self, where: Where) -> str:
        """The id of a place's server; raises :class:`Refused` for a place without one."""
        if not is_id(where.space):
            raise Refused("this place is in no Discord server")
        return where.space

    async def _direct(self, person: str, patient: bool) -> str:
        known = self._chats.get(person)
        if known is None:
            if self._opening >= FEW and not patient:
                raise RetryLater(LATER, "other direct chats are being opened")
            self._opening += 1
            try:
                known = await self._opened(person)
            finally:
                self._opening -= 1
            self._chats[person] = known
            if len(self._chats) > REMEMBERED:
                self._chats.popitem(last=False)
        self._chats.move_to_end(person)
        return known

    async def _opened(self, person: str) -> str:
        await self._turn()
        made = await self._calls.call("POST", "/users/@me/channels", {"recipient_id": person}, repeatable=True)
        known = made.get("id") if isinstance(made, dict) else None
        if not is_id(known):
            raise Uncertain("the answer names no direct chat")
        return str(known)

    async def _turn(self) -> None:
        """Return when the next direct chat may be opened; who asked first goes first."""
        now = self._clock()
        self._opens = max(self._opens, now - AT_ONCE / OPENINGS) + 1 / OPENINGS
        if self._opens > now:
            await asyncio.sleep(self._opens - now)


__all__ = ["DIRECT", "Places", "is_id", "person_of"]
