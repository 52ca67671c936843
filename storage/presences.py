"""Who is in which space: what platforms tell, and what they do not tell but people show by writing there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.members import AccountRecord, MemberRecord, Members
from coterie.storage.statement import Row, Statement, insertion
from coterie.storage.tables import accounts, presences

CACHED: Final = 12_000
"""Presences kept in memory by one lane (about 200 bytes each)."""
_b = bindparam
# Where a row is changed, what it is found by ends in "_": SQLAlchemy keeps the columns' own names for what is set.
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
_FIND = Statement(
    select(presences.c.left_at, presences.c.joined_at).where(*_IN_THE_SPACE, presences.c.account_id == _b("account_id"))
)
_FIRST_JOINED = Statement(
    select(func.min(presences.c.joined_at)).where(*_IN_THE_SPACE, presences.c.joined_at > literal_column("0"))
)
_ADD = insertion(presences, "community_id", "adapter", "space", "account_id", "joined_at")
_BEGIN = Statement(update(presences).where(*_THE_PRESENCE).values(joined_at=_b("joined_at"), left_at=_b("left_at")))
_END = Statement(
    update(presences).where(*_THE_PRESENCE).values(left_at=_b("left_at"), standing=literal_column("'member'"))
)
_STAND = Statement(update(presences).where(*_THE_PRESENCE).values(standing=_b("standing")))
_RUNS_A_SPACE = Statement(
    select(presences.c.space)
    .select_from(_WITH_ACCOUNTS)
    .where(*_OF_THE_MEMBER, presences.c.left_at.is_(None), presences.c.standing == literal_column("'operator'"))
    .limit(literal_column("1"))
)
_PRESENT_IN = Statement(
    select(presences.c.account_id, accounts.c.native, presences.c.standing, presences.c.joined_at)
    .select_from(_WITH_ACCOUNTS)
    .where(*_IN_THE_SPACE, presences.c.account_id > _b("after"), presences.c.left_at.is_(None))
    .order_by(presences.c.account_id)
    .limit(_b("most"))
)
_ENDS_OF = Statement(select(presences.c.left_at).select_from(_WITH_ACCOUNTS).where(*_OF_THE_MEMBER))


class Presences:
    """The presences of one lane's communities.

    A row says when an account came in (``joined_at``, milliseconds) and when it left.  ``joined_at`` is 0 where nobody
    told of its coming: it was in before the bot was, or came while the bot was away, and is known by what it wrote.
    """

    def __init__(self, db: LaneConnection, members: Members) -> None:
        self._db = db
        self._members = members
        self._there: set[tuple[int, str, str]] = set()

    def forget(self) -> None:
        """Drop the cache, after a rollback."""
        self._there.clear()

    def trim(self) -> None:
        """Keep the cache within :data:`CACHED`; called between batches."""
        if len(self._there) > CACHED:
            self._there.clear()

    def enter(self, account: AccountRecord, adapter: str, space: str, now: int) -> bool:
        """The platform says that an account is in a space; whether nobody had told of its coming before."""
        here = _place(account, adapter, space)
        row = self._db.one(_FIND, here)
        if row is not None and row[0] is None and row[1]:
            return False
        self._begin(account, here, now, known=row is not None)
        return True

    def wrote(self, account: AccountRecord, adapter: str, space: str, at: int) -> bool:
        """An account wrote in a space, at that moment (milliseconds) or later, so it is in; whether that was news.

        The platform's word that it left since is believed more than a message that comes late.
        """
        if (account.id, adapter, space) in self._there:
            return False
        here = _place(account, adapter, space)
        row = self._db.one(_FIND, here)
        if row is None or (row[0] is not None and at > row[0]):
            self._begin(account, here, 0, known=row is not None)
            self._there.add((account.id, adapter, space))
            return True
        if row[0] is None:
            self._there.add((account.id, adapter, space))
        return False

    def _begin(self, account: AccountRecord, here: dict[str, object], joined_at: int, *, known: bool) -> None:
        if known:
            self._db.run(_BEGIN, _found_by(here) | {"joined_at": joined_at, "left_at": None})
        else:
            self._db.run(_ADD, here | {"joined_at": joined_at})
        if account.member.left:
            self._members.set_left(account.member, None)

    def leave(self, account: AccountRecord, adapter: str, space: str, now: int) -> None:
        """The platform says that an account left a space, and its standing there with it; a member who is nowhere any
        more counts as gone.
        """
        self._there.discard((account.id, adapter, space))
        here = _place(account, adapter, space)
        if self._db.one(_FIND, here) is None:
            self._db.run(_ADD, here | {"joined_at": now})
        self._db.run(_END, _found_by(here) | {"left_at": now})
        if None not in self.ends_of(account.member):
            self._members.set_left(account.member, now)

    def stand(self, account: AccountRecord, adapter: str, space: str, standing: str, now: int) -> None:
        """Note what a space says that an account is there; who runs it is in it."""
        if standing == "operator":
            self.enter(account, adapter, space, now)
        here = _found_by(_place(account, adapter, space))
        self._db.run(_STAND, here | {"standing": standing})

    def has_left(self, account: AccountRecord, adapter: str, space: str) -> bool:
        """Whether an account is known to have left a space."""
        row = self._db.one(_FIND, _place(account, adapter, space))
        return row is not None and row[0] is not None

    def ends_of(self, member: MemberRecord) -> Sequence[int | None]:
        """When a member's accounts left the spaces that they are known to have been in; ``None`` for each where one
        still is.
        """
        rows = self._db.all(_ENDS_OF, {"community_id": member.community, "member_id": member.id})
        return [row[0] for row in rows]

    def runs_a_space(self, member: MemberRecord) -> bool:
        """Whether an account of a member is in a space that says it is an operator."""
        return self._db.one(_RUNS_A_SPACE, {"community_id": member.community, "member_id": member.id}) is not None

    def first_joined(self, community: int, adapter: str, space: str) -> int | None:
        """When somebody was first told to have come into a space, in milliseconds; None where nobody was."""
        row = self._db.one(_FIRST_JOINED, {"community_id": community, "adapter": adapter, "space": space})
        return None if row is None or row[0] is None else int(row[0])

    def inside(self, community: int, adapter: str, space: str, after: int, most: int) -> list[Row]:
        """Who is in a space: ``(account id, native id, standing, joined_at)`` in the order of the account ids."""
        values = {"community_id": community, "adapter": adapter, "space": space, "after": after, "most": most}
        return self._db.all(_PRESENT_IN, values)


def _place(account: AccountRecord, adapter: str, space: str) -> dict[str, object]:
    return {"community_id": account.member.community, "adapter": adapter, "space": space, "account_id": account.id}


def _found_by(here: dict[str, object]) -> dict[str, object]:
    """The values that find a presence which is to be changed."""
    return {"community_id": here["community_id"]} | {
        f"{name}_": here[name] for name in ("adapter", "space", "account_id")
    }
