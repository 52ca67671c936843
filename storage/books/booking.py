"""Booking: balances in memory, transfers under idempotency keys, all of it written at the end of a batch.

Within a batch the lane keeps balances in memory (it is the only writer) and writes deltas at the end; the database's
CHECK on the balance is the last guard, should the memory ever be wrong.

Looking every key up before it is booked costs a round trip for each transfer, and nearly every key is new.  So a lane
may *guess*: the unique constraint on the keys then refuses a batch in which a key was not new, and the lane handles
that batch again with look-ups on (:attr:`Booking.guess`).  Sources whose keys do come again are looked up all the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coterie.storage.books.money import MAX_BALANCE, Account, Insufficient, KeyReused, LedgerError, Leg, Transfer
from coterie.storage.books.money import check_legs as _check_legs
from coterie.storage.books.sql import (
    ADD_ACCOUNT,
    ADD_POSTING,
    ADD_TRANSFER,
    APPLY,
    CURRENCIES,
    FIND_ACCOUNT,
    FIND_TRANSFER,
    OWNERS,
    POSTINGS_OF,
    TOP,
)
from coterie.storage.engine import LaneConnection
from coterie.storage.faults import is_conflict
from coterie.storage.ids import IdMaker

CACHED: Final = 50_000
"""Balances kept in memory by one lane."""
WARY: Final = 1_000
"""For so many transfers of a source no key is guessed to be new, after one that was not."""

_Place = tuple[int, str, str, str]
Source = tuple[str, str]
"""A plugin and its reason."""


@dataclass(slots=True, eq=False)
class _Balance:
    community: int
    id: int
    amount: int
    delta: int = 0


class Booking:
    """The books of one lane's communities. All amounts are integers of minor units."""

    def __init__(self, db: LaneConnection, ids: IdMaker) -> None:
        self.db = db
        self.guess = False
        """Whether keys are taken for new until the database says otherwise; only for one who can handle a batch again
        after :meth:`take_clash`."""
        self.owner_now: Callable[[int, str], str] = lambda _community, owner: owner
        """Which member a member's account belongs to, should records have become one."""
        self._ids = ids
        self._guessed = False
        self._clashed = False
        self._wary: dict[Source, int] = {}
        self._balances: OrderedDict[_Place, _Balance] = OrderedDict()
        self._changed: dict[_Balance, None] = {}
        self._owners: set[str] = set()
        """Whose accounts they are."""
        self._new: dict[tuple[int, str], int] = {}
        self._transfers: list[dict[str, Any]] = []
        self._postings: list[dict[str, Any]] = []

    # -- the batch

    def flush(self) -> None:
        """Write what was booked since the last flush."""
        try:
            self._write()
        except Exception as error:
            self._clashed |= self._guessed and is_conflict(error)
            raise

    def _write(self) -> None:
        if not self._transfers:
            return
        self.db.many(ADD_TRANSFER, self._transfers)
        self.db.many(ADD_POSTING, self._postings)
        # Raise balances before lowering any, so that the CHECK never meets a state that the batch did not pass through.
        moves = [
            {"community_id": balance.community, "id_": balance.id, "delta": balance.delta}
            for balance in self._changed
            if balance.delta
        ]
        self.db.many(APPLY, sorted(moves, key=lambda move: -move["delta"]))
        for balance in self._changed:
            balance.delta = 0
        self._changed.clear()
        self._owners.clear()
        self._transfers = []
        self._postings = []

    def forget(self) -> None:
        """Drop everything that is not in the database, after a rollback."""
        self._balances.clear()
        self._changed.clear()
        self._owners.clear()
        self._new.clear()
        self._transfers = []
        self._postings = []
        self._guessed = False

    def reread(self) -> None:
        """Read balances anew from now on: another process has booked something."""
        self.flush()
        self._balances.clear()

    def trim(self) -> None:
        """Keep the cache bounded; called between batches."""
        self._new.clear()
        self._guessed = False
        while len(self._balances) > CACHED:
            self._balances.popitem(last=False)

    def owes(self, owner: str) -> bool:
        """Whether something is booked for an owner, in any community, that is not written yet."""
        return owner in self._owners

    def mark(self) -> int:
        """How many transfers wait to be written; tells whether a handler booked anything."""
        return len(self._transfers)

    def take_clash(self) -> bool:
        """Whether the batch failed because a guess may have been wrong; asking takes the answer away."""
        clashed, self._clashed = self._clashed, False
        return clashed

    # -- accounts

    def _balance(self, community: int, account: Account, currency: str, now: int) -> _Balance:
        place = (community, account.kind, account.owner, currency)
        found = self._balances.get(place)
        if found is None:
            values = {"community_id": community, "kind": account.kind, "owner": account.owner, "currency": currency}
            row = self.db.one(FIND_ACCOUNT, values)
            if row is None:
                found = _Balance(community, self._ids.next(), 0)
                self.db.run(ADD_ACCOUNT, values | {"id": found.id, "created_at": now})
            else:
                found = _Balance(community, row[0], row[1])
            self._balances[place] = found
        return found

    def balance(self, community: int, account: Account, currency: str) -> int:
        """What an account holds; 0 for one that never moved."""
        found = self._balances.get((community, account.kind, account.owner, currency))
        if found is not None:
            return found.amount
        row = self.db.one(
            FIND_ACCOUNT,
            {"community_id": community, "kind": account.kind, "owner": account.owner, "currency": currency},
        )
        return 0 if row is None else int(row[1])

    def currencies(self, community: int, account: Account) -> dict[str, int]:
        """All balances of an account by currency."""
        self.flush()
        rows = self.db.all(CURRENCIES, {"community_id": community, "kind": account.kind, "owner": account.owner})
        return {row[0]: row[1] for row in rows}

    def owners(self, community: int, kind: str) -> list[tuple[str, str, int]]:
        """The accounts of a kind, for kinds of which there are few: owner, currency and balance, by owner."""
        self.flush()
        return [(row[0], row[1], row[2]) for row in self.db.all(OWNERS, {"community_id": community, "kind": kind})]

    def top(self, community: int, currency: str, count: int) -> list[tuple[str, int]]:
        """The richest members with their balances, most first."""
        self.flush()
        rows = self.db.all(TOP, {"community_id": community, "currency": currency, "least": 0, "count": count})
        return [(row[0], row[1]) for row in rows]

    # -- movements

    def transfer(
        self,
        community: int,
        legs: list[Leg],
        currency: str,
        *,
        key: str,
        plugin: str,
        reason: str,
        now: int,
        note: str = "",
        actor: int = 0,
    ) -> Transfer:
        """Book a transfer.

        The same key again books nothing and returns the first transfer.  Raises :class:`Insufficient` when a guarded
        account would fall below zero, :class:`KeyReused` for a key with other legs, :class:`LedgerError` for legs that
        do not sum to zero or an amount of 0 or beyond :data:`MAX_AMOUNT`.
        """
        _check_legs(legs)
        booked = self._booked(community, key, (plugin, reason))
        if booked is None:
            balances = [self._balance(community, leg.account, currency, now) for leg in legs]
            fault = _fault(legs, balances, currency)
            if fault is None:
                return self._book(
                    {
                        "community_id": community,
                        "id": self._ids.next(),
                        "key": key,
                        "plugin": plugin,
                        "reason": reason,
                        "note": note,
                        "actor": actor,
                        "at": now,
                    },
                    legs,
                    balances,
                )
            # What was only guessed to be new may have been booked, and then the money went where it should.
            booked = self._find(community, key)
            if booked is None:
                raise fault
        self._same(community, booked, legs, currency, key)
        return Transfer(booked, repeated=True)

    def _book(self, row: dict[str, Any], legs: list[Leg], balances: list[_Balance]) -> Transfer:
        community, identifier = row["community_id"], row["id"]
        self._transfers.append(row)
        for leg, balance in zip(legs, balances, strict=True):
            amount = leg.amount
            balance.amount += amount
            balance.delta += amount
            self._changed[balance] = None
            self._owners.add(leg.account.owner)
            self._postings.append(
                {"community_id": community, "transfer_id": identifier, "account_id": balance.id, "amount": amount}
            )
        self._new[community, row["key"]] = identifier
        return Transfer(identifier)

    def _booked(self, community: int, key: str, source: Source) -> int | None:
        """The transfer under a key; ``None`` for a new key, or for one that is guessed to be new."""
        found = self._new.get((community, key))
        if found is None and self._looks_up(source):
            found = self._find(community, key)
            self._learn(source, found is not None)
        return found

    def _looks_up(self, source: Source) -> bool:
        """Whether the keys of a source are looked up; a guess is remembered."""
        if self.guess and source not in self._wary:
            self._guessed = True
            return False
        return True

    def _learn(self, source: Source, repeated: bool) -> None:
        """Be wary of a source whose key came again, less so with each that did not."""
        if repeated:
            if len(self._wary) >= WARY:
                self._wary.clear()  # a plugin that makes up reasons must not fill the memory
            self._wary[source] = WARY
        elif source in self._wary:
            self._wary[source] -= 1
            if not self._wary[source]:
                del self._wary[source]

    def _find(self, community: int, key: str) -> int | None:
        row = self.db.one(FIND_TRANSFER, {"community_id": community, "key": key})
        return None if row is None else int(row[0])

    def _same(self, community: int, transfer: int, legs: list[Leg], currency: str, key: str) -> None:
        self.flush()
        rows = self.db.all(POSTINGS_OF, {"community_id": community, "transfer_id": transfer})
        booked = sorted((row[0], row[1], row[2], row[3]) for row in rows)
        asked = sorted((leg.account.kind, leg.account.owner, currency, leg.amount) for leg in legs)
        if booked != asked and self._now(community, booked) != self._now(community, asked):
            raise KeyReused(f"the key {key!r} was used for another movement: booked {booked}, asked {asked}")

    def _now(self, community: int, legs: Sequence[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
        """Legs or holds with the members that their owners are now: two records may have become one since."""
        return sorted(
            (kind, self.owner_now(community, owner) if kind == "member" else owner, currency, amount)
            for kind, owner, currency, amount in legs
        )


def _fault(legs: list[Leg], balances: list[_Balance], currency: str) -> LedgerError | None:
    """The rule that a movement would break."""
    for leg, balance in zip(legs, balances, strict=True):
        after = balance.amount + leg.amount
        if after < 0 and leg.amount < 0 and leg.account.kind != "issuer":
            return Insufficient(balance.amount, -leg.amount, currency)
        if abs(after) > MAX_BALANCE:
            return LedgerError(f"an account cannot hold more than {MAX_BALANCE} {currency}")
    return None
