"""A plugin's part in simulations, and what it sees of a town when it is asked what somebody might do next."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from coterie.core.context import Context


class SimulatedView(Protocol):
    """The town at one step of ``coterie simulate``.

    People are named as a scenario writes them: ``amber``, ``boris@telegram``.  All choices go through ``rng``: the
    same seed gives the same steps.  Every list is in an order that follows from the seed alone.
    """

    @property
    def rng(self) -> random.Random:
        """Where all choices come from."""

    @property
    def people(self) -> Sequence[str]:
        """Everybody, present or not."""

    @property
    def operators(self) -> Sequence[str]:
        """Those present who are operators of the town now."""

    @property
    def present(self) -> Sequence[str]:
        """Those who are in the town now."""

    @property
    def rooms(self) -> Sequence[str]:
        """The public rooms, without ``#``; the first is the current one, where a post of the next line would go."""

    @property
    def day(self) -> date:
        """The day in the community's zone."""

    def money(self, name: str, currency: str = "points") -> int:
        """What somebody owns, in minor units; 0 for one who is not known yet."""

    def buttons(self, name: str) -> list[str]:
        """Labels of buttons that somebody can see and press, newest first, each once."""

    def forms(self, name: str) -> list[str]:
        """The questions (labels) of somebody's newest open form; empty when there is none."""

    def invoices(self, name: str) -> list[tuple[int, str]]:
        """Amounts (minor units) and currencies of invoices that somebody can pay, newest first."""

    def polls(self, name: str) -> list[str]:
        """The options of the newest open poll that somebody can see; empty when there is none."""


class Simulation(Protocol):
    """A plugin's part in simulations: its module ``simulation`` is one, and has both functions."""

    def actions(self, view: SimulatedView) -> Iterable[str]:
        """What :meth:`~coterie.core.plugin.Plugin.simulate_actions` gives."""

    def invariants(self, ctx: Context) -> Iterable[str]:
        """What :meth:`~coterie.core.plugin.Plugin.invariants` gives."""


def namesakes(view: SimulatedView) -> Iterator[tuple[str, str]]:
    """Every two accounts of one name: whose owner might link them, or do something with one and then the other."""
    for one in view.people:
        for other in view.people:
            if one < other and one.partition("@")[0] == other.partition("@")[0]:
                yield one, other


def simulation_of(plugin: type) -> Simulation | None:
    """The module ``simulation`` in the package of a plugin's class, or of a class that it is derived from; it is where
    ``locales`` and ``migrations`` are.

    It is imported here and not before: a process that serves people never needs it.
    """
    for kind in plugin.__mro__:
        package = getattr(sys.modules.get(kind.__module__), "__package__", None)
        found = _simulation_in(package) if package else None
        if found is not None:
            return found
    return None


@cache  # asked at every step, and looking for a module that is not there goes through the folders every time
def _simulation_in(package: str) -> Simulation | None:
    name = f"{package}.simulation"
    return cast(Simulation, import_module(name)) if find_spec(name) is not None else None


__all__ = ["SimulatedView", "Simulation", "namesakes", "simulation_of"]
