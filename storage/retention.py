"""What is forgotten after a while, a bounded number of rows at a time.

Ids are time-ordered, so "older than" is a range of the primary key and needs no index of its own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table, bindparam, delete, func, literal_column, select, tuple_

from coterie.storage.ids import EPOCH
from coterie.storage.statement import Statement
from coterie.storage.tables import audit_log, erasures, members, messages

AT_ONCE: Final = 2_000
_b = bindparam
_m, _e = members.c, erasures.c


def _older(table: Table, order: str) -> Statement:
    key = (table.c.community_id, table.c[order])
    old = select(*key).where(table.c.community_id == _b("community_id"), table.c[order] < _b("before"))
    return Statement(delete(table).where(tuple_(*key).in_(old.limit(literal_column(str(AT_ONCE))))))


FORGET_MESSAGES: Final = _older(messages, "ref")
FORGET_AUDIT: Final = _older(audit_log, "id")
LEFT_LONG_AGO: Final = Statement(
    select(_m.id)
    .where(
        _m.community_id == _b("community_id"),
        _m.left_at < _b("before"),
        _m.merged_into.is_(None),
        _m.standing != literal_column("'operator'"),
        ~select(_e.id)
        .where(
            _e.community_id == _m.community_id,
            _e.member_id == _m.id,
            _e.state != literal_column("'withdrawn'"),
        )
        .exists(),
    )
    .order_by(_m.left_at, _m.id)
    .limit(_b("count"))
)
"""Who left before an instant, longest ago first, and is not erased already; operators are left to people."""
HOW_MANY: Final = Statement(select(func.count()).select_from(members).where(_m.community_id == _b("community_id")))
ORDERED_SINCE: Final = Statement(
    select(func.count())
    .select_from(erasures)
    .where(_e.community_id == _b("community_id"), _e.why == literal_column("'retention'"), _e.asked_at > _b("since"))
)


def first_id(instant: int) -> int:
    """The smallest id that can have been made at an instant (milliseconds since 1970)."""
    return max(0, instant - EPOCH) << 22
