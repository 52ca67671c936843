"""The examples of the authors' pages about calendars and proposals run as they stand."""

from __future__ import annotations

from collections.abc import Callable

from coterie.core.api import Plugin, Where, Who
from coterie.core.events import CommandCalled
from coterie.core.testing.kit import LiveTown
from tests.test_docs import block, plugin_of

__all__ = ["plugin_of"]


def test_the_picnic_of_the_authors_page_takes_place(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    town = town_factory(plugins=[plugin_of(block("docs/plugins.md", "python", "class Picnic"), "Picnic")])
    alice, bob = town.people("alice", "bob")
    alice.says("/picnic")
    bob.wants_to_come("Picnic")
    assert bob.sees("See you at the picnic!")


def test_the_wares_of_the_page_about_commands_are_proposed(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    town = town_factory(plugins=[plugin_of(block("docs/commands.md", "python", "class Bazaar"), "Bazaar")])
    town.person("ann").says("hello")
    event = CommandCalled(
        key="t", who=Who("sandbox", "ann"), where=Where("sandbox", "c", "town"), name="sell", options={"ware": "RED"}
    )
    found = town._run(lambda app: app.suggest(event, "ware"))
    assert [(each.label, each.value) for each in found] == [("Red chair", "chair")]
