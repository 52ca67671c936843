"""Statements about communities, places and people."""

from __future__ import annotations

from sqlalchemy import bindparam, literal_column, select, update

from coterie.storage.statement import Statement, insertion, lies_between
from coterie.storage.tables import accounts, channels, communities, members, spaces

_b = bindparam
# Where a row is changed, what it is found by ends in "_": SQLAlchemy keeps the columns' own names for what is set.
_THE_MEMBER = (members.c.community_id == _b("community_id"), members.c.id == _b("id_"))
_THE_ACCOUNT = (accounts.c.community_id == _b("community_id"), accounts.c.id == _b("id_"))
_OF_THE_MEMBER = (accounts.c.community_id == _b("community_id"), accounts.c.member_id == _b("member_id"))


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
