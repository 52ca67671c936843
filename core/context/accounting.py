"""What a plugin reads from the books: accounts, balances, statements, what a day has given so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from coterie.core.clock import to_instant
from coterie.core.unit import Unit
from coterie.storage.keys import fitting
from coterie.storage.ledger import EVERYBODY, NEWEST, Account, Booked, Entry, LedgerError, Transfer
from coterie.storage.members import MemberRecord, Members
from coterie.storage.spending import spent_by

if TYPE_CHECKING:
    from coterie.core.community import Community

POINTS: Final = "points"
"""The currency that every community has; exponent 0."""

Party = MemberRecord | Account
"""Who can have money: a member, or an account such as ``ctx.ledger.escrow(...)``."""


class Accounting:
    """The part of a plugin's ledger that reads. Amounts are in minor units."""

    __slots__ = ("_actor", "_community", "_plugin", "_unit")

    def __init__(self, unit: Unit, community: Community, plugin: str, actor: int) -> None:
        self._unit = unit
        self._community = community
        self._plugin = plugin
        self._actor = actor

    # -- accounts

    def escrow(self, name: object) -> Account:
        """An account of this plugin that holds members' money for a while."""
        return Account("escrow", f"{self._plugin}:{name}")

    def issuer(self, name: str = "") -> Account:
        """Where new money comes from; its balance is minus what was created."""
        return Account("issuer", name or self._plugin)

    def sink(self, name: str = "") -> Account:
        """Where spent money goes."""
        return Account("sink", name or self._plugin)

    def budget(self, name: str = "community") -> Account:
        """Money of the community itself, never below zero; operators fill it (``/budget``), plugins spend it."""
        return Account("budget", name)

    # -- balances

    def balance(self, of: Party, currency: str = POINTS) -> int:
        """What a member or an account has."""
        return self._unit.ledger.balance(self._community.id, account_of(of), currency)

    def balances(self, of: Party) -> dict[str, int]:
        """What a member or an account has, in every currency that it ever had."""
        return self._unit.ledger.currencies(self._community.id, account_of(of))

    def budgets(self) -> list[tuple[str, str, int]]:
        """Every budget that there ever was as (name, currency, balance), by name."""
        return self._unit.ledger.owners(self._community.id, "budget")

    def top(self, count: int, currency: str = POINTS) -> list[tuple[int, int]]:
        """The richest members as (member id, balance), most first."""
        return [(int(owner), amount) for owner, amount in self._unit.ledger.top(self._community.id, currency, count)]

    # -- what happened

    def statement(
        self, of: Party, currency: str = POINTS, *, before: int = NEWEST, after: int = 0, count: int = 10
    ) -> list[Entry]:
        """What moved on an account, newest first, at most ``count`` lines.

        For the page behind, give the last line's ``transfer`` as ``before`` and its ``balance - amount`` as ``after``.
        """
        return self._unit.ledger.statement(
            self._community.id, account_of(of), currency, before=before, after=after, count=count
        )

    def find(self, transfer: Transfer | int | str) -> Booked | None:
        """A transfer with its legs, by what booking it returned, by id, or by ``"reason:key"`` of this plugin (of a
        grant or a charge ``"reason:member id:key"``).
        """
        wanted = transfer.id if isinstance(transfer, Transfer) else transfer
        if isinstance(wanted, str):
            wanted = fitting(f"{self._plugin}:{wanted}")
        return self._unit.ledger.booked(self._community.id, wanted)

    def spent_today(self, of: Party, reason: str, currency: str = POINTS) -> int:
        """How much left an account today (the community's day) for a reason of this plugin."""
        since = to_instant(self._community.day_begins(date.fromisoformat(self._today())))
        return self._unit.ledger.spent(self._community.id, account_of(of), currency, self._plugin, reason, since)

    def spent(self, members: Iterable[int], currency: str = POINTS) -> dict[int, int]:
        """What members (ids) have spent in all: what they were charged, and what was captured of their holds."""
        self._unit.ledger.flush()
        return spent_by(self._unit.db, self._community.id, members, currency)

    def granted_today(self, reason: str, member: MemberRecord | None = None, currency: str = POINTS) -> int:
        """What :meth:`grant_capped` gave today for a reason, to one member or to all of them."""
        whom = EVERYBODY if member is None else member.id
        return self._unit.ledger.granted_on(self._community.id, self._today(), self._plugin, reason, currency, whom)

    def _today(self) -> str:
        return self._community.day_of(self._unit.now).isoformat()

    def owner_now(self, account: Account) -> Account:
        """Whose account it is by now: what belonged to a record that was merged is the other's."""
        return owner_now(self._unit.members, self._community.id, account)

    def _by_operator(self) -> bool:
        actor = self._unit.members.member(self._community.id, self._actor) if self._actor else None
        return actor is not None and actor.standing == "operator"


def owner_now(members: Members, community: int, account: Account) -> Account:
    """Whose account it is by now: what belonged to a record that was merged is the other's."""
    if account.kind != "member" or not account.owner.isdecimal():
        return account
    found = members.member(community, int(account.owner))
    return account if found is None else Account("member", str(found.id))


def check_amount(amount: int) -> None:
    """Raise :class:`LedgerError` for what is no amount of money."""
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise LedgerError(f"an amount of money is a whole number from 1, not {amount!r}")


def account_of(party: Party) -> Account:
    """The ledger account of a member, or the account itself."""
    return Account("member", str(party.id)) if isinstance(party, MemberRecord) else party
