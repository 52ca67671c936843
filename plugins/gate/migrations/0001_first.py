"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "gate_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "gate_applications",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("form_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_gate_applications")),
    )
    op.create_index(
        "ix_gate_applications_account", "gate_applications", ["community_id", "account_id", "state"], unique=False
    )
    op.create_index("ix_gate_applications_form", "gate_applications", ["community_id", "form_id"], unique=False)
    op.create_index("ix_gate_applications_state", "gate_applications", ["community_id", "state"], unique=False)
    op.create_table(
        "gate_cards",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "application_id", "ref", name=op.f("pk_gate_cards")),
    )


def downgrade() -> None:
    op.drop_table("gate_cards")
    op.drop_index("ix_gate_applications_state", table_name="gate_applications")
    op.drop_index("ix_gate_applications_form", table_name="gate_applications")
    op.drop_index("ix_gate_applications_account", table_name="gate_applications")
    op.drop_table("gate_applications")
