"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "redpacket_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "redpacket_packets",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.BigInteger(), nullable=False),
        sa.Column("split", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("greeting", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("taken_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("taken <= total AND taken_count <= count", name=op.f("ck_redpacket_packets_conserved")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_redpacket_packets")),
    )
    op.create_index("ix_redpacket_packets_ref", "redpacket_packets", ["community_id", "ref"], unique=False)
    op.create_table(
        "redpacket_shares",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("packet_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_redpacket_shares_amount")),
        sa.PrimaryKeyConstraint("community_id", "packet_id", "number", name=op.f("pk_redpacket_shares")),
        sa.UniqueConstraint(
            "community_id", "packet_id", "member_id", name=op.f("uq_redpacket_shares_community_id_packet_id_member_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("redpacket_shares")
    op.drop_index("ix_redpacket_packets_ref", table_name="redpacket_packets")
    op.drop_table("redpacket_packets")
