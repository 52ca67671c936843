"""The first table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "tipjar_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "tipjar_invoices",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_tipjar_invoices")),
    )


def downgrade() -> None:
    op.drop_table("tipjar_invoices")
