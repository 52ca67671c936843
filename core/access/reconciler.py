"""The reconciler: brings rights on the platforms in order when too many changed for one event, and compares them with
the platforms at the start and now and then.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from coterie.core.access import brake
from coterie.core.access.brake import EVERYTHING, Braked, Kind
from coterie.core.access.look import NOTHING_SEEN, look, people
from coterie.core.access.progress import Progress, load, save
from coterie.core.access.settle import settle
from coterie.core.access.survey import PORTION, Eyes, portion, read
from coterie.core.actions import Priority
from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.platform import Platform, RetryLater

log = logging.getLogger(__name__)

LATER: Final = 60_000
"""Milliseconds until the next try after something went wrong."""

T = TypeVar("T")
OnLane = Callable[[int, Callable[[Context], Any]], Awaitable[Any]]
Asked = tuple[int, tuple[int, ...], bool]
"""Members of a community, and whether the platforms have to be asked about them."""


@dataclass(slots=True)
class _Pass:
    """One comparison: ``whole`` when it began in this process, what a person's word lets pass, what it has found."""

    whole: bool
    begun: bool = False
    passing: frozenset[Kind] = frozenset()
    counts: Counter[Kind] = field(default_factory=Counter)


class Reconciler:
    """Works through what is asked of it and what is due; lives on the event loop, changes rows on the lanes."""

    def __init__(
        self, platforms: Sequence[Platform], communities: Mapping[int, Community], clock: Clock, on_lane: OnLane
    ) -> None:
        self._eyes = Eyes({platform.name: platform for platform in platforms})
        self._communities = communities
        self._clock = clock
        self._on_lane = on_lane
        self._queue: deque[Asked] = deque()
        self._due: dict[int, int] = {}
        self._later: list[tuple[int, Asked]] = []
        self._confirmed: dict[int, frozenset[Kind]] = {}
        self._passes: dict[int, _Pass] = {}
        self._wake = asyncio.Event()
        self._busy = asyncio.Lock()

    @property
    def next_due(self) -> int | None:
        """When there is something to do (milliseconds)."""
        if self._queue:
            return self._clock.now()
        return min((*self._due.values(), *(due for due, _ in self._later)), default=None)

    def begin(self, communities: Iterable[int]) -> None:
        """Compare these communities now, as after every start."""
        self._due.update(dict.fromkeys(communities, self._clock.now()))
        self._wake.set()

    def heard(self, asked: Sequence[Asked]) -> None:
        """A commit left people behind who have to be looked at."""
        self._queue.extend(asked)
        self._wake.set()

    def asked(self, community: int, confirmed: Collection[Kind]) -> None:
        """Somebody wants a comparison now; of what is stopped, the kinds that they confirm go on."""
        self._due[community] = self._clock.now()
        self._confirmed[community] = self._confirmed.get(community, frozenset()) | frozenset(confirmed)
        self._wake.set()

    async def run(self) -> None:
        """Work as time goes by."""
        while True:
            await self.fire()
            self._wake.clear()
            due, now = self.next_due, self._clock.now()
            if due is not None and due <= now:
                continue
            wake = asyncio.ensure_future(self._wake.wait())
            sleep = None if due is None else asyncio.ensure_future(self._clock.sleep_until(due))
            try:
                await asyncio.wait([each for each in (wake, sleep) if each is not None], return_when="FIRST_COMPLETED")
            finally:
                wake.cancel()
                if sleep is not None:
                    sleep.cancel()

    async def fire(self) -> int:
        """Do everything that is due now; returns how much that was."""
        async with self._busy:
            now = self._clock.now()
            self._queue.extend(asked for due, asked in self._later if due <= now)
            self._later = [each for each in self._later if each[0] > now]
            done = await self._drain()
            for community in [each for each, due in self._due.items() if due <= self._clock.now()]:
                done += 1
                await self._guarded(community)
            return done

    async def _guarded(self, community: int) -> None:
        """Compare one community, and say when the next time is."""
        rights = self._communities[community].rights
        del self._due[community]
        pause = round(rights.compare_every.total_seconds() * 1000) if rights.accesses else None
        try:
            await self._compare(community)
        except RetryLater as error:
            log.info("the comparison of rights goes on later: %s", error.reason)
            pause = _pause(error)
        except Exception:
            log.exception("rights could not be compared")
            pause = LATER
        if pause is not None:
            due = self._clock.now() + pause
            self._due[community] = min(due, self._due.get(community, due))

    async def _compare(self, community: int) -> None:
        """First what the rows alone tell, for everybody; then the platforms, portion by portion."""
        progress: Progress = await self._on_lane(community, load)
        confirmed = self._confirmed.pop(community, frozenset())
        this = self._passes.get(community)
        if this is None or confirmed:
            this = self._passes[community] = _Pass(whole=progress.ended or bool(confirmed))
            this.passing = await self._on_rows(community, confirmed)
        if this.whole and not this.begun:
            progress = Progress(self._clock.now())
            await self._on_lane(community, lambda ctx: save(ctx, progress))
        this.begun = True
        await self._eyes.begin(self._communities[community].rights)
        while not progress.ended:
            await self._drain()
            progress = await self._portion(community, progress, this)
        del self._passes[community]
        if this.whole:
            await self._on_lane(community, lambda ctx: _clear(ctx, "again", this.counts))

    async def _on_rows(self, community: int, confirmed: frozenset[Kind]) -> frozenset[Kind]:
        """Settle everybody by the rows alone; all changes are counted before the first of them is made."""
        members: list[int] = []
        at = Progress(0)
        counts: Counter[Kind] = Counter()
        while not at.ended:
            found, touched, counted = await self._on_lane(community, partial(_count, at=at))
            members += touched
            counts += counted
            at = at.behind(found)
        await self._on_lane(community, lambda ctx: _clear(ctx, "take", counts))
        passing: frozenset[Kind] = await self._on_lane(community, lambda ctx: _confirmed(ctx, confirmed))
        await self._settle_all(community, members, counts, passing)
        return passing

    async def _settle_all(
        self, community: int, members: Sequence[int], counts: Counter[Kind], passing: frozenset[Kind]
    ) -> None:
        held = await self._on_lane(community, lambda ctx: brake.judge(ctx, counts, passing))
        for start in range(0, len(members), PORTION):
            some = members[start : start + PORTION]

            def work(ctx: Context, some: Sequence[int] = some) -> None:
                ctx.plugin = "core"
                settle(ctx, some, held=held, confirmed=passing, priority=Priority.BROADCAST)

            await self._on_lane(community, work)

    async def _portion(self, community: int, progress: Progress, this: _Pass) -> Progress:
        """Look at the next people on the platforms; what has to be done and how far it went commit together."""
        rights = self._communities[community].rights
        found, who = await self._on_lane(
            community,
            lambda ctx: read(ctx.unit.db, community, progress.part, progress.cursor, ctx.unit.now),
        )
        after, asked = progress.behind(found), self._clock.now()
        seen = await self._eyes.see(who, rights)
        blocked = frozenset(self._eyes.blocked)

        def work(ctx: Context) -> Counter[Kind]:
            ctx.plugin = "core"
            save(ctx, after)
            return settle(
                ctx,
                found.members,
                seen,
                asked,
                confirmed=this.passing,
                priority=Priority.BROADCAST,
                blocked=blocked,
            )

        this.counts += await self._on_lane(community, work)
        return after

    async def _drain(self) -> int:
        """People whom events have changed, in portions."""
        done = 0
        while self._queue:
            community, members, asks = self._queue.popleft()
            done += 1
            try:
                if asks:
                    await self._look(community, members)
                else:
                    await self._many(community, members)
            except RetryLater as error:
                log.info("%d members are looked at later: %s", len(members), error.reason)
                self._later.append((self._clock.now() + _pause(error), (community, members, asks)))
            except Exception:
                log.exception("%d members could not be settled; the next comparison does it", len(members))
        return done

    async def _many(self, community: int, members: Sequence[int]) -> None:
        counts: Counter[Kind] = Counter()
        for start in range(0, len(members), PORTION):
            some = members[start : start + PORTION]
            counts += (await self._on_lane(community, partial(_count_of, members=some)))[1]
        await self._settle_all(community, members, counts, frozenset())

    async def _look(self, community: int, members: Sequence[int]) -> None:
        """Compare a few people with the platforms, as when they come back."""
        rights = self._communities[community].rights
        who = await self._on_lane(community, lambda ctx: people(ctx.unit.db, community, members, ctx.unit.now))
        asked = self._clock.now()
        seen = await self._eyes.see(who, rights)

        def work(ctx: Context) -> None:
            ctx.plugin = "core"
            settle(ctx, members, seen, asked)

        await self._on_lane(community, work)


