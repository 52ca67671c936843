"""What platforms do beside messages: polls, direct chats that were closed, spaces with another native id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0008"
down_revision = "core_0007"


def upgrade() -> None:
    op.add_column("messages", sa.Column("poll", sa.String(length=128), server_default="", nullable=False))
    polls = sa.text("poll <> ''")
    op.create_index("ix_messages_poll", "messages", ["adapter", "poll"], sqlite_where=polls, postgresql_where=polls)
    op.add_column(
        "accounts",
        sa.Column("dm_closed_at", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
    )
    op.create_table(
        "moved_spaces",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("old", sa.String(length=64), nullable=False),
        sa.Column("new", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "adapter", "old", name=op.f("pk_moved_spaces")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("moved_spaces")
    op.drop_column("accounts", "dm_closed_at")
    op.drop_index("ix_messages_poll", table_name="messages")
    op.drop_column("messages", "poll")
