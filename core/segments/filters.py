"""Filters for people, as text and as a tree: ``tag:vip and balance>=100 and not left``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from coterie.core.errors import UsageError

LONGEST: Final = 1000
"""Characters that a filter may have."""
DEEPEST: Final = 20
"""Brackets and ``not`` inside each other."""
MOST_TESTS: Final = 100
"""Conditions in a filter, those of the segments that it names included."""

Operator = Literal["", "=", "!=", "<", "<=", ">", ">=", "~"]
"""How a condition compares; empty for a word that stands alone. ``:`` is read as ``=``."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition: a field, the name that some fields need (``attribute.NAME``), and what it is compared with.

    ``at`` and ``value_at`` are places in the text, counted from 1.
    """

    field: str
    name: str
    operator: Operator
    value: str
    at: int = 0
    value_at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """Everybody whom the part does not mean."""

    part: Filter


@dataclass(frozen=True, slots=True)
class All:
    """Those whom every part means."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Those whom at least one part means."""

    parts: tuple[Filter, ...]


Filter: TypeAlias = Test | Not | All | Any


@dataclass(frozen=True, slots=True)
class Audience:
    """People to write to: a filter, and what it is called."""

    filter: str
    name: str


class FilterError(UsageError):
    """A filter that cannot be read or carried out; ``at`` is the place in its text, counted from 1, 0 for all of it."""

    def __init__(self, key: str, at: int = 0, /, **args: object) -> None:
        super().__init__(f"filter-{key}", at=at, **args)
        self.at = at
