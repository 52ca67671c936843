"""Finding and loading plugins: every failure is a record that names the plugin, the stage and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core import loading
from coterie.core.api import Config, Plugin
from coterie.core.loading import (
    LoadFailed,
    Models,
    Unread,
    clashes,
    forget_installed,
    installed_adapters,
    installed_plugins,
    is_built_in,
    load_adapter,
    load_plugin,
    make,
    package_of,
)
from tests.cli_kit import package

GOOD = """
from coterie.core.api import Config, Plugin

class FairConfig(Config):
    size: int = 3

class Fair(Plugin):
    name = "probe-fair"
    config = FairConfig

class Nameless(Plugin):
    pass

class Odd(Plugin):
    name = "probe-odd"
    config = dict

class Fragile(Plugin):
    name = "probe-fragile"
    def __init__(self):
        raise OSError("no such device")

class Quitter(Plugin):
    name = "probe-quitter"
    def __init__(self):
        raise SystemExit(3)
"""
ADAPTER = """
from coterie.core.platform import Adapter

class Radio(Adapter):
    name = "probe-radio"
"""
POINTS = {
    "coterie.plugins": {
        "probe-fair": "probe_good:Fair",
        "probe-fragile": "probe_good:Fragile",
        "probe-quitter": "probe_good:Quitter",
        "probe-nameless": "probe_good:Nameless",
        "probe-odd": "probe_good:Odd",
        "probe-function": "probe_good:Config.model_validate",
        "probe-absent": "probe_good:Absent",
        "probe-gone": "probe_gone:Gone",
        "probe-needy": "probe_needy:Needy",
        "probe-syntax": "probe_syntax:Syntax",
        "probe-exit": "probe_exit:Exit",
        "probe-raises": "probe_raises:Raises",
    },
    "coterie.adapters": {"probe-radio": "probe_radio:Radio", "probe-deaf": "probe_good:Fair"},
}
MODULES = {
    "probe_good": GOOD,
    "probe_radio": ADAPTER,
    "probe_needy": "import surely_not_installed_anywhere",
    "probe_syntax": "def broken(:\n",
    "probe_exit": "raise SystemExit('goodbye')",
    "probe_raises": "raise RuntimeError",
}


@pytest.fixture(autouse=True)
def probes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with a package of good and broken plugins."""
    folder = package(tmp_path / "site", "coterie-probe", POINTS, MODULES)
    monkeypatch.syspath_prepend(folder)
    forget_installed()
    yield folder
    forget_installed()
    for name in MODULES:
        sys.modules.pop(name, None)


def test_installed_plugins_are_found_with_their_package() -> None:
    points = installed_plugins()
    assert set(POINTS["coterie.plugins"]) <= points.keys()
    assert list(points) == sorted(points)
    assert package_of(points["probe-fair"]) == ("coterie-probe", "1.2.3")
    assert not is_built_in(points["probe-fair"])
    assert "probe-radio" in installed_adapters()
    assert not set(MODULES) & set(sys.modules), "finding imports nothing"


def test_packages_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    installed_plugins()
    monkeypatch.setattr(loading, "entry_points", lambda: pytest.fail("read again"))
    assert "probe-fair" in installed_plugins()
    assert "probe-radio" in installed_adapters()


def test_a_plugin_is_loaded_by_name_or_path() -> None:
    found = load_plugin("probe-fair")
    assert issubclass(found, Plugin)
    assert load_plugin("probe_good:Fair") is found
    assert load_plugin("probe_good:Nameless").name == "", "a path needs no entry point to agree with"
    assert load_adapter("probe-radio").name == "probe-radio"


@pytest.mark.parametrize(
    ("name", "stage", "error", "hint"),
    [
        ("probe-fare", "find", "no plugin of this name is installed", 'did you mean "probe-fair"?'),
        ("x:", "find", "no plugin of this name is installed", "installed: "),
        ("probe-absent", "import", "AttributeError", "install coterie-probe again"),
        ("probe-gone", "import", "No module named 'probe_gone'", "install coterie-probe again, with what it needs"),
        ("probe-needy", "import", "No module named 'surely_not_installed_anywhere'", "with what it needs"),
        ("probe-syntax", "import", "SyntaxError", "install coterie-probe again"),
        ("probe-exit", "import", "SystemExit: goodbye", "install coterie-probe again"),
        ("probe-raises", "import", "it cannot be imported: RuntimeError", "install coterie-probe again"),
        ("probe-function", "class", "is not a class derived from Plugin", "must name one"),
        ("probe-nameless", "class", "the class has no name, the entry point 'probe-nameless'", "must be the same"),
        ("probe-odd", "class", "Odd.config is not a class derived from Config", ""),
        ("nowhere.at_all:Plugin", "import", "No module named 'nowhere'", "see that its package is complete"),
    ],
)
def test_what_cannot_be_loaded_is_told(name: str, stage: str, error: str, hint: str) -> None:
    with pytest.raises(LoadFailed) as caught:
        load_plugin(name)
    problem = caught.value.problem
    assert (problem.kind, problem.name, problem.stage) == ("plugin", name, stage)
    assert error in problem.error
    assert hint in problem.hint
    assert str(caught.value).startswith(f"plugin {name}: ")


def test_an_adapter_must_be_one() -> None:
    with pytest.raises(LoadFailed, match="adapter probe-deaf: probe_good:Fair is not a class derived from Adapter"):
        load_adapter("probe-deaf")


@pytest.mark.parametrize(
    ("name", "error"), [("probe-fragile", "OSError: no such device"), ("probe-quitter", "SystemExit: 3")]
)
def test_a_constructor_that_fails_is_told(name: str, error: str) -> None:
    with pytest.raises(LoadFailed) as caught:
        make("plugin", name, load_plugin(name))
    assert caught.value.problem.stage == "construct"
    assert error in caught.value.problem.error


def test_models_import_only_what_is_wanted() -> None:
    models = Models("plugin", {"probe-fair", "probe-exit"}.__contains__)
    assert "probe-needy" in models
    assert "probe-nobody" not in models
    assert not models.classes, "a question whether something is installed imports nothing"
    assert models["probe-needy"] is Unread
    assert "probe_needy" not in sys.modules
    assert models["probe-fair"].model_fields.keys() == {"size"}
    assert models["probe-exit"] is Unread, "what cannot be loaded stops nobody"
    assert models["probe-exit"] is Unread
    assert list(models.failures) == ["probe-exit"]
    with pytest.raises(KeyError):
        models["probe-nobody"]
    assert len(models) == len(list(models)) == len(installed_plugins())


def test_unread_settings_are_taken_as_they_are() -> None:
    read = Unread.model_validate_json('{"token": {"env": "X"}, "n": [1, "2"]}')
    assert isinstance(read, Config)
    assert read.model_extra == {"token": {"env": "X"}, "n": [1, "2"]}


def test_two_packages_with_one_name(probes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = package(
        tmp_path / "other",
        "coterie-rival",
        {"coterie.plugins": {"probe-fair": "probe_rival:Fair"}},
        {"probe_rival": "x = 1"},
    )
    assert clashes() == []
    monkeypatch.syspath_prepend(other)
    forget_installed()
    (clash,) = clashes()
    assert (clash.name, clash.stage) == ("probe-fair", "find")
    assert clash.error == "coterie-rival and coterie-probe both declare this name; the first one is used"
    assert package_of(installed_plugins()["probe-fair"])[0] == "coterie-rival"
