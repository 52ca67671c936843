"""Packets of every kind: bounds, draws, conditions, seeds, other givers, thanks, rain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "redpacket_0003"
down_revision = "redpacket_0002"


def _new() -> tuple[sa.Column[object], ...]:
    """What a packet has from now on."""
    return (
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("least", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("most", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("draws_at", sa.BigInteger(), nullable=True),
        sa.Column("anonymous", sa.Integer(), server_default="0", nullable=False),
        sa.Column("terms", sa.Text(), server_default="", nullable=False),
        sa.Column("phrase", sa.String(length=64), server_default="", nullable=False),
        sa.Column("seed", sa.String(length=64), server_default="", nullable=False),
        sa.Column("seed_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("origin", sa.String(length=16), server_default="member", nullable=False),
        sa.Column("origin_name", sa.String(length=128), server_default="", nullable=False),
        sa.Column("rain_id", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_to", sa.String(length=16), server_default="", nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
    )


_PACKET_INDEXES = (
    ("ix_redpacket_packets_number", ("number",)),
    ("ix_redpacket_packets_sender", ("sender_id", "id")),
    ("ix_redpacket_packets_phrase", ("phrase",)),
    ("ix_redpacket_packets_state", ("state", "id")),
    ("ix_redpacket_packets_origin", ("origin", "origin_name")),
)


_BY_PACKET = ("community_id", "packet_id", "member_id")
_BY_MEMBER = ("community_id", "member_id", "packet_id")


def _once_a_member(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """One share a member; in the order in which a member's own shares are found, too."""
    # SQLite has to make the table anew, and does not tell of checks.
    amount = sa.CheckConstraint("amount > 0", name=op.f("ck_redpacket_shares_amount"))
    with op.batch_alter_table("redpacket_shares", table_args=(amount,)) as table:
        table.drop_constraint(op.f(f"uq_redpacket_shares_{'_'.join(before)}"), type_="unique")
        table.create_unique_constraint(op.f(f"uq_redpacket_shares_{'_'.join(after)}"), list(after))


def _of_member(name: str, *columns: sa.Column[object]) -> None:
    """A table with a row for each packet and member."""
    op.create_table(
        name,
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("packet_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("community_id", "packet_id", "member_id", name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    for column in _new():
        op.add_column("redpacket_packets", column)
    op.execute(
        "UPDATE redpacket_packets SET number = counted.number FROM (SELECT community_id, id, row_number() OVER"
        " (PARTITION BY community_id ORDER BY id) AS number FROM redpacket_packets) AS counted"
        " WHERE counted.community_id = redpacket_packets.community_id AND counted.id = redpacket_packets.id"
    )
    op.execute(
        "UPDATE redpacket_packets SET refunded = total - taken, refunded_to = 'sender'"
        " WHERE state = 'expired' AND total > taken"
    )
    for name, columns in _PACKET_INDEXES:
        op.create_index(name, "redpacket_packets", ["community_id", *columns], unique=False)
    _once_a_member(_BY_PACKET, _BY_MEMBER)
    _of_member("redpacket_invited")
    _of_member("redpacket_entries", sa.Column("joined_at", sa.BigInteger(), nullable=False))
    _of_member("redpacket_tries", sa.Column("wrong", sa.Integer(), nullable=False))
    _of_member("redpacket_thanks", sa.Column("at", sa.BigInteger(), nullable=False))
    op.create_table(
        "redpacket_days",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("packets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "day", "source", "currency", name=op.f("pk_redpacket_days")),
    )
    _rains()


def _rains() -> None:
    op.create_table(
        "redpacket_rains",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("origin_name", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("every", sa.String(length=64), nullable=False),
        sa.Column("per_day", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("given", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_redpacket_rains")),
    )
    op.create_index("ix_redpacket_rains_state", "redpacket_rains", ["community_id", "state", "id"], unique=False)


def downgrade() -> None:
    for name in ("rains", "days", "thanks", "tries", "entries", "invited"):
        op.drop_table(f"redpacket_{name}")
    _once_a_member(_BY_MEMBER, _BY_PACKET)
    for name, _ in _PACKET_INDEXES:
        op.drop_index(name, table_name="redpacket_packets")
    for column in reversed(_new()):
        op.drop_column("redpacket_packets", column.name)
