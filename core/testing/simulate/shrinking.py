"""Shrinking: leaving lines out as long as the rest leads to the same finding (delta debugging)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

RUNS: Final = 250
"""So many replays are spent on one finding."""


def kind_of(problem: str) -> str:
    """What a finding is about, whatever its numbers and names in quotes are."""
    return re.sub(r"\d+", "#", re.sub(r"'[^']*'|\"[^\"]*\"", "…", problem))


def shrunk(lines: Sequence[str], fails: Callable[[Sequence[str]], int], runs: int = RUNS) -> list[str]:
    """The fewest lines that were found to lead to the same.

    ``fails`` tells how many lines were played until the finding came; 0 when it did not.
    """
    best = list(lines)
    size = max(1, len(best) // 2)
    while runs > 0:
        at, smaller = 0, False
        while at < len(best) and runs > 0:
            tried = best[:at] + best[at + size :]
            runs -= 1
            count = fails(tried) if tried else 0
            if count:
                best, smaller = tried[:count], True
            else:
                at += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2) if not smaller or size > 1 else 1
    return best


__all__ = ["RUNS", "kind_of", "shrunk"]
