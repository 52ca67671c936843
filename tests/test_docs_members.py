"""The page about member data: its examples run as they stand, its fields and commands exist."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from coterie.core.declarations import declarations_of
from coterie.core.plugin import Plugin
from coterie.core.segments.fields import fields_of
from coterie.core.segments.parser import parse
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.members import Members
from tests.test_docs import ROOT, block, plugin_of

__all__ = ["plugin_of"]
PAGE = "docs/members.md"
Make = Callable[[str, str], type[Plugin]]


def test_the_greeter_does_what_it_says(plugin_of: Make, town_factory: TownFactory) -> None:
    town = town_factory(plugins=[plugin_of(block(PAGE, "python", "class Greeter"), "Greeter")])
    olga, bob = town.people("olga", "bob")
    bob.says("/gift")
    assert bob.sees("Not yet.")
    olga.becomes("operator")
    olga.says("/welcome @bob")
    bob.says("/gift")
    assert bob.sees("Here you are.")
    olga.says("/invite-all")
    town.wait(minutes=1)
    assert bob.sees("Come to the meet-up!")


def test_a_plugin_adds_a_field(plugin_of: Make, town_factory: TownFactory) -> None:
    regulars = plugin_of(block(PAGE, "python", "class Regulars"), "Regulars")
    town: LiveTown = town_factory(plugins=[regulars, "checkin", "members"])
    olga, bob = town.people("olga", "bob")
    bob.says("/checkin")
    olga.becomes("operator")
    olga.says("/segment show checkin<7d")
    assert olga.sees("Among them: Bob")
    town.wait(days=8)
    olga.says("/segment show checkin<7d")
    assert olga.sees("0 members")


def test_every_field_is_told(town_factory: TownFactory) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z]+)[`:.<>=]", text))
    fields = {field.name for field in fields_of([]).values()}
    assert fields <= told, fields - told


@pytest.mark.parametrize("line", block(PAGE, "text", "tag:vip and balance").splitlines())
def test_every_filter_can_be_read(line: str) -> None:
    parse(line)


def test_every_command_stands_in_the_readme() -> None:
    text = (ROOT / "plugins/members/README.md").read_text(encoding="utf-8")
    for spec, _ in declarations_of(Members()).commands:
        for name in (spec.name, *spec.aliases):
            assert f"/{name}" in text, name
    for key in Members.config.model_fields:
        assert f"| `{key}` |" in text
