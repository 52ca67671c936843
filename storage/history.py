"""Rows of imports: how far a file was read, which records were taken in, and whom the past made known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.ids import IdMaker
from coterie.storage.member_sql import ADD_ACCOUNT, ADD_MEMBER, SET_LEFT
from coterie.storage.members import folded
from coterie.storage.statement import Statement, any_of, insertion
from coterie.storage.tables import (
    accounts,
    activity_since,
    import_blocks,
    import_counts,
    imports,
    members,
    presences,
)
from coterie.storage.upsert import upsert

_b = bindparam

# -- files

FIND_IMPORT = Statement(
    select(imports.c.state, imports.c.position, imports.c.memory, imports.c.totals).where(
        imports.c.community_id == _b("community_id"), imports.c.id == _b("id")
    )
)
ADD_IMPORT = Statement(
    upsert(
        imports,
        {
            "community_id": _b("community_id"),
            "id": _b("id"),
            "importer": _b("importer"),
            "file": _b("file"),
            "started_at": _b("now"),
            "changed_at": _b("now"),
        },
    )
)
MOVE_IMPORT = Statement(
    update(imports)
    .where(
        imports.c.community_id == _b("community_id"),
        imports.c.id == _b("id_"),
        imports.c.state == _b("before"),
        imports.c.position == _b("from"),
    )
    .values(state=_b("state"), position=_b("position"), memory=_b("memory"), totals=_b("totals"), changed_at=_b("now"))
)

# -- records that were taken in

BLOCKS = Statement(
    select(import_blocks.c.block).where(
        import_blocks.c.community_id == _b("community_id"),
        import_blocks.c.adapter == _b("adapter"),
        import_blocks.c.chat == _b("chat"),
    )
)
BLOCK = Statement(
    select(import_blocks.c.ids).where(
        import_blocks.c.community_id == _b("community_id"),
        import_blocks.c.adapter == _b("adapter"),
        import_blocks.c.chat == _b("chat"),
        import_blocks.c.block == _b("block"),
    )
)
ADD_BLOCK = insertion(import_blocks, "community_id", "adapter", "chat", "block", "ids")
CHANGE_BLOCK = Statement(
    update(import_blocks)
    .where(
        import_blocks.c.community_id == _b("community_id"),
        import_blocks.c.adapter == _b("adapter"),
        import_blocks.c.chat == _b("chat_"),
        import_blocks.c.block == _b("block_"),
        import_blocks.c.ids == _b("before"),
    )
    .values(ids=_b("ids"))
)

# -- what is counted live

CHANNEL_SINCE = Statement(
    select(func.min(activity_since.c.at)).where(
        activity_since.c.community_id == _b("community_id"),
        activity_since.c.adapter == _b("adapter"),
        activity_since.c.space == _b("space"),
        activity_since.c.channel == _b("channel"),
    )
)
SPACE_SINCE = Statement(
    select(func.min(activity_since.c.at)).where(
        activity_since.c.community_id == _b("community_id"),
        activity_since.c.adapter == _b("adapter"),
        activity_since.c.space == _b("space"),
    )
)

# -- people

# A join would be shorter.  But where PostgreSQL has no statistics yet, as in a store that is being filled, it looks
# through all members for each account then.
PEOPLE = Statement(
    select(accounts.c.native, accounts.c.id, accounts.c.member_id, accounts.c.bot, accounts.c.adapter).where(
        accounts.c.community_id == _b("community_id"),
        accounts.c.platform == _b("platform"),
        any_of(accounts.c.native, _b("natives")),
    )
)
MEMBERS_SINCE = Statement(
    select(members.c.id, members.c.created_at).where(
        members.c.community_id == _b("community_id"), any_of(members.c.id, _b("members"))
    )
)
OWNERS = Statement(
    select(accounts.c.id, accounts.c.member_id).where(
        accounts.c.community_id == _b("community_id"), any_of(accounts.c.id, _b("accounts"))
    )
)
KNOWN_SINCE = Statement(
    update(members)
    .where(
        members.c.community_id == _b("community_id"), members.c.id == _b("id_"), members.c.created_at > _b("earliest")
    )
    .values(created_at=_b("earliest"))
)
PRESENCES = Statement(
    select(presences.c.account_id, presences.c.joined_at, presences.c.left_at).where(
        presences.c.community_id == _b("community_id"),
        presences.c.adapter == _b("adapter"),
        presences.c.space == _b("space"),
        any_of(presences.c.account_id, _b("accounts")),
    )
)
PUT_PRESENCE = Statement(
    upsert(
        presences,
        {name: _b(name) for name in ("community_id", "adapter", "space", "account_id", "joined_at", "left_at")},
        lambda new: {"joined_at": new.joined_at, "left_at": new.left_at},
    )
)
PRESENT = Statement(
    select(literal_column("1"))
    .select_from(
        accounts.outerjoin(
            presences,
            (presences.c.community_id == accounts.c.community_id)
            & (presences.c.account_id == accounts.c.id)
            & presences.c.left_at.is_(None),
        )
    )
    .where(
        accounts.c.community_id == _b("community_id"),
        accounts.c.member_id == _b("member_id"),
        (accounts.c.adapter != literal_column("''")) | presences.c.account_id.is_not(None),
    )
    .limit(literal_column("1"))
)
"""Whether a member is somewhere, or was heard live by any account."""

# -- what plugins are to be told

ADD_COUNT = Statement(
    upsert(
        import_counts,
        {name: _b(name) for name in ("community_id", "import_id", "account_id", "day", "messages")},
        lambda new: {"messages": import_counts.c.messages + new.messages},
    )
)
NEXT_COUNTED = Statement(
    select(import_counts.c.account_id)
    .where(import_counts.c.community_id == _b("community_id"), import_counts.c.import_id == _b("import_id"))
    .distinct()
    .order_by(import_counts.c.account_id)
    .limit(_b("count"))
)
COUNTED = Statement(
    select(import_counts.c.account_id, import_counts.c.day, import_counts.c.messages)
    .where(
        import_counts.c.community_id == _b("community_id"),
        import_counts.c.import_id == _b("import_id"),
        import_counts.c.account_id <= _b("last"),
    )
    .order_by(import_counts.c.account_id, import_counts.c.day)
)
DROP_COUNTED = Statement(
    delete(import_counts).where(
        import_counts.c.community_id == _b("community_id"),
        import_counts.c.import_id == _b("import_id"),
        import_counts.c.account_id <= _b("last"),
    )
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody of whom an export tells; ``since`` is the earliest instant at which they were there."""

    native: str
    name: str
    bot: bool
    since: int


