"""The tables.

``score`` is a member's XP as the board shows it, 0 for who is not on it; ``tally`` is the same number, but summed where
``score`` is kept when two records become one.  Their difference tells what the counts in ``buckets`` miss.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from coterie.core.api import NAMING

metadata = MetaData(naming_convention=NAMING)


def _big(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable, server_default=None if default is None else str(default))


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, _big("community_id"), *parts, sqlite_with_rowid=False)


def _text(name: str, length: int, default: str | None = None) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default=default)


members = _table(
    "levels_members",
    _big("member_id"),
    _big("since"),
    Column("hidden", Integer, nullable=False, server_default="0"),
    _text("tier", 32, ""),
    _text("ends_on", 10, ""),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("level", Integer, nullable=False, server_default="0"),
    _big("view", default=0),
    PrimaryKeyConstraint("community_id", "member_id"),
)

scores = _table(
    "levels_scores",
    _big("member_id"),
    _text("board", 24),
    _big("xp"),
    _big("score"),
    _big("tally"),
    PrimaryKeyConstraint("community_id", "member_id", "board"),
    Index("ix_levels_scores_board", "community_id", "board", "score", "member_id"),
)

buckets = _table(
    "levels_buckets",
    _text("board", 24),
    Column("bucket", Integer, nullable=False),
    _big("members"),
    PrimaryKeyConstraint("community_id", "board", "bucket"),
)

tallies = _table(
    "levels_tallies",
    _big("member_id"),
    _text("day", 10),
    _text("source", 32),
    _big("xp"),
    Column("times", Integer, nullable=False),
    _big("last_at"),
    Column("marks", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("community_id", "member_id", "day", "source"),
    Index("ix_levels_tallies_day", "community_id", "day"),
)

messages = _table(
    "levels_messages",
    _text("adapter", 32),
    _text("space", 128),
    _text("message", 128),
    _big("member_id"),
    _big("at"),
    PrimaryKeyConstraint("community_id", "adapter", "space", "message"),
    Index("ix_levels_messages_at", "community_id", "at"),
    Index("ix_levels_messages_member", "community_id", "member_id"),
)

reactions = _table(
    "levels_reactions",
    _text("adapter", 32),
    _text("space", 128),
    _text("message", 128),
    _big("reactor_id"),
    _big("author_id"),
    _text("day", 10),
    _big("at"),
    PrimaryKeyConstraint("community_id", "adapter", "space", "message", "reactor_id"),
    Index("ix_levels_reactions_pair", "community_id", "reactor_id", "author_id", "day"),
    Index("ix_levels_reactions_author", "community_id", "author_id"),
    Index("ix_levels_reactions_at", "community_id", "at"),
)

credits = _table(
    "levels_credits",
    _big("id"),
    _big("member_id"),
    _text("source", 32),
    _text("key", 200),
    _big("xp"),
    _big("actor_id"),
    Column("note", Text, nullable=False, server_default=""),
    _big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    Unique("community_id", "source", "key"),
    Index("ix_levels_credits_member", "community_id", "member_id"),
)

seasons = _table(
    "levels_seasons",
    _big("id"),
    Column("number", Integer, nullable=False),
    _text("name", 64, ""),
    _big("channel_id"),
    _text("begins_on", 10),
    _text("ends_on", 10, ""),
    _big("ended_at", nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    Unique("community_id", "number"),
)

prizes = _table(
    "levels_prizes",
    _big("season_id"),
    _big("member_id"),
    Column("rank", Integer, nullable=False),
    _big("amount"),
    Column("paid", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("community_id", "season_id", "member_id"),
    Index("ix_levels_prizes_member", "community_id", "member_id"),
)

settings = _table(
    "levels_settings",
    _text("name", 32),
    _big("value"),
    _big("until"),
    _text("day", 10, ""),
    PrimaryKeyConstraint("community_id", "name"),
)
