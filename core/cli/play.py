"""``coterie play``: runs scenarios and prints what everybody saw."""

from __future__ import annotations

import asyncio
import io
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coterie.core.testing.play.grammar import Scenario, ScenarioError, parse

if TYPE_CHECKING:
    from coterie.core.testing.play.hosting import Recipe
    from coterie.core.testing.play.runner import Result

PASSED: Final = 0
FAILED: Final = 1
BROKEN: Final = 2
"""Exit codes: all is as expected; a step failed; a file or the configuration cannot be used."""


def run_play(
    file: str | Path | Sequence[str | Path],
    seed: int = 1,
    db: str | None = None,
    config: str | Path | None = None,
    enable: Iterable[str] = (),
    ground: str = "sandbox",
) -> int:
    """Play one file or several on a ground, print the transcripts, and return the exit code."""
    files = [file] if isinstance(file, str | Path) else file
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may know fewer characters than people write
    scenarios = {str(name): _read(str(name)) for name in files}
    results: dict[str, Result | None] = dict.fromkeys(scenarios)
    if any(scenarios.values()):
        from coterie.core.testing.play.hosting import CannotStart, recipe_for

        try:
            recipe = recipe_for(config, enable, db or "")
        except CannotStart as error:
            _complain(str(error))
            return BROKEN
        for problem in recipe.left_out:
            _complain(f"left out: {problem}")
        for name, scenario in scenarios.items():
            if scenario is not None and scenario.simulation is not None:
                simulated = recipe_for(config, enable, db or "", simulation=True)
                results[name] = _play(scenario, simulated, scenario.simulation, ground)
            elif scenario is not None:
                results[name] = _play(scenario, recipe, seed, ground)
    if len(results) > 1:
        print()
        for name, result in results.items():
            print(_summary(name, result))
    return max((_code(result) for result in results.values()), default=PASSED)


def _read(name: str) -> Scenario | None:
    """The scenario in a file; None after a complaint."""
    data = b""
    try:
        data = Path(name).read_bytes()
        return parse(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").split("\n")
        _complain(f"{name}:{len(before)}:{len(before[-1]) + 1}: this is not UTF-8 text; save the file as UTF-8")
    except ScenarioError as error:
        _complain(str(error))
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) else "this cannot be the name of a file"
        _complain(f"{name}: the file cannot be read: {reason}")
    return None


def _play(scenario: Scenario, recipe: Recipe, seed: int, ground: str) -> Result | None:
    """Play one scenario; None after a complaint."""
    from coterie.core.testing.ground import UnknownGround
    from coterie.core.testing.play.hosting import CannotStart

    try:
        return asyncio.run(_perform(scenario, recipe, seed, ground))
    except (CannotStart, UnknownGround) as error:
        _complain(f"{scenario.name}: {error}")
    except Exception as error:  # a mistake in Coterie itself is not a failed step
        traceback.print_exc()
        _complain(f"{scenario.name}: something is wrong in Coterie itself: {type(error).__name__}: {error}")
    return None


async def _perform(scenario: Scenario, recipe: Recipe, seed: int, ground: str) -> Result:
    from coterie.core.testing.play.hosting import TownHost
    from coterie.core.testing.play.runner import Player

    host = TownHost(recipe, seed, ground)
    async with host.opened():
        return await Player(scenario, host, print).play()


def _code(result: Result | None) -> int:
    if result is None:
        return BROKEN
    return FAILED if result.failed_at else PASSED


def _summary(name: str, result: Result | None) -> str:
    if result is None:
        return f"cannot run  {name}"
    counted = f"{result.steps} steps, {result.expectations} expectations"
    return f"FAILED      {name}:{result.failed_at}" if result.failed_at else f"ok          {name}  ({counted})"


def _complain(text: str) -> None:
    sys.stdout.flush()
    print(text, file=sys.stderr)
