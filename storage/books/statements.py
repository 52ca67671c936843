"""Statements: what moved on an account, newest first, a page at a time."""

from __future__ import annotations

from typing import Final

from coterie.storage.books.booking import Booking
from coterie.storage.books.money import Account, Entry
from coterie.storage.books.sql import FIND_ACCOUNT, OTHER_SIDES, SPENT, STATEMENT
from coterie.storage.ids import least_at

NEWEST: Final = 2**63 - 1
"""A transfer id beyond all."""


class Statements(Booking):
    """The part of the ledger that tells what happened."""

    def statement(
        self, community: int, account: Account, currency: str, *, before: int = NEWEST, after: int = 0, count: int = 10
    ) -> list[Entry]:
        """At most ``count`` lines older than transfer ``before``, newest first.

        ``after`` is what was there after the newest of them, for pages behind the first (the line above on the page
        before tells it: its balance less its amount); the first page takes it from the account.
        """
        self.flush()
        place = {"community_id": community, "kind": account.kind, "owner": account.owner, "currency": currency}
        found = self.db.one(FIND_ACCOUNT, place)
        if found is None:
            return []
        identifier, balance = found
        balance = balance if before == NEWEST else after
        values = {"community_id": community, "account_id": identifier, "before": before, "count": count}
        rows = self.db.all(STATEMENT, values)
        sides = self._sides(community, identifier, [row[0] for row in rows])
        entries = []
        for transfer, amount, at, plugin, reason, note in rows:
            others = tuple(sides.get(transfer, ()))
            entries.append(Entry(transfer, at, amount, balance, plugin, reason, note, others))
            balance -= amount
        return entries

    def _sides(self, community: int, account: int, transfers: list[int]) -> dict[int, list[Account]]:
        """The other accounts of transfers."""
        values = {"community_id": community, "account_id": account, "transfers": self.db.list_value(transfers)}
        found: dict[int, list[Account]] = {}
        for transfer, kind, owner in self.db.all(OTHER_SIDES, values) if transfers else ():
            found.setdefault(transfer, []).append(Account(kind, owner))
        return found

    def spent(self, community: int, account: Account, currency: str, plugin: str, reason: str, since: int) -> int:
        """How much left an account for a reason since an instant (milliseconds)."""
        self.flush()
        place = {"community_id": community, "kind": account.kind, "owner": account.owner, "currency": currency}
        found = self.db.one(FIND_ACCOUNT, place)
        if found is None:
            return 0
        values = {"community_id": community, "account_id": found[0], "plugin": plugin, "reason": reason}
        # Ids are ordered by time, so that only what moved since is read.
        row = self.db.one(SPENT, values | {"since": since, "first": least_at(since), "zero": 0})
        return 0 if row is None else -int(row[0])
