"""What operators know about members and do: the audit log, attributes, tags, notes, segments, broadcasts."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

audit_log = table(
    "audit_log",
    big("community_id"),
    big("id"),
    big("at"),
    big("actor_id", default=0),
    # Who it was when it was no member: "cli:<user>" or "system".
    text("actor", 64, default=""),
    text("plugin", 64),
    text("act", 64),
    big("member_id", default=0),
    text("details", default="{}"),
    text("reason", default=""),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_audit_log_member", "community_id", "member_id", "id"),
    Index("ix_audit_log_act", "community_id", "act", "id"),
)

member_attributes = table(
    "member_attributes",
    big("community_id"),
    big("member_id"),
    text("name", 32),
    text("kind", 8),
    text("value", 200),
    # The value without upper and lower case, and as a number (a date: its ordinal), to be found by.
    text("folded", 200),
    big("number", nullable=True),
    big("at"),
    PrimaryKeyConstraint("community_id", "member_id", "name"),
    Index("ix_member_attributes_folded", "community_id", "name", "folded", "member_id"),
    Index("ix_member_attributes_number", "community_id", "name", "kind", "number", "member_id"),
)

member_tags = table(
    "member_tags",
    big("community_id"),
    big("member_id"),
    text("tag", 32),
    big("at"),
    PrimaryKeyConstraint("community_id", "member_id", "tag"),
    Index("ix_member_tags_tag", "community_id", "tag", "member_id"),
)

member_notes = table(
    "member_notes",
    big("community_id"),
    big("id"),
    big("member_id"),
    big("author_id", default=0),
    text("text"),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_member_notes_member", "community_id", "member_id", "id"),
)

opt_outs = table(
    "opt_outs",
    big("community_id"),
    big("member_id"),
    big("at"),
    PrimaryKeyConstraint("community_id", "member_id"),
)

segments = table(
    "segments",
    big("community_id"),
    big("id"),
    text("name", 32),
    text("filter"),
    big("author_id", default=0),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "name"),
)

broadcasts = table(
    "broadcasts",
    big("community_id"),
    big("id"),
    text("plugin", 64),
    text("audience"),
    text("card"),
    text("state", 16),
    big("author_id", default=0),
    big("created_at"),
    big("ended_at", nullable=True),
    # The last member who was looked at while targets are collected; how many there are, once all are.
    big("position", default=0),
    big("total", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
)

broadcast_targets = table(
    "broadcast_targets",
    big("community_id"),
    big("broadcast_id"),
    big("member_id"),
    text("state", 16, default="pending"),
    # The outbox row, and so the key under which a platform tells a repeated message.
    big("ref", default=0),
    text("reason", 200, default=""),
    PrimaryKeyConstraint("community_id", "broadcast_id", "member_id"),
    Index("ix_broadcast_targets_state", "community_id", "broadcast_id", "state", "member_id"),
    Index("ix_broadcast_targets_ref", "community_id", "ref"),
    Index("ix_broadcast_targets_member", "community_id", "member_id"),
)

__all__ = [
    "audit_log",
    "broadcast_targets",
    "broadcasts",
    "member_attributes",
    "member_notes",
    "member_tags",
    "opt_outs",
    "segments",
]
