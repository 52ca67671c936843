"""The core's tables, one room for each subject; all of them have to be imported here to be migrated."""

from __future__ import annotations

from coterie.storage.tables.access import access_brakes, access_counts, access_scans, applied_access, grants
from coterie.storage.tables.activity import activity, activity_since, import_blocks, import_counts, imports
from coterie.storage.tables.base import NAMING, metadata
from coterie.storage.tables.books import (
    capped_grants,
    capped_totals,
    holds,
    ledger_accounts,
    postings,
    reversals,
    transfers,
)
from coterie.storage.tables.knowledge import (
    audit_log,
    broadcast_targets,
    broadcasts,
    member_attributes,
    member_notes,
    member_tags,
    opt_outs,
    segments,
)
from coterie.storage.tables.merges import merge_rows, merges
from coterie.storage.tables.people import (
    accounts,
    channels,
    communities,
    members,
    moved_spaces,
    presences,
    spaces,
)
from coterie.storage.tables.privacy import consents, erasure_parts, erasures, export_links
from coterie.storage.tables.work import (
    button_args,
    dead_letters,
    event_keys,
    messages,
    open_forms,
    outbox,
    pauses,
    queued_events,
    settings,
    tasks,
    timers,
)

__all__ = [
    "NAMING",
    "access_brakes",
    "access_counts",
    "access_scans",
    "accounts",
    "activity",
    "activity_since",
    "applied_access",
    "audit_log",
    "broadcast_targets",
    "broadcasts",
    "button_args",
    "capped_grants",
    "capped_totals",
    "channels",
    "communities",
    "consents",
    "dead_letters",
    "erasure_parts",
    "erasures",
    "event_keys",
    "export_links",
    "grants",
    "holds",
    "import_blocks",
    "import_counts",
    "imports",
    "ledger_accounts",
    "member_attributes",
    "member_notes",
    "member_tags",
    "members",
    "merge_rows",
    "merges",
    "messages",
    "metadata",
    "moved_spaces",
    "open_forms",
    "opt_outs",
    "outbox",
    "pauses",
    "postings",
    "presences",
    "queued_events",
    "reversals",
    "segments",
    "settings",
    "spaces",
    "tasks",
    "timers",
    "transfers",
]
