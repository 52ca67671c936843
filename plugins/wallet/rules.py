"""What is read from a command, and what a balance shows. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from coterie.core.api import POINTS, Currency, Money, UsageError

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{2,4}")
_BUDGET: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def currency_and_reason(word: str, rest: str, known: Sequence[str], *, strict: bool = True) -> tuple[str, str]:
    """The currency that a word names, points if it names none, and the reason, with the word where it belongs to it.

    When ``strict``, a word that looks like a code (GEM) counts as one, known or not: an unknown currency must not
    become points.
    """
    code = currency_named(word, known, strict=strict)
    if code:
        return code, rest
    return POINTS, f"{word} {rest}".strip()


def currency_named(word: str, known: Sequence[str], *, strict: bool = True) -> str:
    """The currency that a word names, when ``strict`` also an unknown one; empty for a word that names none."""
    for code in known:
        if word.casefold() == code.casefold():
            return code
    return word if strict and _CODE.fullmatch(word) else ""


def amount_of(currency: Currency, typed: str, least: int, most: int) -> int:
    """What somebody typed, in minor units, between two bounds in minor units; raises :class:`UsageError`."""
    below = typed.startswith("-") and currency.read(typed[1:]) is not None
    amount = -1 if below else currency.read(typed.removeprefix("+"))
    if amount is None:
        found = typed if len(typed) <= 40 else typed[:39] + "…"
        if currency.exponent:
            raise UsageError("arg-not-amount", name="amount", found=found, decimals=currency.exponent)
        raise UsageError("arg-not-int", name="amount", found=found)
    if not least <= amount <= most:
        bounds = (least, most) if not currency.exponent else (Money(least, currency.code), Money(most, currency.code))
        key = "arg-too-small" if amount < least else "arg-too-large"
        raise UsageError(key, name="amount", minimum=bounds[0], maximum=bounds[1], found=typed)
    return amount


def units(currency: Currency, amount: int) -> int:
    """Whole units of a currency in its minor units."""
    return amount * int(10**currency.exponent)


def is_budget_name(name: str) -> bool:
    """Whether a budget can be called so."""
    return _BUDGET.fullmatch(name) is not None


def shown(balances: Mapping[str, int]) -> list[Money]:
    """What a balance shows: points always and first, other currencies where there are any."""
    others = sorted(currency for currency, amount in balances.items() if amount and currency != POINTS)
    return [Money(balances.get(currency, 0), currency) for currency in (POINTS, *others)]
