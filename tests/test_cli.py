"""The command line: its commands, what becomes of errors, and how scenarios are called."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from coterie.core.cli import root
from coterie.core.cli.output import explain, table
from coterie.storage.faults import StoreMismatch, StoreUnavailable
from tests.cli_kit import PLAIN, Text, called, config, environment, folder_fixture, own_points_fixture  # noqa: F401 - pytest finds them here

pytestmark = pytest.mark.usefixtures("folder")


def test_help_lists_every_command(capsys: Text) -> None:
    out, _ = called(capsys, "--help")
    for name, (_, text) in root._COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(text[:30])}", out, re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [[name] for name in root._COMMANDS]
    + [[group, name] for group, members in root._GROUPS.items() for name in members],
    ids=" ".join,
)
def test_every_command_explains_itself(capsys: Text, words: list[str]) -> None:
    out, err = called(capsys, *words, "--help")
    assert out.startswith(f"Usage: coterie {' '.join(words)}")
    assert err == ""
    assert len(out.split("\n\n")) >= 3, "usage, what it does, options"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from coterie.core.cli.root import run\n"
        "for words in (['--help'], ['run', '--help'], ['db', 'status', '--help']):\n"
        "    run(words)\n"
        "heavy = {'sqlalchemy', 'pydantic', 'aiohttp', 'alembic', 'asyncio', 'babel'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "There is no command 'chek'. Did you mean 'check'?"),
        (["zzz"], "There is no command 'zzz'. There are: demo, run, play"),
        (["db", "statsu"], "There is no command 'statsu'. Did you mean 'status'?"),
        (["run", "--prot", "1"], "No such option"),
        (["demo", "--port", "70000"], "0<=x<=65535"),
    ],
)
def test_a_mistyped_command_line_is_explained(capsys: Text, words: Sequence[str], said: str) -> None:
    _, err = called(capsys, *words, code=2)
    assert said in err
    assert "Traceback" not in err


def test_the_version(capsys: Text) -> None:
    from coterie.core import __version__

    assert called(capsys, "--version")[0] == f"coterie {__version__}\n"


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (StoreUnavailable("the database cannot be opened: locked"), "Error: the database cannot be opened: locked", 1),
        (StoreMismatch("too new"), "Error: too new", 1),
        (FileNotFoundError(2, "No such file or directory", "x.txt"), "Error: x.txt: No such file or directory", 1),
        (ZeroDivisionError("by zero"), "Error: Coterie itself made a mistake: ZeroDivisionError: by zero\n--debug", 1),
    ],
)
def test_errors_are_sentences(error: Exception, said: str, code: int) -> None:
    text, found = explain(error)
    assert text.startswith(said)
    assert found == code


def test_tracebacks_are_shown_only_when_asked_for(capsys: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(root.cli, "main", fail)
    _, err = called(capsys, "hooks", code=1)
    assert "Traceback" not in err
    with pytest.raises(ZeroDivisionError):
        root.run(["hooks", "--debug"])
    monkeypatch.delenv("COTERIE_DEBUG")
    monkeypatch.setenv("COTERIE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        root.run(["hooks"])


@pytest.mark.parametrize("url", ["sqlite:///no/such/folder/x.db", "postgresql://nobody@127.0.0.1:1/x"])
def test_a_store_that_cannot_be_opened_is_a_sentence(capsys: Text, url: str) -> None:
    config(PLAIN)
    _, err = called(capsys, "db", "upgrade", "--db", url, code=1)
    assert err.startswith("Error: the database refuses: ")
    assert err.count("\n") == 1


def test_a_database_of_an_unknown_kind(capsys: Text) -> None:
    _, err = called(capsys, "ledger", "verify", "--db", "mysql://x", code=2)
    assert "expected a database address" in err


def test_columns_line_up_with_wide_characters() -> None:
    lines = table(("A", "B"), [("签到", "x"), ("ab", ["y", "z"]), ("", "")]).splitlines()
    assert lines == ["A     B", "签到  x", "ab    y, z", "-     -"]


@pytest.mark.parametrize(
    ("words", "files", "enable"),
    [
        (["a.play"], ["a.play"], []),
        (["a.play", "--enable", "checkin", "wallet"], ["a.play"], ["checkin", "wallet"]),
        (["--enable", "checkin", "wallet", "a.play"], ["a.play"], ["checkin", "wallet"]),
        (["--enable", "checkin", "a.play", "--enable", "wallet"], ["a.play"], ["checkin", "wallet"]),
        (["a.play", "--enable", "checkin,wallet"], ["a.play"], ["checkin", "wallet"]),
        (["a.play", "--enable", "x.y:Z", "--seed", "7"], ["a.play"], ["x.y:Z"]),
        (["a.play", "b.play"], ["a.play", "b.play"], []),
    ],
)
def test_play_takes_several_plugins(
    capsys: Text, monkeypatch: pytest.MonkeyPatch, words: list[str], files: list[str], enable: list[str]
) -> None:
    seen: dict[str, Any] = {}

    def play(file: Any, **options: Any) -> int:
        seen.update(options, file=file)
        return 0

    monkeypatch.setattr("coterie.core.cli.play.run_play", play)
    called(capsys, "play", *words)
    given = seen["file"] if isinstance(seen["file"], tuple) else (seen["file"],)
    assert [str(file) for file in given] == files
    assert seen["enable"] == enable
    assert seen["seed"] == (7 if "--seed" in words else 1)


@pytest.mark.parametrize(("expected", "code"), [("fair", 0), ("foul", 1)])
def test_play_ends_with_the_scenario_s_code(capsys: Text, expected: str, code: int) -> None:
    Path("a.play").write_text(f'alice: /fair\nexpect alice sees "{expected}"\n')
    file = config("[adapters.sandbox]\n[plugins.probe-fair]\n", "only.toml")
    called(capsys, "play", "a.play", "--enable", "probe-fair", "-c", file, code=code)
