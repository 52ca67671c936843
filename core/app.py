"""The app: puts the parts together, starts and stops them, and is where adapters hand in what happened."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from coterie.core.aftermath import Aftermath
from coterie.core.clock import Clock, MovableClock
from coterie.core.community import Community
from coterie.core.config import Settings
from coterie.core.context import Context
from coterie.core.doors import cleaned
from coterie.core.dormant import every_member_table
from coterie.core.engine.again import PutOff
from coterie.core.engine.boot import Directory, Store, open_store, randomness, translator_of
from coterie.core.engine.breaker import Breaker, Pause
from coterie.core.engine.dispatcher import Dispatcher
from coterie.core.engine.erasures import Erasures
from coterie.core.engine.followups import next_run
from coterie.core.engine.housekeeping import Housekeeping
from coterie.core.engine.lane import LaneWorker
from coterie.core.engine.lanes import InlineLane, ThreadLanes, resolve
from coterie.core.engine.outside import Outside
from coterie.core.engine.pauses import Alarm, give_up
from coterie.core.engine.platforms import adapter_of, home_of_poll
from coterie.core.engine.post import PostOffice, pending
from coterie.core.engine.quiet import Quiet
from coterie.core.engine.registry import Registry
from coterie.core.engine.retention import Retention
from coterie.core.engine.rights import Rights
from coterie.core.engine.tasks import Tasks
from coterie.core.engine.timers import Timers
from coterie.core.engine.watchdog import HARD_LIMIT, SOFT_LIMIT, Watchdog, Watched
from coterie.core.engine.work import Again, Work
from coterie.core.events import Event, PollAnswered, SpaceMoved, Who
from coterie.core.front import Front
from coterie.core.people.standings import settle_community
from coterie.core.platform import Adapter, Platform, UnknownPlace
from coterie.core.plugin import Plugin
from coterie.core.services import Services
from coterie.core.tokens import Signer
from coterie.core.unit import Unit
from coterie.storage.checkpoints import Checkpoints
from coterie.storage.engine import LaneConnection

log = logging.getLogger(__name__)

_NOTHING: Final = Event(key="")


class App(Front):
    """One running Coterie. ``inline`` runs lanes on the event loop, for tests, scenarios and simulation."""

    def __init__(
        self,
        settings: Settings,
        *,
        plugins: Sequence[Plugin],
        adapters: Sequence[Adapter] = (),
        platforms: Sequence[Platform] = (),
        clock: Clock | None = None,
        seed: int | None = None,
        inline: bool = False,
        soft_limit: float = SOFT_LIMIT,
        hard_limit: float = HARD_LIMIT,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.breaker = Breaker(self.clock.now)
        self.registry = Registry(self.breaker)
        self.registry.add(plugins)
        self.adapters = tuple(adapters)
        for adapter in adapters:
            self.registry.manager.register(adapter, f"adapter {adapter.name}")
        self.platforms: list[Platform] = list(platforms)
        self._seed = seed
        self._inline = inline
        self._limits = (soft_limit, hard_limit)
        self._background: list[asyncio.Task[Any]] = []
        self._watchdog: Watchdog | None = None
        self._checkpoints: Checkpoints | None = None
        self.store: Store
        self.lanes: ThreadLanes | InlineLane

    # -- life

    async def start(self) -> None:
        """Open the store, start every part, and continue where the last run stopped."""
        self._loop = asyncio.get_running_loop()  # asking for it costs a system call in Python 3.11
        for found in self.registry.manager.hook.contribute_platforms():
            self.platforms.extend(found)
        self.store = open_store(self.settings, self.registry, self.clock)
        pauses = [Pause(*row) for row in self.store.pauses]
        for pause in pauses:
            self.breaker.restore(pause)
        self.directory = Directory(self.store.communities, self.settings, self.store.moves)
        self.services = self._shared()
        self._start_lanes()
        self.alarm = Alarm(self.breaker, self.store.communities, self._on_store, self.on_lane)
        outside = Outside(self.registry, self._enabled, self.alarm.failed)
        self.rights = Rights(self.platforms, self.directory.communities, self.clock, self._on_lane)
        self.post = PostOffice(self.platforms, outside, self.clock, self._on_lane)
        self.timers = Timers(self.clock, self._submit_to, self._on_store)
        ours = self.directory.communities.__contains__
        self.tasks = Tasks(self.registry, self.clock, self._submit_to, self._on_lane, self._on_store, ours)
        self.put_off = PutOff(self.clock, self._submit_again, self._on_store, ours)
        self.erasures = Erasures(self.clock, self.registry.plugins, self._on_lane, self._on_store, ours)
        kept = self.settings.core.retention
        retention = Retention(self.clock, kept, self.directory.communities, self._on_lane)
        self.housekeeping = Housekeeping(self.clock, self._on_store, kept, retention)
        waited_for = (self.timers, self.tasks, self.put_off, self.erasures, self.rights)
        self.quiet = Quiet(self.clock, self.lanes, self.post, *waited_for)
        await asyncio.gather(*(self._on_lane(community.id, self._prepare) for community in self.store.communities))
        self.post.start()
        for pause in pauses:
            if pause.until > self.clock.now():
                self.alarm.tell(pause)  # the process may have ended before it could
        await self.alarm.culprit()
        self.post.recover(await self._on_store(self._unsent))
        await self.tasks.look()
        await self.put_off.fire()
        await self.erasures.fire()
        self.registry.manager.hook.on_app_ready(app=self)
        for platform in self.platforms:
            await platform.show_commands(self.commands())
            await platform.start(self)
        await self.rights.begin()
        if not isinstance(self.clock, MovableClock):
            self._background.append(asyncio.create_task(self.timers.run(), name="timers"))
            self._background.append(asyncio.create_task(self.rights.run(), name="rights"))
            self._background.append(asyncio.create_task(self.put_off.run(), name="events put off"))
            self._background.append(asyncio.create_task(self.erasures.run(), name="erasures"))
            self._background.append(asyncio.create_task(self.housekeeping.run(), name="housekeeping"))

    def _shared(self) -> Services:
        """What all lanes share."""
        by_name = {platform.name: platform for platform in self.platforms}

        def direct(adapter: str, who: Who) -> str:
            platform = by_name.get(adapter)
            return "" if platform is None else platform.direct(who)

        able = {platform.name: platform.capabilities() for platform in self.platforms}
        return Services(
            clock=self.clock,
            ids=self.store.ids,
            signer=Signer(self.store.secret),
            translator=translator_of(self.registry.plugins, self.settings.core.locale, self.settings.core.currencies),
            rng=randomness(self._seed),
            entry=self.registry.entry,
            direct=direct,
            commands=self.registry.commands,
            member_tables=every_member_table(self.registry.plugins),
            plugins=lambda: self.registry.plugins,
            public=self.settings.core.web.public,
            segment_fields=self.registry.segment_fields,
            profile=self.registry.profile,
            verbs=lambda adapter: able.get(adapter, frozenset()),
            longest_mute=lambda adapter: by_name[adapter].longest_mute if adapter in by_name else 0,
            bans_end=lambda adapter: adapter not in by_name or by_name[adapter].bans_end,
            operators=self._operators,
            moves=self.store.moves,
        )

    def _start_lanes(self) -> None:
        soft, hard = self._limits
        if self._inline:
            worker = self._worker()
            self.lanes = InlineLane(worker, self._committed)
            watched = Watched(threading.get_ident(), worker.dispatcher.watch, worker.unit.db)
            self._watchdog = Watchdog([watched], lambda call: None, soft=soft, hard=hard)
            self._watchdog.start()
        else:
            on_sqlite = self.store.engine.dialect.name == "sqlite"
            count = 1 if on_sqlite else self.settings.core.lanes
            if on_sqlite:
                self._checkpoints = Checkpoints(self.store.engine)
                self._checkpoints.start()
            self.lanes = ThreadLanes(count, self._worker, self._committed, give_up, soft=soft, hard=hard)

    def _worker(self) -> LaneWorker:
        db = LaneConnection(self.store.engine)
        db.open()
        unit = Unit(db, self.services)
        return LaneWorker(unit, Dispatcher(unit, self.registry), self.breaker)

    async def stop(self) -> None:
        """Stop taking events, finish what is queued and in flight, close the store."""
        for platform in self.platforms:
            await platform.stop()
        await self._end_background()
        self.tasks.stop()
        await self.post.stop()
        for platform in self.platforms:
            await platform.close()
        await asyncio.to_thread(self.lanes.stop) if isinstance(self.lanes, ThreadLanes) else self.lanes.stop()
        self._close()

    async def kill(self) -> None:
        """Stop as a killed process would: whatever is not committed is gone. Inline only."""
        assert isinstance(self.lanes, InlineLane)
        self.lanes.drop()
        self.post.drop()
        self.tasks.stop()
        await self._end_background()
        self._close()

    async def _end_background(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()

    def _close(self) -> None:
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._checkpoints is not None:
            self._checkpoints.stop()
        self.store.engine.dispose()
        if self.store.folder is not None:
            self.store.folder.cleanup()

    def background(self) -> list[asyncio.Task[Any]]:
        """Tasks that run as long as the app does; one that ends before has failed."""
        return [*self._background, *self.post.running]

    def _prepare(self, ctx: Context) -> None:
        """Set the timers of jobs that have none yet in this community; make operators of those who are by now."""
        settle_community(ctx.unit, ctx.community.id)
        for name in sorted(ctx.community.enabled):
            declared = self.registry.declarations.get(name)
            for job in declared.jobs.values() if declared is not None else ():
                if ctx.unit.journal.find_timer(ctx.community.id, name, f"job:{job.name}", "") is None:
                    due = next_run(job.every, ctx.community.local(ctx.unit.now), ctx.unit.now)
                    ctx.unit.set_timer(ctx.community.id, name, f"job:{job.name}", "", {}, due)

    async def settle(self) -> None:
        """Return when everything that is due now has happened."""
        await self.quiet.settle()

    async def advance(self, milliseconds: int) -> None:
        """Move virtual time forward; everything on the way happens at its own moment, in order."""
        await self.quiet.advance(milliseconds)

    # -- in

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Put an event on its community's lane; the future is done when its effects are committed (see
        :class:`Inbox`).
        """
        future: asyncio.Future[Any] = self._loop.create_future()
        event = cleaned(event)
        if self.directory.left:
            event = self._followed(event)
        where, who = event.where, event.who
        if where is None and isinstance(event, PollAnswered):
            self._poll_answered(event, future)
            return future
        account = None if who is None else (who.platform, who.id)
        community = self.directory.find(
            "" if where is None else where.adapter, "" if where is None else where.space, account
        )
        if community is None:
            future.set_exception(
                UnknownPlace(f"no community owns the place of {event.key}: add it to [communities.NAME].spaces")
            )
            return future
        self.lanes.put(Work(community, event, None, future))
        return future

    def _poll_answered(self, event: PollAnswered, future: asyncio.Future[Any]) -> None:
        """An answer that does not say where: it belongs to the community that sent the poll, if any did."""

        def found(asked: asyncio.Future[Any]) -> None:
            error = asked.exception()
            if error is not None:
                future.set_exception(error)
            elif (community := self.directory.communities.get(asked.result())) is None:
                future.set_result(None)
            else:
                self.lanes.put(Work(community, event, None, future))

        self._on_store(lambda ctx: home_of_poll(ctx, adapter_of(event), event.poll)).add_done_callback(found)

    @property
    def inbox(self) -> App:
        """Where adapters hand in events."""
        return self

    def _submit_to(self, community: int, event: Event) -> asyncio.Future[Any]:
        return self._submit_again(community, event, None)

    def _submit_again(self, community: int, event: Event, again: Again | None) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        found = self.directory.communities.get(community)
        if found is None:
            future.set_exception(UnknownPlace(f"community {community} is not configured any more"))
        else:
            self.lanes.put(Work(found, event, None, future, again=again))
        return future

    def on_lane(self, community: Community | str | None, fn: Callable[[Context], Any]) -> asyncio.Future[Any]:
        """Run ``fn(ctx)`` in a transaction on a community's lane (the only one by default); the future has its
        result.
        """
        if isinstance(community, Community):
            found = community
        else:
            found = next(c for c in self.store.communities if community in (None, c.name))
        future: asyncio.Future[Any] = self._loop.create_future()
        self.lanes.put(Work(found, _NOTHING, fn, future))
        return future

    def _on_lane(self, community: int, fn: Callable[[Context], Any]) -> asyncio.Future[Any]:
        return self.on_lane(self.directory.communities.get(community) or self.store.communities[0], fn)

    def _on_store(self, fn: Callable[[Context], Any]) -> asyncio.Future[Any]:
        return self.on_lane(self.store.communities[0], fn)

    # -- after each commit

    def _committed(self, batch: list[Work], done: list[Aftermath], worker: LaneWorker) -> None:
        if self._checkpoints is not None:
            self._checkpoints.committed()
        try:
            for aftermath in done:
                self._hand_on(aftermath)
        finally:  # whatever goes wrong with what follows: the waiters' own work is committed
            for work in batch:
                resolve(work)
        if worker.doubtful and done:
            worker.doubtful = False
            self._catch_up()
        while worker.pauses:
            self.alarm.paused(worker.pauses.pop(0))

    def _hand_on(self, aftermath: Aftermath) -> None:
        if aftermath.jobs:
            self.post.put(aftermath.jobs)
        if aftermath.timers is not None:
            self.timers.heard(aftermath.timers)
        if aftermath.queued is not None:
            self.put_off.heard(aftermath.queued)
        if aftermath.tasks:
            self.tasks.heard()
        if aftermath.rights:
            self.rights.heard(aftermath.rights)
        for community, confirmed in aftermath.compare:
            self.rights.asked(community, confirmed)
        if aftermath.withdrawn:
            self.post.withdraw(aftermath.withdrawn)
        for moved in aftermath.moved:
            self._moved(*moved)
        if aftermath.erasures:
            self.erasures.heard()

    def _moved(self, community: int, adapter: str, old: str, new: str) -> None:
        """A space has another native id: its events find their way, and what waits is sent there."""
        self.services.moves.add(adapter, old, new)
        self.directory.moved(adapter, old, new, community)
        self.post.moved(adapter, self.services.moves.follow)

    def _followed(self, event: Event) -> Event:
        """What comes late from a space under its old id happened in the same place."""
        if event.where is None or isinstance(event, SpaceMoved):
            return event
        return msgspec.structs.replace(event, where=self.services.moves.follow(event.where))

    def _catch_up(self) -> None:
        """There may be a commit of which nobody here was told: what it asked for is read from its rows."""
        self.timers.heard(self.clock.now())
        self.tasks.heard()
        self.erasures.heard()
        self._on_store(self._unsent).add_done_callback(self._recovered)

    def _unsent(self, ctx: Context) -> list[tuple[Any, ...]]:
        """What waits in the outbox; that of a community that is not configured any more waits for its return."""
        return [row for row in pending(ctx) if row[0] in self.directory.communities]

    def _recovered(self, found: asyncio.Future[Any]) -> None:
        if not found.cancelled() and found.exception() is None:
            self.post.recover(found.result())

    def _operators(self, community: int) -> frozenset[tuple[str, str]]:
        found = self.directory.communities.get(community)
        return frozenset() if found is None else found.operators

    def _enabled(self, community: int) -> frozenset[str]:
        found = self.directory.communities.get(community)
        return frozenset() if found is None else found.enabled
