"""Every table that names a member: those of the core, and those that plugins declare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from coterie.core.memberdata import MemberTable
from coterie.storage.tables import (
    accounts,
    activity,
    audit_log,
    broadcast_targets,
    broadcasts,
    capped_grants,
    capped_totals,
    consents,
    erasures,
    export_links,
    grants,
    member_attributes,
    member_notes,
    member_tags,
    merge_rows,
    merges,
    open_forms,
    opt_outs,
    segments,
    transfers,
)

if TYPE_CHECKING:
    from coterie.core.plugin import Plugin

CORE: Final = "core"

CORE_TABLES: Final[tuple[MemberTable, ...]] = (
    # Accounts move with the records that are in memory: merging does that itself.
    MemberTable(accounts, merge="stay"),
    MemberTable(open_forms),
    MemberTable(activity, unite={"messages": "sum", "reactions": "sum"}),
    # Kept when somebody is erased: the sums of all members together are proved against them.
    MemberTable(capped_totals, unite={"granted": "sum"}, erase="keep"),
    MemberTable(capped_grants, erase="keep"),
    MemberTable(transfers, "actor", merge="stay", erase="keep", scrub=("note",), export=False),
    MemberTable(merges, "kept_id", merge="stay", erase="keep", scrub=("accounts",)),
    MemberTable(merges, "gone_id", merge="stay", erase="keep", scrub=("accounts",)),
    MemberTable(merges, "actor", merge="stay", erase="keep", export=False),
    MemberTable(merges, "undone_by", merge="stay", erase="keep", export=False),
    MemberTable(merge_rows, "gone_id", merge="stay", export=False),
    MemberTable(grants, merge="leave"),
    MemberTable(grants, "given_by", merge="stay", erase="keep", export=False),
    MemberTable(grants, "ended_by", merge="stay", erase="keep", export=False),
    MemberTable(member_attributes, unite={"at": "keep"}),
    MemberTable(member_tags, unite={"at": "min"}),
    MemberTable(member_notes),
    MemberTable(member_notes, "author_id", merge="stay", erase="keep", export=False),
    MemberTable(opt_outs, unite={"at": "min"}),
    MemberTable(segments, "author_id", merge="stay", erase="keep", export=False),
    MemberTable(broadcasts, "author_id", merge="stay", erase="keep", export=False),
    MemberTable(broadcast_targets, merge="leave", export=False),
    # What operators did stays written down; who it was about has no name any more, and neither have their words.
    MemberTable(audit_log, merge="stay", erase="keep", scrub=("details", "reason")),
    MemberTable(audit_log, "actor_id", merge="stay", erase="keep", export=False),
    MemberTable(consents),
    MemberTable(erasures, merge="stay", erase="keep"),
    MemberTable(erasures, "asked_by", merge="stay", erase="keep", export=False),
    MemberTable(export_links, merge="stay", export=False),
)
"""What the core itself keeps about members; the names of members and the balances of their wallets come on top."""


def member_tables(plugins: Iterable[Plugin]) -> tuple[tuple[str, MemberTable], ...]:
    """Whose table it is and its declaration: the core's first, then those of the plugins in their order."""
    own = ((CORE, each) for each in CORE_TABLES)
    return (*own, *((plugin.name, each) for plugin in plugins for each in plugin.member_data))
