"""Communities, their places, and who is in them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

communities = table(
    "communities",
    big("id"),
    text("name", 64),
    text("title", 128),
    big("created_at"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("name"),
)

spaces = table(
    "spaces",
    big("community_id"),
    big("id"),
    text("adapter", 32),
    text("native", 64),
    text("title", 256),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("adapter", "native"),
)

channels = table(
    "channels",
    big("community_id"),
    big("id"),
    text("adapter", 32),
    text("native", 128),
    text("space", 64, default=""),
    text("kind", 16),
    text("title", 256, default=""),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "adapter", "native"),
)

members = table(
    "members",
    big("community_id"),
    big("id"),
    text("name", 64),
    text("locale", 16, default=""),
    text("standing", 16, default="member"),
    big("created_at"),
    big("left_at", nullable=True),
    big("merged_into", nullable=True),
    big("heard_account", default=0),
    big("separated_at", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    # For segments. The migration restricts it to those that were merged.
    Index("ix_members_merged", "community_id", "merged_into"),
)

accounts = table(
    "accounts",
    big("community_id"),
    big("id"),
    big("member_id"),
    text("platform", 32),
    text("native", 64),
    text("name", 64),
    text("folded", 64),
    text("adapter", 32, default=""),
    text("dm", 128, default=""),
    big("dm_closed_at", default=0),
    Column("bot", Integer, nullable=False, server_default="0"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "platform", "native"),
    Index("ix_accounts_member", "community_id", "member_id"),
    # For segments and broadcasts. The migration restricts it to people with a direct chat.
    Index("ix_accounts_reachable", "community_id", "member_id"),
    Index("ix_accounts_platform", "community_id", "platform", "member_id"),
    Index("ix_accounts_native", "platform", "native"),
    # For those whose names begin with something.
    Index("ix_accounts_folded", "community_id", "folded", postgresql_ops={"folded": "varchar_pattern_ops"}),
)

moved_spaces = table(
    "moved_spaces",
    big("community_id"),
    text("adapter", 32),
    text("old", 64),
    text("new", 64),
    big("at"),
    PrimaryKeyConstraint("community_id", "adapter", "old"),
)
"""Spaces that have another native id now than the configuration may still say."""

presences = table(
    "presences",
    big("community_id"),
    text("adapter", 32),
    text("space", 64),
    big("account_id"),
    text("standing", 16, default="member"),
    big("joined_at"),
    big("left_at", nullable=True),
    PrimaryKeyConstraint("community_id", "adapter", "space", "account_id"),
)
