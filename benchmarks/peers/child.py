"""A subject in a process of its own, asked in lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.peers.environments import ROOT


class Failed(Exception):
    """A subject that did not do what was asked; the text says what it wrote last."""


def environment() -> dict[str, str]:
    """The surroundings of every subject: ours of now, with compiled modules kept, as on every machine in use."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Child:
    """A running subject; between two questions it only waits for the next line."""

    def __init__(self, python: Path, module: str, *args: str, errors: Path) -> None:
        self.errors = errors
        command = [str(python), "-m", f"benchmarks.peers.{module}", *args]
        with errors.open("wb") as written:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
            )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def line(self) -> str:
        """The next line it says; raises :class:`Failed` when it has ended."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said:
            self.process.wait()
            written = self.errors.read_text(errors="replace").strip().splitlines()
            raise Failed(written[-1] if written else f"ended with {self.process.returncode}")
        return said

    def ready(self) -> None:
        """Return when its bot is built."""
        if not json.loads(self.line()).get("ready"):
            raise Failed("it is not ready")

    def ask(self, **question: Any) -> dict[str, Any]:
        """One question, and its answer."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.line()  # says why
            raise
        answer: dict[str, Any] = json.loads(self.line())
        return answer

    def seconds(self, batch: Sequence[str], together: bool = False) -> float:
        """Seconds for a batch; raises :class:`Failed` when an update was not answered."""
        answer = self.ask(batch=batch, together=together)
        if answer["sent"] != len(batch):
            raise Failed(f"{len(batch)} updates had {answer['sent']} answers")
        return float(answer["seconds"])

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def started(python: Path, module: str, *args: str, errors: Path) -> Iterator[tuple[Child, float]]:
    """A subject that idles, and the seconds from its start to its word that it is ready."""
    begun = time.perf_counter()
    with Child(python, module, *args, errors=errors) as child:
        child.ready()
        yield child, time.perf_counter() - begun
