"""Consent, and what members are owed: erasures under way and done, and links to their own data."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

consents = table(
    "consents",
    big("community_id"),
    big("id"),
    big("member_id"),
    text("purpose", 64),
    text("wording", 64, default=""),
    text("plugin", 64),
    big("account_id", default=0),
    big("given_at", nullable=True),
    big("withdrawn_at", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_consents_member", "community_id", "member_id", "purpose"),
)
"""A row for each time somebody agreed (``given_at``) or, without it, said no; ``withdrawn_at`` is when it ended."""

erasures = table(
    "erasures",
    big("community_id"),
    big("id"),
    big("member_id"),
    text("state", 16, default="open"),
    text("why", 16),
    big("asked_by", default=0),
    big("asked_at"),
    Column("forced", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    big("not_before", default=0),
    text("reason", default=""),
    # What is looked for in waiting rows (JSON): names, platform ids, texts. Empty again when all is done.
    text("known", default=""),
    big("ended_at", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_erasures_member", "community_id", "member_id"),
    Index("ix_erasures_state", "state", "not_before"),
)

erasure_parts = table(
    "erasure_parts",
    big("community_id"),
    big("erasure_id"),
    text("part", 64),
    text("state", 16),
    text("reason", default=""),
    big("met", default=0),
    text("position", default=""),
    big("at"),
    PrimaryKeyConstraint("community_id", "erasure_id", "part"),
)
"""What each plugin, and each part of the core, reported; ``met`` counts rows, ``position`` is where a part goes on."""

export_links = table(
    "export_links",
    big("community_id"),
    big("id"),
    big("member_id"),
    text("digest", 64),
    big("expires_at"),
    big("used_at", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("digest"),
)
"""One-time links to an export; only a hash of what the link says is kept."""

__all__ = ["consents", "erasure_parts", "erasures", "export_links"]
