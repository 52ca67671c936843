"""Simulations: the same from the same seed in every process, what they find, and the short scenario that shows it."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import pytest

from coterie.core.api import Context, Plugin, SimulatedView, command
from coterie.core.cli.play import run_play
from coterie.core.testing.play.grammar import parse_line
from coterie.core.testing.play.hosting import Recipe, recipe_for
from coterie.core.testing.simulate.faults import USUAL
from coterie.core.testing.simulate.finding import finding_of, scenario, told
from coterie.core.testing.simulate.running import Plan, generated, replayed
from coterie.core.testing.simulate.shrinking import shrunk
from tests.cli_kit import called

HERE = "tests.test_simulate_runs"


class Leaky(Plugin):
    """A purse that says it is wrong as soon as somebody has taken from it twice."""

    name: ClassVar[str] = "leaky"

    @command("take")
    def take(self, ctx: Context) -> None:
        """Take one."""
        ctx.ledger.grant(ctx.member, 1, reason="taken", key=ctx.event.key)

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """Take."""
        yield f"{view.rng.choice(view.people)}: /take"

    def invariants(self, ctx: Context) -> Iterable[str]:
        """At most one was taken."""
        taken = -ctx.ledger.balance(ctx.ledger.issuer())
        if taken % 100 > 1:
            yield f"{taken} were taken, one is all there is"


class Clumsy(Plugin):
    """Fails at a word."""

    name: ClassVar[str] = "clumsy"

    @command("stumble")
    def stumble(self, ctx: Context) -> None:
        """Fall."""
        raise RuntimeError("fell over")

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """Stumble."""
        yield f"{view.rng.choice(view.people)}: /stumble"


@pytest.fixture
def recipe() -> Recipe:
    return recipe_for(simulation=True)


def with_plugin(kind: type[Plugin]) -> Recipe:
    return recipe_for(enable=[f"{HERE}:{kind.__name__}"], simulation=True)


def test_everything_holds_without_faults(recipe: Recipe) -> None:
    outcome = generated(recipe, 1, Plan(60))
    assert (outcome.problems, len(outcome.lines)) == ([], 60)


@pytest.mark.parametrize("seed", [2, 3])
def test_everything_holds_with_faults(recipe: Recipe, seed: int) -> None:
    assert generated(recipe, seed, Plan(60, USUAL)).problems == []


@pytest.mark.postgres
def test_everything_holds_on_postgresql(recipe: Recipe, postgres: str) -> None:
    assert generated(dataclasses.replace(recipe, scratch=postgres), 2, Plan(40, USUAL)).problems == []


def test_the_lines_alone_lead_to_the_same_end(recipe: Recipe) -> None:
    outcome = generated(recipe, 5, Plan(40, USUAL))
    again = replayed(recipe, 5, outcome.lines)
    assert (again.digest, again.lines, again.problems) == (outcome.digest, outcome.lines, [])


def test_every_process_sees_the_same() -> None:
    program = (
        "from coterie.core.testing.play.hosting import recipe_for\n"
        "from coterie.core.testing.simulate.running import Plan, generated\n"
        "from coterie.core.testing.simulate.faults import USUAL\n"
        "outcome = generated(recipe_for(simulation=True), 8, Plan(40, USUAL))\n"
        "print(outcome.digest, outcome.lines)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            check=True,
            timeout=100,
        ).stdout
        for number in ("1", "2")
    }
    assert len(seen) == 1


def test_every_generated_line_can_be_written_down(recipe: Recipe) -> None:
    for line in generated(recipe, 9, Plan(80, USUAL)).lines:
        assert parse_line(line) is not None


def test_what_does_not_hold_is_shrunk_and_played_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leaky = with_plugin(Leaky)
    outcome = generated(leaky, 1, Plan(120, (), ("leaky",)))
    assert "one is all there is" in outcome.problems[0]
    finding = finding_of(leaky, outcome)
    assert len(finding.lines) <= 3 < len(outcome.lines)
    file = tmp_path / "found.play"
    file.write_text(scenario(finding), encoding="utf-8")
    assert run_play(file, enable=[f"{HERE}:Leaky"]) == 1
    assert finding.problems[0] in capsys.readouterr().out
    lines = list(told(finding, file))
    assert lines[0] == f"seed 1, step {len(outcome.lines)}: {finding.problems[0]}"


def test_a_plugin_that_raises_is_found() -> None:
    outcome = generated(with_plugin(Clumsy), 1, Plan(60, (), ("clumsy",)))
    assert outcome.problems[0].startswith("the plugin clumsy failed in ")
    assert "fell over" in outcome.problems[0]


def test_shrinking_leaves_what_matters() -> None:
    def fails(lines: list[str]) -> int:
        return lines.index("b") + 1 if "a" in lines and "b" in lines[lines.index("a") :] else 0

    noise = [str(number) for number in range(50)]
    assert shrunk([*noise, "a", *noise, "b"], fails) == ["a", "b"]  # type: ignore[arg-type]


def test_the_command_tells_that_all_is_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out, _ = called(capsys, "simulate", "--seeds", "1", "--steps", "12", "--faults", "none")
    assert "1 simulations, 12 steps: everything holds" in out


def test_the_command_writes_what_it_finds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("simulate", "--seeds", "1", "--first", "1", "--plugin", f"{HERE}:Clumsy", "--steps", "60")
    out, _ = called(capsys, *words, code=1)
    assert "the plugin clumsy failed in" in out
    assert "/stumble" in (tmp_path / "simulation-1.play").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--faults", "rain"), "There is no fault 'rain'"),
        (("--plugin", "nobody"), "There is no plugin 'nobody'"),
        (("--db", "sqlite:///a.db"), "--db is postgresql"),
    ],
)
def test_what_cannot_be_simulated_is_told(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    _, err = called(capsys, "simulate", *words, code=2)
    assert said in err
