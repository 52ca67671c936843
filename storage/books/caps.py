"""Daily caps: what one source may give to a member, and to all of them, in one day of the community."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from coterie.storage.books.booking import Booking
from coterie.storage.books.money import MAX_AMOUNT, Account, Granted, KeyReused, LedgerError, Leg
from coterie.storage.books.sql import ADD_CAPPED, ADD_TOTAL, APPLY_TOTAL, FIND_CAPPED, FIND_TOTAL
from coterie.storage.engine import LaneConnection
from coterie.storage.ids import IdMaker

TOTALS: Final = 50_000
"""Sums of a day kept in memory by one lane."""
EVERYBODY: Final = 0
"""The member id under which the sum of all members is kept."""

_Place = tuple[int, str, str, str, str, int]


@dataclass(slots=True)
class _Total:
    amount: int
    delta: int = 0


class Caps(Booking):
    """The part of the ledger that gives no more than a day allows."""

    def __init__(self, db: LaneConnection, ids: IdMaker) -> None:
        super().__init__(db, ids)
        self._totals: OrderedDict[_Place, _Total] = OrderedDict()
        self._raised: dict[_Place, _Total] = {}
        self._grants: list[dict[str, Any]] = []
        self._given: dict[tuple[int, str], dict[str, Any]] = {}

    def _write(self) -> None:
        super()._write()
        if not self._grants:
            return
        self.db.many(ADD_CAPPED, self._grants)
        self.db.many(
            APPLY_TOTAL,
            [
                dict(zip(_PLACE, place, strict=True)) | {"delta": total.delta}
                for place, total in self._raised.items()
                if total.delta
            ],
        )
        for total in self._raised.values():
            total.delta = 0
        self._raised.clear()
        self._grants = []

    def forget(self) -> None:
        """Drop everything that is not in the database, after a rollback."""
        super().forget()
        self._totals.clear()
        self._raised.clear()
        self._grants = []
        self._given.clear()

    def reread(self) -> None:
        """Read balances and sums anew from now on: another process has booked something."""
        super().reread()
        self._totals.clear()

    def trim(self) -> None:
        """Keep the cache bounded; called between batches."""
        super().trim()
        self._given.clear()
        while len(self._totals) > TOTALS:
            self._totals.popitem(last=False)

    def grant_capped(
        self,
        community: int,
        source: Account,
        member: int,
        amount: int,
        currency: str,
        *,
        key: str,
        plugin: str,
        reason: str,
        now: int,
        day: str,
        cap: int,
        community_cap: int | None = None,
        note: str = "",
        actor: int = 0,
    ) -> Granted:
        """Give a member at most what is left of the caps of a day (``2026-01-31``) for this plugin and reason.

        The same key again gives nothing and returns what the first time gave, also when that was 0.  Raises
        :class:`KeyReused` for a key with another question, :class:`LedgerError` for an amount or a cap that cannot be.
        """
        if not 1 <= amount <= MAX_AMOUNT:
            raise LedgerError(f"an amount must be between 1 and {MAX_AMOUNT}, not {amount}")
        if cap < 0 or (community_cap is not None and community_cap < 0):
            raise LedgerError("a cap is at least 0")
        row: dict[str, Any] = {
            "community_id": community,
            "key": key,
            "day": day,
            "plugin": plugin,
            "reason": reason,
            "currency": currency,
            "member_id": member,
            "asked": amount,
            "transfer_id": 0,
            "at": now,
        }
        before = self._given_before(row)
        if before is not None:
            return before
        own = self._total(community, row, member)
        everybody = self._total(community, row, EVERYBODY)
        left = cap - own.amount
        if community_cap is not None:
            left = min(left, community_cap - everybody.amount)
        granted = max(0, min(amount, left))
        if granted:
            legs = [Leg(source, -granted), Leg(Account("member", str(member)), granted)]
            done = self.transfer(
                community, legs, currency, key=key, plugin=plugin, reason=reason, now=now, note=note, actor=actor
            )
            if done.repeated:
                raise KeyReused(f"the key {key!r} was used for a movement without a cap")
            row["transfer_id"] = done.id
            for total in (own, everybody):
                total.amount += granted
                total.delta += granted
        row["granted"] = granted
        self._grants.append(row)
        self._given[community, key] = row
        return Granted(granted, amount)

    def _given_before(self, row: dict[str, Any]) -> Granted | None:
        """What a key gave before, in this batch or in the books."""
        kept = self._given.get((row["community_id"], row["key"]))
        if kept is not None:
            asked, granted = tuple(kept[name] for name in _ASKED), kept["granted"]
        elif self._looks_up((row["plugin"], row["reason"])):
            found = self.db.one(FIND_CAPPED, row)
            self._learn((row["plugin"], row["reason"]), found is not None)
            if found is None:
                return None
            asked, granted = tuple(found[:-1]), found[-1]
        else:
            return None
        if asked != tuple(row[name] for name in _ASKED):
            raise KeyReused(f"the key {row['key']!r} was used for another grant: {asked}")
        return Granted(granted, row["asked"], repeated=True)

    def _total(self, community: int, row: dict[str, Any], member: int) -> _Total:
        """What was given on a day so far; it will be written."""
        place = (community, row["day"], row["plugin"], row["reason"], row["currency"], member)
        found = self._totals.get(place)
        if found is None:
            values = dict(zip(_PLACE, place, strict=True))
            kept = self.db.one(FIND_TOTAL, values)
            if kept is None:
                self.db.run(ADD_TOTAL, values)
            found = self._totals[place] = _Total(0 if kept is None else int(kept[0]))
        self._raised[place] = found
        return found

    def granted_on(self, community: int, day: str, plugin: str, reason: str, currency: str, member: int) -> int:
        """What a source gave to a member (or :data:`EVERYBODY`) on a day."""
        place = (community, day, plugin, reason, currency, member)
        found = self._totals.get(place)
        if found is not None:
            return found.amount
        kept = self.db.one(FIND_TOTAL, dict(zip(_PLACE, place, strict=True)))
        return 0 if kept is None else int(kept[0])


_PLACE: Final = ("community_id", "day_", "plugin_", "reason_", "currency_", "member_id_")
_ASKED: Final = ("plugin", "reason", "currency", "asked")
