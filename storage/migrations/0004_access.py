"""Grants, and what of them stands on the platforms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"


def _big(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=default, autoincrement=False, nullable=False)


def _text(name: str, length: int | None = None, default: str | None = None) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "grants",
        _big("community_id"),
        _big("id"),
        _big("member_id"),
        _text("access", 32),
        _text("plugin", 64),
        _text("source", 128),
        _text("reason", default=""),
        _big("given_at"),
        _big("given_by", "0"),
        _big("until"),
        _big("ended_at", "0"),
        _text("end_reason", default=""),
        _big("ended_by", "0"),
        _big("closed", "0"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_grants")),
        sa.UniqueConstraint(
            *("community_id", "member_id", "access", "plugin", "source", "closed"),
            name=op.f("uq_grants_community_id_member_id_access_plugin_source_closed"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_grants_open", "grants", ["community_id", "closed", "member_id"])
    op.create_table(
        "applied_access",
        _big("community_id"),
        _big("account_id"),
        _text("adapter", 32),
        _text("space", 64),
        _text("kind", 8),
        _text("target", 100),
        _text("value", 256, ""),
        _text("access", 32),
        _text("state", 16),
        _big("mark"),
        _big("action", "0"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _big("not_before", "0"),
        _text("reason", default=""),
        _big("since"),
        sa.PrimaryKeyConstraint(
            *("community_id", "account_id", "adapter", "space", "kind", "target"), name=op.f("pk_applied_access")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_applied_access_access", "applied_access", ["community_id", "access", "state"])
    op.create_index("ix_applied_access_state", "applied_access", ["community_id", "state", "not_before"])
    op.create_index("ix_applied_access_value", "applied_access", ["community_id", "value"])
    op.create_table(
        "access_counts",
        _big("community_id"),
        _big("id"),
        _text("access", 32),
        _text("act", 8),
        sa.Column("count", sa.Integer(), nullable=False),
        _big("at"),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_access_counts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_access_counts_at", "access_counts", ["community_id", "access", "act", "at"])
    op.create_table(
        "access_brakes",
        _big("community_id"),
        _text("access", 32),
        _text("act", 8),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        _big("since"),
        sa.PrimaryKeyConstraint("community_id", "access", "act", name=op.f("pk_access_brakes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "access_scans",
        _big("community_id"),
        _text("part", 16),
        _big("cursor", "0"),
        _big("started_at"),
        _big("ended_at", "0"),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_access_scans")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        _tell_sizes()


def _tell_sizes() -> None:
    """Tell SQLite what a large store looks like.

    Without figures it takes one community for ten rows, and reads all grants to find those of one member.
    """
    for table, figures in (
        (
            "grants",
            {
                "grants": "300000 300000 1",
                "ix_grants_open": "300000 300000 100000 5",
                "sqlite_autoindex_grants_2": "300000 300000 6 2 2 1 1",  # the unique constraint
            },
        ),
        (
            "applied_access",
            {
                "applied_access": "300000 300000 6 6 5 2 1",
                "ix_applied_access_access": "300000 300000 60000 20000",
                "ix_applied_access_state": "300000 300000 50000 100",
                "ix_applied_access_value": "300000 300000 4",
            },
        ),
    ):
        op.execute(f"ANALYZE {table}")  # makes the table of figures
        op.execute(f"DELETE FROM sqlite_stat1 WHERE tbl = '{table}'")
        for index, stat in figures.items():
            op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{stat}')")


def downgrade() -> None:
    for name in ("access_scans", "access_brakes", "access_counts", "applied_access", "grants"):
        op.drop_table(name)
