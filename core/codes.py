"""Codes that people read out and type: who links accounts, brings others."""

from __future__ import annotations

import random
import unicodedata
from typing import Final

CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that nobody takes for another one: no 0 and O, no 1, I and L."""
CODE_LENGTH: Final = 8
_BESIDE: Final = frozenset({"Pd", "Cf"})
"""Categories of Unicode: dashes, and characters without a look."""


def make_code(rng: random.Random) -> str:
    """A code, one of 31^8 (about 850,000,000,000)."""
    return "".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH))


def read_code(typed: str) -> str:
    """A code as it was typed, in the way it is kept: perhaps in lower case or in the wide letters of a Chinese
    keyboard, with blanks, any dashes, and what nobody sees.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(each for each in plain if not each.isspace() and unicodedata.category(each) not in _BESIDE)


def is_code(kept: str) -> bool:
    """Whether something could have come from :func:`make_code`."""
    return len(kept) == CODE_LENGTH and set(kept) <= set(CODE_ALPHABET)


__all__ = ["CODE_ALPHABET", "CODE_LENGTH", "is_code", "make_code", "read_code"]
