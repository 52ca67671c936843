"""The ground: what a town stands on, the town's own platform in memory or the wire of a real one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from importlib.metadata import entry_points
from typing import Final, Protocol

from coterie.core.clock import MovableClock
from coterie.core.platform import Platform
from coterie.core.testing.people import ADAPTER
from coterie.core.testing.town import Town

GROUP: Final = "coterie.grounds"
"""The entry points that name grounds: callables that take a clock and the name of the town's space."""


class UnknownGround(LookupError):
    """No ground has this name; the message names those there are."""


class Ground(Protocol):
    """A town, and the platforms by which applications reach it."""

    @property
    def town(self) -> Town:
        """The town, the same for every application."""

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Hear who is in the town from the beginning, by name and platform."""

    def opened(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Keep up what the town stands on (a server, say) inside a ``with``."""

    def platforms(self) -> Sequence[Platform]:
        """Platforms for the next application, not yet started."""

    async def quiet(self) -> bool:
        """Wait until all that people did was handed in; whether there was anything to wait for."""


class TownGround:
    """A town in memory, which is a platform itself."""

    def __init__(self, clock: MovableClock, space: str) -> None:
        self._town = Town(clock, space=space)

    @property
    def town(self) -> Town:
        return self._town

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        return None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        yield

    def platforms(self) -> Sequence[Platform]:
        return (self._town.platform,)

    async def quiet(self) -> bool:
        return False


def ground_called(name: str, clock: MovableClock, space: str) -> Ground:
    """A ground by name, ``sandbox`` for the town in memory; raises :class:`UnknownGround`."""
    if name == ADAPTER:
        return TownGround(clock, space)
    points = entry_points(group=GROUP)
    if name not in points.names:
        there = ", ".join(sorted({ADAPTER, *points.names}))
        raise UnknownGround(f"scenarios cannot be played on {name!r}; there are: {there}")
    made: Ground = points[name].load()(clock, space)
    return made


__all__ = ["GROUP", "Ground", "TownGround", "UnknownGround", "ground_called"]
