"""Prepared statements: Core expressions compiled once for each dialect and run on the driver's cursor.

The expression stays portable; what SQLAlchemy adds for each call is left out.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Dialect, Table, bindparam, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from coterie.storage.bulk import Bulk, bulk_of

Row = tuple[Any, ...]
"""A row as the driver gives it."""


class any_of(FunctionElement[bool]):  # noqa: N801 - reads as an SQL operator
    """``column IN (the values of one parameter)``: a list as one bound value, made with :func:`list_value`."""

    inherit_cache = True
    type = Boolean()
    # Where booleans are numbers, SQLAlchemy would write "… = 1" behind it, and SQLite would then use no index.
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], values: ColumnElement[Any]) -> None:
        super().__init__(column, values)


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    return (
        f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({compiler.process(values, **options)}))"
    )


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY({compiler.process(values, **options)})"


class lies_between(FunctionElement[bool]):  # noqa: N801 - reads as an SQL operator
    """``low <= column < high`` in the order of the characters' numbers, whatever order the database has for texts.

    PostgreSQL takes an index for it that was made with ``varchar_pattern_ops``, which serves ``=`` as well.
    """

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], low: ColumnElement[Any], high: ColumnElement[Any]) -> None:
        super().__init__(column, low, high)


@compiles(lies_between, "sqlite")
def _lies_between_sqlite(element: lies_between, compiler: Any, **options: Any) -> str:
    column, low, high = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} >= {low} AND {column} < {high})"


@compiles(lies_between, "postgresql")
def _lies_between_postgresql(element: lies_between, compiler: Any, **options: Any) -> str:
    column, low, high = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} ~>=~ {low} AND {column} ~<~ {high})"


class Statement:
    """A Core statement with named ``bindparam`` parameters (constants are kept), compiled once for each dialect."""

    __slots__ = ("_bulk", "_compiled", "_expression")

    def __init__(self, expression: ClauseElement) -> None:
        self._expression = expression
        self._compiled: dict[str, tuple[str, Any]] = {}
        self._bulk: tuple[Bulk | None, ...] = ()

    def compiled(self, dialect: Dialect) -> tuple[str, Any]:
        """SQL text and a getter that picks the positional values out of a mapping."""
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled: Any = self._expression.compile(dialect=dialect)
            names: list[str] = list(compiled.positiontup or ())
            fixed = {name: _constant(bind, dialect) for name, bind in compiled.binds.items() if not bind.required}
            found = self._compiled[dialect.name] = (str(compiled), _picker(names, fixed))
        return found

    def bulk(self, dialect: Dialect) -> Bulk | None:
        """PostgreSQL's way to run it for many rows at once, if there is one."""
        if not self._bulk:
            self._bulk = (bulk_of(self._expression, dialect),)
        return self._bulk[0]


def insertion(table: Table, *columns: str) -> Statement:
    """A row into a table, each column from the value of its own name."""
    return Statement(insert(table).values({name: bindparam(name) for name in columns}))


def _constant(bind: BindParameter[Any], dialect: Dialect) -> Any:
    """A constant as the driver takes it."""
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return bind.value if process is None else process(bind.value)


def _picker(names: list[str], fixed: dict[str, Any]) -> Any:
    if fixed:
        pick = _picker(names, {})
        return lambda values: pick({**fixed, **values})
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = names[0]
        return lambda values: (values[only],)
    return itemgetter(*names)
