"""One application in front of one town, on an event loop, a clock and a database of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any, TypeVar

from coterie.core.app import App
from coterie.core.clock import MovableClock
from coterie.core.config import Config, Settings
from coterie.core.config.reader import Reader, source_for
from coterie.core.plugin import Plugin
from coterie.core.testing.people import ADAPTER
from coterie.core.testing.scratch import Scratch, scratch
from coterie.core.testing.town import Town

T = TypeVar("T")
PluginChoice = str | type[Plugin]
"""A plugin under test: its installed name, or its class."""
COMMUNITY = "main"


def plugin_class(choice: PluginChoice) -> type[Plugin]:
    """The class of a plugin; raises :class:`LookupError` for a name that no installed package declares."""
    if not isinstance(choice, str):
        return choice
    points = entry_points(group="coterie.plugins")
    if choice not in points.names:
        raise LookupError(f"no plugin {choice!r} is installed; installed: {', '.join(sorted(points.names)) or 'none'}")
    loaded: type[Plugin] = points[choice].load()
    return loaded


def settings_for(
    plugins: Sequence[type[Plugin]],
    config: Mapping[str, Mapping[str, Any]],
    core: Mapping[str, Any],
    access: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """Settings of one community in one town; raises :class:`~coterie.core.config.ConfigError`."""
    unknown = config.keys() - {plugin.name for plugin in plugins}
    if unknown:
        raise LookupError(f"there are settings for {', '.join(sorted(unknown))}, but no such plugin is under test")
    document = {
        "adapters": {ADAPTER: {}},
        "plugins": {plugin.name: dict(config.get(plugin.name, {})) for plugin in plugins},
        "communities": {COMMUNITY: _community(access or {})},
    }
    models = {plugin.name: plugin.config for plugin in plugins}
    reader = Reader("the test", "", document, models, {ADAPTER: Config}, source_for({}), core)
    return reader.settings(None)


def _community(access: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A community of the town and of every other space in which an access gives something."""
    home = {"platform": ADAPTER, "space": "town"}
    given = {
        name: {**each, "targets": [{**home, **target} for target in each["targets"]]} for name, each in access.items()
    }
    places = dict.fromkeys(["town", *(target["space"] for each in given.values() for target in each["targets"])])
    return {"spaces": [{"platform": ADAPTER, "id": space} for space in places], "access": given}


class Failures(logging.Handler):
    """Collects what went wrong behind the scenes: all that Coterie logs as an error together with its exception."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            error.add_note(record.getMessage())
            self.found.append(error)

    def take(self) -> list[BaseException]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found


class Host:
    """Starts, stops and kills the application of one test, and waits for what it does."""

    def __init__(
        self,
        plugins: Sequence[PluginChoice],
        config: Mapping[str, Mapping[str, Any]],
        core: Mapping[str, Any],
        db: str | None,
        seed: int,
        access: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.plugins = [plugin_class(choice) for choice in plugins]
        self.failures = Failures()
        self.clock = MovableClock()
        self.town = Town(self.clock)
        self._settings = settings_for(self.plugins, config, core, access)
        self._db = db
        self._database: Scratch | None = None
        self._seed = seed
        self._runner = asyncio.Runner()
        self._app: App | None = None

    @property
    def app(self) -> App:
        """The running application; raises :class:`RuntimeError` when there is none."""
        if self._app is None:
            raise RuntimeError("the town has no application: it was closed")
        return self._app

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the private event loop to its end."""
        return self._runner.run(work)

    def start(self) -> None:
        """Start an application on the database."""
        if self._app is None:
            logging.getLogger("coterie").addHandler(self.failures)
            self._database = scratch([plugin() for plugin in self.plugins], self._db)
            core = self._settings.core.model_copy(update={"database": self._database.url})
            self._settings = replace(self._settings, core=core)
        self.run(self.begin())

    async def begin(self) -> None:
        """Start an application; what is due happens at once."""
        app = App(
            self._settings,
            plugins=[plugin() for plugin in self.plugins],
            platforms=[self.town.platform],
            clock=self.town.clock,
            seed=self._seed,
            inline=True,
        )
        await app.start()
        self._app = app
        await app.settle()

    async def kill(self) -> None:
        """End the application without a word to anybody."""
        await self.app.kill()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def close(self) -> None:
        """Stop the application and remove its database."""
        try:
            if self._app is not None:
                self.run(self._app.stop())
        finally:
            self._app = None
            logging.getLogger("coterie").removeHandler(self.failures)
            self._runner.close()
            database, self._database = self._database, None
            if database is not None:
                database.remove()
