"""What merges of members did, row by row, so that they can be undone."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint

from coterie.storage.tables.base import big, table, text

merges = table(
    "merges",
    big("community_id"),
    big("id"),
    big("kept_id"),
    big("gone_id"),
    text("plugin", 64),
    big("actor", default=0),
    big("at"),
    text("accounts"),
    text("amounts"),
    text("before"),
    big("undone_at", nullable=True),
    big("undone_by", default=0),
    text("returned", default="{}"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_merges_kept", "community_id", "kept_id"),
    Index("ix_merges_gone", "community_id", "gone_id"),
    Index("ix_merges_at", "at"),
)
"""``accounts`` (name by id) and ``amounts`` (by currency), both JSON, moved from ``gone_id`` to ``kept_id``; ``before``
is what the record that stays was like; ``returned`` is what an undoing gave back, by currency."""

merge_rows = table(
    "merge_rows",
    big("community_id"),
    big("merge_id"),
    Column("number", Integer, nullable=False),
    big("gone_id"),
    text("plugin", 64),
    text("table_name", 64),
    text("column_name", 64),
    text("act", 16),
    text("row_key"),
    text("image", default=""),
    text("before", default=""),
    text("after", default=""),
    PrimaryKeyConstraint("community_id", "merge_id", "number"),
    Index("ix_merge_rows_gone", "community_id", "gone_id"),
)
"""One row that a merge moved or united, in the order in which it did: the primary key that it has since, the row as it
was under ``gone_id`` and, where two were united, the columns of the other one before and after (JSON)."""
