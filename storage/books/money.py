"""The ledger's words: accounts, legs, transfers, holds, and the rules that a movement can break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from msgspec import Struct

AccountKind = Literal["member", "escrow", "issuer", "sink", "budget"]
MAX_AMOUNT: Final = 10**15
"""The greatest amount of one movement, in minor units."""
MAX_BALANCE: Final = 4 * 10**18
"""How far an account may go in either direction, in minor units; sums stay inside 64 bits."""


class LedgerError(Exception):
    """A movement was asked for that the ledger does not allow; the message says which rule."""


class Insufficient(LedgerError):
    """The account has less than the movement needs (amounts in minor units)."""

    def __init__(self, balance: int, needed: int, currency: str) -> None:
        super().__init__(f"balance {balance} {currency} is less than {needed}")
        self.balance = balance
        self.needed = needed
        self.currency = currency


class KeyReused(LedgerError):
    """An idempotency key came again with another movement."""


class NotReversible(LedgerError):
    """A transfer cannot be taken back; ``why`` is ``unknown``, ``hold``, ``escrow``, ``same`` or ``nothing``."""

    def __init__(self, why: str, said: str) -> None:
        super().__init__(said)
        self.why = why


class Account(Struct, frozen=True):
    """Whose money: a kind and an owner within it (a member id, ``plugin:id`` for an escrow)."""

    kind: AccountKind
    owner: str


class Leg(Struct, frozen=True):
    """One side of a transfer: a positive amount comes in, a negative one goes out."""

    account: Account
    amount: int


class Transfer(Struct, frozen=True):
    """A transfer as booked; ``repeated`` when the key had been booked before and nothing moved now."""

    id: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """A transfer as the books hold it; ``reversed_by`` is the transfer that took it back, 0 for none."""

    id: int
    key: str
    plugin: str
    reason: str
    note: str
    actor: int
    at: int
    currency: str
    legs: tuple[Leg, ...]
    reversed_by: int = 0

    @property
    def amount(self) -> int:
        """How much moved."""
        return sum(leg.amount for leg in self.legs if leg.amount > 0)


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside: ``amount`` was taken, of which ``captured`` went on and ``released`` came back."""

    id: int
    amount: int
    captured: int
    released: int
    state: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant under a daily cap gave: ``amount`` of ``asked``, 0 when nothing was left."""

    amount: int
    asked: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """A counter-entry: transfer ``id`` took ``amount`` back; ``repeated`` when it had done so before."""

    id: int
    amount: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a statement: what moved, what was there after it, and the accounts on the other side."""

    transfer: int
    at: int
    amount: int
    balance: int
    plugin: str
    reason: str
    note: str
    others: tuple[Account, ...] = ()


def check_legs(legs: list[Leg]) -> None:
    """Raise :class:`LedgerError` for legs that no transfer can have."""
    total = 0
    for leg in legs:
        if leg.amount == 0 or abs(leg.amount) > MAX_AMOUNT:
            raise LedgerError(f"an amount must be between 1 and {MAX_AMOUNT}, not {leg.amount}")
        total += leg.amount
    if total:
        raise LedgerError(f"the legs of a transfer must sum to zero, not {total}")
    if len({leg.account for leg in legs}) != len(legs):
        raise LedgerError("a transfer must go between different accounts")
