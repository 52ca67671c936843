"""Statements about communities, places and people."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, select, update

from coterie.storage.statement import Statement, insertion, lies_between
from coterie.storage.tables import accounts, channels, communities, members, presences, spaces

_b = bindparam
# Where a row is changed, what it is found by ends in "_": SQLAlchemy keeps the columns' own names for what is set.
_THE_MEMBER = (members.c.community_id == _b("community_id"), members.c.id == _b("id_"))
_THE_ACCOUNT = (accounts.c.community_id == _b("community_id"), accounts.c.id == _b("id_"))
_THE_PRESENCE = (
    presences.c.community_id == _b("community_id"),
    presences.c.adapter == _b("adapter_"),
    presences.c.space == _b("space_"),
    presences.c.account_id == _b("account_id_"),
)
_IN_THE_SPACE = (
    presences.c.community_id == _b("community_id"),
    presences.c.adapter == _b("adapter"),
    presences.c.space == _b("space"),
)
_OF_THE_MEMBER = (accounts.c.community_id == _b("community_id"), accounts.c.member_id == _b("member_id"))
_WITH_ACCOUNTS = presences.join(
    accounts, (accounts.c.community_id == presences.c.community_id) & (accounts.c.id == presences.c.account_id)
)


def _of_member(column: str) -> Statement:
    """Sets one column of a member."""
    return Statement(update(members).where(*_THE_MEMBER).values({column: _b(column)}))


ALL_COMMUNITIES = Statement(select(communities.c.id, communities.c.name, communities.c.title))
ADD_COMMUNITY = insertion(communities, "id", "name", "title", "created_at")
ALL_SPACES = Statement(select(spaces.c.community_id, spaces.c.adapter, spaces.c.native, spaces.c.title))
ADD_SPACE = insertion(spaces, "community_id", "id", "adapter", "native", "title", "created_at")
FIND_CHANNEL = Statement(
    select(channels.c.id).where(
        channels.c.community_id == _b("community_id"),
        channels.c.adapter == _b("adapter"),
        channels.c.native == _b("native"),
    )
)
CHANNEL = Statement(
    select(channels.c.adapter, channels.c.native, channels.c.space, channels.c.kind, channels.c.title).where(
        channels.c.community_id == _b("community_id"), channels.c.id == _b("id")
    )
)
ADD_CHANNEL = insertion(channels, "community_id", "id", "adapter", "native", "space", "kind", "title", "created_at")
ADD_MEMBER = insertion(members, "community_id", "id", "name", "locale", "standing", "heard_account", "created_at")
ADD_SEPARATED = insertion(
    members, "community_id", "id", "name", "locale", "standing", "heard_account", "created_at", "separated_at"
)
SET_HEARD = _of_member("heard_account")
MEMBER = Statement(
    select(
        members.c.id,
        members.c.name,
        members.c.locale,
        members.c.standing,
        members.c.left_at,
        members.c.merged_into,
        members.c.heard_account,
        members.c.separated_at,
    ).where(members.c.community_id == _b("community_id"), members.c.id == _b("id"))
)
RENAME_MEMBER = _of_member("name")
SET_LOCALE = _of_member("locale")
SET_STANDING = _of_member("standing")
SET_LEFT = _of_member("left_at")
SET_MERGED = _of_member("merged_into")
OPERATORS = Statement(
    select(members.c.id)
    .where(
        members.c.community_id == _b("community_id"),
        members.c.standing == _b("standing"),
        members.c.merged_into.is_(None),
    )
    .order_by(members.c.id)
)
BY_NAME = Statement(
    select(accounts.c.member_id, accounts.c.name).where(
        accounts.c.community_id == _b("community_id"), accounts.c.folded == _b("folded")
    )
)
_ACCOUNT_COLUMNS = (
    accounts.c.id,
    accounts.c.member_id,
    accounts.c.platform,
    accounts.c.native,
    accounts.c.name,
    accounts.c.adapter,
    accounts.c.dm,
    accounts.c.bot,
    accounts.c.dm_closed_at,
)
FIND_ACCOUNT = Statement(
    select(*_ACCOUNT_COLUMNS).where(
        accounts.c.community_id == _b("community_id"),
        accounts.c.platform == _b("platform"),
        accounts.c.native == _b("native"),
    )
)
ACCOUNT_BY_ID = Statement(
    select(accounts.c.platform, accounts.c.native).where(
        accounts.c.community_id == _b("community_id"), accounts.c.id == _b("id")
    )
)
ACCOUNTS_OF = Statement(select(*_ACCOUNT_COLUMNS).where(*_OF_THE_MEMBER).order_by(accounts.c.id))
HOMES = Statement(
    select(accounts.c.community_id)
    .where(accounts.c.platform == _b("platform"), accounts.c.native == _b("native"))
    .order_by(accounts.c.id)
)
ADD_ACCOUNT = insertion(
    accounts,
    "community_id",
    "id",
    "member_id",
    "platform",
    "native",
    "name",
    "folded",
    "adapter",
    "dm",
    "bot",
    "created_at",
)
RENAME_ACCOUNT = Statement(update(accounts).where(*_THE_ACCOUNT).values(name=_b("name"), folded=_b("folded")))
SET_DM = Statement(
    update(accounts).where(*_THE_ACCOUNT).values(adapter=_b("adapter"), dm=_b("dm"), dm_closed_at=_b("closed_at"))
)
MOVE_ACCOUNT = Statement(update(accounts).where(*_THE_ACCOUNT).values(member_id=_b("member_id")))
FIND_PRESENCE = Statement(select(presences.c.left_at).where(*_IN_THE_SPACE, presences.c.account_id == _b("account_id")))
FIRST_SEEN = Statement(select(func.min(presences.c.joined_at)).where(*_IN_THE_SPACE))
ADD_PRESENCE = insertion(presences, "community_id", "adapter", "space", "account_id", "joined_at")
SET_PRESENCE = Statement(update(presences).where(*_THE_PRESENCE).values(left_at=_b("left_at")))
END_PRESENCE = Statement(
    update(presences).where(*_THE_PRESENCE).values(left_at=_b("left_at"), standing=literal_column("'member'"))
)
STAND = Statement(update(presences).where(*_THE_PRESENCE).values(standing=_b("standing")))
RUNS_A_SPACE = Statement(
    select(presences.c.space)
    .select_from(_WITH_ACCOUNTS)
    .where(*_OF_THE_MEMBER, presences.c.left_at.is_(None), presences.c.standing == literal_column("'operator'"))
    .limit(literal_column("1"))
)
PRESENCES_IN = Statement(
    select(presences.c.account_id, accounts.c.native, presences.c.standing, presences.c.joined_at)
    .select_from(_WITH_ACCOUNTS)
    .where(*_IN_THE_SPACE, presences.c.account_id > _b("after"), presences.c.left_at.is_(None))
    .order_by(presences.c.account_id)
    .limit(_b("most"))
)
BEGINS_WITH = Statement(
    select(accounts.c.member_id, accounts.c.name, accounts.c.platform, accounts.c.native)
    .where(
        accounts.c.community_id == _b("community_id"),
        lies_between(accounts.c.folded, _b("low"), _b("high")),
        accounts.c.bot == literal_column("0"),
    )
    .limit(_b("most"))
)
"""Accounts whose names lie between two texts; ``high`` is past all that begin as ``low`` does."""
PRESENCES_OF = Statement(select(presences.c.left_at).select_from(_WITH_ACCOUNTS).where(*_OF_THE_MEMBER))
PRESENT_SPACES = Statement(
    select(presences.c.adapter, presences.c.space)
    .select_from(_WITH_ACCOUNTS)
    .where(*_OF_THE_MEMBER, presences.c.left_at.is_(None))
)
