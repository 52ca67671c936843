"""What each space says of those who are in it (so far a member's standing was all that was known), and names by which
people are found while somebody types.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0009"
down_revision = "core_0008"


def upgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE presences SET standing = 'operator' WHERE left_at IS NULL AND EXISTS ("
            "SELECT 1 FROM accounts JOIN members ON members.community_id = accounts.community_id"
            " AND members.id = accounts.member_id WHERE accounts.community_id = presences.community_id"
            " AND accounts.id = presences.account_id AND members.standing = 'operator')"
        )
    )

    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_accounts_folded", table_name="accounts")
        words = {"folded": "varchar_pattern_ops"}
        op.create_index("ix_accounts_folded", "accounts", ["community_id", "folded"], postgresql_ops=words)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_accounts_folded", table_name="accounts")
        op.create_index("ix_accounts_folded", "accounts", ["community_id", "folded"])
    op.execute(sa.text("UPDATE presences SET standing = 'member'"))
