"""Until when: pure functions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

from coterie.core.api import read_duration

Wrong = Literal["wrong"]
WRONG: Final[Wrong] = "wrong"
_FOREVER: Final = frozenset({"forever", "永久", "长期", "長期"})


def read_until(typed: str) -> timedelta | date | Wrong | None:
    """An end as people type it: a length (``30d``), the last day (``2026-12-31``), or ``forever``, which is None.

    :data:`WRONG` for anything else.
    """
    word = typed.strip().casefold()
    if word in _FOREVER:
        return None
    length = read_duration(word)
    if length is not None:
        return length if length else WRONG
    try:
        return date.fromisoformat(word)
    except ValueError:
        return WRONG
