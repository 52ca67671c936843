"""What is known, waits or is under way: settings, events, timers, tasks, messages, forms, pauses."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, UniqueConstraint

from coterie.storage.tables.base import big, table, text

settings = table("settings", text("name", 64), text("value"), PrimaryKeyConstraint("name"))

event_keys = table(
    "event_keys",
    big("community_id"),
    text("key", 200),
    big("at"),
    PrimaryKeyConstraint("community_id", "key"),
    Index("ix_event_keys_at", "at"),
)

queued_events = table(
    "queued_events",
    big("community_id"),
    big("id"),
    text("payload"),
    text("plugin", 64),
    text("hook", 64),
    Column("attempts", Integer, nullable=False, server_default="0"),
    big("not_before"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_queued_events_not_before", "not_before"),
)

dead_letters = table(
    "dead_letters",
    big("community_id"),
    big("id"),
    text("event_key", 200),
    text("plugin", 64),
    text("hook", 64),
    text("error"),
    text("payload"),
    big("at"),
    PrimaryKeyConstraint("community_id", "id"),
)

timers = table(
    "timers",
    big("community_id"),
    big("id"),
    text("plugin", 64),
    text("name", 64),
    text("key", 128),
    text("args"),
    big("due"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "plugin", "name", "key"),
    Index("ix_timers_due", "due"),
)

tasks = table(
    "tasks",
    big("community_id"),
    big("id"),
    text("plugin", 64),
    text("name", 64),
    text("args"),
    text("origin"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    big("not_before"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_tasks_not_before", "not_before"),
)

outbox = table(
    "outbox",
    big("community_id"),
    big("id"),
    text("adapter", 32),
    Column("priority", Integer, nullable=False),
    big("ref", default=0),
    text("plugin", 64),
    text("payload"),
    text("state", 16, default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    big("not_before", default=0),
    text("reason", default=""),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
)

messages = table(
    "messages",
    big("community_id"),
    big("ref"),
    text("adapter", 32),
    text("place"),
    text("native", 128),
    text("plugin", 64),
    big("sent_at"),
    text("poll", 128, default=""),
    PrimaryKeyConstraint("community_id", "ref"),
    # For the answers to polls. The migration restricts it to those.
    Index("ix_messages_poll", "adapter", "poll"),
)
"""Where messages of ours are, and gatherings in calendars; ``poll`` is the platform's id of the poll that one holds, or
of the gathering, by which platforms tell of it.
"""

button_args = table(
    "button_args",
    big("community_id"),
    big("id"),
    text("digest", 64),
    text("args"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    UniqueConstraint("community_id", "digest"),
)

open_forms = table(
    "open_forms",
    big("community_id"),
    big("id"),
    text("plugin", 64),
    text("form", 64),
    big("member_id"),
    text("place"),
    text("account"),
    text("args"),
    text("answers"),
    big("expires_at"),
    big("created_at"),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_open_forms_member", "community_id", "member_id"),
)

pauses = table(
    "pauses",
    text("plugin", 64),
    text("hook", 64),
    big("since"),
    big("until"),
    text("error"),
    Column("failures", Integer, nullable=False),
    PrimaryKeyConstraint("plugin", "hook"),
)
