"""The table: invoices that were asked for, so that a tip is thanked for in the place where it began."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table

from coterie.core.api import NAMING

metadata = MetaData(naming_convention=NAMING)

invoices = Table(
    "tipjar_invoices",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "id"),
)
