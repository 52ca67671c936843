"""What the tests of the command line share: packages that look installed, and processes that can be stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pytest
from sqlalchemy import text as sql

from coterie.core.cli import root
from coterie.core.loading import forget_installed
from coterie.storage.engine import open_engine

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE: Final = 60.0
"""Seconds that a process has to become ready or to end, on a busy machine."""
PROBES: Final = """
from coterie.core.api import Config, Context, Plugin, command

class Fair(Plugin):
    name = "probe-fair"

    @command("fair")
    def fair(self, ctx: Context) -> None:
        ctx.reply("fair")

    def contribute_checks(self):
        return ["the fairground is closed"]

class Rival(Plugin):
    name = "probe-rival"

    @command("fair")
    def fair(self, ctx: Context) -> None:
        ctx.reply("rival")

    def contribute_checks(self):
        raise SystemExit(1)

class Wrong(Plugin):
    name = "probe-wrong"

    def on_mesage(self, event, ctx):
        pass

class Needy(Plugin):
    name = "probe-needy"
    requires = ("probe-nobody",)

class Fragile(Plugin):
    name = "probe-fragile"

    def __init__(self):
        raise OSError("no such device")
"""
PROBE_POINTS: Final = {
    "coterie.plugins": {
        "probe-fair": "probe_plugins:Fair",
        "probe-rival": "probe_plugins:Rival",
        "probe-wrong": "probe_plugins:Wrong",
        "probe-needy": "probe_plugins:Needy",
        "probe-fragile": "probe_plugins:Fragile",
        "probe-gone": "probe_gone:Gone",
    }
}
PLAIN: Final = "[adapters.sandbox]\n[plugins.checkin]\n"
"""A configuration that is in order."""
Text = pytest.CaptureFixture[str]
READY: Final = re.compile(r"Coterie is ready: (http://\S+/) \(in \d+\.\d\d s\)")


def package(folder: Path, name: str, points: Mapping[str, Mapping[str, str]], modules: Mapping[str, str]) -> Path:
    """Put a package with these entry points (group: name: target) and modules into a folder, as if it was installed."""
    info = folder / f"{name.replace('-', '_')}-1.2.3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n")
    lines = [
        line for group, found in points.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in found.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text, encoding="utf-8")
    return folder


def coterie_itself(folder: Path) -> list[Path]:
    """Where to find Coterie's own entry points: a folder made from pyproject, unless it is installed."""
    try:
        distribution("coterie")
        return []
    except PackageNotFoundError:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        if not folder.exists():
            package(folder, "coterie", project["entry-points"], {})
        return [folder]


def environment(*folders: Path) -> dict[str, str]:
    """The environment of a process that finds Coterie, and what is in these folders."""
    path = [str(ROOT / "typings"), *map(str, folders)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COTERIE_", "PYTEST_", "COV_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


def coterie(args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    command = [sys.executable, "-m", "coterie.core.cli", *args]
    return subprocess.run(
        command, cwd=cwd, env=dict(env), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


class Running:
    """A command that stays: started, ready, and stopped in the end."""

    def __init__(self, args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "coterie.core.cli", *args]
        self._errors = (cwd / "stderr.txt").open("w+")
        self.process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self.address = ""

    def __enter__(self) -> Running:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()  # the test's own time limit ends a wait that is too long
        found = READY.fullmatch(line.strip())
        assert found, f"not ready: {line!r}\n{self.said()}"
        self.address = found[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def said(self) -> str:
        """What it said on standard error."""
        self._errors.seek(0)
        return self._errors.read()

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(self.address + path.removeprefix("/"), timeout=PATIENCE) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(name="own_points", scope="session")
def own_points_fixture(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders that a process needs on its path to find Coterie's own plugins."""
    return coterie_itself(tmp_path_factory.getbasetemp() / "coterie-itself")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path, own_points: list[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in; Coterie's own plugins and a few probes count as installed."""
    probes = package(tmp_path / "site", "coterie-probe", PROBE_POINTS, {"probe_plugins": PROBES})
    for path in (probes, *own_points):
        monkeypatch.syspath_prepend(path)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("COTERIE_DEBUG", "0")
    forget_installed()
    yield work
    forget_installed()
    sys.modules.pop("probe_plugins", None)


def config(text: str, name: str = "plugins.toml") -> str:
    """Write a configuration into the current folder; its name."""
    Path(name).write_text(text, encoding="utf-8")
    return name


def on(store: str, text: str = PLAIN) -> str:
    """A configuration with a store; the text has no table ``[coterie]`` of its own."""
    return f'[coterie]\ndatabase = "{store}"\n{text}'


def written(store: str, *statements: str) -> None:
    """Change rows behind everybody's back."""
    engine = open_engine(store, pool_size=1)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sql(statement))
    engine.dispose()


def rows(store: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a store."""
    engine = open_engine(store, pool_size=1)
    with engine.connect().execution_options(coterie_read=True) as connection:
        found = [tuple(row) for row in connection.execute(sql(statement))]
    engine.dispose()
    return found


def called(capsys: Text, *args: str, code: int = 0) -> tuple[str, str]:
    """What a command, called in this process, prints on both streams; its exit code is checked."""
    found = root.run(args)
    out, err = capsys.readouterr()
    assert found == code, f"exit code {found}\n{out}\n{err}"
    return out, err
