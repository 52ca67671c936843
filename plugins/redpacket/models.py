"""The tables: packets with their shares, the messages that show them, who may and who did, and what is planned.

Shares are made with the packet and taken one by one. A packet's rare wishes (a phrase, a question, conditions, a cover)
stand together in ``terms``, so that the row of a plain one stays short: it is read at every claim.
"""

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
    Text,
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
    Column("number", BigInteger, nullable=False, server_default="0"),
    Column("least", BigInteger, nullable=False, server_default="1"),
    Column("most", BigInteger, nullable=False, server_default="0"),
    Column("draws_at", BigInteger, nullable=True),
    Column("anonymous", Integer, nullable=False, server_default="0"),
    Column("terms", Text, nullable=False, server_default=""),
    Column("phrase", String(64), nullable=False, server_default=""),
    Column("seed", String(64), nullable=False, server_default=""),
    Column("seed_hash", String(64), nullable=False, server_default=""),
    Column("origin", String(16), nullable=False, server_default="member"),
    Column("origin_name", String(128), nullable=False, server_default=""),
    Column("rain_id", BigInteger, nullable=True),
    Column("refunded", BigInteger, nullable=False, server_default="0"),
    Column("refunded_to", String(16), nullable=False, server_default=""),
    Column("ended_by", BigInteger, nullable=True),
    Column("reason", String(200), nullable=False, server_default=""),
    PrimaryKeyConstraint("community_id", "id"),
    CheckConstraint("taken <= total AND taken_count <= count", name="conserved"),
    Index("ix_redpacket_packets_number", "community_id", "number"),
    Index("ix_redpacket_packets_sender", "community_id", "sender_id", "id"),
    Index("ix_redpacket_packets_phrase", "community_id", "phrase"),
    Index("ix_redpacket_packets_state", "community_id", "state", "id"),
    Index("ix_redpacket_packets_origin", "community_id", "origin", "origin_name"),
)
"""``number`` is what people call a packet.  ``origin`` is ``member``, ``budget`` (of the name in ``origin_name``) or
``prize`` (``origin_name`` is the giver's own key).  ``most`` 0 is no bound.  ``phrase`` is folded, as it is looked for.
``refunded_to`` is ``sender`` or ``budget`` once something has gone back.  ``ended_by`` and ``reason`` tell who called a
packet off."""

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
    UniqueConstraint("community_id", "member_id", "packet_id"),
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

invited = Table(
    "redpacket_invited",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "packet_id", "member_id"),
)
"""Those whom a packet is for; a packet without such rows is for everybody."""

entries = Table(
    "redpacket_entries",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "packet_id", "member_id"),
)
"""Who joined a draw.  What a packet asks of people is judged when they join, and an entry says that it was met."""

tries = Table(
    "redpacket_tries",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("wrong", Integer, nullable=False),
    PrimaryKeyConstraint("community_id", "packet_id", "member_id"),
)
"""Wrong answers to a packet's question."""

thanks = Table(
    "redpacket_thanks",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("packet_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "packet_id", "member_id"),
)

days = Table(
    "redpacket_days",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("source", String(64), nullable=False),
    Column("currency", String(16), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("packets", Integer, nullable=False),
    PrimaryKeyConstraint("community_id", "day", "source", "currency"),
)
"""What was put into packets on a community day: ``all`` of it, and of that ``budget:NAME`` and ``rain:ID``.

What one member put in is in the ledger."""

rains = Table(
    "redpacket_rains",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("origin_name", String(128), nullable=False),
    Column("currency", String(16), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("every", String(64), nullable=False),
    Column("per_day", BigInteger, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=True),
    Column("state", String(16), nullable=False),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("given", BigInteger, nullable=False, server_default="0"),
    Column("last_at", BigInteger, nullable=True),
    Column("said", String(200), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_redpacket_rains_state", "community_id", "state", "id"),
)
"""Packets that are sent again and again.  ``plan`` is a :class:`~coterie.plugins.redpacket.wishes.Wishes` as people
type it, ``places`` JSON with the ids of channels, ``every`` a cron line or a duration, ``per_day`` the most that it may
give in a community day (0: no bound), ``said`` why the last one was not sent."""

member_data = (
    MemberTable(packets, "sender_id", erase="keep", scrub=("greeting", "terms", "phrase", "reason")),
    MemberTable(packets, "ended_by", merge="stay", erase="keep", export=False),
    MemberTable(shares, merge="leave", erase="keep"),
    MemberTable(invited),
    MemberTable(entries, unite={"joined_at": "min"}),
    MemberTable(tries, unite={"wrong": "sum"}),
    MemberTable(thanks),
    MemberTable(rains, "owner_id", erase="keep", scrub=("plan",)),
)
"""Where two records that become one have both taken a share, both shares stay as they are; there is no third."""
