"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "levels_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "levels_members",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("hidden", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tier", sa.String(length=32), server_default="", nullable=False),
        sa.Column("ends_on", sa.String(length=10), server_default="", nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        sa.Column("view", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", name=op.f("pk_levels_members")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "levels_scores",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("board", sa.String(length=24), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("tally", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", "board", name=op.f("pk_levels_scores")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_scores_board", "levels_scores", ["community_id", "board", "score", "member_id"])
    op.create_table(
        "levels_buckets",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("board", sa.String(length=24), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "board", "bucket", name=op.f("pk_levels_buckets")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "levels_tallies",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member_id", "day", "source", name=op.f("pk_levels_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_tallies_day", "levels_tallies", ["community_id", "day"])
    op.create_table(
        "levels_messages",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("space", sa.String(length=128), nullable=False),
        sa.Column("message", sa.String(length=128), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "adapter", "space", "message", name=op.f("pk_levels_messages")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_messages_at", "levels_messages", ["community_id", "at"])
    op.create_index("ix_levels_messages_member", "levels_messages", ["community_id", "member_id"])
    op.create_table(
        "levels_reactions",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("space", sa.String(length=128), nullable=False),
        sa.Column("message", sa.String(length=128), nullable=False),
        sa.Column("reactor_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "community_id", "adapter", "space", "message", "reactor_id", name=op.f("pk_levels_reactions")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_reactions_at", "levels_reactions", ["community_id", "at"])
    op.create_index("ix_levels_reactions_author", "levels_reactions", ["community_id", "author_id"])
    op.create_index("ix_levels_reactions_pair", "levels_reactions", ["community_id", "reactor_id", "author_id", "day"])
    op.create_table(
        "levels_credits",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("xp", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_levels_credits")),
        sa.UniqueConstraint("community_id", "source", "key", name=op.f("uq_levels_credits_community_id_source_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_credits_member", "levels_credits", ["community_id", "member_id"])
    op.create_table(
        "levels_seasons",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), server_default="", nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("begins_on", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_levels_seasons")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_levels_seasons_community_id_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "levels_prizes",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("season_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "season_id", "member_id", name=op.f("pk_levels_prizes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_levels_prizes_member", "levels_prizes", ["community_id", "member_id"])
    op.create_table(
        "levels_settings",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("community_id", "name", name=op.f("pk_levels_settings")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("levels_settings")
    op.drop_table("levels_prizes")
    op.drop_table("levels_seasons")
    op.drop_table("levels_credits")
    op.drop_table("levels_reactions")
    op.drop_table("levels_messages")
    op.drop_table("levels_tallies")
    op.drop_table("levels_buckets")
    op.drop_table("levels_scores")
    op.drop_table("levels_members")
