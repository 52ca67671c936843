"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("native", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.String(length=64), nullable=False),
        sa.Column("adapter", sa.String(length=32), server_default="", nullable=False),
        sa.Column("dm", sa.String(length=128), server_default="", nullable=False),
        sa.Column("bot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "community_id", "platform", "native", name=op.f("uq_accounts_community_id_platform_native")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_accounts_member", "accounts", ["community_id", "member_id"], unique=False)
    op.create_index("ix_accounts_folded", "accounts", ["community_id", "folded"], unique=False)
    op.create_index("ix_accounts_native", "accounts", ["platform", "native"], unique=False)
    op.create_table(
        "button_args",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_button_args")),
        sa.UniqueConstraint("community_id", "digest", name=op.f("uq_button_args_community_id_digest")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channels",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("native", sa.String(length=128), nullable=False),
        sa.Column("space", sa.String(length=64), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=256), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_channels")),
        sa.UniqueConstraint("community_id", "adapter", "native", name=op.f("uq_channels_community_id_adapter_native")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "communities",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
        sa.UniqueConstraint("name", name=op.f("uq_communities_name")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dead_letters",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_key", sa.String(length=200), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("hook", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_dead_letters")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_keys",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "key", name=op.f("pk_event_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_keys_at", "event_keys", ["at"], unique=False)
    op.create_table(
        "holds",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("escrow_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("captured", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("released", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint(
            "captured + released <= amount AND captured >= 0 AND released >= 0 AND amount > 0",
            name=op.f("ck_holds_amounts"),
        ),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_holds")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_holds_community_id_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("currency", sa.String(length=16), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("balance >= 0 OR kind = 'issuer'", name=op.f("ck_ledger_accounts_funded")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint(
            "community_id",
            "kind",
            "owner",
            "currency",
            name=op.f("uq_ledger_accounts_community_id_kind_owner_currency"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_ledger_accounts_balance",
        "ledger_accounts",
        ["community_id", "currency", "balance"],
        unique=False,
        sqlite_where=sa.text("kind = 'member'"),
        postgresql_where=sa.text("kind = 'member'"),
    )
    op.create_table(
        "members",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), server_default="", nullable=False),
        sa.Column("standing", sa.String(length=16), server_default="member", nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("left_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("merged_into", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("heard_account", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_members")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("native", sa.String(length=128), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "ref", name=op.f("pk_messages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "open_forms",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_open_forms")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_open_forms_member", "open_forms", ["community_id", "member_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("ref", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_outbox")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pauses",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("hook", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "hook", name=op.f("pk_pauses")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "postings",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_postings_amount")),
        sa.PrimaryKeyConstraint("community_id", "transfer_id", "account_id", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_postings_account", "postings", ["community_id", "account_id", "transfer_id"], unique=False)
    op.create_table(
        "presences",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("standing", sa.String(length=16), server_default="member", nullable=False),
        sa.Column("joined_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("left_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("community_id", "adapter", "space", "account_id", name=op.f("pk_presences")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "queued_events",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("hook", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_queued_events")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_queued_events_not_before", "queued_events", ["not_before"], unique=False)
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spaces",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.String(length=32), nullable=False),
        sa.Column("native", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_spaces")),
        sa.UniqueConstraint("adapter", "native", name=op.f("uq_spaces_adapter_native")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tasks",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_tasks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tasks_not_before", "tasks", ["not_before"], unique=False)
    op.create_table(
        "timers",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_timers")),
        sa.UniqueConstraint(
            "community_id", "plugin", "name", "key", name=op.f("uq_timers_community_id_plugin_name_key")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timers_due", "timers", ["due"], unique=False)
    op.create_table(
        "transfers",
        sa.Column("community_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_transfers_community_id_key")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("transfers")
    op.drop_index("ix_timers_due", table_name="timers")
    op.drop_table("timers")
    op.drop_index("ix_tasks_not_before", table_name="tasks")
    op.drop_table("tasks")
    op.drop_table("spaces")
    op.drop_table("settings")
    op.drop_index("ix_queued_events_not_before", table_name="queued_events")
    op.drop_table("queued_events")
    op.drop_table("presences")
    op.drop_index("ix_postings_account", table_name="postings")
    op.drop_table("postings")
    op.drop_table("pauses")
    op.drop_table("outbox")
    op.drop_index("ix_open_forms_member", table_name="open_forms")
    op.drop_table("open_forms")
    op.drop_table("messages")
    op.drop_table("members")
    op.drop_index(
        "ix_ledger_accounts_balance",
        table_name="ledger_accounts",
        sqlite_where=sa.text("kind = 'member'"),
        postgresql_where=sa.text("kind = 'member'"),
    )
    op.drop_table("ledger_accounts")
    op.drop_table("holds")
    op.drop_index("ix_event_keys_at", table_name="event_keys")
    op.drop_table("event_keys")
    op.drop_table("dead_letters")
    op.drop_table("communities")
    op.drop_table("channels")
    op.drop_table("button_args")
    op.drop_index("ix_accounts_folded", table_name="accounts")
    op.drop_index("ix_accounts_native", table_name="accounts")
    op.drop_index("ix_accounts_member", table_name="accounts")
    op.drop_table("accounts")
