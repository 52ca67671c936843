"""Erasures: of whoever was erased, no row says who it was."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, Table, Text, and_, func, literal_column, or_, select

from coterie.core.plugin import Plugin
from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement
from coterie.storage.tables import accounts, erasures, outbox
from coterie.storage.tables.base import metadata

if TYPE_CHECKING:
    from coterie.core.context import Context

ACCOUNTS: Final = Statement(select(accounts.c.member_id, accounts.c.native))
DONE: Final = Statement(
    select(erasures.c.member_id).where(erasures.c.state == literal_column("'done'")).order_by(erasures.c.id)
)
LAST_END: Final = select(func.max(erasures.c.ended_at)).scalar_subquery()
FRESH_ANSWER: Final = and_(
    outbox.c.created_at >= LAST_END,
    or_(outbox.c.payload.like('{"type":"private"%'), outbox.c.payload.like('{"type":"send","where":{%"kind":"dm"}%')),
)
"""An answer to what somebody else typed after the erasure, kept because it failed or nobody knows whether it arrived:
it may quote the name that they typed."""


class Erased:
    """Remembers who members were, and looks for them in every text of every table."""

    def __init__(self) -> None:
        self._names: defaultdict[int, set[str]] = defaultdict(set)

    def look(self, db: LaneConnection) -> None:
        """Note whose accounts are whose."""
        for member, native in db.all(ACCOUNTS, {}):
            self._names[member].add(native)

    def left(self, ctx: Context, plugins: Sequence[Plugin]) -> Iterator[str]:
        """Where somebody who was erased can still be read of; who came back since has a name again."""
        gone = {name for (member,) in ctx.unit.db.all(DONE, {}) for name in self._names[member]}
        gone -= {native for _, native in ctx.unit.db.all(ACCOUNTS, {})}
        if not gone:
            return
        pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(gone))) + r")\b", re.IGNORECASE)
        tables = [*metadata.tables.values()]
        for plugin in plugins:
            tables += plugin.metadata.tables.values() if plugin.metadata is not None else ()
        for table in tables:
            for name, value in _texts(ctx, table):
                found = pattern.search(value)
                if found is not None:
                    yield f"{found[0].lower()} was erased, and {table.name}.{name} says {value[:200]!r}"


def _texts(ctx: Context, table: Table) -> Iterator[tuple[str, str]]:
    columns: list[Any] = [column for column in table.c if isinstance(column.type, String | Text)]
    if columns:
        query = select(*columns).where(~FRESH_ANSWER) if table is outbox else select(*columns)
        for row in ctx.unit.db.connection.execute(query):
            for column, value in zip(columns, row, strict=True):
                if value:
                    yield column.name, value
