"""Whether a member is among those whom a filter means, when it is asked about one after the other.

Hundreds of people tap a packet that is for some of them: the filter is made into SQL once a second, and each is looked
up by a prepared statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import BindParameter, Select, Table
from sqlalchemy.sql.visitors import iterate

from coterie.storage.statement import Statement
from coterie.storage.tables import books, metadata

WHOM: Final = "whom"
"""The parameter that is the member's id."""
MOST: Final = 200
"""Filters that one lane keeps; all are forgotten with the second in which they were made."""
BOOKS: Final = frozenset(each for each in vars(books).values() if isinstance(each, Table))
CORE: Final = frozenset(metadata.tables.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as a statement that finds the member :data:`WHOM`, or nobody."""

    statement: Statement
    money: Literal["", "own", "any"] = ""
    """Whether it looks into the ledger, of which a batch keeps the newest in memory: at the member's own accounts, or
    at any.
    """
    foreign: bool = False
    """Whether it looks into tables of plugins, of which a batch may keep the newest in memory, too."""


def asked_of(select: Select[tuple[int]], *, contributed: bool) -> Asked | None:
    """A select of member ids with the parameter :data:`WHOM`, prepared; None where it has a list among its values, of
    which SQLAlchemy writes as many parameters as there are each time.

    ``contributed`` is whether a field of a plugin is among its conditions, of which nobody knows whom it looks at.
    """
    if any(isinstance(each, BindParameter) and each.expanding for each in iterate(select)):
        return None
    tables = tables_of(select)
    money: Literal["", "own", "any"] = "" if tables.isdisjoint(BOOKS) else "any" if contributed else "own"
    return Asked(Statement(select), money, foreign=not tables <= CORE)


def tables_of(select: Select[tuple[int]]) -> frozenset[Table]:
    """Every table that a select reads, those of its subqueries among them."""
    return frozenset(each for each in iterate(select) if isinstance(each, Table))


class Asking:
    """What was asked within the same second by one lane.

    Within it the age of something (``joined<30d``) is that at its first asking.
    """

    def __init__(self) -> None:
        self._second = -1
        self._known: dict[tuple[int, str], Asked] = {}

    def find(self, community: int, text: str, now: int) -> Asked | None:
        """What a filter was made into in this second; ``now`` is in milliseconds."""
        if now // 1000 != self._second:
            self._second = now // 1000
            self._known.clear()
        return self._known.get((community, text))

    def keep(self, community: int, text: str, asked: Asked) -> None:
        """Keep it for the rest of the second."""
        if len(self._known) < MOST:
            self._known[community, text] = asked
