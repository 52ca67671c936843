"""The tables: applications, each with the instants of its states, and the messages that show them to operators."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

from coterie.core.api import NAMING, MemberTable

metadata = MetaData(naming_convention=NAMING)

applications = Table(
    "gate_applications",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("space", String(64), nullable=False),
    Column("form_id", BigInteger, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False),
    Column("request", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("age", Integer, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("applied_at", BigInteger, nullable=True),
    Column("decided_at", BigInteger, nullable=True),
    Column("decided_by", BigInteger, nullable=True),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_gate_applications_account", "community_id", "account_id", "state"),
    Index("ix_gate_applications_form", "community_id", "form_id"),
    Index("ix_gate_applications_state", "community_id", "state"),
)

cards = Table(
    "gate_cards",
    metadata,
    Column("community_id", BigInteger, nullable=False),
    Column("application_id", BigInteger, nullable=False),
    Column("ref", BigInteger, nullable=False),
    Column("operator_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("community_id", "application_id", "ref"),
)

member_data = (
    MemberTable(applications),
    MemberTable(applications, "decided_by", erase="keep", export=False),
    MemberTable(cards, "operator_id", erase="keep", export=False),
)
