"""Statements about broadcasts: the same news to many, each of whom is written to once."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, select, update

from coterie.storage.statement import Statement, any_of, insertion
from coterie.storage.tables import accounts, broadcast_targets, broadcasts, members, opt_outs

_b = bindparam
_each, _target = broadcasts.c, broadcast_targets.c
_IT = (_each.community_id == _b("community_id"), _each.id == _b("id_"))
_OF_IT = (_target.community_id == _b("community_id"), _target.broadcast_id == _b("id_"))

ADD_BROADCAST = insertion(
    broadcasts, "community_id", "id", "plugin", "audience", "card", "state", "author_id", "created_at"
)
BROADCAST = Statement(
    select(
        _each.id,
        _each.plugin,
        _each.audience,
        _each.state,
        _each.author_id,
        _each.created_at,
        _each.ended_at,
        _each.position,
        _each.total,
    ).where(*_IT)
)
CARD = Statement(select(_each.card).where(*_IT))
RECENT = Statement(
    select(_each.id)
    .where(_each.community_id == _b("community_id"), _each.plugin == _b("plugin"))
    .order_by(_each.id.desc())
    .limit(literal_column("20"))
)
SET_STATE = Statement(update(broadcasts).where(*_IT).values(state=_b("state"), ended_at=_b("ended_at")))
COLLECTED = Statement(update(broadcasts).where(*_IT).values(position=_b("position")))
ALL_COLLECTED = Statement(
    update(broadcasts)
    .where(*_IT)
    .values(
        state=_b("state"),
        total=select(func.count())
        .select_from(broadcast_targets)
        .where(_target.community_id == _b("community_id_"), _target.broadcast_id == _b("target_id"))
        .scalar_subquery(),
    )
)

ADD_TARGET = insertion(broadcast_targets, "community_id", "broadcast_id", "member_id")
PENDING_TARGETS = Statement(
    select(_target.member_id)
    .where(*_OF_IT, _target.state == _b("state"))
    .order_by(_target.member_id)
    .limit(_b("count"))
)
SET_TARGET = Statement(
    update(broadcast_targets)
    .where(
        _target.community_id == _b("community_id"),
        _target.broadcast_id == _b("broadcast_id"),
        _target.member_id == _b("member"),
    )
    .values(state=_b("state"), ref=_b("ref_"), reason=_b("reason"))
)
TARGET_OF_REF = Statement(
    select(_target.broadcast_id, _target.member_id).where(
        _target.community_id == _b("community_id"), _target.ref == _b("ref"), _target.state == _b("state")
    )
)
COUNT_IN_STATE = Statement(
    select(func.count()).select_from(broadcast_targets).where(*_OF_IT, _target.state == _b("state"))
)
COUNTS = Statement(select(_target.state, func.count()).where(*_OF_IT).group_by(_target.state))

WHO = Statement(
    select(members.c.id, members.c.left_at, members.c.merged_into, members.c.heard_account).where(
        members.c.community_id == _b("community_id"), any_of(members.c.id, _b("members"))
    )
)
CHATS = Statement(
    select(accounts.c.member_id, accounts.c.id, accounts.c.adapter, accounts.c.dm).where(
        accounts.c.community_id == _b("community_id"),
        any_of(accounts.c.member_id, _b("members")),
        accounts.c.dm != literal_column("''"),
        accounts.c.bot == literal_column("0"),
    )
)
REACHED_AS_ANOTHER = Statement(
    select(members.c.merged_into)
    .select_from(
        members.join(
            broadcast_targets, (_target.community_id == members.c.community_id) & (_target.member_id == members.c.id)
        )
    )
    .where(
        members.c.community_id == _b("community_id"),
        any_of(members.c.merged_into, _b("members")),
        _target.broadcast_id == _b("id_"),
        _target.state.in_([literal_column(f"'{state}'") for state in ("queued", "sent", "unknown")]),
    )
)
"""Whose other record, of before a merge, the broadcast has written to."""
QUIET = Statement(
    select(opt_outs.c.member_id).where(
        opt_outs.c.community_id == _b("community_id"), any_of(opt_outs.c.member_id, _b("members"))
    )
)
