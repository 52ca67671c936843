"""The command around scenarios: files, configuration, plugins, databases, seeds and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from coterie.core import loading
from coterie.core.cli.play import run_play
from coterie.core.testing.play import seen
from tests.play_kit import FAIR, Play, passes, play

__all__ = ["play"]

SEEDED = "alice: /draw\ngive alice 9\nalice: /stand 3\nbob: [Take]\nrestart\nwait 30h\nalice: /draw\n"
PROGRAM = """
import sys
from coterie.core.cli.play import run_play
sys.exit(run_play("a.play", int(sys.argv[1]), None, "only.toml", [sys.argv[2]]))
"""


def test_the_same_seed_prints_the_same_in_every_process(tmp_path: Path) -> None:
    (tmp_path / "a.play").write_text(SEEDED)
    (tmp_path / "only.toml").write_text("")
    outputs = [_elsewhere(tmp_path, hash_seed, seed) for hash_seed, seed in (("1", "7"), ("2", "7"), ("1", "8"))]
    assert outputs[0] == outputs[1]
    assert b"Drawn: " in outputs[0]
    assert outputs[0] != outputs[2]


def _elsewhere(folder: Path, hash_seed: str, seed: str) -> bytes:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", PROGRAM, seed, FAIR]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout


def test_a_kept_database_goes_on(play: Play, empty_here: str) -> None:
    address = empty_here
    first = "give alice 5\nalice: hello\nalice: /draw"
    code, out, _ = play(first, db=address)
    assert code == 0, out
    assert out == passes(play, first)
    again = """
        expect balance alice 5
        give alice 5
        alice: hello
        expect room shows "Hello"
        expect balance alice 10
        """
    code, out, _ = play(again, db=address)
    assert code == 0, out


def test_configuration(play: Play) -> None:
    Path("plugins.toml").write_text(
        """
        [coterie]
        database = "sqlite:///real.db"
        secret = { env = "NOT_SET_ANYWHERE" }
        timezone = "Asia/Shanghai"
        [adapters.telegram]
        token = { env = "NOT_SET_ANYWHERE" }
        [communities.one]
        spaces = [{ platform = "telegram", id = "-100" }]
        [communities.two]
        locale = "zh-Hans"
        spaces = [{ platform = "sandbox", id = "square" }]
        """
    )
    text = 'alice: hello\nalice: /nothing\nexpect room shows "Hello"\nexpect alice sees /[一-龥]/'
    code, out, err = play(text, config="plugins.toml")
    assert (code, err) == (0, ""), out + err
    assert not Path("real.db").exists()
    Path("plugins.toml").write_text('[coterie]\nlocale = "fr"\n[plugins.nosuch]\n')
    code, out, err = play("alice: hello", config="plugins.toml")
    assert (code, out) == (2, "")
    assert "plugins.toml:2" in err
    assert "no plugin called 'nosuch' is installed" in err
    code, _, err = play("alice: hello", config="missing.toml")
    assert code == 2
    assert "cannot be read" in err


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        ("nosuch", "plugin nosuch: no plugin of this name is installed"),
        ("no_such_module:X", "it cannot be imported: No module named 'no_such_module'"),
        ("tests.play_fair:Missing", "it cannot be imported: AttributeError"),
        ("tests.play_fair:Unnamed", "is not a class derived from Plugin"),
    ],
)
def test_plugins_that_cannot_be_enabled(
    play: Play, capsys: pytest.CaptureFixture[str], plugin: str, words: str
) -> None:
    passes(play, "")
    assert run_play("a.play", config="only.toml", enable=[plugin]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_an_installed_plugin_that_does_not_load_is_left_out(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module:X", "coterie.plugins")
    monkeypatch.setattr(loading, "entry_points", lambda: EntryPoints([broken]))
    loading.forget_installed()
    try:
        code, out, err = play('alice: hello\nexpect alice sees "Hello"', config=None)
        assert (code, err[:24]) == (0, "left out: plugin broken:"), out + err
        Path("on.toml").write_text("[plugins.broken]\n")
        code, out, err = play("alice: hello", config="on.toml")
        assert (code, out) == (2, "")
        assert "No module named 'no_such_module'" in err
        assert play("alice: hello")[0] == 0
    finally:
        loading.forget_installed()


def test_files_that_cannot_be_read(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    passes(play, "")
    Path("bytes.play").write_bytes("alice: hi\nal小\xff".encode().replace("\xff".encode(), b"\xff"))
    Path("wrong.play").write_text("alice: hi\nalice\nwait x")
    assert run_play(["missing.play", ".", "bytes.play", "wrong.play", "a\0.play"], config="only.toml") == 2
    err = capsys.readouterr().err
    for place in ("missing.play: ", ".: ", "bytes.play:2:4: ", "wrong.play:2:6: ", "wrong.play:3:6: ", "a\0.play: "):
        assert f"\n{place}" in f"\n{err}"


def test_several_files_end_with_a_line_each(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    passes(play, "give alice 5\nexpect balance alice 5")
    Path("b.play").write_text('give alice 5\nexpect balance alice 5\nexpect bob sees "x"\nrestart')
    Path("c.play").write_text("x")
    assert run_play(["a.play", "b.play"], config="only.toml", enable=[FAIR]) == 1
    assert capsys.readouterr().out.endswith("\nok          a.play  (2 steps, 1 expectations)\nFAILED      b.play:3\n")
    assert run_play(["a.play", "c.play"], config="only.toml", enable=[FAIR]) == 2
    assert capsys.readouterr().out.endswith("\nok          a.play  (2 steps, 1 expectations)\ncannot run  c.play\n")


def test_a_damaged_database_and_a_mistake_of_our_own(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("bad.db").write_bytes(b"not a database at all " * 100)
    code, _, err = play("alice: hi", db="sqlite:///bad.db")
    assert (code, "Traceback" in err) == (2, False)
    assert "a.play: " in err
    code, _, err = play("alice: hi", db="mysql://x")
    assert (code, "Traceback" in err) == (2, False)
    monkeypatch.setattr(seen, "in_public", None)
    code, _, err = play('expect room shows "x"')
    assert code == 2
    assert "something is wrong in Coterie itself" in err
