"""The one table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "applause_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "applause",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.Column("claps", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "act", name=op.f("pk_applause")),
    )


def downgrade() -> None:
    op.drop_table("applause")
