"""The ledger as a plugin uses it: its own name in every key, refusals that a member can read."""

from __future__ import annotations

from typing import Final

from coterie.core.context.accounting import POINTS, Accounting, Party, account_of, check_amount
from coterie.core.errors import InsufficientFunds
from coterie.storage.keys import fitting
from coterie.storage.ledger import (
    Account,
    Booked,
    Entry,
    Granted,
    Hold,
    Insufficient,
    LedgerError,
    Leg,
    NotReversible,
    Reversal,
    Transfer,
)
from coterie.storage.members import MemberRecord

_HOLD_KEY: Final = 140
"""Characters of a hold's key; what is captured and released is booked under it and two amounts."""


class PluginLedger(Accounting):
    """Money, for one plugin in one event. Amounts are positive integers of minor units; keys make repeats harmless."""

    __slots__ = ()

    def transfer(
        self,
        source: Party,
        target: Party,
        amount: int,
        *,
        reason: str,
        key: object,
        currency: str = POINTS,
        note: str = "",
    ) -> Transfer:
        """Move money.

        Raises :class:`InsufficientFunds`, a refusal that tells the member both figures, and :class:`LedgerError` for an
        amount below 1: money never moves backwards by a sign.
        """
        check_amount(amount)
        return self._book(
            [(source, -amount), (target, amount)], reason=reason, key=f"{reason}:{key}", currency=currency, note=note
        )

    def book(
        self, legs: list[tuple[Party, int]], *, reason: str, key: object, currency: str = POINTS, note: str = ""
    ) -> Transfer:
        """Move money between several parties at once; the amounts (negative: goes out) sum to zero."""
        return self._book(legs, reason=reason, key=f"{reason}:{key}", currency=currency, note=note)

    def grant(
        self, member: MemberRecord, amount: int, *, reason: str, key: object, currency: str = POINTS, note: str = ""
    ) -> Transfer:
        """Create money for a member; the key is unique for this member and reason."""
        check_amount(amount)
        return self._book(
            [(self.issuer(), -amount), (member, amount)],
            reason=reason,
            key=f"{reason}:{member.id}:{key}",
            currency=currency,
            note=note,
        )

    def charge(
        self, member: MemberRecord, amount: int, *, reason: str, key: object, currency: str = POINTS, note: str = ""
    ) -> Transfer:
        """Take money from a member for good; raises :class:`InsufficientFunds`."""
        check_amount(amount)
        return self._book(
            [(member, -amount), (self.sink(), amount)],
            reason=reason,
            key=f"{reason}:{member.id}:{key}",
            currency=currency,
            note=note,
        )

    def grant_capped(
        self,
        member: MemberRecord,
        amount: int,
        *,
        reason: str,
        key: object,
        cap: int,
        community_cap: int | None = None,
        currency: str = POINTS,
        source: Account | None = None,
        note: str = "",
    ) -> Granted:
        """Give a member what is left of ``cap`` today, at most ``amount``: new money, or that of a ``source`` such as a
        budget.

        A cap counts what this plugin gave for this reason in one day of the community; ``community_cap`` bounds what it
        gives to all members together.  The result tells how much it was, 0 when nothing was left; the same key again
        gives nothing and tells the same.  Raises :class:`InsufficientFunds` for a budget that has not enough.
        """
        check_amount(amount)
        unit = self._unit
        try:
            done = unit.ledger.grant_capped(
                self._community.id,
                source or self.issuer(),
                member.id,
                amount,
                currency,
                key=fitting(f"{self._plugin}:{reason}:{member.id}:{key}"),
                plugin=self._plugin,
                reason=reason,
                now=unit.now,
                day=self._today(),
                cap=cap,
                community_cap=community_cap,
                note=note,
                actor=self._actor,
            )
        except Insufficient as error:
            raise InsufficientFunds(error.balance, error.needed, error.currency) from error
        if not done.repeated:
            unit.writes += 1
        return done

    def reverse(self, transfer: Transfer | int | str, *, reason: str, note: str = "", up_to: bool = False) -> Reversal:
        """Take a transfer back by a counter-entry, whole and once; a second time tells of the first and moves nothing.

        ``transfer`` is one of this plugin's (as it was returned, an id, or ``"reason:key"``), or anybody's where an
        operator acts.  With ``up_to``, of a transfer between two, at most what the receiver still has.  Raises
        :class:`Insufficient` when the receiver has less, :class:`NotReversible` for money in a hold or in an escrow of
        another plugin, :class:`LedgerError` for a transfer that is not this plugin's.
        """
        booked = self._own(transfer)
        unit = self._unit
        done = unit.ledger.reverse(
            self._community.id,
            booked,
            plugin=self._plugin,
            reason=reason,
            now=unit.now,
            note=note,
            actor=self._actor,
            up_to=up_to,
            resolve=self.owner_now,
            escrows=self._plugin,
        )
        if not done.repeated:
            unit.writes += 1
        return done

    def reversal_of(self, transfer: Transfer | int | str, *, up_to: bool = False) -> list[Leg]:
        """What :meth:`reverse` would move now, for a preview; raises what it raises."""
        return self._unit.ledger.mirror(
            self._community.id, self._own(transfer), up_to=up_to, resolve=self.owner_now, escrows=self._plugin
        )

    def _own(self, transfer: Transfer | int | str) -> Booked:
        """A transfer that may be taken back from here; raises :class:`LedgerError`."""
        booked = self.find(transfer)
        if booked is None:
            raise NotReversible("unknown", f"there is no transfer {transfer}")
        if booked.plugin != self._plugin and not self._by_operator():
            raise LedgerError(f"transfer {booked.id} is of {booked.plugin}: only an operator can take it back here")
        return booked

    def _book(self, legs: list[tuple[Party, int]], *, reason: str, key: str, currency: str, note: str) -> Transfer:
        unit = self._unit
        try:
            done = unit.ledger.transfer(
                self._community.id,
                [Leg(account_of(party), amount) for party, amount in legs],
                currency,
                key=fitting(f"{self._plugin}:{key}"),
                plugin=self._plugin,
                reason=reason,
                now=unit.now,
                note=note,
                actor=self._actor,
            )
        except Insufficient as error:
            raise InsufficientFunds(error.balance, error.needed, error.currency) from error
        if not done.repeated:
            unit.writes += 1
        return done

    def hold(self, member: MemberRecord, amount: int, *, reason: str, key: object, currency: str = POINTS) -> Hold:
        """Set a member's money aside until :meth:`capture` or :meth:`release`; raises :class:`InsufficientFunds`."""
        check_amount(amount)
        self._unit.writes += 1
        try:
            return self._unit.ledger.hold(
                self._community.id,
                account_of(member),
                amount,
                currency,
                key=fitting(f"{self._plugin}:{key}", _HOLD_KEY),
                plugin=self._plugin,
                reason=reason,
                now=self._unit.now,
            )
        except Insufficient as error:
            raise InsufficientFunds(error.balance, error.needed, error.currency) from error

    def capture(self, key: object, to: Party, amount: int | None = None, *, reason: str) -> Hold:
        """Pay held money on; all of it unless an amount is given. Raises :class:`LedgerError` beyond what is left."""
        self._unit.writes += 1
        return self._unit.ledger.capture(
            self._community.id,
            fitting(f"{self._plugin}:{key}", _HOLD_KEY),
            account_of(to),
            amount,
            now=self._unit.now,
            reason=reason,
        )

    def release(self, key: object, amount: int | None = None, *, reason: str) -> Hold:
        """Give held money back; harmless when the hold has ended."""
        self._unit.writes += 1
        return self._unit.ledger.release(
            self._community.id, fitting(f"{self._plugin}:{key}", _HOLD_KEY), amount, now=self._unit.now, reason=reason
        )


__all__ = [
    "POINTS",
    "Account",
    "Booked",
    "Entry",
    "Granted",
    "Hold",
    "Insufficient",
    "LedgerError",
    "Leg",
    "NotReversible",
    "Party",
    "PluginLedger",
    "Reversal",
    "Transfer",
    "account_of",
]
