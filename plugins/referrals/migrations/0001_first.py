"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "referrals_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "referrals_codes",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "code", name=op.f("pk_referrals_codes")),
    )
    op.create_index("ix_referrals_codes_member", "referrals_codes", ["community_id", "member_id"])
    op.create_table(
        "referrals_referrals",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("referrer_id", sa.BigInteger(), nullable=False),
        sa.Column("newcomer_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("vested_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reward", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("reward_newcomer", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_referrals_referrals")),
    )
    op.create_index("ix_referrals_referrals_newcomer", "referrals_referrals", ["community_id", "newcomer_id"])
    op.create_index("ix_referrals_referrals_referrer", "referrals_referrals", ["community_id", "referrer_id", "state"])
    op.create_table(
        "referrals_tries",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_referrals_tries")),
    )
    op.create_index("ix_referrals_tries_member", "referrals_tries", ["community_id", "member_id", "at"])


def downgrade() -> None:
    for table in ("referrals_tries", "referrals_referrals", "referrals_codes"):
        op.drop_table(table)
