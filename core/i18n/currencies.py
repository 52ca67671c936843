"""A community's own currencies: how many decimals they have, what they are called, how amounts are written and read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from coterie.core.i18n.formats import babel_locale, format_number

MAX_EXPONENT: Final = 6
"""Decimal places that a currency can have."""
_AMOUNT: Final = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,6}))?", re.ASCII)


class Currency(msgspec.Struct, frozen=True):
    """A currency: amounts are kept as whole numbers of its smallest unit, ``10 ** -exponent`` of what is shown.

    ``titles`` are names by locale, singular and plural as ``"gem|gems"``; without one the code is shown.
    """

    code: str
    exponent: int = 0
    titles: Mapping[str, str] = {}

    def title(self, amount: int, locale: str) -> str:
        """What so much of it (minor units) is called."""
        found = self.titles.get(locale) or self.titles.get(locale.partition("-")[0]) or self.titles.get("en")
        if found is None:
            return self.code
        one, bar, many = found.partition("|")
        if not bar:
            return one.strip()
        return (one if _is_one(amount, self.exponent, locale) else many).strip()

    def written(self, amount: int, locale: str) -> str:
        """An amount in minor units as people of a locale read it, without its unit."""
        if not self.exponent:
            return format_number(amount, locale)
        whole, rest = divmod(abs(amount), 10**self.exponent)
        sign = "-" if amount < 0 else ""
        return f"{sign}{format_number(whole, locale)}{_decimal_mark(locale)}{rest:0{self.exponent}d}"

    def read(self, text: str) -> int | None:
        """What somebody typed, in minor units; ``None`` unless it is a plain number with no more decimals than there
        are.
        """
        match = _AMOUNT.fullmatch(text.strip())
        if match is None or len(match[2] or "") > self.exponent:
            return None
        return int(match[1] + (match[2] or "").ljust(self.exponent, "0"))


def _is_one(amount: int, exponent: int, locale: str) -> bool:
    if exponent:
        return False  # "1.00 gems": with decimals nobody counts
    return bool(babel_locale(locale).plural_form(amount) == "one")


def _decimal_mark(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(babel_locale(locale))
