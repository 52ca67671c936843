"""How a long list is cut. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.api import Rich


def pages(lines: Sequence[Rich], limit: int) -> list[list[Rich]]:
    """The lines in order, as few pages as will do, each of at most ``limit`` characters (or of one longer line)."""
    found: list[list[Rich]] = []
    size = 0
    for line in lines:
        length = len(str(line)) + 1
        if not found or size + length > limit:
            found.append([])
            size = 0
        found[-1].append(line)
        size += length
    return found
