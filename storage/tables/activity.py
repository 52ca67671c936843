"""Who was active when, and what imports of the past have done so far."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint

from coterie.storage.tables.base import big, table, text

activity = table(
    "activity",
    big("community_id"),
    text("day", 10),
    big("member_id"),
    text("platform", 32),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("reactions", Integer, nullable=False, server_default="0"),
    # Days first: what is counted now lies together, and so does a week of everybody.
    PrimaryKeyConstraint("community_id", "day", "member_id", "platform"),
    Index("ix_activity_member", "community_id", "member_id", "day"),
)
"""Messages that a member wrote on a community day (ISO date), and reactions that those got, as far as known."""

activity_since = table(
    "activity_since",
    big("community_id"),
    text("adapter", 32),
    text("space", 64),
    text("channel", 128),
    big("at"),
    PrimaryKeyConstraint("community_id", "adapter", "space", "channel"),
)
"""Since when the messages of a channel are counted as they are written; an import counts only what is older."""

imports = table(
    "imports",
    big("community_id"),
    text("id", 64),
    text("importer", 64),
    text("file", 256),
    text("state", 16, default="reading"),
    big("position", default=0),
    text("memory", default="{}"),
    text("totals", default="{}"),
    big("started_at"),
    big("changed_at"),
    PrimaryKeyConstraint("community_id", "id"),
)
"""Files that were imported or are being imported: how far, what the reader must know to go on, and its counts."""

import_blocks = table(
    "import_blocks",
    big("community_id"),
    text("adapter", 32),
    text("chat", 128),
    big("block"),
    text("ids"),
    PrimaryKeyConstraint("community_id", "adapter", "chat", "block"),
)
"""The ids of all messages that imports have taken in, so that none is taken in twice; many ids in a row, packed."""

import_counts = table(
    "import_counts",
    big("community_id"),
    text("import_id", 64),
    big("account_id"),
    text("day", 10),
    Column("messages", Integer, nullable=False),
    PrimaryKeyConstraint("community_id", "import_id", "account_id", "day"),
)
"""What an import has counted and no plugin has been told yet."""
