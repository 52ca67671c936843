"""Retention: what is kept no longer than the configuration says, community by community, in small steps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from coterie.core.clock import Clock
from coterie.core.config import RetentionConfig
from coterie.core.context import Context
from coterie.storage.retention import (
    FORGET_AUDIT,
    FORGET_MESSAGES,
    HOW_MANY,
    LEFT_LONG_AGO,
    ORDERED_SINCE,
    first_id,
)
from coterie.storage.statement import Statement

log = logging.getLogger(__name__)

DAY: Final = 86_400_000
OnLane = Callable[[int, Callable[[Context], Any]], Awaitable[Any]]


class Retention:
    """Forgets what is older than its period; a part of housekeeping."""

    def __init__(self, clock: Clock, config: RetentionConfig, communities: Iterable[int], on_lane: OnLane) -> None:
        self._clock = clock
        self._config = config
        self._communities = tuple(communities)
        self._on_lane = on_lane
        if config.leavers is not None:
            days = config.leavers / timedelta(days=1)
            log.warning(
                "members who left more than %g days ago are erased, at most %g %% of all in a day",
                days,
                config.leavers_percent,
            )

    async def round(self) -> int:
        """One round; returns how many rows and members were given up."""
        total = 0
        for community in self._communities:
            total += await self._older(community, FORGET_MESSAGES, self._config.messages)
            total += await self._older(community, FORGET_AUDIT, self._config.audit)
            if self._config.leavers is not None:
                total += await self._on_lane(community, self._leavers)
        return total

    async def _older(self, community: int, statement: Statement, kept: timedelta | None) -> int:
        if kept is None:
            return 0
        before = first_id(self._clock.now() - kept // timedelta(milliseconds=1))
        total = 0

        def forget(ctx: Context) -> int:
            met: int = ctx.unit.db.run(statement, {"community_id": community, "before": before}).rowcount
            return met

        while met := await self._on_lane(community, forget):
            total += met
            await asyncio.sleep(0)
        return total

    def _leavers(self, ctx: Context) -> int:
        """Order the erasure of those who left longest ago, as many as the brake lets pass today."""
        assert self._config.leavers is not None
        db, community = ctx.unit.db, ctx.community.id
        now = ctx.instant
        everybody = db.all(HOW_MANY, {"community_id": community})[0][0]
        today = db.all(ORDERED_SINCE, {"community_id": community, "since": now - DAY})[0][0]
        count = max(1, int(everybody * self._config.leavers_percent / 100)) - today
        if count <= 0:
            return 0
        before = now - self._config.leavers // timedelta(milliseconds=1)
        gone = db.all(LEFT_LONG_AGO, {"community_id": community, "before": before, "count": count})
        if not gone:
            return 0
        from coterie.core.people.privacy.orders import order  # few communities ever get here

        for (member,) in gone:
            order(ctx.unit, community, member, "retention")
        return len(gone)
