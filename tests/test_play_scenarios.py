"""The scenarios of this folder and of the documentation, played with the built-in plugins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from coterie.core.cli.play import run_play
from coterie.core.testing.play.grammar import parse
from coterie.core.testing.play.steps import Act, Buy, Duplicate, Fault, Simulation, Step, Vote

HERE = Path(__file__).parent
SCENARIOS = sorted((HERE / "scenarios").glob("*.play"))
PAGE = (HERE.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(play|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_scenario(file: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(file, seed=seed)
    said = capsys.readouterr()
    assert (code, said.err) == (0, ""), said.out + said.err
    assert "warning: " not in said.out


@pytest.mark.sqlite("what processes print is compared, not what databases do")
def test_the_same_transcripts_byte_for_byte_in_every_process() -> None:
    program = "import sys; from coterie.core.cli.play import run_play; sys.exit(run_play(sys.argv[1:], 5))"
    outputs = []
    for hash_seed in ("1", "22"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", program, *map(str, SCENARIOS)]
        outputs.append(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\nok: ") == len(SCENARIOS)


def test_every_step_has_every_step() -> None:
    steps = [line.step for line in parse((HERE / "scenarios" / "every_step.play").read_text(encoding="utf-8")).lines]
    acts = {type(step.act) if isinstance(step, Duplicate) else type(step) for step in steps}
    # No built-in plugin sends polls: test_core_polls.py plays a scenario with one that does.
    assert {type(step) for step in steps} == set(get_args(Step)) - {Vote, Buy, Fault, Simulation}
    assert acts >= set(get_args(Act)) - {Vote, Buy}


@pytest.mark.parametrize(
    "text", [text for kind, text in BLOCKS if kind == "play"], ids=lambda text: text.split("\n")[0]
)
def test_examples_of_the_page(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("packet.play").write_text(text, encoding="utf-8")
    code = run_play("packet.play")
    out = capsys.readouterr().out
    after = BLOCKS[BLOCKS.index(("play", text)) + 1 :][:1]
    if after and after[0][0] == "text":
        assert code == 1
        assert out.endswith("\n" + after[0][1])
    else:
        assert code == 0, out


def test_the_page_tells_every_option() -> None:
    from coterie.core.cli.scenario import play

    options = [name for parameter in play.params for name in parameter.opts if name.startswith("--")]
    assert options
    for name in options:
        assert f"{name} " in PAGE or name == "--config"
