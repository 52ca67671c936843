"""Starts the application that a scenario plays on: which plugins, which settings, which database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from coterie.core.app import App
from coterie.core.clock import MovableClock
from coterie.core.config import CommunitySettings, Config, ConfigError, Settings, load
from coterie.core.engine.registry import PluginProblem
from coterie.core.loading import LoadFailed, Models, Unread, installed_adapters, load_plugin, make
from coterie.core.plugin import Plugin
from coterie.core.testing.ground import Ground, ground_called
from coterie.core.testing.people import ADAPTER
from coterie.core.testing.play.steps import PLATFORMS
from coterie.core.testing.scratch import Scratch, scratch
from coterie.core.testing.town import Town
from coterie.storage.faults import StoreMismatch, StoreUnavailable
from coterie.storage.settings import read as read_setting

_SPACE: Final = "town"
_THROW_AWAY: Final = "sqlite://"
"""In memory, says the configuration; a file that is removed in the end, so that a restart finds it."""
# No scenario keeps a secret: buttons only have to be signed somehow, also where the configured secret is not at hand.
_SECRET: Final = "only-for-this-scenario"


class CannotStart(Exception):
    """The application cannot be put together; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of one community and the plugins that are on in it; ``left_out`` tells of those that do not work."""

    settings: Settings
    plugins: tuple[type[Plugin], ...]
    space: str
    left_out: tuple[str, ...] = ()


class TownHost:
    """A town, and applications on it, one after the other; :meth:`opened` gives it a database and takes it away."""

    def __init__(self, recipe: Recipe, seed: int, ground: str = ADAPTER) -> None:
        self._settings = recipe.settings
        self._plugins = recipe.plugins
        self._seed = seed
        self._ground: Ground = ground_called(ground, MovableClock(), recipe.space)
        self._new = True
        self._scratch: Scratch | None = None
        self._app: App | None = None
        self._warnings = _Warnings()

    @property
    def town(self) -> Town:
        """The town, the same through all restarts."""
        return self._ground.town

    def expect(self, people: Collection[tuple[str, str]]) -> None:
        """Hear who is in the town from the beginning, by name and platform."""
        self._ground.expect(people)

    async def quiet(self) -> bool:
        """Wait until all that people did was handed in; whether there was anything to wait for."""
        return await self._ground.quiet()

    async def start(self) -> App:
        """Start an application; the one before is dropped as if its process had been killed.

        Raises :class:`CannotStart`.
        """
        await self._drop()
        try:
            plugins = [make("plugin", plugin.name, plugin) for plugin in self._plugins]
            self._find_room(plugins)
            app = App(
                self._settings,
                plugins=plugins,
                platforms=self._ground.platforms(),
                clock=self.town.clock,
                seed=self._seed,
                inline=True,
            )
            await app.start()
        except (PluginProblem, StoreMismatch, StoreUnavailable) as error:
            raise CannotStart(str(error)) from error
        except Exception as error:  # a plugin's constructor, a migration, a damaged database
            raise CannotStart(f"Coterie cannot start: {type(error).__name__}: {error}") from error
        self._app = app
        if self._new:
            self._new = False
            await self._tell_apart(app)
        self._warnings.forget_below(logging.ERROR)  # what is only worth a warning at the start is for `coterie check`
        return app

    def _find_room(self, plugins: Sequence[Plugin]) -> None:
        """Have a database of this host's own, unless one was named."""
        if self._settings.core.database == _THROW_AWAY:
            self._scratch = scratch(plugins)
            core = self._settings.core.model_copy(update={"database": self._scratch.url})
            self._settings = replace(self._settings, core=core)

    async def _tell_apart(self, app: App) -> None:
        """Give this town's events other keys than those of earlier towns, which a kept database remembers."""
        starts: str | None = await app.on_lane(None, lambda ctx: read_setting(ctx.unit.db, "node_counter"))
        if starts not in (None, "1"):
            self.town.run = f"{starts}-"

    async def _drop(self) -> None:
        if self._app is None:
            return
        app, self._app = self._app, None
        await app.kill()
        rest = asyncio.all_tasks() - {asyncio.current_task()}  # a process that is gone does nothing more
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
        finally:
            logger.removeHandler(self._warnings)
            database, self._scratch = self._scratch, None
            if database is not None:
                database.remove()


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


def recipe_for(config: str | Path | None = None, enable: Iterable[str] = (), database: str = "") -> Recipe:
    """What to start with; raises :class:`CannotStart` in plain words.

    Without a configuration, every installed plugin that needs no settings is on; one that cannot be loaded is left out.
    """
    try:
        named = {plugin.name: plugin for plugin in map(load_plugin, enable)}
        models = _Models(named)
        settings = _settings(config, models, sorted(named), database or _THROW_AWAY)
    except (ConfigError, LoadFailed) as error:
        raise CannotStart(str(error)) from error
    if not settings.communities:
        raise CannotStart("the configuration has no community")
    chosen, space = _chosen(settings.communities)
    if broken := [str(models.failures[name]) for name in sorted(chosen.enabled & models.failures.keys())]:
        raise CannotStart("\n".join(broken))
    settings = replace(settings, communities=(chosen,), adapters={})
    left_out = tuple(str(failure) for failure in models.failures.values()) if config is None else ()
    return Recipe(settings, tuple(_needed(sorted(chosen.enabled), models)), space, left_out)


class _Models(Models):
    """The settings of all installed plugins and of some that are named by their classes; imported when looked at."""

    def __init__(self, named: Mapping[str, type[Plugin]]) -> None:
        super().__init__("plugin", lambda _: True)
        self.classes.update(named)
        self._all = (*{**dict.fromkeys(self._points), **named},)

    def __getitem__(self, name: str) -> type[Config]:
        model: type[Config] = self.classes[name].config if name in self.classes else super().__getitem__(name)
        return model

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def _settings(config: str | Path | None, models: _Models, enable: list[str], database: str) -> Settings:
    adapters = dict.fromkeys((*PLATFORMS, *installed_adapters()), Unread)
    if config is not None:
        return load(config, models, adapters, core={"database": database, "secret": _SECRET}, enable=enable)
    settings = Settings.default(models, adapters, core={"database": database})
    names = sorted({*settings.enabled_plugins, *enable} - models.failures.keys())
    return Settings.default(models, adapters, core={"database": database}, enable=names)


def _chosen(communities: tuple[CommunitySettings, ...]) -> tuple[CommunitySettings, str]:
    """The community that the town belongs to, with the town's space: the first that has a sandbox, else the first."""
    for community in communities:
        for space in community.spaces:
            if space.platform == ADAPTER:
                return community, space.id
    return communities[0], _SPACE


def _needed(names: list[str], models: _Models) -> Iterator[type[Plugin]]:
    """The classes of plugins and of those that they require, which need not be on themselves."""
    seen: set[str] = set()
    while names:
        name = names.pop(0)
        if name not in seen and name in models:
            seen.add(name)
            _ = models[name]  # imports the class
            if name in models.classes:
                yield models.classes[name]
                names.extend(models.classes[name].requires)


__all__ = ["CannotStart", "Recipe", "TownHost", "recipe_for"]
