"""Tasks: what plugins want done in the outside world, at least once, with a time limit and retries, never on a lane."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from coterie.core.clock import Clock
from coterie.core.context import Context
from coterie.core.engine.fence import describe
from coterie.core.engine.followups import backoff
from coterie.core.engine.registry import Registry
from coterie.core.events import TaskEnded
from coterie.core.logs import about
from coterie.core.platform import UnknownPlace
from coterie.storage.journal import ALL_TASKS, MOVE_TASK, TASK_BY_ID

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Tasks that run at the same time."""
BACKOFF: Final = (2_000, 10_000, 60_000, 600_000)
"""Milliseconds before each further try."""
TRY_AGAIN: Final = 5_000
"""Milliseconds until the next try after the store failed."""

OnLane = Callable[[int, Callable[[Context], Any]], Awaitable[Any]]


class Tasks:
    """Runs the tasks that committed rows ask for."""

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        submit: Callable[[int, TaskEnded], Awaitable[Any]],
        on_lane: OnLane,
        on_store: Callable[[Callable[[Context], Any]], Awaitable[Any]],
        ours: Callable[[int], bool],
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._submit = submit
        self._on_lane = on_lane
        self._on_store = on_store
        self._ours = ours
        self._running: dict[int, asyncio.Task[None]] = {}
        self._later: dict[int, int] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._looking: asyncio.Task[None] | None = None
        self._look_again = False
        self._look_at: int | None = None  # while a look waits for its next try, when that is due

    def heard(self) -> None:
        """A commit asked for tasks."""
        self._look_again = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_while_asked(), name="look for tasks")

    async def _look_while_asked(self) -> None:
        while self._look_again:
            self._look_again = False  # what is asked for from here on may come too late for this look
            try:
                await self.look()
            except Exception:
                log.exception("tasks could not be read")
                self._look_again = True
                self._look_at = self._clock.now() + TRY_AGAIN
                try:
                    await self._clock.sleep_until(self._look_at)
                finally:
                    self._look_at = None

    async def look(self) -> None:
        """Start every task row that is not running yet; those of a community that is gone wait for its return."""
        for community, identifier, plugin, name, args, attempts, not_before in await self._on_store(
            lambda ctx: ctx.unit.db.all(ALL_TASKS, {})
        ):
            if identifier not in self._running and self._ours(community):
                run = self._run(community, identifier, plugin, name, msgspec.json.decode(args), attempts, not_before)
                self._running[identifier] = asyncio.create_task(run, name=f"task {plugin}.{name}")

    def busy(self) -> bool:
        """Whether a task runs or is looked for now (what waits for a later try does not count)."""
        return self._looks() or len(self._running) > len(self._later)

    def _looks(self) -> bool:
        return self._looking is not None and not self._looking.done() and self._look_at is None

    def next_due(self) -> int | None:
        """When the earliest waiting try is due."""
        dues = self._later.values() if self._look_at is None else (*self._later.values(), self._look_at)
        return min(dues, default=None)

    async def settle(self) -> None:
        """Return when no task runs."""
        while self.busy():
            if self._looking is not None and not self._looking.done():
                await asyncio.wait((self._looking,))
                continue
            now = [task for identifier, task in self._running.items() if identifier not in self._later]
            await asyncio.wait(now, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)

    def stop(self) -> None:
        """Cancel what runs; the rows stay, so that the next start runs them again."""
        for task in (*self._running.values(), *((self._looking,) if self._looking is not None else ())):
            task.cancel()

    async def _run(
        self,
        community: int,
        identifier: int,
        plugin: str,
        name: str,
        args: dict[str, Any],
        attempts: int,
        not_before: int,
    ) -> None:
        try:
            while True:
                if not_before > self._clock.now():
                    await self._wait(identifier, not_before)
                async with self._slots:
                    ended = await self._attempt(identifier, plugin, name, args, attempts)
                if ended is not None:
                    await self._hand_in(community, ended)
                    return
                attempts += 1
                not_before = self._clock.now() + BACKOFF[min(attempts - 1, len(BACKOFF) - 1)]
                await self._on_lane(community, _moving(community, identifier, attempts, not_before))
        except Exception:
            log.exception("task %s.%s could not be brought to an end; it will run again", plugin, name)
        finally:
            self._running.pop(identifier, None)
            self._later.pop(identifier, None)

    async def _hand_in(self, community: int, ended: TaskEnded) -> None:
        """Hand the end of a task in until its row is gone: a plugin that fails or is paused gets the result later."""
        tries = 0
        while True:
            try:
                await self._submit(community, ended)
                if await self._on_lane(community, _is_done(community, ended.task)):
                    return
            except UnknownPlace:
                return  # the row stays for the day on which the community comes back
            except Exception:
                log.exception("the end of task %s.%s could not be handed in", ended.plugin, ended.name)
                due = self._clock.now() + TRY_AGAIN
            else:
                due = self._clock.now() + backoff(tries)
                tries += 1
            await self._wait(ended.task, due)

    async def _wait(self, identifier: int, due: int) -> None:
        self._later[identifier] = due
        await self._clock.sleep_until(due)
        self._later.pop(identifier, None)

    async def _attempt(
        self, identifier: int, plugin: str, name: str, args: dict[str, Any], attempts: int
    ) -> TaskEnded | None:
        """One try: the end of the task, or ``None`` to try again."""
        task = self._registry.task(plugin, name)
        if task is None:
            return TaskEnded(
                key="", task=identifier, plugin=plugin, name=name, error="the plugin no longer has this task"
            )
        try:
            with about(plugin=plugin, task=name):
                async with asyncio.timeout(task.timeout.total_seconds()):
                    result = await task.function(self._registry.plugins[plugin], **args)
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            running = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and running is not None and running.cancelling():
                raise
            said = describe(error)
            if isinstance(error, TimeoutError):
                said = f"no answer within {task.timeout.total_seconds():g} s"
            log.warning("task %s.%s failed (try %d of %d): %s", plugin, name, attempts + 1, task.retries + 1, said)
            if attempts >= task.retries:
                return TaskEnded(key="", task=identifier, plugin=plugin, name=name, error=said)
            return None
        return TaskEnded(key="", task=identifier, plugin=plugin, name=name, result=result)


def _moving(community: int, identifier: int, attempts: int, not_before: int) -> Callable[[Context], None]:
    values = {"community_id": community, "id_": identifier, "attempts": attempts, "not_before": not_before}

    def move(ctx: Context) -> None:
        ctx.unit.db.run(MOVE_TASK, values)

    return move


def _is_done(community: int, identifier: int) -> Callable[[Context], bool]:
    return lambda ctx: ctx.unit.db.one(TASK_BY_ID, {"community_id": community, "id": identifier}) is None
