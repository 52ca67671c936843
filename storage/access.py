"""Grants as rows: what members should have, why, since when and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Row, Statement, any_of, insertion
from coterie.storage.tables import grants

FOREVER: Final = 253_402_300_799_999
"""The ``until`` of a grant without an end: the last instant of the year 9999."""

_b = bindparam
_OPEN: Any = grants.c.closed == literal_column("0")
_COLUMNS = (
    grants.c.id,
    grants.c.member_id,
    grants.c.access,
    grants.c.plugin,
    grants.c.source,
    grants.c.reason,
    grants.c.given_at,
    grants.c.given_by,
    grants.c.until,
    grants.c.ended_at,
    grants.c.end_reason,
    grants.c.ended_by,
)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as it is kept; instants are milliseconds, ``ended_at`` is 0 while it runs."""

    id: int
    member: int
    access: str
    plugin: str
    source: str
    reason: str
    given_at: int
    given_by: int
    until: int
    ended_at: int
    end_reason: str
    ended_by: int


ADD_GRANT = insertion(
    grants, "community_id", "id", "member_id", "access", "plugin", "source", "reason", "given_at", "given_by", "until"
)
FIND_GRANT = Statement(
    select(*_COLUMNS).where(
        grants.c.community_id == _b("community_id"),
        grants.c.member_id == _b("member_id"),
        grants.c.access == _b("access"),
        grants.c.plugin == _b("plugin"),
        grants.c.source == _b("source"),
        _OPEN,
    )
)
GRANT = Statement(select(*_COLUMNS).where(grants.c.community_id == _b("community_id"), grants.c.id == _b("id")))
MOVE_GRANT = Statement(
    update(grants)
    .where(grants.c.community_id == _b("community_id"), grants.c.id == _b("id_"))
    .values(until=_b("until"), reason=_b("reason"))
)
END_GRANT = Statement(
    update(grants)
    .where(grants.c.community_id == _b("community_id"), grants.c.id == _b("id_"), _OPEN)
    .values(closed=grants.c.id, ended_at=_b("ended_at"), end_reason=_b("end_reason"), ended_by=_b("ended_by"))
)
# Sorted here and not there: asked for an order by id, SQLite would go through the whole table in that order.
GRANTS_OF = Statement(
    select(*_COLUMNS).where(grants.c.community_id == _b("community_id"), grants.c.member_id == _b("member_id"))
)
OPEN_GRANTS = Statement(
    select(*_COLUMNS).where(
        grants.c.community_id == _b("community_id"), _OPEN, any_of(grants.c.member_id, _b("members"))
    )
)
GRANTED_MEMBERS = Statement(
    select(grants.c.member_id)
    .where(grants.c.community_id == _b("community_id"), _OPEN, grants.c.member_id > _b("after"))
    .group_by(grants.c.member_id)
    .order_by(grants.c.member_id)
    .limit(_b("count"))
)


class Grants:
    """The grants of one connection."""

    def __init__(self, db: LaneConnection) -> None:
        self._db = db

    def find(self, community: int, member: int, access: str, plugin: str, source: str) -> GrantRow | None:
        """The running grant of a source."""
        key = {"community_id": community, "member_id": member, "access": access, "plugin": plugin, "source": source}
        return _one(self._db.one(FIND_GRANT, key))

    def by_id(self, community: int, grant: int) -> GrantRow | None:
        """A grant, also one that has ended."""
        return _one(self._db.one(GRANT, {"community_id": community, "id": grant}))

    def add(self, row: dict[str, Any]) -> None:
        """Write a new grant."""
        self._db.run(ADD_GRANT, row)

    def move(self, community: int, grant: int, until: int, reason: str) -> None:
        """Let a grant run until another instant, for another reason."""
        self._db.run(MOVE_GRANT, {"community_id": community, "id_": grant, "until": until, "reason": reason})

    def end(self, community: int, grant: int, at: int, reason: str, by: int) -> None:
        """End a running grant."""
        values = {"community_id": community, "id_": grant, "ended_at": at, "end_reason": reason, "ended_by": by}
        self._db.run(END_GRANT, values)

    def history(self, community: int, member: int) -> list[GrantRow]:
        """All grants that a member ever had, oldest first."""
        rows = self._db.all(GRANTS_OF, {"community_id": community, "member_id": member})
        return [GrantRow(*row) for row in sorted(rows)]

    def open(self, community: int, members: Sequence[int]) -> list[GrantRow]:
        """The grants of some members that have not been ended, oldest first; ``until`` may have passed."""
        values = {"community_id": community, "members": self._db.list_value(members)}
        return [GrantRow(*row) for row in sorted(self._db.all(OPEN_GRANTS, values))]

    def members(self, community: int, after: int, count: int) -> list[int]:
        """The next members by id who have a grant that has not been ended."""
        values = {"community_id": community, "after": after, "count": count}
        return [member for (member,) in self._db.all(GRANTED_MEMBERS, values)]


def _one(row: Row | None) -> GrantRow | None:
    return None if row is None else GrantRow(*row)
