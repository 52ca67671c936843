"""Looks for planted bugs with the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coterie.core.testing.play.hosting import Recipe, recipe_for
from coterie.core.testing.simulate.faults import USUAL
from coterie.core.testing.simulate.running import Outcome, Plan, generated, replayed
from tests.planted.planting import Bug

TOWN = Path(__file__).parent / "town.toml"
PAWN = "tests.planted.pawn:Pawn"
STEPS = 150
"""Steps of one simulation; two thousand of these are tried at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a bug was found: the seed, the step, and what spoke."""

    seed: int
    step: int
    problem: str


def town() -> Recipe:
    """The settings and plugins of the town in which bugs are looked for."""
    return recipe_for(TOWN, enable=[PAWN])


def hunt(bug: Bug, seeds: range, *, steps: int = STEPS) -> Found | None:
    """The first seed at which a bug shows, and which is in order without it; ``None`` for a bug that stays hidden."""
    recipe = town()
    for seed in seeds:
        with bug.plant():
            outcome = generated(recipe, seed, Plan(steps, USUAL))
        if outcome.problems and _in_order(recipe, outcome):
            return Found(seed, len(outcome.lines), outcome.problems[0])
    return None


def _in_order(recipe: Recipe, outcome: Outcome) -> bool:
    """Whether nothing is wrong with the same history where no bug is planted."""
    return not replayed(recipe, outcome.seed, outcome.lines).problems


def shows(bug: Bug, history: str, seed: int = 1) -> list[str]:
    """What is wrong after a history with a bug in it; raises :class:`AssertionError` if it is wrong without it."""
    recipe, lines = town(), [line for line in history.strip().splitlines() if line.strip()]
    healthy = replayed(recipe, seed, lines).problems
    assert not healthy, healthy
    with bug.plant():
        return replayed(recipe, seed, lines).problems
