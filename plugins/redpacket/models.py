"""The tables: packets, the messages that show them, and their shares, made with the packet and taken one by one."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from coterie.core.api import NAMING, MemberTable

metadata = MetaData(naming_convention=NAMING)

packets = Table(
    "redpacket_packets",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("sender_id", BigInteger, nullable=False),
    Column("split", String(16), nullable=False),
    Column("currency", String(16), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("greeting", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("taken_count", Integer, nullable=False, server_default="0"),
    Column("taken", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    CheckConstraint("taken <= total AND taken_count <= count", name="conserved"),
)

shares = Table(
    "redpacket_shares",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=True),
    Column("taken_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("community_id", "packet_id", "number"),
    UniqueConstraint("community_id", "packet_id", "member_id"),
    CheckConstraint("amount > 0", name="amount"),
)

faces = Table(
    "redpacket_faces",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("ref", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("failed", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("community_id", "ref"),
    Index("ix_redpacket_faces_packet_id", "community_id", "packet_id"),
)
"""The messages that show a packet, one in each room, and whether one could not be sent."""

member_data = (
    MemberTable(packets, "sender_id", erase="keep", scrub=("greeting",)),
    MemberTable(shares, merge="leave", erase="keep"),
)
"""Where two records that become one have both taken a share, both shares stay as they are; there is no third."""
