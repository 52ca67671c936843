"""Communities, spaces, channels, members and their accounts, with a bounded cache that the lane (the only writer)
keeps true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coterie.storage.engine import LaneConnection
from coterie.storage.ids import IdMaker
from coterie.storage.member_sql import (
    ACCOUNT_BY_ID,
    ACCOUNTS_OF,
    ADD_ACCOUNT,
    ADD_CHANNEL,
    ADD_MEMBER,
    ADD_SEPARATED,
    BEGINS_WITH,
    BY_NAME,
    CHANNEL,
    FIND_ACCOUNT,
    FIND_CHANNEL,
    MEMBER,
    MOVE_ACCOUNT,
    OPERATORS,
    RENAME_ACCOUNT,
    RENAME_MEMBER,
    SET_DM,
    SET_HEARD,
    SET_LEFT,
    SET_LOCALE,
    SET_MERGED,
    SET_STANDING,
)
from coterie.storage.statement import Row

CACHED: Final = 12_000
"""Accounts kept in memory by one lane (about 900 bytes each)."""


@dataclass(slots=True)
class MemberRecord:
    """A person in a community, as the lane holds it."""

    community: int
    id: int
    name: str
    locale: str
    standing: str
    left: bool = False
    heard: int = 0
    """The account that was heard last."""
    separated: int = 0
    """Since when this record stands apart from one that it was a part of (milliseconds; 0 for most).
    Rewards that began before are not for it: that other record may have claimed them."""


@dataclass(slots=True)
class AccountRecord:
    """One platform identity of a member."""

    id: int
    member: MemberRecord
    platform: str
    native: str
    name: str
    adapter: str
    dm: str
    bot: bool
    closed: bool = False
    """Whether they closed their direct chat with the bot: only they can open it again."""


class Members:
    """The people of one lane's communities."""

    def __init__(self, db: LaneConnection, ids: IdMaker) -> None:
        self.db = db
        self._ids = ids
        self._accounts: dict[tuple[int, str, str], AccountRecord] = {}
        self._members: dict[tuple[int, int], MemberRecord] = {}
        self._owned: dict[tuple[int, int], list[AccountRecord]] = {}
        self._channels: dict[tuple[int, str, str], int] = {}

    def forget(self) -> None:
        """Drop the cache, after a rollback."""
        self._accounts.clear()
        self._members.clear()
        self._owned.clear()
        self._channels.clear()

    def trim(self) -> None:
        """Keep the cache within :data:`CACHED`; called between batches."""
        if max(len(self._accounts), len(self._members), len(self._owned)) > CACHED:
            # Both at once: a person must not be in memory twice, once alone and once behind an account.
            self._accounts.clear()
            self._members.clear()
            self._owned.clear()
        if len(self._channels) > CACHED:
            self._channels.clear()

    def account(self, community: int, platform: str, native: str) -> AccountRecord | None:
        """A known account."""
        place = (community, platform, native)
        found = self._accounts.get(place)
        if found is None:
            row = self.db.one(FIND_ACCOUNT, {"community_id": community, "platform": platform, "native": native})
            if row is None:
                return None
            found = self._accounts[place] = self._record(community, row)
        return found

    def _record(self, community: int, row: Row) -> AccountRecord:
        identifier, member_id, platform, native, name, adapter, dm, bot, closed_at = row
        member = self.member(community, member_id)
        if member is None:
            raise LookupError(f"account {identifier} of community {community} belongs to no member")
        return AccountRecord(identifier, member, platform, native, name, adapter, dm, bool(bot), closed_at != 0)

    def enrol(
        self, community: int, platform: str, native: str, name: str, *, locale: str, bot: bool, now: int
    ) -> AccountRecord:
        """A new account with a member of its own."""
        member = MemberRecord(community, self._ids.next(), name, locale, "member", heard=self._ids.next())
        self.db.run(
            ADD_MEMBER,
            {
                "community_id": community,
                "id": member.id,
                "name": name,
                "locale": locale,
                "standing": "member",
                "heard_account": member.heard,
                "created_at": now,
            },
        )
        account = AccountRecord(member.heard, member, platform, native, name, "", "", bot)
        self.db.run(
            ADD_ACCOUNT,
            {
                "community_id": community,
                "id": account.id,
                "member_id": member.id,
                "platform": platform,
                "native": native,
                "name": name,
                "folded": folded(name),
                "adapter": "",
                "dm": "",
                "bot": int(bot),
                "created_at": now,
            },
        )
        self._members[community, member.id] = member
        self._accounts[community, platform, native] = account
        return account

    def member(self, community: int, member: int) -> MemberRecord | None:
        """A member by id; the id of a record that was merged gives the one it was merged into."""
        place = (community, member)
        found = self._members.get(place)
        if found is None:
            row = self.db.one(MEMBER, {"community_id": community, "id": member})
            if row is None:
                return None
            found = (
                self.member(community, row[5])
                if row[5]
                else MemberRecord(community, row[0], row[1], row[2], row[3], row[4] is not None, row[6], row[7] or 0)
            )
            if found is not None:
                self._members[place] = found
        return found

    def rename(self, account: AccountRecord, name: str) -> None:
        """The platform shows another name now; a member is called as the account that spoke last."""
        values = {"community_id": account.member.community, "id_": account.id, "name": name}
        self.db.run(RENAME_ACCOUNT, values | {"folded": folded(name)})
        self.db.run(RENAME_MEMBER, values | {"id_": account.member.id})
        account.name = account.member.name = name

    def set_heard(self, account: AccountRecord) -> None:
        """This account of a member was heard last: direct messages go there."""
        member = account.member
        self.db.run(SET_HEARD, {"community_id": member.community, "id_": member.id, "heard_account": account.id})
        member.heard = account.id

    def set_locale(self, member: MemberRecord, locale: str) -> None:
        """The language that a member reads."""
        self.db.run(SET_LOCALE, {"community_id": member.community, "id_": member.id, "locale": locale})
        member.locale = locale

    def set_standing(self, member: MemberRecord, standing: str) -> None:
        """Operator or member."""
        self.db.run(SET_STANDING, {"community_id": member.community, "id_": member.id, "standing": standing})
        member.standing = standing

    def set_dm(self, account: AccountRecord, adapter: str, channel: str) -> None:
        """Where the bot can write to this account directly."""
        if (account.adapter, account.dm) != (adapter, channel) or account.closed:
            self._set_dm(account, adapter, channel, 0)

    def close_dm(self, account: AccountRecord, adapter: str, now: int) -> None:
        """They closed their direct chat: the bot cannot write to them until they open it again."""
        if account.dm or not account.closed:
            self._set_dm(account, adapter, "", now)

    def _set_dm(self, account: AccountRecord, adapter: str, channel: str, closed_at: int) -> None:
        here = {"community_id": account.member.community, "id_": account.id}
        self.db.run(SET_DM, here | {"adapter": adapter, "dm": channel, "closed_at": closed_at})
        account.adapter, account.dm, account.closed = adapter, channel, closed_at != 0

    def forget_channels(self) -> None:
        """Look channels up anew: their native ids have changed."""
        self._channels.clear()

    def move_account(self, account: AccountRecord, member: MemberRecord) -> None:
        """Give an account to another member (a link, or its undoing)."""
        self.db.run(MOVE_ACCOUNT, {"community_id": member.community, "id_": account.id, "member_id": member.id})
        self._owned.pop((member.community, account.member.id), None)
        self._owned.pop((member.community, member.id), None)
        account.member = member

    def revive(self, kept: MemberRecord, gone: int) -> MemberRecord:
        """A record that was merged is one of its own again; its accounts are moved by the caller."""
        self.db.run(SET_MERGED, {"community_id": kept.community, "id_": gone, "merged_into": None})
        # Whatever else was merged into either of them is looked up again at its next use.
        for place in [place for place, record in self._members.items() if record is kept and place[1] != kept.id]:
            del self._members[place]
        found = self.member(kept.community, gone)
        if found is None:
            raise LookupError(f"community {kept.community} has no member {gone}")
        return found

    def separate(self, account: AccountRecord, now: int) -> MemberRecord:
        """Give an account a record of its own, with nothing but its name, language and places."""
        old = account.member
        member = MemberRecord(
            old.community, self._ids.next(), account.name, old.locale, "member", heard=account.id, separated=now
        )
        self.db.run(
            ADD_SEPARATED,
            {
                "community_id": member.community,
                "id": member.id,
                "name": member.name,
                "locale": member.locale,
                "standing": member.standing,
                "heard_account": member.heard,
                "created_at": now,
                "separated_at": now,
            },
        )
        self._members[member.community, member.id] = member
        self.move_account(account, member)
        return member

    def merge(self, kept: MemberRecord, gone: MemberRecord) -> list[AccountRecord]:
        """Give all accounts of one member to another; returns those that moved."""
        moved = self.accounts_of(gone.community, gone.id)
        for account in moved:
            self.move_account(account, kept)
        self.db.run(SET_MERGED, {"community_id": gone.community, "id_": gone.id, "merged_into": kept.id})
        for place in [place for place, record in self._members.items() if record is gone]:
            self._members[place] = kept
        if gone.locale and not kept.locale:
            self.set_locale(kept, gone.locale)
        if kept.left and not gone.left:
            self.set_left(kept, None)
        return moved

    def account_by_id(self, community: int, account: int) -> AccountRecord | None:
        """A known account by our own id."""
        row = self.db.one(ACCOUNT_BY_ID, {"community_id": community, "id": account})
        return None if row is None else self.account(community, row[0], row[1])

    def accounts_of(self, community: int, member: int) -> list[AccountRecord]:
        """All accounts of a member, oldest first."""
        place = (community, member)
        owned = self._owned.get(place)
        if owned is None:
            rows = self.db.all(ACCOUNTS_OF, {"community_id": community, "member_id": member})
            found = (self.account(community, row[2], row[3]) for row in rows)
            owned = self._owned[place] = [account for account in found if account is not None]
        return owned.copy()

    def is_bot(self, member: MemberRecord) -> bool:
        """Whether all that is known of somebody are accounts of bots."""
        return all(account.bot for account in self.accounts_of(member.community, member.id))

    def operators(self, community: int) -> list[MemberRecord]:
        """The members who may do what operators do."""
        rows = self.db.all(OPERATORS, {"community_id": community, "standing": "operator"})
        return [member for (identifier,) in rows if (member := self.member(community, identifier)) is not None]

    def named(self, community: int, name: str) -> list[int]:
        """The members who have an account with exactly this name, else those with this name in upper or lower case."""
        rows = self.db.all(BY_NAME, {"community_id": community, "folded": folded(name)})
        exact = {member for member, found in rows if found == name}
        return sorted(exact or {member for member, _ in rows})

    def begins_with(self, community: int, name: str, most: int) -> list[Row]:
        """Accounts of people whose names begin with something, in any case, in no order: ``(member id, name,
        platform, native id)``.
        """
        low = folded(name)
        values = {"community_id": community, "low": low, "high": f"{low}\U0010ffff", "most": most}
        return self.db.all(BEGINS_WITH, values)

    def set_left(self, member: MemberRecord, left_at: int | None) -> None:
        """When a member left the last place that they were in; ``None`` for who is somewhere."""
        self.db.run(SET_LEFT, {"community_id": member.community, "id_": member.id, "left_at": left_at})
        member.left = left_at is not None

    def channel(self, community: int, adapter: str, native: str, *, space: str, kind: str, title: str, now: int) -> int:
        """The id of a channel, made at first use."""
        place = (community, adapter, native)
        found = self._channels.get(place)
        if found is None:
            values = {"community_id": community, "adapter": adapter, "native": native}
            row = self.db.one(FIND_CHANNEL, values)
            found = row[0] if row is not None else self._ids.next()
            if row is None:
                self.db.run(
                    ADD_CHANNEL, values | {"id": found, "space": space, "kind": kind, "title": title, "created_at": now}
                )
            self._channels[place] = found
        return found

    def place(self, community: int, channel: int) -> Row | None:
        """``(adapter, native, space, kind, title)`` of a channel."""
        return self.db.one(CHANNEL, {"community_id": community, "id": channel})


def folded(name: str) -> str:
    """A name as it is looked up, without upper and lower case, which no database folds for all scripts."""
    return name.casefold()[:64]
