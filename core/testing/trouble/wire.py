"""The wire between one process and a platform, which breaks in all the ways that networks and platforms know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from coterie.core.clock import Clock
from coterie.core.platform import VERBS, Inbox, Platform, RetryLater
from coterie.core.testing.trouble.strikes import Life

_STRUCK: Final = frozenset(VERBS.values())
_ASKED: Final = frozenset({"access_of"})
"""What fails while the platform is down, although it asks for nothing to be done."""

Connect = Callable[[Inbox], Inbox]
"""What takes the place of a process's inbox."""


class Wire:
    """A platform as one process reaches it; everything that is no verb goes through untouched."""

    def __init__(self, platform: Platform, life: Life, clock: Clock, connect: Connect | None = None) -> None:
        self._platform = platform
        self._life = life
        self._clock = clock
        self._connect = connect

    @classmethod
    def to(cls, platform: Platform, life: Life, clock: Clock, connect: Connect | None = None) -> Platform:
        """A wire, by the type of what is at its other end."""
        return cast(Platform, cls(platform, life, clock, connect))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._platform, name)
        if name in _STRUCK:
            return lambda *args: self._carry(value, name, *args)
        if name in _ASKED:
            return lambda *args: self._ask(value, *args)
        return value

    async def start(self, inbox: Inbox) -> None:
        """Connect the platform with the process."""
        await self._platform.start(inbox if self._connect is None else self._connect(inbox))

    async def _carry(self, verb: Callable[..., Awaitable[str]], name: str, *args: Any) -> str:
        life, strikes = self._life, self._life.strikes
        if life.strike("before send"):
            await _for_ever()
        self._reach()
        fault = next((each for each in strikes.sends if each.verb in ("", name)), None)
        if fault is not None:
            strikes.sends.remove(fault)
            if not fault.happened:
                raise fault.error
        native = await verb(*args)
        if life.strike("after send"):
            await _for_ever()
        if fault is not None:
            raise fault.error
        return native

    async def _ask(self, question: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        if self._life.ended:
            await _for_ever()
        self._reach()
        return await question(*args)

    def _reach(self) -> None:
        left = self._life.strikes.down_until - self._clock.now()
        if left > 0:
            raise RetryLater(min(left / 1000, 60), "the platform cannot be reached", everywhere=True, down=True)


async def _for_ever() -> None:
    """A process that is gone does nothing more."""
    await asyncio.get_running_loop().create_future()
