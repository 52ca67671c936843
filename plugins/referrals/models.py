"""The tables: codes, who brought whom, and wrong codes that were sent."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, String, Table

from coterie.core.api import NAMING, MemberTable, tries_table

metadata = MetaData(naming_convention=NAMING)

codes = Table(
    "referrals_codes",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("code", String(16), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "code"),
    Index("ix_referrals_codes_member", "community_id", "member_id"),
)
"""The member is not in the key: of two records that become one, both codes go on to lead to the one person."""

referrals = Table(
    "referrals_referrals",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("referrer_id", BigInteger, nullable=False),
    Column("newcomer_id", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("why", String(16), nullable=False, server_default=""),
    Column("due_at", BigInteger, nullable=False),
    Column("vested_at", BigInteger, nullable=True),
    Column("ended_at", BigInteger, nullable=True),
    Column("reward", BigInteger, nullable=False, server_default="0"),
    Column("reward_newcomer", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_referrals_referrals_newcomer", "community_id", "newcomer_id"),
    Index("ix_referrals_referrals_referrer", "community_id", "referrer_id", "state"),
)
"""``due_at`` is when it is looked at first, ``vested_at`` when it vested and was paid, ``ended_at`` when it got the
state that it has; rewards are what was paid.
"""

tries = tries_table("referrals_tries", metadata)

member_data = (
    MemberTable(codes),
    MemberTable(referrals, "newcomer_id", erase="keep"),
    MemberTable(referrals, "referrer_id", erase="keep"),
    MemberTable(tries),
)
"""A referral counts for one side after the other side was erased; it names them no more, and says nothing in words."""
