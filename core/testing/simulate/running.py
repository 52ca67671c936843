"""Runs one simulation: lines from a generator, or given ones, until something does not hold."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from coterie.core.testing.play.captures import filled
from coterie.core.testing.play.grammar import parse_line
from coterie.core.testing.play.hosting import Recipe, TownHost
from coterie.core.testing.play.runner import carry_out
from coterie.core.testing.play.trial import Trial, begin
from coterie.core.testing.play.values import Wrong
from coterie.core.testing.play.world import StepFailed, World
from coterie.core.testing.simulate.faults import Faulty
from coterie.core.testing.simulate.generator import Generator
from coterie.core.testing.simulate.loop import Stuck, run_alone
from coterie.core.testing.simulate.shrinking import kind_of

Lines = Callable[[World, Trial], Callable[[], str | None]]
"""Makes what gives one line after the other, and None in the end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a simulation may do: how many steps, which kinds of faults, in which plugins (empty: all)."""

    steps: int = 300
    faults: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """How a simulation went; ``problems`` is empty when everything holds, else the last line of ``lines`` led there."""

    seed: int
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    impossible: int = 0
    """Steps that could not be done, such as pressing a button that had gone."""
    digest: str = ""
    """What was seen in the town, boiled down: the same in every process."""

    @property
    def kind(self) -> str:
        """What was found, whatever its numbers are; empty when everything holds."""
        return kind_of(self.problems[0]) if self.problems else ""


def generated(recipe: Recipe, seed: int, plan: Plan) -> Outcome:
    """Simulate from a seed."""

    def lines(world: World, trial: Trial) -> Callable[[], str | None]:
        rng = random.Random(f"simulation {seed}")
        faulty = Faulty(rng, plan.faults, world.host.plugins)
        generator = Generator(world, trial.proof, rng, faulty, plan.only)
        left = iter(range(plan.steps))
        return lambda: None if next(left, None) is None else generator.next()

    return _alone(recipe, seed, lines)


def replayed(recipe: Recipe, seed: int, given: Sequence[str]) -> Outcome:
    """Simulate with lines that are there."""

    def lines(world: World, trial: Trial) -> Callable[[], str | None]:
        left = iter(given)
        return lambda: next(left, None)

    return _alone(recipe, seed, lines)


def _alone(recipe: Recipe, seed: int, lines: Lines) -> Outcome:
    outcome = Outcome(seed)
    try:
        run_alone(_run(recipe, outcome, lines))
    except Stuck as stuck:
        outcome.problems = [f"nothing goes on any more, and these wait: {stuck}"]
    return outcome


async def _run(recipe: Recipe, outcome: Outcome, lines: Lines) -> None:
    host = TownHost(recipe, outcome.seed)
    with _hushed():
        async with host.opened():
            world = await begin(host)
            trial = Trial(world)
            next_line = lines(world, trial)
            try:
                while not outcome.problems and (line := next_line()) is not None:
                    outcome.lines.append(line)
                    world.line = len(outcome.lines) + 1
                    outcome.problems = await _step(world, trial, line, outcome)
                if not outcome.problems:
                    outcome.problems = await trial.end()
            except Exception as error:  # whatever the product raises at its caller is a finding, too
                outcome.problems = [f"{type(error).__name__}: {error}"]
            outcome.digest = _digest(world)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep our log out of the way: what goes wrong in a simulation was asked for."""
    log = logging.getLogger("coterie")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


async def _step(world: World, trial: Trial, line: str, outcome: Outcome) -> list[str]:
    try:
        step = parse_line(line)
    except Wrong as wrong:
        return [f"this is no line of a scenario: {line!r}: {wrong.message}"]
    if step is None:
        return []
    try:
        await carry_out(world, filled(step, {}))
    except StepFailed:
        outcome.impossible += 1
    return await trial.problems()


def _digest(world: World) -> str:
    """Everything that anybody could see, as one short word."""
    seen = hashlib.sha256(str(world.clock.now()).encode())
    for message in world.town.messages.values():
        told = (message.id, message.room, message.author, message.private_to, message.deleted, message.edits)
        seen.update(repr((*told, message.shown())).encode())
    return seen.hexdigest()[:16]
