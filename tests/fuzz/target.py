"""A target: one parser of outside input in a form that hypothesis, atheris and a plain loop can drive alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

CORPUS: Final = Path(__file__).parent / "corpus"
"""A folder of samples for each target; all of them are run by the suite."""

Kind = Literal["bytes", "text", "json"]
"""What inputs mostly are; so they are changed where it matters (a field of an object, a word, a byte)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser and what it is fed with.

    ``run`` takes any bytes and raises only for a mistake of ours: the parser's documented error is none.  ``words`` are
    what the parser looks for, ``examples`` how many inputs the suite tries besides the corpus.
    """

    name: str
    run: Callable[[bytes], None]
    kind: Kind
    words: tuple[str, ...]
    examples: int

    @property
    def corpus(self) -> Path:
        """The folder of samples; names that begin with ``regression-`` were mistakes once."""
        return CORPUS / self.name

    def samples(self) -> list[bytes]:
        """The contents of the corpus, in the order of the names."""
        return [file.read_bytes() for file in sorted(self.corpus.iterdir())]


TARGETS: Final[dict[str, Target]] = {}
"""Every target by its name; :mod:`tests.fuzz.targets` fills it."""


def target(
    name: str, kind: Kind, *words: str, examples: int = 60
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Make a function a target."""

    def made(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[name] = Target(name, run, kind, words, examples)
        return run

    return made


def text_of(data: bytes) -> str:
    """Any bytes as a text; those that are no UTF-8 become halves of surrogate pairs."""
    return data.decode("utf-8", "surrogateescape")


def json_of(data: bytes) -> Any:
    """The value in JSON, as lenient as can be; None for what is none."""
    try:
        return json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None


def object_of(data: bytes) -> dict[str, Any]:
    """The object in JSON; an empty one for what is none."""
    found = json_of(data)
    return found if isinstance(found, dict) else {}
