"""The page about rights: its configuration is read, its example runs, it names every word of a plan's command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coterie.adapters.sandbox import SandboxAdapter
from coterie.core.api import Plugin
from coterie.core.config import Config, Settings
from coterie.core.testing.kit import LiveTown
from tests.test_docs import ROOT, block, plugin_of

__all__ = ["plugin_of"]


def test_the_configuration_is_in_order() -> None:
    import tomllib

    document = tomllib.loads(block("docs/access.md", "toml", "[communities.owls.access.gold]"))
    settings = Settings.of(document, {"access": Config}, {"sandbox": SandboxAdapter.config})
    (owls,) = settings.communities
    assert [(name, len(access.targets)) for name, access in owls.access.items()] == [("gold", 3), ("silver", 1)]


def test_every_setting_is_told() -> None:
    from coterie.core.config import RightsConfig

    page = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    assert [name for name in RightsConfig.model_fields if f"`{name}`" not in page] == []


def test_the_authors_example_runs(
    plugin_of: Callable[[str, str], type[Plugin]],
    town_factory: Callable[..., LiveTown],
) -> None:
    access: dict[str, Any] = {"gold": {"targets": [{"role": "r-gold"}]}}
    code = block("docs/access.md", "python", "class Supporters")
    town = town_factory(plugins=[plugin_of(code, "Supporters")], access=access)
    (alice,) = town.people("alice")
    town.grant(alice, 100)
    alice.says("/support 60")
    assert alice.sees("Welcome to gold.")
    assert alice.persona.roles == {"r-gold"}
    town.wait(days=20)
    alice.says("/support 40")
    town.wait(days=29)
    assert alice.persona.roles == {"r-gold"}
    town.wait(days=1)
    assert alice.sees("Your gold has ended.")
    assert alice.persona.roles == set()
