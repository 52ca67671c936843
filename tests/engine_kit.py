"""An application on lane threads in front of a town, for tests of what only threads show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from coterie.core.app import App
from coterie.core.clock import MovableClock
from coterie.core.config import Settings
from coterie.core.events import Where
from coterie.core.plugin import Plugin
from coterie.core.testing import host
from coterie.core.testing.host import settings_for
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.people import ADAPTER, Room
from coterie.core.testing.scratch import scratch
from coterie.core.testing.town import Town
from coterie.core.testing.verbs import TownPlatform


def limit_handlers(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on applications end a handler after so many seconds."""
    defaults = App.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "soft_limit", seconds)


def two_communities(
    town_factory: TownFactory,
    monkeypatch: pytest.MonkeyPatch,
    plugins: Sequence[type[Plugin]],
    off: frozenset[str] | set[str] = frozenset(),
) -> LiveTown:
    """A town whose room ``second`` belongs to a community of its own, in which some plugins are off."""

    def both(*args: Any) -> Settings:
        settings = settings_for(*args)
        (one,) = settings.communities
        space = one.spaces[0].model_copy(update={"id": "second"})
        on = {name: config for name, config in one.plugins.items() if name not in off}
        two = replace(one, name="second", title="Second", spaces=(space,), plugins=on)
        return replace(settings, communities=(one, two))

    monkeypatch.setattr(host, "settings_for", both)
    monkeypatch.setattr(TownPlatform, "_place", lambda self, action: self.stage.room(action.where.channel))
    town = town_factory(plugins=plugins)
    where = Where(ADAPTER, "second", "second", "room", "#second")
    town.stage.rooms["second"] = Room("second", "#second", where)
    return town


class Threads:
    """The application and its town; :func:`on_threads` starts one."""

    def __init__(self, app: App, town: Town) -> None:
        self.app = app
        self.town = town

    async def say(self, name: str, words: str) -> list[str]:
        """Let somebody write, and give what they see afterwards."""
        await self.say_all((name, words))
        return self.seen(name)

    async def say_all(self, *lines: tuple[str, str]) -> None:
        """Let several people write at once; return when all that follows has happened."""
        acts = [self.town.post(self.town.persona(name), "general", words) for name, words in lines]
        async with asyncio.timeout(30):
            await asyncio.gather(*acts)
            await self.app.settle()

    def seen(self, name: str) -> list[str]:
        """What somebody has seen since their last act."""
        return [message.shown() for message in self.town.seen(self.town.persona(name))]

    async def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the store."""
        from sqlalchemy import text

        def look(ctx: Any) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in ctx.db.execute(text(statement)).all()]

        found: list[tuple[Any, ...]] = await self.app.on_lane(None, look)
        return found


@asynccontextmanager
async def on_threads(
    plugins: Sequence[type[Plugin]], *, soft: float = 0.25, hard: float = 20, config: Any = None
) -> AsyncIterator[Threads]:
    """Run an application with these plugins on a database of its own."""
    settings = settings_for(plugins, config or {}, {})
    made = [plugin() for plugin in plugins]
    database = scratch(made)
    core = settings.core.model_copy(update={"database": database.url})
    town = Town(MovableClock())
    app = App(
        replace(settings, core=core),
        plugins=made,
        platforms=[town.platform],
        clock=town.clock,
        seed=1,
        soft_limit=soft,
        hard_limit=hard,
    )
    await app.start()
    try:
        yield Threads(app, town)
    finally:
        await app.stop()
        database.remove()
