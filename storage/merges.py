"""The journal of merges: what each of them did, read again when it is undone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete, func, insert, or_, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.member_rows import Act, Change, Values
from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import members, merge_rows, merges

_b = bindparam
_m = merges.c
_r = merge_rows.c
_MERGE_COLUMNS = (
    _m.id,
    _m.kept_id,
    _m.gone_id,
    _m.plugin,
    _m.actor,
    _m.at,
    _m.accounts,
    _m.amounts,
    _m.before,
    _m.undone_at,
    _m.undone_by,
    _m.returned,
)

ADD_MERGE = insertion(
    merges, "community_id", "id", "kept_id", "gone_id", "plugin", "actor", "at", "accounts", "amounts", "before"
)
MERGE = Statement(select(*_MERGE_COLUMNS).where(_m.community_id == _b("community_id"), _m.id == _b("id")))
MERGES_OF = Statement(
    select(*_MERGE_COLUMNS)
    .where(_m.community_id == _b("community_id"), or_(_m.kept_id == _b("member"), _m.gone_id == _b("member")))
    .order_by(_m.id.desc())
)
END_MERGE = Statement(
    update(merges)
    .where(_m.community_id == _b("community_id"), _m.id == _b("id_"))
    .values(undone_at=_b("now"), undone_by=_b("actor"), returned=_b("returned"))
)
MERGED_INTO = Statement(
    select(_m.gone_id)
    .where(_m.community_id == _b("community_id"), _m.kept_id == _b("member"), _m.undone_at.is_(None))
    .order_by(_m.id)
)
ADD_ROW = Statement(insert(merge_rows).values({column.name: _b(column.name) for column in _r}))
ROWS_OF = Statement(
    select(_r.plugin, _r.table_name, _r.column_name, _r.act, _r.row_key, _r.image, _r.before, _r.after, _r.number)
    .where(_r.community_id == _b("community_id"), _r.merge_id == _b("merge"))
    .order_by(_r.number)
)
REWRITE_ROW = Statement(
    update(merge_rows)
    .where(_r.community_id == _b("community_id"), _r.merge_id == _b("merge_id_"), _r.number == _b("number_"))
    .values({name: _b(name) for name in ("act", "row_key", "image", "before", "after")})
)
COUNT_ROWS = Statement(
    select(_r.plugin, func.count())
    .where(_r.community_id == _b("community_id"), _r.merge_id == _b("merge"))
    .group_by(_r.plugin)
    .order_by(_r.plugin)
)
LAST_ROW = Statement(
    select(func.max(_r.number)).where(_r.community_id == _b("community_id"), _r.merge_id == _b("merge"))
)
FORGET_ROWS = Statement(
    delete(merge_rows).where(
        select(_m.id)
        .where(
            _m.community_id == _r.community_id,
            _m.id == _r.merge_id,
            or_(_m.at < _b("before"), _m.undone_at.is_not(None)),
        )
        .exists()
    )
)
PERSON = Statement(
    select(members.c.name, members.c.locale, members.c.standing, members.c.left_at, members.c.heard_account).where(
        members.c.community_id == _b("community_id"), members.c.id == _b("id")
    )
)


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """A merge as it is written down: ``accounts`` are names by id, ``amounts`` and ``returned`` minor units by
    currency, ``before`` is what ``kept`` was like.
    """

    id: int
    kept: int
    gone: int
    plugin: str
    actor: int
    at: int
    accounts: Mapping[int, str]
    amounts: Mapping[str, int]
    before: Mapping[str, Any]
    undone_at: int | None
    undone_by: int
    returned: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Journaled:
    """One row that a merge changed, as it is written down; its values are read with :func:`change_of`."""

    plugin: str
    table: str
    column: str
    act: str
    key: str
    image: str
    before: str
    after: str
    number: int = 0


class MergeJournal:
    """The merges of one lane's communities."""

    def __init__(self, db: LaneConnection, community: int) -> None:
        self._db = db
        self._community = community

    def add(self, merge: MergeRecord) -> None:
        """Write a merge down."""
        self._db.run(
            ADD_MERGE,
            {
                "community_id": self._community,
                "id": merge.id,
                "kept_id": merge.kept,
                "gone_id": merge.gone,
                "plugin": merge.plugin,
                "actor": merge.actor,
                "at": merge.at,
                "accounts": json.dumps(merge.accounts),
                "amounts": json.dumps(merge.amounts),
                "before": json.dumps(merge.before),
            },
        )

    def add_rows(self, merge: int, gone: int, rows: Iterable[Journaled]) -> None:
        """Write down what became of rows, behind what is there already."""
        found = self._db.one(LAST_ROW, {"community_id": self._community, "merge": merge})
        first = 0 if found is None or found[0] is None else int(found[0]) + 1
        values = [
            {
                "community_id": self._community,
                "merge_id": merge,
                "number": number,
                "gone_id": gone,
                "plugin": row.plugin,
                "table_name": row.table,
                "column_name": row.column,
                "act": row.act,
                "row_key": row.key,
                "image": row.image,
                "before": row.before,
                "after": row.after,
            }
            for number, row in enumerate(rows, first)
        ]
        self._db.many(ADD_ROW, values)

    def rewrite(self, merge: int, row: Journaled) -> None:
        """Something else is to be undone for a row, under its number."""
        values = {"act": row.act, "row_key": row.key, "image": row.image, "before": row.before, "after": row.after}
        here = {"community_id": self._community, "merge_id_": merge, "number_": row.number}
        self._db.run(REWRITE_ROW, here | values)

    def find(self, merge: int) -> MergeRecord | None:
        """A merge by id."""
        row = self._db.one(MERGE, {"community_id": self._community, "id": merge})
        return None if row is None else _record(row)

    def of(self, member: int) -> list[MergeRecord]:
        """The merges that a record took part in, on either side; the newest first."""
        rows = self._db.all(MERGES_OF, {"community_id": self._community, "member": member})
        return [_record(row) for row in rows]

    def rows(self, merge: int) -> list[Journaled]:
        """What became of rows, in the order in which it did."""
        return [Journaled(*row) for row in self._db.all(ROWS_OF, {"community_id": self._community, "merge": merge})]

    def counts(self, merge: int) -> dict[str, int]:
        """How many rows were changed, by plugin."""
        rows = self._db.all(COUNT_ROWS, {"community_id": self._community, "merge": merge})
        return {plugin: int(count) for plugin, count in rows}

    def end(self, merge: int, *, now: int, actor: int, returned: Mapping[str, int]) -> None:
        """A merge was undone."""
        self._db.run(
            END_MERGE,
            {
                "community_id": self._community,
                "id_": merge,
                "now": now,
                "actor": actor,
                "returned": json.dumps(returned),
            },
        )

    def merged_into(self, member: int) -> list[int]:
        """The records that are a part of this one, directly or through others; the first merged first."""
        found: list[int] = []
        waiting = [member]
        while waiting:
            rows = self._db.all(MERGED_INTO, {"community_id": self._community, "member": waiting.pop(0)})
            new = [row[0] for row in rows if row[0] not in found and row[0] != member]
            found += new
            waiting += new
        return found


