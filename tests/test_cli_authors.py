"""`coterie plugin`, `hooks` and `config`: what authors use."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from coterie.core.hooks import HOOKS
from coterie.core.loading import forget_installed
from tests.cli_kit import PLAIN, Text, called, config, environment, folder_fixture, own_points_fixture, package  # noqa: F401 - pytest finds them here

pytestmark = pytest.mark.usefixtures("folder")


def test_plugins_are_listed_with_their_state(capsys: Text) -> None:
    config(PLAIN + "[plugins.probe-gone]\n[communities.owls]\n[communities.larks.plugins.checkin]\nenabled = false\n")
    found = {each["name"]: each for each in json.loads(called(capsys, "plugin", "list", "--json")[0])}
    assert found["checkin"]["enabled"] == ["owls"]
    assert found["checkin"]["tables"] == ["checkin_days"]
    assert "checkin" in found["checkin"]["commands"]
    assert found["checkin"]["problem"] == ""
    assert (found["probe-fair"]["package"], found["probe-fair"]["version"]) == ("coterie-probe", "1.2.3")
    assert found["probe-gone"]["enabled"] == ["owls", "larks"]
    assert "No module named 'probe_gone'" in found["probe-gone"]["problem"]
    assert "Wrong.on_mesage is not a hook" in found["probe-wrong"]["problem"]
    assert "no such device" in found["probe-fragile"]["problem"]
    assert found["probe-needy"]["problem"] == ""
    out, _ = called(capsys, "plugin", "list")
    assert re.search(r"^probe-fair +1\.2\.3 +coterie-probe +- +/fair +- +ok$", out, re.MULTILINE)


def test_a_new_plugin_passes_its_own_test(capsys: Text, folder: Path, own_points: list[Path]) -> None:
    out, _ = called(capsys, "plugin", "new", "nice-words", "--into", "made")
    made = folder / "made" / "coterie-nice-words"
    assert f"cd made{os.sep}coterie-nice-words" in out
    assert "@" not in "".join(
        path.read_text(encoding="utf-8") for path in made.rglob("*.*") if path.suffix in (".toml", ".md", ".ftl")
    )
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=made,
        env=environment(*own_points),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "4 passed" in ended.stdout


def test_a_new_plugin_is_found_and_loads_once_it_is_installed(
    capsys: Text, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called(capsys, "plugin", "new", "nice-words")
    made = folder / "coterie-nice-words"
    points = tomllib.loads((made / "pyproject.toml").read_text())["project"]["entry-points"]
    monkeypatch.syspath_prepend(package(folder / "site", "coterie-nice-words", points, {}))
    monkeypatch.syspath_prepend(made)
    forget_installed()
    (found,) = [
        each for each in json.loads(called(capsys, "plugin", "list", "--json")[0]) if each["name"] == "nice-words"
    ]
    assert (found["commands"], found["tables"], found["problem"]) == (["nice-words"], ["nice_words_greetings"], "")
    config("[adapters.sandbox]\n[plugins.nice-words]\n")
    out, _ = called(capsys, "check")
    assert "ok       texts          complete in en, zh-Hans, zh-Hant" in out
    called(capsys, "db", "upgrade")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Nice", "cannot be a plugin's name"),
        ("9lives", "cannot be a plugin's name"),
        ("../up", "cannot be a plugin's name"),
        ("a" * 33, "cannot be a plugin's name"),
        ("class", "is taken"),
        ("core", "is taken"),
        ("probe-fair", "is installed already (package coterie-probe)"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(capsys: Text, name: str, said: str) -> None:
    assert said in called(capsys, "plugin", "new", name, code=2)[1]
    assert not list(Path().iterdir())


def test_a_new_plugin_replaces_nothing(capsys: Text) -> None:
    called(capsys, "plugin", "new", "nice")
    assert "exists already" in called(capsys, "plugin", "new", "nice", code=1)[1]


def test_every_hook_is_listed(capsys: Text) -> None:
    out, _ = called(capsys, "hooks")
    page, _ = called(capsys, "hooks", "--markdown")
    listed = {each["name"]: each for each in json.loads(called(capsys, "hooks", "--json")[0])}
    for hook in HOOKS:
        assert re.search(rf"^{hook.name} ", out, re.MULTILINE)
        assert f"| `{hook.name}` |" in page
        assert listed[hook.name]["does"] == hook.does
    assert re.search(r"^decide_join +decide +JoinRequested +refuses", out, re.MULTILINE)


def test_the_schema_knows_the_installed_plugins(capsys: Text) -> None:
    out, err = called(capsys, "config", "schema")
    schema = json.loads(out)
    assert {"checkin", "probe-fair"} <= schema["properties"]["plugins"]["properties"].keys()
    assert "sandbox" in schema["properties"]["adapters"]["properties"]
    assert "Warning: plugin probe-gone: " in err
