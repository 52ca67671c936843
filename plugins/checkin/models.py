"""The table: a row for each member and community day on which they checked in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, String, Table

from coterie.core.api import NAMING, MemberTable

metadata = MetaData(naming_convention=NAMING)

days = Table(
    "checkin_days",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "member_id", "day"),
)

member_data = (MemberTable(days),)
"""One person, one row a day: what was paid stays paid, and the streak follows from the rows."""
