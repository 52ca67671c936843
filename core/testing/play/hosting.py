"""Starts the application that a scenario plays on: which plugins, which settings, which database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from coterie.core.app import App
from coterie.core.clock import MovableClock
from coterie.core.engine.registry import PluginProblem
from coterie.core.loading import make
from coterie.core.plugin import Plugin
from coterie.core.testing.ground import Ground, ground_called
from coterie.core.testing.people import ADAPTER
from coterie.core.testing.play.recipes import THROW_AWAY, CannotStart, Recipe, recipe_for
from coterie.core.testing.scratch import Scratch, scratch
from coterie.core.testing.town import Town
from coterie.core.testing.trouble import Trouble
from coterie.core.testing.trouble.process import Process
from coterie.core.testing.trouble.renewed import Renewed
from coterie.core.testing.trouble.wire import Connect
from coterie.storage.faults import StoreMismatch, StoreUnavailable
from coterie.storage.settings import read as read_setting

STARTS: Final = 20
"""So often is a process started while the database is away."""
SHARED: Final = 4
"""Events for which a process that should be gone takes turns with the one that has taken its place."""


class TownHost:
    """A town, and processes on it, one after the other; :meth:`opened` gives it a database and takes it away."""

    def __init__(self, recipe: Recipe, seed: int, ground: str = ADAPTER) -> None:
        self._settings = recipe.settings
        self._switchable = recipe.settings.communities[0].plugins
        self._renewed = Renewed(recipe.plugins)
        self._seed = seed
        self._scratch_on = recipe.scratch
        self.clock = MovableClock()
        self._ground: Ground = ground_called(ground, self.clock, recipe.space)
        self.trouble = Trouble(self.clock)
        # A real platform's adapter sees to it by itself that what was not acknowledged comes again.
        self._connect: Connect | None = self.trouble.deliveries.connect if ground == ADAPTER else None
        self._new = True
        self._scratch: Scratch | None = None
        self._app: Process | None = None
        self._before: Process | None = None
        self._warnings = _Warnings()
        self.at_the_end: list[Callable[[], None]] = []
        """What is called before the database is removed."""

    @property
    def town(self) -> Town:
        """The town, the same through all restarts."""
        return self._ground.town

    @property
    def plugins(self) -> frozenset[str]:
        """The names of the plugins that can be on, whether they are now or not."""
        return frozenset(self._switchable)

    @property
    def switched_off(self) -> frozenset[str]:
        """The plugins that are off now."""
        return self.plugins - self._settings.communities[0].enabled

    @property
    def database(self) -> str:
        """The address of the database; one of the host's own has one once a process was started."""
        return self._settings.core.database

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Hear who is in the town from the beginning, by name and platform."""
        self._ground.expect(people)

    async def quiet(self) -> bool:
        """Wait until all that people did was handed in; whether there was anything to wait for."""
        handed_in = self.trouble.deliveries.pump()
        if not self.trouble.deliveries.shared:
            await self._end_second()
        return await self._ground.quiet() or handed_in

    def next_delivery(self) -> int | None:
        """When the earliest event that is held comes (milliseconds)."""
        return self.trouble.deliveries.next_due()

    async def start(self, *, beside: bool = False) -> Process:
        """Start a process; the one before is dropped as if it had been killed, or goes on for a while ``beside`` it.

        Raises :class:`CannotStart`.
        """
        if not beside:
            await self._drop()
        await self._end_second()
        before = self._app
        for _ in range(STARTS):
            failing = bool(self.trouble.strikes.damages)  # the last damage may be used up by this very try
            app = self._process()
            try:
                if not await _started(app):
                    await app.kill()
                    continue
            except StoreUnavailable as error:
                if not failing:
                    raise CannotStart(str(error)) from error
                await app.kill()  # what looks after processes starts it again
                continue
            except (PluginProblem, StoreMismatch) as error:
                raise CannotStart(str(error)) from error
            except Exception as error:  # a plugin's constructor, a migration, a damaged database
                raise CannotStart(f"Coterie cannot start: {type(error).__name__}: {error}") from error
            break
        else:
            raise CannotStart(f"no process could be started in {STARTS} tries")
        self._app = app
        self.trouble.had_two = beside
        if beside and before is not None and self._connect is not None:
            self._before = before
            self.trouble.deliveries.share(before, SHARED)
        if self._new:
            self._new = False
            await self._tell_apart(app)
        self._warnings.forget_below(logging.ERROR)  # what is only worth a warning at the start is for `coterie check`
        return app

    async def _end_second(self) -> None:
        """The process that should have been gone is."""
        before, self._before = self._before, None
        if before is not None:
            await before.kill()

    def _process(self) -> Process:
        plugins = [make("plugin", plugin.name, plugin) for plugin in self._renewed.plugins]
        self._find_room(plugins)
        return Process(
            self._settings,
            plugins=plugins,
            platforms=self._ground.platforms(),
            clock=self.clock,
            seed=self._seed,
            strikes=self.trouble.strikes,
            witness=self.trouble.witness,
            connect=self._connect,
        )

    def switch(self, name: str, *, on: bool) -> None:
        """Switch a plugin off or on in the configuration of the next process."""
        (community,) = self._settings.communities
        plugins = {each: config for each, config in community.plugins.items() if each != name}
        if on:
            plugins = {each: config for each, config in self._switchable.items() if each in plugins or each == name}
        self._settings = replace(self._settings, communities=(replace(community, plugins=plugins),))

    async def upgrade(self, name: str) -> None:
        """Stop the process in good order and load a plugin's code anew, as an upgrade does; the next process has it."""
        if self._app is not None and not self._app.life.ended:
            app, self._app = self._app, None
            await app.stop()
        self._renewed.renew(name)

    def _find_room(self, plugins: Sequence[Plugin]) -> None:
        """Have a database of this host's own, unless one was named."""
        if self._settings.core.database == THROW_AWAY:
            self._scratch = scratch(plugins, self._scratch_on or None)
            core = self._settings.core.model_copy(update={"database": self._scratch.url})
            self._settings = replace(self._settings, core=core)

    async def _tell_apart(self, app: App) -> None:
        """Give this town's events other keys than those of earlier towns, which a kept database remembers."""
        starts: str | None = await app.on_lane(None, lambda ctx: read_setting(ctx.unit.db, "node_counter"))
        if starts not in (None, "1"):
            self.town.run = f"{starts}-"

    async def _drop(self) -> None:
        for app in (self._before, self._app):
            if app is not None:
                await app.kill()
        if self._before is not None or self._app is not None:
            self._before = self._app = None
            # A process that is gone does nothing more.
            rest = sorted(asyncio.all_tasks() - {asyncio.current_task()}, key=_in_order)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    def warnings(self) -> list[str]:
        """What was logged as a warning or worse since the last time."""
        return self._warnings.take()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Hear warnings meanwhile; in the end the application is dropped, and its database if it was not named."""
        logger = logging.getLogger("coterie")
        logger.addHandler(self._warnings)
        try:
            async with self._ground.opened():
                try:
                    yield
                finally:
                    await self._drop()
                    for close in self.at_the_end:
                        close()
        finally:
            self._renewed.restore()
            logger.removeHandler(self._warnings)
            database, self._scratch = self._scratch, None
            if database is not None:
                database.remove()


async def _started(app: Process) -> bool:
    """Start a process; false when it ended before it was ready."""
    start = asyncio.ensure_future(app.start())
    await asyncio.wait((start, app.life.end), return_when=asyncio.FIRST_COMPLETED)
    if start.done():
        start.result()
        return True
    start.cancel()
    await asyncio.wait((start,))
    return False


def _in_order(task: asyncio.Task[Any]) -> tuple[int, str]:
    """Tasks in the order in which they were made, where nobody has named them."""
    name = task.get_name()
    number = name.removeprefix("Task-")
    return (int(number), "") if number.isdecimal() else (0, name)


class _Warnings(logging.Handler):
    """Keeps what Coterie's own loggers warn about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._records: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, on one line."""
        self._records.append((record.levelno, " ".join(record.getMessage().split())))

    def forget_below(self, level: int) -> None:
        """Drop what was less than this."""
        self._records = [(each, line) for each, line in self._records if each >= level]

    def take(self) -> list[str]:
        """The lines since the last time, each once."""
        lines = list(dict.fromkeys(line for _, line in self._records))
        self._records.clear()
        return lines


__all__ = ["CannotStart", "Recipe", "TownHost", "recipe_for"]
