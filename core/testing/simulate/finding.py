"""What a simulation has found: told to a person, and written as a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coterie.core.testing.play.hosting import Recipe
from coterie.core.testing.simulate.running import Outcome, replayed
from coterie.core.testing.simulate.shrinking import kind_of, shrunk


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: ``lines`` are as few as were found to lead there."""

    seed: int
    step: int
    problems: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What it is about, whatever its numbers are."""
        return kind_of(self.problems[0])


def finding_of(recipe: Recipe, outcome: Outcome) -> Finding:
    """Shrink what a simulation has found; its problems are those of the shrunk scenario."""
    kind = kind_of(outcome.problems[0])
    last = outcome

    def fails(lines: Sequence[str]) -> int:
        nonlocal last
        again = replayed(recipe, outcome.seed, lines)
        if again.problems and kind_of(again.problems[0]) == kind:
            last = again
            return len(again.lines)
        return 0

    lines = shrunk(outcome.lines, fails)
    return Finding(outcome.seed, len(outcome.lines), tuple(last.problems), tuple(lines))


def scenario(finding: Finding, enable: Sequence[str] = ()) -> str:
    """The finding as a file that ``coterie play`` plays."""
    head = [f"# {problem}" for problem in " ".join(finding.problems[:1]).splitlines()]
    if enable:
        head.append(f"# Play it with --enable {' '.join(enable)}.")
    return "\n".join((*head, f"simulation {finding.seed}", *finding.lines, ""))


def write(finding: Finding, folder: Path, enable: Sequence[str] = ()) -> Path:
    """Write the finding as ``simulation-SEED.play``."""
    path = folder / f"simulation-{finding.seed}.play"
    path.write_text(scenario(finding, enable), encoding="utf-8")
    return path


def told(finding: Finding, path: Path) -> Iterator[str]:
    """The finding, line by line."""
    first, *others = finding.problems
    yield f"seed {finding.seed}, step {finding.step}: {first}"
    yield from (f"    and: {problem}" for problem in others)
    yield f"    {len(finding.lines)} of the {finding.step} steps that led there matter:"
    yield from (f"    {number:5}  {line}" for number, line in enumerate(finding.lines, 2))
    yield f"    written to {path}: `coterie play {path}` shows what everybody saw"
