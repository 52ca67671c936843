"""What can be wrong with a configuration, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Key: TypeAlias = tuple[str | int, ...]
"""A key as a path: table names and list positions."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an operator should look at; `line` counts from 1, None where no line can be named."""

    file: str
    line: int | None
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class Refusal(ValueError):
    """What a validator raises to have its message and hint shown word for word.

    A message that begins with "expected" gets what was found added to it.  `incomplete` tells that nothing is wrong
    with the key, but that something it needs is not there.
    """

    def __init__(self, message: str, hint: str = "", *, incomplete: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.incomplete = incomplete


class ConfigError(Exception):
    """The configuration cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = "The configuration has one problem:" if count == 1 else f"The configuration has {count} problems:"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint naming the known word closest to `word`, or `otherwise` when none is close."""
    from difflib import get_close_matches

    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f'did you mean "{by_fold[found[0]]}"?' if found else otherwise


def dotted(key: Key) -> str:
    """Return `key` as it is written in TOML, list positions in brackets: `communities.main.spaces[0].id`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        # Escaped, so that a key from the file cannot put line breaks or colour codes into the list of problems.
        name = part if _BARE.fullmatch(part) else '"' + part.encode("unicode_escape").decode("ascii") + '"'
        text += f".{name}" if text else name
    return text


def line_of(key: Key, lines: dict[Key, int]) -> int | None:
    """Return the line of `key`, or of the nearest table around it."""
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), None)
