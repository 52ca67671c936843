"""Consent, retention and erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0006"
down_revision = "core_0005"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.String(length=64), server_default="", nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("given_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_consents")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consents_member", "consents", ["community_id", "member_id", "purpose"], unique=False)
    op.create_table(
        "erasure_parts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("erasure_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("met", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "erasure_id", "part", name=op.f("pk_erasure_parts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasures",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("forced", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("known", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_erasures")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erasures_member", "erasures", ["community_id", "member_id"], unique=False)
    op.create_index("ix_erasures_state", "erasures", ["state", "not_before"], unique=False)
    op.create_table(
        "export_links",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_export_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_export_links_digest")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("export_links")
    op.drop_index("ix_erasures_state", table_name="erasures")
    op.drop_index("ix_erasures_member", table_name="erasures")
    op.drop_table("erasures")
    op.drop_table("erasure_parts")
    op.drop_index("ix_consents_member", table_name="consents")
    op.drop_table("consents")
