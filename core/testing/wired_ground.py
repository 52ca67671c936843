"""The ground of scenarios on the wire: a platform's unmodified library against a server of its own."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from coterie.core.platform import Limits, Platform
from coterie.core.testing.wired import WiredTown

T = TypeVar("T", bound=WiredTown[Any, Any])
P = TypeVar("P", bound=Platform)


class WiredGround(ABC, Generic[T, P]):
    """A town on a server of its own, and the bots of its applications."""

    def __init__(self, town: T) -> None:
        self._town = town
        self._made: list[P] = []

    @property
    def town(self) -> T:
        """The town, the same for every application."""
        return self._town

    @abstractmethod
    def bot(self) -> P:
        """A bot for the next application, not yet connected."""

    @abstractmethod
    async def leave(self, bot: P) -> None:
        """Close what a bot has left open whose application was killed."""

    @abstractmethod
    async def quiet(self) -> bool:
        """Wait until the bot has taken all that happened; whether there was any."""

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Who has a second account, on the wire by name, has the first one in the town in memory: nobody can link two
        accounts of one platform.
        """
        self._town.twice = {name.lower() for name, platform in people if platform == self._town.wire}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Serve meanwhile, and close in the end what applications that were killed have left open."""
        with self._town.server:
            self._town.open()
            try:
                yield
            finally:
                for bot in self._made:
                    await self.leave(bot)

    def platforms(self) -> Sequence[Platform]:
        """One bot, not yet connected, and the town in memory beside it."""
        self._made.append(self.bot())
        return (self._made[-1], self._town.platform)


def unhurried(limits: Limits) -> Limits:
    """The limits without pauses between messages: virtual time stands still while people act."""
    return replace(limits, overall_rate=0, channel_rate=0, space_rate=0)


__all__ = ["WiredGround", "unhurried"]