@dataclass(frozen=True, slots=True)
class Known:
    """An account in the store; ``heard`` if it was seen live by an adapter."""

    account: int
    member: int
    bot: bool
    heard: bool
    since: int


def people(db: LaneConnection, community: int, platform: str, natives: Iterable[str]) -> dict[str, Known]:
    """Those of these accounts that the store has."""
    found = db.all(PEOPLE, {"community_id": community, "platform": platform, "natives": db.list_value(natives)})
    listed = db.list_value({row[2] for row in found})
    since = {row[0]: row[1] for row in db.all(MEMBERS_SINCE, {"community_id": community, "members": listed})}
    return {
        native: Known(account, member, bool(bot), bool(adapter), since[member])
        for native, account, member, bot, adapter in found
    }


def owners(db: LaneConnection, community: int, found: Iterable[int]) -> dict[int, int]:
    """Which member each of these accounts belongs to; without those that are not there any more."""
    rows = db.all(OWNERS, {"community_id": community, "accounts": db.list_value(found)})
    return {row[0]: row[1] for row in rows}


def enrol(
    db: LaneConnection, ids: IdMaker, community: int, platform: str, found: Sequence[Newcomer]
) -> dict[str, Known]:
    """New accounts, each with a member of its own; nobody has heard them yet."""
    made = {each.native: Known(ids.next(), ids.next(), each.bot, False, each.since) for each in found}
    shared: dict[str, Any] = {"community_id": community, "locale": "", "standing": "member", "adapter": "", "dm": ""}
    rows = [
        shared
        | {
            "name": each.name,
            "folded": folded(each.name),
            "platform": platform,
            "native": each.native,
            "bot": int(each.bot),
            "created_at": each.since,
            "member_id": made[each.native].member,
            "heard_account": made[each.native].account,
        }
        for each in found
    ]
    db.many(ADD_MEMBER, [row | {"id": row["member_id"]} for row in rows])
    db.many(ADD_ACCOUNT, [row | {"id": row["heard_account"]} for row in rows])
    return made


def settle(db: LaneConnection, community: int, member: int, left_at: int) -> None:
    """Mark a member whom nobody has heard live as gone since ``left_at``, or as there, by where their accounts are."""
    found = db.one(PRESENT, {"community_id": community, "member_id": member})
    db.run(SET_LEFT, {"community_id": community, "id_": member, "left_at": None if found else left_at})
