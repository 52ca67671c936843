"""How a packet is divided. Pure functions; randomness is handed in."""

from __future__ import annotations

import random
from typing import Final, Literal

Split = Literal["lucky", "equal"]

MODES: Final[dict[str, Split]] = {
    "lucky": "lucky",
    "random": "lucky",
    "拼手气": "lucky",
    "拼手氣": "lucky",
    "手气": "lucky",
    "equal": "equal",
    "same": "equal",
    "普通": "equal",
    "平均": "equal",
}
"""Words that choose the split when they open the greeting."""


def split(mode: Split, total: int, count: int, rng: random.Random) -> list[int]:
    """The shares of a packet, each at least 1, in the order in which they will be handed out.

    Raises :class:`ValueError` unless ``1 <= count <= total``.
    """
    if not 1 <= count <= total:
        raise ValueError(f"{total} cannot be divided into {count} shares of at least 1")
    shares = _lucky(total, count, rng) if mode == "lucky" else _equal(total, count)
    rng.shuffle(shares)
    return shares


def _lucky(total: int, count: int, rng: random.Random) -> list[int]:
    """Draw each share between 1 and twice the mean of what is left (the "double mean" rule).

    The rule favours later draws a little; the shuffle afterwards takes that away, so coming early or late means
    nothing.
    """
    shares: list[int] = []
    left = total
    for people in range(count, 1, -1):
        share = rng.randint(1, max(1, min(2 * left // people - 1, left - (people - 1))))
        shares.append(share)
        left -= share
    shares.append(left)
    return shares


def _equal(total: int, count: int) -> list[int]:
    """The same for everybody; what cannot be divided goes one by one to some of them."""
    share, rest = divmod(total, count)
    return [share + 1] * rest + [share] * (count - rest)


def mode_and_greeting(text: str) -> tuple[Split, str]:
    """The split that the first word names, if it does, and the greeting without it."""
    word, _, rest = text.partition(" ")
    mode = MODES.get(word.casefold())
    return ("lucky", text) if mode is None else (mode, rest.strip())


def luckiest(claims: list[tuple[int, int]]) -> int | None:
    """Who got most (the earlier one of two), from (member, amount) in the order of taking; ``None`` without a
    contest.
    """
    if len(claims) < 2:
        return None
    return max(claims, key=lambda claim: claim[1])[0]
