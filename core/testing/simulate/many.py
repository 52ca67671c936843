"""Many simulations, in several processes; what they find does not depend on how many there are."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from typing import Final

from coterie.core.testing.play.hosting import Recipe, recipe_for
from coterie.core.testing.simulate.finding import Finding, finding_of
from coterie.core.testing.simulate.running import Outcome, Plan, generated

YOUNG: Final = 100_000
"""New objects until a process looks for garbage: each town's goes with it, and looking for less takes longer."""


@dataclass(frozen=True, slots=True)
class Order:
    """What all simulations of one command have in common; every process makes its recipe from it."""

    plan: Plan
    enable: tuple[str, ...] = ()
    config: str = ""
    database: str = ""
    """``postgresql://…`` for schemas on that server; empty for SQLite files."""


@cache
def recipe(order: Order) -> Recipe:
    """What every simulation starts with; raises :class:`~coterie.core.testing.play.hosting.CannotStart`."""
    found = recipe_for(order.config or None, order.enable, simulation=True)
    return Recipe(found.settings, found.plugins, found.space, found.left_out, order.database)


def outcomes(order: Order, seeds: Sequence[int], jobs: int) -> Iterator[Outcome]:
    """Simulate every seed; outcomes come as they are ready."""
    if jobs <= 1 or len(seeds) <= 1:
        yield from (_one(order, seed) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), gc.set_threshold, (YOUNG,)) as pool:
        waiting = [pool.submit(_one, order, seed) for seed in seeds]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def findings(order: Order, found: Sequence[Outcome]) -> Iterator[tuple[Outcome, Finding | None]]:
    """Shrink the first of each kind, in the order of the seeds; None for one that is like an earlier one."""
    kinds: set[str] = set()
    for outcome in sorted(found, key=lambda each: each.seed):
        finding = finding_of(recipe(order), outcome) if outcome.kind not in kinds else None
        kinds.add(outcome.kind)
        yield outcome, finding


def _one(order: Order, seed: int) -> Outcome:
    return generated(recipe(order), seed, order.plan)
