"""What built-in plugins say of their rows: nothing of those of a healthy town, and each wrong row has its sentence."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from coterie.core.api import Context, Plugin
from coterie.core.loading import load_plugin
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.play.grammar import parse
from coterie.core.testing.play.hosting import TownHost, recipe_for
from coterie.core.testing.play.runner import Player
from coterie.core.testing.trouble.process import Process
from tests.happenings_kit import HISTORY, SETTINGS
from tests.plugin_kit import SCENARIOS, link
from tests.test_docs import block, plugin_of
from tests.wrong_rows_kit import HOUR, WRONG, Wrong

__all__ = ["plugin_of"]

PLUGINS = (
    "access",
    "checkin",
    "gate",
    "help",
    "identity",
    "levels",
    "members",
    "privacy",
    "redpacket",
    "referrals",
    "tipjar",
    "wallet",
)


def said_by(ctx: Context, plugin: str) -> list[str]:
    """What a plugin has to say about its rows."""
    ctx.plugin = plugin
    return list(ctx.unit.services.plugins()[plugin].invariants(ctx))


# -- a healthy town


class _Kept(TownHost):
    """A host whose newest process can be asked."""

    app: Process

    async def start(self, *, beside: bool = False) -> Process:
        self.app = await super().start(beside=beside)
        return self.app


async def _played(name: str, scenario: str) -> list[str]:
    host, said = _Kept(recipe_for(), seed=1), []

    def ask(ctx: Context) -> list[str]:
        return [f"{name}: {sentence}" for name in PLUGINS for sentence in said_by(ctx, name)]

    async with host.opened():
        result = await Player(parse(scenario, name), host, lambda _line: None).play()
        assert not result.failed_at
        said += await host.app.on_lane(None, ask)
        await host.app.advance(2 * 24 * HOUR)
        said += await host.app.on_lane(None, ask)
    return said


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.play")), ids=lambda file: file.stem)
def test_of_a_healthy_town_nothing_is_said(file: Path) -> None:
    assert asyncio.run(_played(file.stem, file.read_text(encoding="utf-8"))) == []


# -- towns in which something has happened, and rows that somebody has meddled with


@pytest.fixture(scope="module")
def towns() -> Iterator[Callable[[str], LiveTown]]:
    """A town for each plugin, in which something has happened."""
    made: dict[str, LiveTown] = {}

    def town_of(plugin: str) -> LiveTown:
        if plugin not in made:
            access = {"gold": {"targets": [{"role": "r-gold"}]}}
            plugins = tuple(dict.fromkeys((plugin, "identity", "wallet")))
            config = {name: SETTINGS[name] for name in plugins if name in SETTINGS}
            town = made[plugin] = LiveTown(plugins=plugins, access=access, config=config)
            town.start()
            HISTORY[plugin](town)
        return made[plugin]

    yield town_of
    for town in made.values():
        town.close()


class _TakenBack(Exception):
    """Ends a transaction that must not be kept."""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.plugin}: {wrong.says}")
def test_what_is_wrong_is_said(towns: Callable[[str], LiveTown], wrong: Wrong) -> None:
    town, said = towns(wrong.plugin), []
    assert town.inside(lambda ctx: said_by(ctx, wrong.plugin), wrong.plugin) == []

    def meddle(ctx: Context) -> None:
        if isinstance(wrong.change, str):
            ctx.unit.db.connection.execute(text(wrong.change))
        else:
            wrong.change(ctx)
        said.extend(said_by(ctx, wrong.plugin))
        raise _TakenBack

    with pytest.raises(_TakenBack):
        town.inside(meddle, wrong.plugin)
    assert any(re.search(wrong.says, sentence) for sentence in said), said
    assert town.inside(lambda ctx: said_by(ctx, wrong.plugin), wrong.plugin) == []


# -- actions


@dataclass
class _View:
    """A small town in which there is something of everything."""

    rng: random.Random
    people: tuple[str, ...] = ("amber", "boris@telegram", "boris@discord")
    operators: tuple[str, ...] = ("amber",)
    present: tuple[str, ...] = ("amber", "boris@discord")
    rooms: tuple[str, ...] = ("general", "market")
    day: date = date(2026, 1, 1)
    labels: tuple[str, ...] = (
        "Grab",
        "Pay",
        "Check in",
        "Approve",
        "Undo 1: Boris",
        "Boris (discord)",
        "Yes, erase me",
        "Show it here",
        "Boris brought me",
    )

    def money(self, name: str, currency: str = "points") -> int:
        return len(name) * 10

    def buttons(self, name: str) -> list[str]:
        return list(self.labels)

    def forms(self, name: str) -> list[str]:
        return ["Why?", "Age"]

    def invoices(self, name: str) -> list[tuple[int, str]]:
        return [(50, "XTR")]

    def polls(self, name: str) -> list[str]:
        return []


@pytest.mark.parametrize("name", PLUGINS)
def test_every_action_is_a_line_of_a_scenario(name: str) -> None:
    plugin: Plugin = load_plugin(name)()
    for seed in range(200):
        lines = [*plugin.simulate_actions(_View(random.Random(seed)))]
        assert lines == [*plugin.simulate_actions(_View(random.Random(seed)))]
        assert len(parse("\n".join(lines)).lines) == len(lines)
        assert lines


def test_in_an_empty_town_there_is_somebody_who_does_something() -> None:
    for name in PLUGINS:
        view = _View(random.Random(2), people=("amber",), operators=(), present=(), labels=())
        assert [*load_plugin(name)().simulate_actions(view)]


def test_the_locker_of_the_authors_page_says_what_is_wrong_with_it(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    locker = plugin_of(block("docs/plugins.md", "python", "class Locker"), "Locker")
    town = town_factory(plugins=[locker, "identity"])
    ann, other = town.people("ann@telegram", "ann@discord")
    for person in (ann, other):
        town.grant(person, 50)
        person.says("/locker 20")
    other.taps("Open")
    other.says("/locker 5")
    assert town.inside(lambda ctx: said_by(ctx, "locker")) == []
    link(town, ann, other)
    assert [sentence for sentence in town.inside(lambda ctx: said_by(ctx, "locker")) if "cannot be reached" in sentence]
    lines = [*locker().simulate_actions(_View(random.Random(1), labels=("Open",)))]
    assert len(parse("\n".join(lines)).lines) == len(lines) == 4
