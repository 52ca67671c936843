"""The tables: codes, wrong tries, and the accounts that were separated again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, String, Table

from coterie.core.api import NAMING, MemberTable, tries_table

metadata = MetaData(naming_convention=NAMING)

codes = Table(
    "identity_codes",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("code", String(16), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("community_id", "code"),
    Index("ix_identity_codes_member", "community_id", "member_id"),
)

tries = tries_table("identity_tries", metadata)

unlinks = Table(
    "identity_unlinks",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_identity_unlinks_member", "community_id", "member_id", "at"),
)
"""Accounts that were separated, and the member who they had been of."""

member_data = (MemberTable(codes), MemberTable(tries), MemberTable(unlinks))
