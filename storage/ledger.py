"""The ledger: double entry, append-only, every movement under an idempotency key.

Accounts are members, escrows, budgets and sinks, which never go below zero, and issuers, which are the other side of
what was created.  A transfer is a set of postings that sums to zero.  Nothing is ever changed: a correction is a
counter-transfer.  How it works stands in the rooms of :mod:`coterie.storage.books`.
"""

from __future__ import annotations

from coterie.storage.books.caps import EVERYBODY, Caps
from coterie.storage.books.holds import Holds
from coterie.storage.books.money import (
    MAX_AMOUNT,
    MAX_BALANCE,
    Account,
    AccountKind,
    Booked,
    Entry,
    Granted,
    Hold,
    Insufficient,
    KeyReused,
    LedgerError,
    Leg,
    NotReversible,
    Reversal,
    Transfer,
)
from coterie.storage.books.reversals import Reversals
from coterie.storage.books.statements import NEWEST, Statements


class Ledger(Holds, Caps, Reversals, Statements):
    """The books of one lane's communities. All amounts are integers of minor units."""


__all__ = [
    "EVERYBODY",
    "MAX_AMOUNT",
    "MAX_BALANCE",
    "NEWEST",
    "Account",
    "AccountKind",
    "Booked",
    "Entry",
    "Granted",
    "Hold",
    "Insufficient",
    "KeyReused",
    "Ledger",
    "LedgerError",
    "Leg",
    "NotReversible",
    "Reversal",
    "Transfer",
]
