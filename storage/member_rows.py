"""Rows that name a member, given from one record to another and back: for any table, told only which column it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, Protocol

from sqlalchemy import Column, Connection, Table, UniqueConstraint, and_, bindparam, delete, insert, select, update

Act = Literal["move", "unite"]
Values = dict[str, Any]
"""A row, or a part of one, by column."""

COMMUNITY: Final = "community_id"


class Declared(Protocol):
    """What has to be known of a table: see ``MemberTable``."""

    @property
    def table(self) -> Table: ...
    @property
    def column(self) -> str: ...
    @property
    def unite(self) -> Mapping[str, str]: ...
    @property
    def merge(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What was done with one row of the record that goes.

    ``key`` is the primary key of the row that it is now in; ``image`` the row as it was; ``before`` and ``after`` the
    columns of the other record's row that were united with it.
    """

    act: Act
    key: Values
    image: Values
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows would move, be united, and be left under the id that goes."""

    moved: int = 0
    united: int = 0
    left: int = 0


class MemberRows:
    """One column of one table that names members."""

    def __init__(self, declared: Declared) -> None:
        self.table = declared.table
        self.column = declared.column
        self.unite = {name: how for name, how in declared.unite.items() if how != "keep"}
        self.leaves = declared.merge == "leave"
        self.counted = bool(declared.unite)
        self._primary = tuple(column.name for column in self.table.primary_key)

    @cached_property
    def _keys(self) -> tuple[tuple[str, ...], ...]:
        """Everything unique that the column is part of, without the column itself; the primary key first."""
        unique: list[Sequence[Column[Any]]] = [tuple(self.table.primary_key)]
        unique += [tuple(each.columns) for each in self.table.constraints if isinstance(each, UniqueConstraint)]
        for index in self.table.indexes:
            if index.unique:
                if any(option.get("where") is not None for option in index.dialect_options.values()):
                    raise TypeError(f"the partial unique index {index.name} of {self.table.name} cannot be merged")
                unique.append(tuple(index.columns))
        names = [tuple(column.name for column in columns) for columns in unique]
        return tuple(tuple(name for name in key if name != self.column) for key in names if self.column in key)

    def check(self) -> None:
        """Raise :class:`TypeError` for a table whose rows cannot be given to somebody else."""
        if not self._primary:
            raise TypeError(f"{self.table.name} has no primary key")
        assert self._keys is not None

    @property
    def in_primary_key(self) -> bool:
        """Whether the row is what it is by naming this member."""
        return self.column in self._primary

    # -- one record becomes a part of another

    def counts(self, connection: Connection, community: int, gone: int, kept: int) -> Counts:
        """What :meth:`move` would do."""
        pairs = list(self._pairs(connection, community, gone, kept))
        both = sum(other is not None for _, other in pairs)
        alone = len(pairs) - both
        return Counts(alone, 0, both) if self.leaves else Counts(alone, both, 0)

    def move(self, connection: Connection, community: int, gone: int, kept: int) -> list[Change]:
        """Give the rows of ``gone`` to ``kept``; where both have one, unite or leave them."""
        moved: list[Change] = []
        united: list[Change] = []
        leaving: list[Values] = []
        for row, other in self._pairs(connection, community, gone, kept):
            if other is None:
                image = row if self.counted and self.in_primary_key else {}
                moved.append(Change("move", self._key_of(row | {self.column: kept}), image, {}, {}))
                leaving.append(_named(self._key_of(row)) | {self.column: kept})
            elif not self.leaves:
                before = {name: other[name] for name in self.unite}
                other |= {name: united_value(how, other[name], row[name]) for name, how in self.unite.items()}
                after = {name: other[name] for name in self.unite}
                united.append(Change("unite", self._key_of(other), row, before, after))
        self._run(connection, delete(self.table), [_named(self._key_of(change.image)) for change in united])
        if self.unite:
            self._run(connection, self._setting(self.unite), [_named(each.key) | each.after for each in united])
        if self.leaves:
            self._run(connection, self._setting([self.column]), leaving)
        elif moved:  # all that are still there
            connection.execute(update(self.table).where(*self._mine(community, gone)).values({self.column: kept}))
        return moved + united

    def _pairs(
        self, connection: Connection, community: int, gone: int, kept: int
    ) -> Iterator[tuple[Values, Values | None]]:
        """Each row of ``gone``, with the one of ``kept`` that it would collide with."""
        theirs = self._of(connection, community, gone)
        own = self._of(connection, community, kept) if theirs and self._keys else []
        known = [(key, {_picked(row, key): row for row in own}) for key in self._keys]
        for row in theirs:
            places = ((key, rows.get(_picked(row, key))) for key, rows in known)
            found = (other for key, other in places if other is not None and None not in _picked(row, key))
            yield row, next(found, None)

    # -- and apart again

    def undo(self, connection: Connection, gone: int, kept: int, changes: Sequence[Change]) -> int:
        """Take changes back, the last one first; returns how many could not be, and stay with ``kept``.

        What was moved and is deleted since stays deleted, and counts as done.
        """
        from sqlalchemy.exc import IntegrityError

        try:
            with connection.begin_nested():
                self._undo_all(connection, gone, kept, changes)
            return 0
        except IntegrityError:  # one of them stands in the way: each alone, then
            pass
        return sum(not self._undo_one(connection, gone, kept, change) for change in reversed(changes))

    def reclaim(self, connection: Connection, kept: int, change: Change) -> Change | None:
        """The row that a united one had been united with went back to somebody else: let it stand by itself.

        It went back whole, so that nothing is left of what the other one had brought to its sums.  Returns what is to
        be undone from now on; ``None`` when there is a row still, or another one in its place.
        """
        image = self._spent(change.image)
        row = image | {self.column: kept}
        if self._by_key(connection, change.key) is not None or self._by_key(connection, self._key_of(row)) is not None:
            return None
        connection.execute(insert(self.table), row)
        return Change("move", self._key_of(row), image if self.counted and self.in_primary_key else {}, {}, {})

    def _undo_all(self, connection: Connection, gone: int, kept: int, changes: Sequence[Change]) -> None:
        still_there = self._setting([self.column]).where(self.table.c[self.column] == bindparam("kept_"))
        plain = [_named(each.key) for each in changes if each.act == "move" and not each.image]
        self._run(connection, still_there, [key | {self.column: gone, "kept_": kept} for key in plain])
        for change in reversed(changes):
            if change.act == "unite" or change.image:
                self._part(connection, gone, kept, change, only_sums=False)

    def _undo_one(self, connection: Connection, gone: int, kept: int, change: Change) -> bool:
        from sqlalchemy.exc import IntegrityError

        for only_sums in (False, True):
            try:
                with connection.begin_nested():
                    if change.act == "unite" or change.image:
                        self._part(connection, gone, kept, change, only_sums=only_sums)
                    else:
                        self._undo_all(connection, gone, kept, [change])
                return True
            except IntegrityError:
                continue
        return False

    def _part(self, connection: Connection, gone: int, kept: int, change: Change, *, only_sums: bool) -> None:
        """Make one row two again: what the record that goes had brought is its own, the rest stays."""
        now = self._by_key(connection, change.key)
        if now is None:
            if change.act == "unite":  # its own row was dropped here, not by whoever took the other one away
                connection.execute(insert(self.table), self._spent(change.image))
            return
        image = {name: value for name, value in change.image.items() if name in now}
        if change.act == "move" and now == image | {self.column: kept}:
            self._run(connection, self._setting([self.column]), [_named(change.key) | {self.column: gone}])
            return
        stays: Values = {}
        for name, how in self.unite.items():
            if name not in image:
                continue
            untouched = change.act == "unite" and now[name] == change.after.get(name)
            if untouched and (how == "sum" or not only_sums):
                stays[name] = change.before[name]
            elif how == "sum":
                image[name] = returned(image[name], now[name])
                stays[name] = now[name] if image[name] is None else (now[name] or 0) - image[name]
        if stays:
            self._run(connection, self._setting(stays), [_named(change.key) | stays])
        connection.execute(insert(self.table), image)

    def _spent(self, image: Values) -> Values:
        """A row whose sums are gone, or somebody else's."""
        return image | {name: returned(image.get(name), 0) for name, how in self.unite.items() if how == "sum"}

    # -- statements

    def _of(self, connection: Connection, community: int, member: int) -> list[Values]:
        """The rows of a member, in the order of their keys."""
        found = select(self.table).where(*self._mine(community, member)).order_by(*self.table.primary_key)
        return [dict(row) for row in connection.execute(found).mappings()]

    def _mine(self, community: int, member: int) -> list[Any]:
        own = [self.table.c[self.column] == member]
        return [*own, self.table.c[COMMUNITY] == community] if COMMUNITY in self.table.c else own

    def _by_key(self, connection: Connection, key: Values) -> Values | None:
        found = connection.execute(select(self.table).where(*(self.table.c[name] == key[name] for name in key)))
        row = found.mappings().first()
        return None if row is None else dict(row)

    def _key_of(self, row: Mapping[str, Any]) -> Values:
        return {name: row[name] for name in self._primary}

    def _setting(self, names: Any) -> Any:
        return update(self.table).values({name: bindparam(name) for name in names})

    def _run(self, connection: Connection, statement: Any, rows: list[Values]) -> None:
        """Execute once for each row, which is found by its primary key under the names of :func:`_named`."""
        if rows:
            at = and_(*(self.table.c[name] == bindparam(f"key_{name}") for name in self._primary))
            connection.execute(statement.where(at), rows)


def united_value(how: str, kept: Any, gone: Any) -> Any:
    """A column of two rows that become one; what one of them does not have is the other's."""
    if kept is None or gone is None:
        return kept if gone is None else gone
    match how:
        case "sum":
            return kept + gone
        case "max":
            return max(kept, gone)
        case "min":
            return min(kept, gone)
    raise ValueError(f"columns cannot be united by {how!r}")


def returned(brought: Any, now: Any) -> Any:
    """What goes back of a summed column: all that was brought, as far as it is still there."""
    if brought is None or brought <= 0:
        return brought
    return max(0, min(brought, now or 0))


def _named(key: Values) -> Values:
    """A key under names that are not those of columns to be set."""
    return {f"key_{name}": value for name, value in key.items()}


def _picked(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)
