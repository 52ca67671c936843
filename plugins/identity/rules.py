"""Codes, and when accounts can be separated. Pure functions; randomness is handed in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from coterie.plugins.identity.config import IdentityConfig

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that nobody takes for another one: no 0 and O, no 1, I and L."""
LENGTH: Final = 8


def make_code(rng: random.Random) -> str:
    """A code, one of 31^8 (about 850,000,000,000)."""
    return "".join(rng.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str:
    """A code as it was typed, perhaps in lower case or with blanks and hyphens, in the way it is kept."""
    return "".join(typed.upper().replace("-", "").split())


def next_unlink(linked: datetime | None, unlinked: datetime | None, config: IdentityConfig) -> datetime | None:
    """From when on an account can be separated, given when accounts were last linked and last separated.

    An account that is separated begins anew; whoever could link and separate at will could begin anew for each reward.
    """
    waits = [
        moment + span
        for moment, span in ((linked, config.unlink_after), (unlinked, config.unlink_every))
        if moment is not None
    ]
    return max(waits, default=None)


def write_amounts(amounts: Mapping[str, int]) -> str:
    """Amounts by currency as one word that a button can carry."""
    return ",".join(f"{currency}={amount}" for currency, amount in sorted(amounts.items()))


def read_amounts(word: str) -> dict[str, int]:
    """Amounts by currency as :func:`write_amounts` wrote them."""
    parts = (part.rpartition("=") for part in word.split(",") if part)
    return {currency: int(amount) for currency, _, amount in parts}
