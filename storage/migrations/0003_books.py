"""Daily caps and counter-entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"


def upgrade() -> None:
    op.create_table(
        "capped_totals",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("granted", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.CheckConstraint("granted >= 0", name=op.f("ck_capped_totals_granted")),
        sa.PrimaryKeyConstraint(
            "community_id", "day", "plugin", "reason", "currency", "member_id", name=op.f("pk_capped_totals")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_capped_totals_member", "capped_totals", ["community_id", "member_id"], unique=False)
    op.create_table(
        "capped_grants",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("granted", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("granted >= 0 AND granted <= asked", name=op.f("ck_capped_grants_granted")),
        sa.PrimaryKeyConstraint("community_id", "key", name=op.f("pk_capped_grants")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_capped_grants_member", "capped_grants", ["community_id", "member_id"], unique=False)
    op.create_table(
        "reversals",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reversal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "transfer_id", name=op.f("pk_reversals")),
        sa.UniqueConstraint("community_id", "reversal_id", name=op.f("uq_reversals_community_id_reversal_id")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("reversals")
    op.drop_index("ix_capped_grants_member", table_name="capped_grants")
    op.drop_table("capped_grants")
    op.drop_index("ix_capped_totals_member", table_name="capped_totals")
    op.drop_table("capped_totals")
