"""What tests of scenarios share: the fair as the only plugin, and a way to play a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coterie.core.cli.play import run_play

FAIR = "tests.play_fair:Fair"
Play = Callable[..., tuple[int, str, str]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Play:
    """Play a text as ``a.play`` with the fair as the only plugin; exit code, output, complaints."""
    monkeypatch.chdir(tmp_path)
    Path("only.toml").write_text("[coterie]\n")

    def run(text: str, seed: int = 1, db: str | None = None, config: str | None = "only.toml") -> tuple[int, str, str]:
        Path("a.play").write_text(text, encoding="utf-8")
        code = run_play("a.play", seed=seed, db=db, config=config, enable=[FAIR])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def passes(play: Play, text: str) -> str:
    code, out, err = play(text)
    assert (code, err) == (0, ""), out + err
    return out


def fails(play: Play, text: str) -> str:
    """The words of the failure, which is at the last line of the text."""
    code, out, err = play(text)
    assert (code, err) == (1, ""), out + err
    last = len(text.rstrip("\n").split("\n"))
    head, found, words = out.partition(f"\na.play:{last}: ")
    assert found, head
    return words
