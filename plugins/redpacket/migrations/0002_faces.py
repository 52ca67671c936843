"""A packet is shown in several rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "redpacket_0002"
down_revision = "redpacket_0001"


def upgrade() -> None:
    op.create_table(
        "redpacket_faces",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.BigInteger(), nullable=False),
        sa.Column("packet_id", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "ref", name=op.f("pk_redpacket_faces")),
    )
    op.create_index("ix_redpacket_faces_packet_id", "redpacket_faces", ["community_id", "packet_id"], unique=False)
    op.execute(
        "INSERT INTO redpacket_faces (community_id, ref, packet_id) SELECT community_id, ref, id FROM redpacket_packets"
    )
    op.drop_index("ix_redpacket_packets_ref", table_name="redpacket_packets")
    op.drop_column("redpacket_packets", "ref")


def downgrade() -> None:
    op.add_column("redpacket_packets", sa.Column("ref", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("ix_redpacket_packets_ref", "redpacket_packets", ["community_id", "ref"], unique=False)
    first = "SELECT min(ref) FROM redpacket_faces AS f WHERE f.community_id = redpacket_packets.community_id"
    op.execute(f"UPDATE redpacket_packets SET ref = ({first} AND f.packet_id = redpacket_packets.id)")
    op.drop_table("redpacket_faces")