def _record(row: tuple[Any, ...]) -> MergeRecord:
    accounts = {int(account): name for account, name in json.loads(row[6]).items()} if row[6] else {}
    amounts, before, returned = (json.loads(text) for text in (row[7], row[8], row[11]))
    identifier, kept, gone, plugin, actor, at = row[:6]
    return MergeRecord(identifier, kept, gone, plugin, actor, at, accounts, amounts, before, row[9], row[10], returned)


def journaled(plugin: str, table: Table, column: str, change: Change, number: int = 0) -> Journaled:
    """A change in the way it is written down."""
    key, image, before, after = (
        _dump(part) if part else "" for part in (change.key, change.image, change.before, change.after)
    )
    return Journaled(plugin, table.name, column, change.act, key, image, before, after, number)


def change_of(table: Table, row: Journaled) -> Change:
    """A change that was written down; columns that the table has lost since are left out."""
    act: Act = "unite" if row.act == "unite" else "move"
    return Change(act, *(_load(table, part) for part in (row.key, row.image, row.before, row.after)))


def _dump(values: Values) -> str:
    return msgspec.json.encode(values).decode()


def _load(table: Table, text: str) -> Values:
    values: Values = json.loads(text) if text else {}
    return {name: _typed(table.c[name].type, value) for name, value in values.items() if name in table.c}


def _typed(kind: Any, value: Any) -> Any:
    """A value as its column has it: JSON has no bytes, dates and decimals."""
    try:
        wanted = kind.python_type
    except NotImplementedError:
        return value
    return value if value is None or isinstance(value, wanted) else msgspec.convert(value, wanted, strict=False)
