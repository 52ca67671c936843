"""Who was active when, and imports of the past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reactions", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "day", "member_id", "platform", name=op.f("pk_activity")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_activity_member", "activity", ["community_id", "member_id", "day"], unique=False)
    op.create_table(
        "activity_since",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "adapter", "space", "channel", name=op.f("pk_activity_since")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imports",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("importer", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=256), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="reading", nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("memory", sa.Text(), server_default="{}", nullable=False),
        sa.Column("totals", sa.Text(), server_default="{}", nullable=False),
        sa.Column("started_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_imports")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_blocks",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("chat", sa.String(length=128), nullable=False),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "adapter", "chat", "block", name=op.f("pk_import_blocks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_counts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "import_id", "account_id", "day", name=op.f("pk_import_counts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("import_counts", "import_blocks", "imports", "activity_since", "activity"):
        op.drop_table(name)
