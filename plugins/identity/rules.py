"""When accounts can be separated, and amounts as one word. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.plugins.identity.config import IdentityConfig


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
