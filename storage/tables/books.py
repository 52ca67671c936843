"""The double-entry books."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

ledger_accounts = table(
    "ledger_accounts",
    big("community_id"),
    big("id"),
    text("kind", 16),
    text("owner", 128),
    text("currency", 16),
    big("balance", default=0),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "kind", "owner", "currency"),
    CheckConstraint("balance >= 0 OR kind = 'issuer'", name="funded"),
    # For leaderboards. The migration restricts it to members: escrows and issuers change often and are never ranked.
    # Saying so here, in each database's own words, would import SQLAlchemy's PostgreSQL dialect into every process.
    Index("ix_ledger_accounts_balance", "community_id", "currency", "balance"),
)

transfers = table(
    "transfers",
    big("community_id"),
    big("id"),
    text("key", 200),
    text("plugin", 64),
    text("reason", 64),
    text("note", default=""),
    big("actor", default=0),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "key"),
)

postings = table(
    "postings",
    big("community_id"),
    big("transfer_id"),
    big("account_id"),
    big("amount"),
    PrimaryKeyConstraint("community_id", "transfer_id", "account_id"),
    CheckConstraint("amount <> 0", name="amount"),
    Index("ix_postings_account", "community_id", "account_id", "transfer_id"),
)

holds = table(
    "holds",
    big("community_id"),
    big("id"),
    text("key", 200),
    text("plugin", 64),
    big("account_id"),
    big("escrow_id"),
    big("amount"),
    big("captured", default=0),
    big("released", default=0),
    text("state", 16, default="open"),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "key"),
    CheckConstraint("captured + released <= amount AND captured >= 0 AND released >= 0 AND amount > 0", name="amounts"),
)

capped_totals = table(
    "capped_totals",
    big("community_id"),
    text("day", 10),  # the community's own day, as 2026-01-31
    text("plugin", 64),
    text("reason", 64),
    text("currency", 16),
    big("member_id"),  # 0: all members together
    big("granted", default=0),
    PrimaryKeyConstraint("community_id", "day", "plugin", "reason", "currency", "member_id"),
    CheckConstraint("granted >= 0", name="granted"),
    Index("ix_capped_totals_member", "community_id", "member_id"),
)

capped_grants = table(
    "capped_grants",
    big("community_id"),
    text("key", 200),
    text("day", 10),
    text("plugin", 64),
    text("reason", 64),
    text("currency", 16),
    big("member_id"),
    big("asked"),
    big("granted"),
    big("transfer_id", default=0),  # 0: nothing was left of the cap
    big("at"),
    PrimaryKeyConstraint("community_id", "key"),
    CheckConstraint("granted >= 0 AND granted <= asked", name="granted"),
    Index("ix_capped_grants_member", "community_id", "member_id"),
)

reversals = table(
    "reversals",
    big("community_id"),
    big("transfer_id"),  # what was taken back, once
    big("reversal_id"),  # the transfer that did it
    PrimaryKeyConstraint("community_id", "transfer_id"),
    UniqueConstraint("community_id", "reversal_id"),
)
