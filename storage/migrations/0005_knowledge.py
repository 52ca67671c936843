"""What operators know about members: attributes, tags, notes, segments, broadcasts, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=64), server_default="", nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_audit_log")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_log_act", "audit_log", ["community_id", "act", "id"], unique=False)
    op.create_index("ix_audit_log_member", "audit_log", ["community_id", "member_id", "id"], unique=False)
    op.create_table(
        "broadcast_targets",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("ref", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "broadcast_id", "member_id", name=op.f("pk_broadcast_targets")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_broadcast_targets_member", "broadcast_targets", ["community_id", "member_id"], unique=False)
    op.create_index("ix_broadcast_targets_ref", "broadcast_targets", ["community_id", "ref"], unique=False)
    op.create_index(
        "ix_broadcast_targets_state",
        "broadcast_targets",
        ["community_id", "broadcast_id", "state", "member_id"],
        unique=False,
    )
    op.create_table(
        "broadcasts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("total", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_broadcasts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_attributes",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", "name", name=op.f("pk_member_attributes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_member_attributes_folded",
        "member_attributes",
        ["community_id", "name", "folded", "member_id"],
        unique=False,
    )
    op.create_index(
        "ix_member_attributes_number",
        "member_attributes",
        ["community_id", "name", "kind", "number", "member_id"],
        unique=False,
    )
    op.create_table(
        "member_notes",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_member_notes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_notes_member", "member_notes", ["community_id", "member_id", "id"], unique=False)
    op.create_table(
        "member_tags",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", "tag", name=op.f("pk_member_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_tags_tag", "member_tags", ["community_id", "tag", "member_id"], unique=False)
    op.create_table(
        "opt_outs",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", name=op.f("pk_opt_outs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "segments",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_segments")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_segments_community_id_name")),
        sqlite_with_rowid=False,
    )
    # For segments: who is on a platform and who can be written to, without looking at every account; the few who were
    # merged.
    op.create_index("ix_accounts_platform", "accounts", ["community_id", "platform", "member_id"])
    reachable = sa.text("dm <> '' AND bot = 0")
    op.create_index(
        "ix_accounts_reachable",
        "accounts",
        ["community_id", "member_id"],
        sqlite_where=reachable,
        postgresql_where=reachable,
    )
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_members_merged", "members", ["community_id", "merged_into"], sqlite_where=merged, postgresql_where=merged
    )
    if op.get_bind().dialect.name == "sqlite":
        _tell_sizes()


def _tell_sizes() -> None:
    """Tell SQLite what a large store looks like.

    Without figures it takes one community for ten rows, and reads every account to find one by its name.
    """
    op.execute("ANALYZE accounts")  # makes the table of figures
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'accounts'")
    for index, figures in (
        ("accounts", "1000000 1000000 1"),
        ("ix_accounts_folded", "1000000 1000000 2"),
        ("ix_accounts_member", "1000000 1000000 2"),
        ("ix_accounts_native", "1000000 500000 1"),
        ("ix_accounts_reachable", "700000 700000 2"),
        ("ix_accounts_platform", "1000000 1000000 500000 1"),
        ("sqlite_autoindex_accounts_2", "1000000 1000000 500000 1"),  # the unique constraint
    ):
        op.execute(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('accounts', '{index}', '{figures}')")


def downgrade() -> None:
    op.drop_index("ix_members_merged", table_name="members")
    op.drop_index("ix_accounts_reachable", table_name="accounts")
    op.drop_index("ix_accounts_platform", table_name="accounts")
    op.drop_table("segments")
    op.drop_table("opt_outs")
    op.drop_table("member_tags")
    op.drop_table("member_notes")
    op.drop_table("member_attributes")
    op.drop_table("broadcasts")
    op.drop_table("broadcast_targets")
    op.drop_table("audit_log")
