"""The pytest plugin for authors: the fixtures ``town`` and ``town_factory`` and the mark ``coterie``.

It is loaded in every test run of an environment that has Coterie installed, so it imports nothing of Coterie before a
test asks for a town.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from coterie.core.testing.kit import LiveTown, TownFactory

_MARK = (
    "coterie(plugins=[...], config={...}, access={...}, rights={...}, locale='en', timezone='UTC', db=None, seed=1): "
    "what the fixture `town` is started with"
)
_TOWNS: pytest.StashKey[list[LiveTown]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line choose the database of every town."""
    parser.getgroup("coterie").addoption(
        "--coterie-db",
        metavar="URL",
        help="run towns on a PostgreSQL server (postgresql://…) in place of SQLite; so does COTERIE_TEST_DATABASE",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and the choice of a database known to everything that makes one."""
    config.addinivalue_line("markers", _MARK)
    if chosen := config.getoption("--coterie-db", None):
        os.environ["COTERIE_TEST_DATABASE"] = chosen


@pytest.fixture
def town_factory(request: pytest.FixtureRequest) -> Iterator[TownFactory]:
    """Starts towns, several if need be: ``town_factory(plugins=["checkin"])``; all are closed in the end."""
    from coterie.core.testing.kit import LiveTown

    towns: list[LiveTown] = request.node.stash.setdefault(_TOWNS, [])

    def start(**options: Any) -> LiveTown:
        town = LiveTown(**options)
        towns.append(town)
        town.start()
        return town

    try:
        yield start
    finally:
        for town in reversed(towns):
            town.close()


@pytest.fixture
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> LiveTown:
    """A town with the plugins under test: ``@pytest.mark.coterie(plugins=["checkin"], config={"checkin": {...}})``."""
    return town_factory(**marked(request.node))


def marked(node: pytest.Item) -> dict[str, Any]:
    """The options of all ``coterie`` marks around a test, the nearest one winning; ``config`` is merged by plugin."""
    options: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("coterie"))):
        if mark.args:
            raise pytest.UsageError(f"@pytest.mark.coterie takes keywords only: {_MARK}")
        config = _merged(options.get("config", {}), mark.kwargs.get("config", {}))
        options |= mark.kwargs
        if config:
            options["config"] = config
    return options


def _merged(outer: Mapping[str, Mapping[str, Any]], inner: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: {**outer.get(name, {}), **inner.get(name, {})} for name in (*outer, *inner)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what everybody saw below the failure of a test that had a town."""
    report = yield
    if report.when == "call" and report.failed:
        for town in item.stash.get(_TOWNS, []):
            report.sections.append(("what everybody saw", town.transcript()))
    return report
