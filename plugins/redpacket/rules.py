"""How a packet is divided. Pure functions; chance is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol

Split = Literal["lucky", "equal", "bounded", "fixed"]

LARGEST: Final = 10**12
"""The most that one packet can hold, in minor units."""
MOST: Final = 10_000
"""The most people who can share one packet: all shares are written down when it is sent."""


class Chance(Protocol):
    """Where draws come from: :class:`~coterie.plugins.redpacket.fairness.Draws`."""

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both possible."""

    def shuffle(self, items: list[int]) -> None:
        """Put items in an order of chance."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is divided and how: a total of minor units for ``count`` people.

    ``bounded`` gives everybody from ``least`` to ``most`` (0: no bound above).  ``fixed`` hands out the amounts of
    ``amounts``, which make the total.  Raises :class:`ValueError` for what cannot be.
    """

    split: Split
    total: int
    count: int
    least: int = 1
    most: int = 0
    amounts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.split == "fixed":
            right = len(self.amounts) == self.count >= 1 and sum(self.amounts) == self.total and min(self.amounts) >= 1
        else:
            above = self.most if self.most else self.total
            right = 1 <= self.least <= above and self.least * self.count <= self.total <= above * self.count
            right = right and self.count >= 1
        if not right:
            raise ValueError(f"{self} cannot be divided")


def divide(pool: Pool, chance: Chance) -> list[int]:
    """The shares of a packet in the order in which they will be handed out, each at least 1 and within the bounds."""
    match pool.split:
        case "equal":
            shares = _equal(pool.total, pool.count)
        case "fixed":
            shares = sorted(pool.amounts)
        case _:
            shares = _lucky(pool, chance)
    chance.shuffle(shares)
    return shares


def _lucky(pool: Pool, chance: Chance) -> list[int]:
    """Draw each share around the mean of what is left, as far down as up, within the bounds and what has to remain for
    the others.

    Without bounds this is the "double mean" rule: from 1 to twice the mean.  It favours later draws a little; the
    shuffle afterwards takes that away, so coming early or late means nothing.
    """
    shares: list[int] = []
    left, least, most = pool.total, pool.least, pool.most or pool.total
    for people in range(pool.count, 1, -1):
        low = max(least, left - (people - 1) * most)
        high = min(most, left - (people - 1) * least)
        if 2 * left // people - least <= most:
            high = min(high, 2 * left // people - least)
        else:
            low = max(low, -(-2 * left // people) - most)
        share = chance.between(low, high)
        shares.append(share)
        left -= share
    shares.append(left)
    return shares


def _equal(total: int, count: int) -> list[int]:
    """The same for everybody; what cannot be divided goes one by one to some of them."""
    share, rest = divmod(total, count)
    return [share + 1] * rest + [share] * (count - rest)


@dataclass(frozen=True, slots=True)
class Claim:
    """A share that was taken: whose, how much, and when (milliseconds)."""

    member: int
    amount: int
    at: int
