"""What merges moved, so that they can be undone; since when a record stands apart from the one that it was of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kept_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gone_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("accounts", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("undone_by", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("returned", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_merges")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_merges_kept", "merges", ["community_id", "kept_id"], unique=False)
    op.create_index("ix_merges_gone", "merges", ["community_id", "gone_id"], unique=False)
    op.create_index("ix_merges_at", "merges", ["at"], unique=False)
    op.create_table(
        "merge_rows",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("merge_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "merge_id", "number", name=op.f("pk_merge_rows")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_merge_rows_gone", "merge_rows", ["community_id", "gone_id"], unique=False)
    op.add_column("members", sa.Column("separated_at", sa.BigInteger(), autoincrement=False, nullable=True))


def downgrade() -> None:
    op.drop_column("members", "separated_at")
    op.drop_table("merge_rows")
    op.drop_table("merges")
