"""Rights: calls the reconciler when there is something for it to do, and loads it no sooner.

Most communities have no accesses, and then nothing of what compares and repairs them is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.platform import Platform

if TYPE_CHECKING:
    from coterie.core.access.brake import Kind
    from coterie.core.access.reconciler import Asked, OnLane, Reconciler


class Rights:
    """Stands for the reconciler of one application; lives on the event loop."""

    def __init__(
        self, platforms: Sequence[Platform], communities: Mapping[int, Community], clock: Clock, on_lane: OnLane
    ) -> None:
        self._platforms = platforms
        self._communities = communities
        self._clock = clock
        self._on_lane = on_lane
        self._reconciler: Reconciler | None = None
        self._wake = asyncio.Event()

    @property
    def next_due(self) -> int | None:
        """When there is something to do (milliseconds)."""
        return None if self._reconciler is None else self._reconciler.next_due

    async def begin(self) -> None:
        """Compare every community that has accesses, or had some, as after every start."""
        concerned = [
            community
            for community, found in self._communities.items()
            if found.rights.accesses or await self._on_lane(community, _anything)
        ]
        if concerned:
            self._called().begin(concerned)

    def heard(self, asked: Sequence[Asked]) -> None:
        """A commit left people behind who have to be looked at."""
        self._called().heard(asked)

    def asked(self, community: int, confirmed: Collection[Kind]) -> None:
        """Somebody wants a comparison now; of what is stopped, the kinds that they confirm go on."""
        self._called().asked(community, confirmed)

    async def run(self) -> None:
        """Work as time goes by."""
        await self._wake.wait()
        await self._called().run()

    async def fire(self) -> int:
        """Do everything that is due now; returns how much that was."""
        return 0 if self._reconciler is None else await self._reconciler.fire()

    def _called(self) -> Reconciler:
        if self._reconciler is None:
            from coterie.core.access.reconciler import Reconciler

            self._reconciler = Reconciler(self._platforms, self._communities, self._clock, self._on_lane)
            self._wake.set()
        return self._reconciler


def _anything(ctx: Context) -> bool:
    """Whether anything of Coterie's stands anywhere."""
    from coterie.storage.applied import AppliedRows

    return bool(AppliedRows(ctx.unit.db).accounts(ctx.community.id, 0, 1))
