"""Grants (what access members should have), and what of it stands on the platforms."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

grants = table(
    "grants",
    big("community_id"),
    big("id"),
    big("member_id"),
    text("access", 32),
    text("plugin", 64),
    text("source", 128),
    text("reason", default=""),
    big("given_at"),
    big("given_by", default=0),
    big("until"),
    big("ended_at", default=0),
    text("end_reason", default=""),
    big("ended_by", default=0),
    big("closed", default=0),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "member_id", "access", "plugin", "source", "closed"),
    Index("ix_grants_open", "community_id", "closed", "member_id"),
)
"""A member should have an access, because of a plugin's source, until an instant (:data:`storage.access.FOREVER` for no
end).  ``ended_at`` is 0 while it runs; what has ended stays as history, with its id as ``closed`` (0 while it runs)."""

applied_access = table(
    "applied_access",
    big("community_id"),
    big("account_id"),
    text("adapter", 32),
    text("space", 64),
    text("kind", 8),
    text("target", 100),
    text("value", 256, default=""),
    text("access", 32),
    text("state", 16),
    big("mark"),
    big("action", default=0),
    Column("attempts", Integer, nullable=False, server_default="0"),
    big("not_before", default=0),
    text("reason", default=""),
    big("since"),
    PrimaryKeyConstraint("community_id", "account_id", "adapter", "space", "kind", "target"),
    Index("ix_applied_access_access", "community_id", "access", "state"),
    Index("ix_applied_access_state", "community_id", "state", "not_before"),
    Index("ix_applied_access_value", "community_id", "value"),
)
"""What Coterie gave an account in a space: ``kind`` is role, tag or join; ``target`` the role's id; ``value`` the tag
or the invite link.  ``action`` is the outbox row that is under way (0: none), ``mark`` goes along with every request,
so that a platform can tell its own doing from a person's."""

access_counts = table(
    "access_counts",
    big("community_id"),
    big("id"),
    text("access", 32),
    text("act", 8),
    Column("count", Integer, nullable=False),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_access_counts_at", "community_id", "access", "act", "at"),
)
"""How many changes were asked for at one moment; kept for the hour that the brake looks back."""

access_brakes = table(
    "access_brakes",
    big("community_id"),
    text("access", 32),
    text("act", 8),
    Column("wanted", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),
    big("since"),
    PrimaryKeyConstraint("community_id", "access", "act"),
)
"""Mass changes that were stopped and wait for a person's word."""

access_scans = table(
    "access_scans",
    big("community_id"),
    text("part", 16),
    big("cursor", default=0),
    big("started_at"),
    big("ended_at", default=0),
    PrimaryKeyConstraint("community_id"),
)
"""How far the comparison with the platforms has come: everybody up to ``cursor`` of this ``part`` is done."""
