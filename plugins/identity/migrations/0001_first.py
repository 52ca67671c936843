"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "identity_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "identity_codes",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "code", name=op.f("pk_identity_codes")),
    )
    op.create_index("ix_identity_codes_member", "identity_codes", ["community_id", "member_id"], unique=False)
    op.create_table(
        "identity_tries",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_identity_tries")),
    )
    op.create_index("ix_identity_tries_member", "identity_tries", ["community_id", "member_id", "at"], unique=False)
    op.create_table(
        "identity_links",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("accounts", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_identity_links")),
    )


def downgrade() -> None:
    op.drop_table("identity_links")
    op.drop_index("ix_identity_tries_member", table_name="identity_tries")
    op.drop_table("identity_tries")
    op.drop_index("ix_identity_codes_member", table_name="identity_codes")
    op.drop_table("identity_codes")
