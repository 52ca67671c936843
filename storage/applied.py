"""What Coterie gave on the platforms, as rows; the counts and brakes of mass changes; how far comparisons have come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, cast, delete, func, insert, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Row, Statement, any_of
from coterie.storage.tables import access_brakes, access_counts, access_scans, accounts, applied_access

_b = bindparam
_a = applied_access.c
_COLUMNS = tuple(column for column in applied_access.c if column.name != "community_id")
APPLIED_NAMES = tuple(column.name for column in _COLUMNS)
"""The columns of a row as it is read."""
_ROW = (
    _a.community_id == _b("community_id"),
    _a.account_id == _b("account_id"),
    _a.adapter == _b("adapter"),
    _a.space == _b("space"),
    _a.kind == _b("kind"),
    _a.target == _b("target"),
)
_HERE = _a.community_id == _b("community_id")

ADD_APPLIED = Statement(insert(applied_access).values({column.name: _b(column.name) for column in applied_access.c}))
DROP_APPLIED = Statement(delete(applied_access).where(*_ROW))
FIND_APPLIED = Statement(select(*_COLUMNS).where(*_ROW))
APPLIED_OF = Statement(select(*_COLUMNS).where(_HERE, any_of(_a.account_id, _b("accounts"))).order_by(_a.account_id))
APPLIED_BY_VALUE = Statement(
    select(*_COLUMNS).where(
        _HERE, _a.value == _b("value"), _a.adapter == _b("adapter"), _a.space == _b("space"), _a.kind == _b("kind")
    )
)
APPLIED_ACCOUNTS = Statement(
    select(_a.account_id)
    .where(_HERE, _a.account_id > _b("after"))
    .group_by(_a.account_id)
    .order_by(_a.account_id)
    .limit(_b("count"))
)
STANDING = Statement(
    select(func.count(_a.account_id.distinct())).where(_HERE, _a.access == _b("access"), any_of(_a.state, _b("states")))
)
RETRIES = Statement(
    select(_a.account_id, _a.not_before)
    .where(_HERE, any_of(_a.state, _b("states")), _a.not_before > literal_column("0"), _a.not_before <= _b("now"))
    .order_by(_a.not_before)
    .limit(_b("count"))
)
NEXT_RETRY = Statement(
    select(func.min(_a.not_before)).where(_HERE, any_of(_a.state, _b("states")), _a.not_before > _b("now"))
)

ACCOUNTS_OF_MEMBERS = Statement(
    select(
        accounts.c.id,
        accounts.c.member_id,
        accounts.c.platform,
        accounts.c.native,
        accounts.c.name,
        accounts.c.adapter,
        accounts.c.dm,
    ).where(
        accounts.c.community_id == _b("community_id"),
        any_of(accounts.c.member_id, _b("members")),
        accounts.c.bot == literal_column("0"),
    )
)
MEMBERS_OF_ACCOUNTS = Statement(
    select(accounts.c.id, accounts.c.member_id).where(
        accounts.c.community_id == _b("community_id"), any_of(accounts.c.id, _b("accounts"))
    )
)

ADD_COUNT = Statement(insert(access_counts).values({column.name: _b(column.name) for column in access_counts.c}))
RECENT = Statement(
    select(cast(func.coalesce(func.sum(access_counts.c.count), literal_column("0")), Integer)).where(
        access_counts.c.community_id == _b("community_id"),
        access_counts.c.access == _b("access"),
        access_counts.c.act == _b("act"),
        access_counts.c.at > _b("since"),
    )
)
FORGET_COUNTS = Statement(
    delete(access_counts).where(access_counts.c.community_id == _b("community_id"), access_counts.c.at <= _b("before"))
)
BRAKES = Statement(
    select(
        access_brakes.c.access,
        access_brakes.c.act,
        access_brakes.c.wanted,
        access_brakes.c.allowed,
        access_brakes.c.since,
    )
    .where(access_brakes.c.community_id == _b("community_id"))
    .order_by(access_brakes.c.access, access_brakes.c.act)
)
ADD_BRAKE = Statement(insert(access_brakes).values({column.name: _b(column.name) for column in access_brakes.c}))
DROP_BRAKE = Statement(
    delete(access_brakes).where(
        access_brakes.c.community_id == _b("community_id"),
        access_brakes.c.access == _b("access"),
        access_brakes.c.act == _b("act"),
    )
)

SCAN = Statement(
    select(access_scans.c.part, access_scans.c.cursor, access_scans.c.started_at, access_scans.c.ended_at).where(
        access_scans.c.community_id == _b("community_id")
    )
)
ADD_SCAN = Statement(insert(access_scans).values({column.name: _b(column.name) for column in access_scans.c}))
MOVE_SCAN = Statement(
    update(access_scans)
    .where(access_scans.c.community_id == _b("community"))
    .values(part=_b("part_"), cursor=_b("cursor_"), started_at=_b("started"), ended_at=_b("ended"))
)


class AppliedRows:
    """The rows of one connection."""

    def __init__(self, db: LaneConnection) -> None:
        self._db = db

    def of(self, community: int, account_ids: Sequence[int]) -> list[Row]:
        """All columns but the community, of some accounts."""
        return self._db.all(APPLIED_OF, {"community_id": community, "accounts": self._db.list_value(account_ids)})

    def find(self, key: dict[str, Any]) -> Row | None:
        """One row by its primary key."""
        return self._db.one(FIND_APPLIED, key)

    def with_value(self, community: int, value: str, adapter: str, space: str, kind: str) -> list[Row]:
        """The rows of a space that hold a value (an invite link)."""
        key = {"community_id": community, "value": value, "adapter": adapter, "space": space, "kind": kind}
        return self._db.all(APPLIED_BY_VALUE, key)

    def save(self, row: dict[str, Any]) -> None:
        """Write a row in place of what is there."""
        self._db.run(DROP_APPLIED, row)
        self._db.run(ADD_APPLIED, row)

    def drop(self, key: dict[str, Any]) -> None:
        """Delete a row."""
        self._db.run(DROP_APPLIED, key)

    def accounts(self, community: int, after: int, count: int) -> list[int]:
        """The next accounts by id of which something is known."""
        rows = self._db.all(APPLIED_ACCOUNTS, {"community_id": community, "after": after, "count": count})
        return [account for (account,) in rows]

    def accounts_of(self, community: int, members: Sequence[int]) -> list[Row]:
        """``(id, member, platform, native, name, adapter, dm)`` of the accounts of people, oldest first."""
        values = {"community_id": community, "members": self._db.list_value(members)}
        return sorted(self._db.all(ACCOUNTS_OF_MEMBERS, values))

    def members_of(self, community: int, account_ids: Sequence[int]) -> dict[int, int]:
        """The member of each account."""
        values = {"community_id": community, "accounts": self._db.list_value(account_ids)}
        return dict(self._db.all(MEMBERS_OF_ACCOUNTS, values))

    def standing(self, community: int, access: str, states: Sequence[str]) -> int:
        """How many accounts an access gave something to, in these states."""
        values = {"community_id": community, "access": access, "states": self._db.list_value(states)}
        row = self._db.one(STANDING, values)
        return 0 if row is None else int(row[0])

    def retries(self, community: int, states: Sequence[str], now: int, count: int) -> list[int]:
        """Accounts of which a request that failed may be made again."""
        values = {
            "community_id": community,
            "states": self._db.list_value(states),
            "now": now,
            "count": count,
        }
        return [account for account, _ in self._db.all(RETRIES, values)]

    def next_retry(self, community: int, states: Sequence[str], now: int) -> int | None:
        """When the next request that failed may be made again."""
        row = self._db.one(NEXT_RETRY, {"community_id": community, "states": self._db.list_value(states), "now": now})
        return None if row is None or row[0] is None else int(row[0])
