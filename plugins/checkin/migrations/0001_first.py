"""The first table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "checkin_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "checkin_days",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", "day", name=op.f("pk_checkin_days")),
    )


def downgrade() -> None:
    op.drop_table("checkin_days")
