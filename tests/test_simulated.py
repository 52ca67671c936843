"""A plugin's part in simulations: the module ``simulation`` of its package, which is looked for when it is asked."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest

from coterie.core.loading import load_plugin
from coterie.core.plugin import Plugin
from coterie.core.simulated import SimulatedView, Simulation, namesakes, simulation_of
from coterie.plugins.access import simulation as access
from coterie.plugins.checkin import simulation as checkin
from coterie.plugins.gate import simulation as gate
from coterie.plugins.help import simulation as help_
from coterie.plugins.identity import simulation as identity
from coterie.plugins.levels import simulation as levels
from coterie.plugins.members import simulation as members
from coterie.plugins.privacy import simulation as privacy
from coterie.plugins.redpacket import simulation as redpacket
from coterie.plugins.referrals import simulation as referrals
from coterie.plugins.tipjar import simulation as tipjar
from coterie.plugins.wallet import simulation as wallet
from tests.test_docs import plugin_of

__all__ = ["plugin_of"]

BUILT_IN: Final[Mapping[str, Simulation]] = {
    "access": access,
    "checkin": checkin,
    "gate": gate,
    "help": help_,
    "identity": identity,
    "levels": levels,
    "members": members,
    "privacy": privacy,
    "redpacket": redpacket,
    "referrals": referrals,
    "tipjar": tipjar,
    "wallet": wallet,
}
"""The type is checked by mypy: each of them has both functions, and they take and give what they should."""
RAFFLE: Final = """
from coterie.core.api import Plugin

class Raffle(Plugin):
    name = "raffle"
"""
PART: Final = """
def actions(view):
    yield f"{view.choice(('ann', 'bob'))}: /raffle"

def invariants(ctx):
    yield f"{ctx} is wrong"
"""
Package = Callable[..., type[Plugin]]


@pytest.fixture
def raffle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """A plugin whose package, named like the test's folder, has these files beside ``__init__.py``; ``home`` is the
    module of its class.
    """

    def make(home: str = "", **files: str) -> type[Plugin]:
        folder = tmp_path / tmp_path.name
        folder.mkdir()
        for name, code in {"__init__": RAFFLE, **files}.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        found: type[Plugin] = importlib.import_module(tmp_path.name + home).Raffle
        return found

    yield make
    for name in [name for name in sys.modules if name.startswith(tmp_path.name)]:
        del sys.modules[name]


def said(plugin: Plugin) -> tuple[list[str], list[str]]:
    """What people may do, and what is wrong."""
    view: Any = random.Random(1)
    ctx: Any = "the ticket"
    return [*plugin.simulate_actions(view)], [*plugin.invariants(ctx)]


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_part_of_a_built_in_plugin_is_found(name: str) -> None:
    assert simulation_of(load_plugin(name)) is BUILT_IN[name]


def test_the_module_in_the_package_is_asked_and_not_imported_before(raffle: Package) -> None:
    plugin = raffle(simulation=PART)()
    assert f"{type(plugin).__module__}.simulation" not in sys.modules
    assert said(plugin) == (["ann: /raffle"], ["the ticket is wrong"])


def test_a_derived_plugin_takes_part_like_the_one_it_is_derived_from(raffle: Package) -> None:
    tombola = type("Tombola", (raffle(simulation=PART),), {"__module__": __name__})
    assert said(tombola()) == (["ann: /raffle"], ["the ticket is wrong"])


def test_a_method_of_the_plugin_goes_before_the_module(raffle: Package) -> None:
    tombola = type("Tombola", (raffle(simulation=PART),), {"invariants": lambda self, ctx: ()})
    assert said(tombola()) == (["ann: /raffle"], [])


def test_a_package_without_the_module_takes_no_part(raffle: Package) -> None:
    plugin = raffle()
    assert simulation_of(plugin) is None
    assert said(plugin()) == ([], [])


def test_the_class_may_be_in_any_module_of_the_package(raffle: Package) -> None:
    plugin = raffle(".plugin", plugin=RAFFLE, simulation=PART)()
    assert said(plugin) == (["ann: /raffle"], ["the ticket is wrong"])


def test_a_plugin_without_a_package_takes_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin_of: Callable[[str, str], type[Plugin]]
) -> None:
    (tmp_path / "simulation.py").write_text(PART, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert said(plugin_of(RAFFLE, "Raffle")()) == ([], [])


@pytest.mark.parametrize("broken", ["import no_such_module", PART.replace("invariants", "invariant")])
def test_a_part_that_is_broken_or_lacks_a_function_says_so(raffle: Package, broken: str) -> None:
    with pytest.raises((ModuleNotFoundError, AttributeError), match=r"no_such_module|'invariants'"):
        said(raffle(simulation=broken)())


def test_accounts_of_one_name_come_in_twos() -> None:
    view = SimpleNamespace(people=["boris@telegram", "amber", "boris", "boris@discord", "ambers"])
    found = [*namesakes(cast(SimulatedView, view))]
    assert sorted(found) == [
        ("boris", "boris@discord"),
        ("boris", "boris@telegram"),
        ("boris@discord", "boris@telegram"),
    ]
