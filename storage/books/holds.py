"""Holds: money set aside in an escrow of its own until it is paid on or given back."""

from __future__ import annotations

from coterie.storage.books.booking import Booking
from coterie.storage.books.money import Account, AccountKind, Hold, KeyReused, LedgerError, Leg
from coterie.storage.books.sql import ACCOUNT_OWNER, ADD_HOLD, FIND_HOLD, GIVE_HOLD, HOLD, MOVE_HOLD, OPEN_HOLDS_OF
from coterie.storage.statement import Row

HOLD_ESCROW = "hold:"
"""How the owner of a hold's escrow begins."""


class Holds(Booking):
    """The part of the ledger that sets money aside."""

    def hold(
        self,
        community: int,
        account: Account,
        amount: int,
        currency: str,
        *,
        key: str,
        plugin: str,
        reason: str,
        now: int,
    ) -> Hold:
        """Set money aside in an escrow of its own. The same key again returns the hold as it is now."""
        row = self.db.one(FIND_HOLD, {"community_id": community, "key": key})
        if row is not None:
            held = (*self._owner(community, row[6]), row[2])
            if held != (account.kind, account.owner, currency, amount) and (
                self._now(community, [held]) != self._now(community, [(account.kind, account.owner, currency, amount)])
            ):
                raise KeyReused(f"the key {key!r} was used for another hold: {held}")
            return _hold(row)
        escrow = Account("escrow", f"{HOLD_ESCROW}{key}")
        self.transfer(
            community,
            [Leg(account, -amount), Leg(escrow, amount)],
            currency,
            key=f"hold:{key}",
            plugin=plugin,
            reason=reason,
            now=now,
        )
        identifier = self._ids.next()
        self.db.run(
            ADD_HOLD,
            {
                "community_id": community,
                "id": identifier,
                "key": key,
                "plugin": plugin,
                "amount": amount,
                "at": now,
                "account_id": self._balance(community, account, currency, now).id,
                "escrow_id": self._balance(community, escrow, currency, now).id,
            },
        )
        return Hold(identifier, amount, 0, 0, "open")

    def find_hold(self, community: int, key: str) -> Hold | None:
        """The hold under a key."""
        row = self.db.one(FIND_HOLD, {"community_id": community, "key": key})
        return None if row is None else _hold(row)

    def capture(
        self, community: int, key: str, to: Account, amount: int | None = None, *, now: int, reason: str
    ) -> Hold:
        """Pay a hold, or a part of it, to an account; what is left stays held. Raises :class:`LedgerError` beyond
        what is left.
        """
        return self._settle(community, key, to, amount, now, reason, captured=True)

    def release(self, community: int, key: str, amount: int | None = None, *, now: int, reason: str) -> Hold:
        """Give a hold, or a part of it, back; a hold that has ended stays as it is."""
        return self._settle(community, key, None, amount, now, reason, captured=False)

    def _settle(
        self, community: int, key: str, to: Account | None, amount: int | None, now: int, reason: str, *, captured: bool
    ) -> Hold:
        row = self.db.one(FIND_HOLD, {"community_id": community, "key": key})
        if row is None:
            raise LedgerError(f"there is no hold under the key {key!r}")
        identifier, plugin, whole, before_captured, before_released, state, account_id, escrow_id = row
        left = whole - before_captured - before_released
        if state != "open":
            if amount is None and not captured:
                return Hold(identifier, whole, before_captured, before_released, state)
            raise LedgerError(f"the hold {key!r} has ended ({state})")
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise LedgerError(f"the hold {key!r} has {left} left, {amount} was asked")
        self.flush()
        kind, owner, currency = self._owner(community, account_id)
        escrow_kind, escrow_owner, _ = self._owner(community, escrow_id)
        target = to if to is not None else Account(kind, owner)
        verb = "capture" if captured else "release"
        self.transfer(
            community,
            [Leg(Account(escrow_kind, escrow_owner), -amount), Leg(target, amount)],
            currency,
            key=f"{verb}:{key}:{before_captured}:{before_released}",
            plugin=plugin,
            reason=reason,
            now=now,
        )
        after = (before_captured + amount, before_released) if captured else (before_captured, before_released + amount)
        state = "open" if amount < left else ("captured" if captured else "released")
        self.db.run(
            MOVE_HOLD,
            {"community_id": community, "id_": identifier, "captured": after[0], "released": after[1], "state": state},
        )
        return Hold(identifier, whole, after[0], after[1], state)

    def open_holds(self, community: int, account: Account) -> list[tuple[Hold, str]]:
        """What an account has set aside, with the currency; the oldest first."""
        values = {"community_id": community, "state": "open", "kind": account.kind, "owner": account.owner}
        return [(Hold(*row[:5]), row[5]) for row in self.db.all(OPEN_HOLDS_OF, values)]

    def hold_by_id(self, community: int, hold: int) -> Hold | None:
        """A hold by id."""
        row = self.db.one(HOLD, {"community_id": community, "id": hold})
        return None if row is None else Hold(*row)

    def give_hold(self, community: int, hold: int, account: Account, currency: str, now: int) -> None:
        """From now on, a hold gives its money back to this account."""
        found = self._balance(community, account, currency, now).id
        self.db.run(GIVE_HOLD, {"community_id": community, "id_": hold, "account_id": found})

    def _owner(self, community: int, account: int) -> tuple[AccountKind, str, str]:
        row = self.db.one(ACCOUNT_OWNER, {"community_id": community, "id": account})
        if row is None:
            raise LedgerError(f"account {account} is not in the books")
        return row[0], row[1], row[2]


def _hold(row: Row) -> Hold:
    return Hold(row[0], row[2], row[3], row[4], row[5])