def _confirmed(ctx: Context, kinds: frozenset[Kind]) -> frozenset[Kind]:
    """What a person's word lets pass: of all that is stopped, what was named."""
    stopped = {(each.access, each.act) for each in brake.brakes(ctx.unit.db, ctx.community.id)}
    passing = frozenset(stopped if kinds >= EVERYTHING else stopped & kinds)
    for kind in passing:
        brake.release(ctx, kind)
    return passing


def _clear(ctx: Context, act: Braked, counts: Counter[Kind]) -> None:
    """Let go of the brakes for which nothing waits any more."""
    for each in brake.brakes(ctx.unit.db, ctx.community.id):
        if each.act == act and not counts[each.access, act]:
            brake.release(ctx, (each.access, act))


def _pause(error: RetryLater) -> int:
    """Milliseconds until a platform may be asked again."""
    return max(1000, round(min(error.seconds, 3600) * 1000)) if error.seconds > 0 else 1000


def _count(ctx: Context, at: Progress) -> tuple[Any, list[int], Counter[Kind]]:
    found = portion(ctx.unit.db, ctx.community.id, at.part, at.cursor)
    touched, counts = _count_of(ctx, found.members)
    return found, touched, counts


def _count_of(ctx: Context, members: Sequence[int]) -> tuple[list[int], Counter[Kind]]:
    """Who of some members has to be settled, and how many changes of each kind that would be."""
    findings = look(
        people(ctx.unit.db, ctx.community.id, members, ctx.unit.now), ctx.community.rights, NOTHING_SEEN, ctx.unit.now
    )
    acting = [each for each in findings if each.step.act != "wait"]
    return list(dict.fromkeys(each.account.member for each in acting)), brake.counted(acting)
