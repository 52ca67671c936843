"""`coterie check`: what it finds, and that it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli_kit import (
    PLAIN,
    Text,
    called,
    config,
    folder_fixture,  # noqa: F401 - pytest finds it here
    on,
    own_points_fixture,  # noqa: F401
    written,
)

pytestmark = pytest.mark.usefixtures("folder")


def checked(capsys: Text, text: str, code: int = 0) -> dict[str, Any]:
    """The findings for a configuration."""
    config(text)
    out, _ = called(capsys, "check", "--json", code=code)
    found: dict[str, Any] = json.loads(out)
    return found


def told(found: dict[str, Any], level: str) -> list[str]:
    """The messages of one level, with their areas."""
    return [f"{each['area']}: {each['message']}" for each in found["findings"] if each["level"] == level]


def test_check_finds_nothing_wrong(capsys: Text) -> None:
    found = checked(capsys, PLAIN)
    assert found["errors"] == 0
    assert told(found, "error") == []
    areas = {each["area"] for each in found["findings"] if each["level"] == "ok"}
    assert {"configuration", "plugins", "commands", "store", "adapters"} <= areas
    assert not Path("coterie.db").exists(), "checking makes no store"
    out, _ = called(capsys, "check")
    assert "ok       configuration  plugins.toml: 1 plugin, 1 adapter, 1 community\n" in out


def test_check_tells_every_mistake_of_the_configuration(capsys: Text) -> None:
    found = checked(
        capsys,
        "[coterie]\nprot = 1\n[adapters.sandbox]\n[plugins.checkin]\nreward = 'x'\n[plugins.probe-gone]\n",
        code=2,
    )
    first, second, third = told(found, "error")
    assert "plugins.toml:2: coterie.prot: this key is not known" in first
    assert "plugins.toml:5: plugins.checkin.reward: expected a whole number" in second
    assert "plugins.toml:6: plugins.probe-gone: it cannot be imported: No module named 'probe_gone'" in third


def test_check_asks_plugins_and_finds_conflicts(capsys: Text) -> None:
    found = checked(capsys, "[adapters.sandbox]\n[plugins.probe-fair]\n[plugins.probe-rival]\n", code=1)
    assert told(found, "error") == [
        "plugins: probe-fair: the fairground is closed",
        "plugins: probe-rival: the check itself failed: SystemExit: 1",
    ]
    assert any(
        "/fair belongs to probe-fair; probe-rival's is reached as /probe-rival-fair" in text
        for text in told(found, "warning")
    )


def test_check_names_each_plugin_that_cannot_be_used(capsys: Text) -> None:
    found = checked(capsys, "[adapters.sandbox]\n[plugins.probe-wrong]\n[plugins.checkin]\n", code=1)
    assert any("Wrong.on_mesage is not a hook" in text for text in told(found, "error"))
    first, second = told(checked(capsys, "[plugins.probe-fragile]\n[plugins.probe-needy]\n", code=2), "error")
    assert first.endswith("plugins.toml:1: plugins.probe-fragile: it cannot be set up: OSError: no such device")
    assert "plugins.probe-nobody: no plugin of this name is installed, but probe-needy requires it" in second


def test_check_knows_where_the_store_stands(capsys: Text, empty_here: str) -> None:
    text = on(empty_here)
    config(text)
    called(capsys, "db", "upgrade")
    assert any(line.startswith("store: up to date: core, checkin") for line in told(checked(capsys, text), "ok"))
    written(empty_here, "UPDATE alembic_version_checkin SET version_num = 'from_the_future'")
    found = checked(capsys, text, code=1)
    assert any("the tables of checkin are newer than this version" in line for line in told(found, "error"))


def test_check_refuses_a_playground_that_others_can_reach(capsys: Text) -> None:
    found = checked(capsys, '[coterie]\nweb = { host = "0.0.0.0" }\n[adapters.sandbox]\n', code=1)
    assert any(text.startswith("adapters: sandbox: ") and "0.0.0.0" in text for text in told(found, "error"))


def test_check_without_a_configuration(capsys: Text) -> None:
    assert "There is no plugins.toml here" in called(capsys, "check", code=2)[1]
