"""The one table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "early_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "early_notes",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("plugin", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_early_notes")),
    )


def downgrade() -> None:
    op.drop_table("early_notes")
