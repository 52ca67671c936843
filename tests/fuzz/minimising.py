"""Keeping a corpus small: of all samples, the smallest ones that together reach every line that any of them does."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

import coterie.adapters
import coterie.core
import coterie.plugins
import coterie.storage
from tests.fuzz.target import Target

_MOST: Final = 4096
"""Bytes that found inputs may have together in a corpus; the smallest are taken first."""
_OURS: Final = tuple(
    str(Path(folder).resolve())
    for package in (coterie.adapters, coterie.core, coterie.plugins, coterie.storage)
    for folder in package.__path__
)

Place = tuple[str, int, int]
"""A file, and two lines of it that were run one after the other."""


def minimise(target: Target, found: Path) -> None:
    """Take from ``found`` into the corpus what reaches more, and drop what reaches nothing of its own.

    Samples with a name (those that people wrote, and what was a mistake once) come first and stay.
    """
    named = sorted(file for file in target.corpus.iterdir() if not file.name.startswith("found-"))
    others = [file for folder in (target.corpus, found) for file in folder.iterdir() if file not in named]
    places = set[Place]().union(*(reached(target, file.read_bytes()) for file in named))
    size, kept = 0, set[str]()
    for file in sorted(others, key=lambda file: (file.stat().st_size, file.name)):
        data = file.read_bytes()
        if size + len(data) > _MOST:
            break
        more = reached(target, data) - places
        if more:
            places |= more
            size += len(data)
            name = f"found-{hashlib.sha256(data).hexdigest()[:12]}"
            kept.add(name)
            target.corpus.joinpath(name).write_bytes(data)
    for file in target.corpus.glob("found-*"):
        if file.name not in kept:
            file.unlink()
    print(f"{target.name}: {len(named)} samples with a name, {len(kept)} found ones of {size} bytes")


def reached(target: Target, data: bytes) -> set[Place]:
    """The steps from line to line that an input makes in Coterie's own code; empty for one that breaks the target."""
    places: set[Place] = set()

    def traced(frame: FrameType, _event: str, _about: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(_OURS):
            return None
        before = 0

        def stepped(inner: FrameType, event: str, _about: Any) -> Any:
            nonlocal before
            if event == "line":
                places.add((file, before, inner.f_lineno))
                before = inner.f_lineno
            return stepped

        return stepped

    former = sys.gettrace()  # perhaps somebody measures this run
    sys.settrace(traced)
    try:
        target.run(data)
    except Exception:
        return set()
    finally:
        sys.settrace(former)
    return places
