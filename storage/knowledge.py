"""Statements about what operators know of members and do: audit log, tags, attributes, notes, opt-outs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, delete, func, literal_column, select

from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import activity, audit_log, member_attributes, member_notes, member_tags, members, opt_outs

_b = bindparam


def _of_member(table: Any) -> tuple[Any, ...]:
    return table.c.community_id == _b("community_id"), table.c.member_id == _b("member_id")


ADD_AUDIT = insertion(
    audit_log, "community_id", "id", "at", "actor_id", "actor", "plugin", "act", "member_id", "details", "reason"
)

HAS_TAG = Statement(select(member_tags.c.at).where(*_of_member(member_tags), member_tags.c.tag == _b("tag")))
TAGS_OF = Statement(select(member_tags.c.tag).where(*_of_member(member_tags)).order_by(member_tags.c.tag))
ADD_TAG = insertion(member_tags, "community_id", "member_id", "tag", "at")
DROP_TAG = Statement(delete(member_tags).where(*_of_member(member_tags), member_tags.c.tag == _b("tag")))

ATTRIBUTE = Statement(
    select(member_attributes.c.kind, member_attributes.c.value).where(
        *_of_member(member_attributes), member_attributes.c.name == _b("name")
    )
)
ATTRIBUTES_OF = Statement(
    select(member_attributes.c.name, member_attributes.c.kind, member_attributes.c.value)
    .where(*_of_member(member_attributes))
    .order_by(member_attributes.c.name)
)
ADD_ATTRIBUTE = insertion(
    member_attributes, "community_id", "member_id", "name", "kind", "value", "folded", "number", "at"
)
DROP_ATTRIBUTE = Statement(
    delete(member_attributes).where(*_of_member(member_attributes), member_attributes.c.name == _b("name"))
)

ADD_NOTE = insertion(member_notes, "community_id", "id", "member_id", "author_id", "text", "at")
NOTES_OF = Statement(
    select(member_notes.c.id, member_notes.c.author_id, member_notes.c.text, member_notes.c.at)
    .where(*_of_member(member_notes))
    .order_by(member_notes.c.id.desc())
    .limit(literal_column("100"))
)

FACTS = Statement(
    select(
        members.c.created_at,
        members.c.left_at,
        select(func.max(activity.c.day))
        .where(activity.c.community_id == members.c.community_id, activity.c.member_id == members.c.id)
        .scalar_subquery(),
    ).where(members.c.community_id == _b("community_id"), members.c.id == _b("member_id"))
)

OPT_OUT = Statement(select(opt_outs.c.at).where(*_of_member(opt_outs)))
ADD_OPT_OUT = insertion(opt_outs, "community_id", "member_id", "at")
DROP_OPT_OUT = Statement(delete(opt_outs).where(*_of_member(opt_outs)))


def audit_query(
    community: int, *, member: int = 0, act: str = "", since: int = 0, before: int = 0, limit: int = 50
) -> Select[Any]:
    """Rows of the audit log, newest first: of a member (as the one concerned or the one who acted), of an act, from an
    instant on, older than the id ``before``.
    """
    log = audit_log.c
    query = select(audit_log).where(log.community_id == community)
    if member:
        query = query.where((log.member_id == member) | (log.actor_id == member))
    if act:
        query = query.where(log.act == act)
    if since:
        query = query.where(log.at >= since)
    if before:
        query = query.where(log.id < before)
    return query.order_by(log.id.desc()).limit(limit)
