"""A plugin from outside the tree: installed with pip, found, configured, migrated, tested, and removed again."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

CONFIG = """
[coterie]
database = "{store}"

[adapters.sandbox]

[plugins.wallet]

[plugins.checkin]
"""
GREETER = "\n[plugins.greeter]\n"
SCENARIO = """
alice: /greeter
expect alice sees "Alice"
alice: /checkin
expect ledger balanced
"""
WITHOUT = """
bob: /greeter
expect bob sees "don’t know /greeter"
bob: /checkin
expect ledger balanced
"""


class House:
    """An environment of its own, in which everything of this one can be imported, and a folder to work in."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder = folder
        self.store = store
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, capture_output=True
        )
        self.python = folder / "venv" / "bin" / "python"
        own = next((folder / "venv" / "lib").glob("python3*")) / "site-packages"
        outer = [path for path in (*site.getsitepackages(), *sys.path) if path.endswith("site-packages")]
        lines = [f"import site; site.addsitedir({path!r})" for path in sorted(set(outer))]
        own.joinpath("outer.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, *words: str, code: int = 0) -> str:
        """Run Python with some arguments in the folder; returns what it printed and asserts how it ended."""
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COTERIE_", "PYTEST_", "PIP_"))}
        done = subprocess.run(
            [str(self.python), *words],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{' '.join(words)} ended with {done.returncode}:\n{said}"
        return said

    def coterie(self, *words: str, code: int = 0) -> str:
        """Run the command line."""
        return self.run("-m", "coterie.core.cli", *words, code=code)

    def pip(self, *words: str) -> str:
        """Run pip without asking any registry."""
        return self.run("-m", "pip", "--disable-pip-version-check", *words)

    def configured(self, *, greeter: bool) -> None:
        """Write the configuration."""
        (self.folder / "plugins.toml").write_text(
            CONFIG.format(store=self.store) + (GREETER if greeter else ""), encoding="utf-8"
        )

    def plays(self, scenario: str) -> str:
        """Play a scenario with the configuration, on the community's database."""
        file = self.folder / "scene.play"
        file.write_text(scenario, encoding="utf-8")
        return self.coterie("play", str(file), "-c", "plugins.toml", "--db", self.store)

    def plugins(self) -> Sequence[str]:
        """The plugins that are found."""
        return [row["name"] for row in json.loads(self.coterie("plugin", "list", "--json"))]


@pytest.mark.slow
def test_a_plugin_from_outside_comes_and_goes_without_harm(tmp_path: Path, empty_here: str) -> None:
    house = House(tmp_path, empty_here)
    house.coterie("plugin", "new", "greeter", "--into", ".")
    assert "greeter" not in house.plugins()
    house.configured(greeter=True)
    assert "greeter" in house.coterie("check", "-c", "plugins.toml", code=2)

    house.pip("install", "-q", "--no-deps", "--no-build-isolation", "--no-index", "./coterie-greeter")
    assert "greeter" in house.plugins()
    house.coterie("db", "upgrade", "-c", "plugins.toml")
    assert "greeter" in house.coterie("db", "status", "-c", "plugins.toml")
    house.plays(SCENARIO)
    house.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "coterie-greeter")

    house.pip("uninstall", "-q", "-y", "coterie-greeter")
    assert "greeter" not in house.plugins()
    assert "no plugin called 'greeter' is installed" in house.coterie("check", "-c", "plugins.toml", code=2)
    house.configured(greeter=False)
    house.plays(WITHOUT)
    assert "checkin" in house.coterie("db", "status", "-c", "plugins.toml")
    house.coterie("ledger", "verify", "-c", "plugins.toml")

    house.pip("install", "-q", "--no-deps", "--no-build-isolation", "--no-index", "./coterie-greeter")
    house.configured(greeter=True)
    house.plays("alice: /greeter\nexpect alice sees /2|second|again/\n")
