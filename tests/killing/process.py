"""One process of `coterie run`, and what it needs to find around it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from tests.cli_kit import PATIENCE, ROOT, coterie_itself, environment, package

LOOK_EVERY: Final = 0.05
"""Seconds between two looks."""
T = TypeVar("T")


class Process:
    """`coterie run` in a folder with a configuration, perhaps not ready yet; it is gone when this is left."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._log = folder / "log.txt"
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "coterie.core.cli", "run", "-c", "plugins.toml"]
            self._process = subprocess.Popen(command, cwd=folder, env=dict(env), stdout=log, stderr=log)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error is not None:
            print(self._said())

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def strike(self) -> None:
        """`kill -9`, from any thread, without waiting."""
        if self.alive:
            os.kill(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9`, and wait until the process is gone."""
        self.strike()
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """SIGTERM; it has to end by itself, and cleanly."""
        self._process.terminate()
        assert self._process.wait(PATIENCE) == 0, self._said()

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a process that finds Coterie and the crash tests' plugin; ``folder`` gets what it needs."""
    site = package(folder / "site", "coterie-crowd", {"coterie.plugins": {"crowd": "tests.crash.crowd:Crowd"}}, {})
    return environment(ROOT, site, *coterie_itself(folder / "itself"))


def eventually(look: Callable[[], T], good: Callable[[T], object]) -> T:
    """Look again and again until what is seen is good; raises :class:`AssertionError` after a minute."""
    end = time.monotonic() + PATIENCE
    while not good(seen := look()):
        assert time.monotonic() < end, f"still {seen}"
        time.sleep(LOOK_EVERY)
    return seen


__all__ = ["LOOK_EVERY", "Process", "eventually", "surroundings"]
