"""Numbers, currencies, dates and lengths of time as people of a locale write them.

Babel knows how; it is loaded at the first value that needs it, never at import.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from datetime import tzinfo
    from decimal import Decimal

    from babel import Locale

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_WITHOUT_MINOR_UNITS: Final = frozenset({"points", "XTR"})


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units; the currency is an ISO 4217 code, ``points``, ``XTR`` (Telegram Stars) or custom."""

    amount: int
    currency: str


@lru_cache(maxsize=64)
def babel_locale(locale: str) -> Locale:
    """Babel's data of a locale; English where it has none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def format_number(value: int | float | Decimal, locale: str) -> str:
    """A number with the locale's own grouping and decimal mark."""
    if isinstance(value, int) and 0 <= value < 1000:
        return f"{value:d}"  # the same in every locale that Babel writes in Latin digits, and by far the most frequent
    return _grouped(value, locale)


@lru_cache(maxsize=4096)
def _grouped(value: int | float | Decimal, locale: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, locale=babel_locale(locale))


def list_separator(locale: str) -> str:
    """What stands between the items of a plain list."""
    return "、" if locale.startswith(("zh", "ja")) else ", "


@lru_cache(maxsize=256)
def is_iso_currency(currency: str) -> bool:
    """Whether a code is a state's currency; other codes are a community's own."""
    from babel.numbers import is_currency

    return currency not in _WITHOUT_MINOR_UNITS and is_currency(currency)


@lru_cache(maxsize=256)
def currency_exponent(currency: str) -> int:
    """Decimal places between the minor unit that is stored and the major one that is shown (CNY 2, JPY 0, points 0)."""
    if not is_iso_currency(currency):
        return 0
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def format_iso_money(amount: int, currency: str, locale: str) -> str:
    """An amount in minor units of a state's currency, with its sign and decimals."""
    from babel.numbers import format_currency

    return format_currency(major_units(Money(amount, currency)), currency, locale=babel_locale(locale))


def major_units(money: Money) -> int | Decimal:
    """The amount as it is read: 1234 minor units of CNY are 12.34."""
    exponent = currency_exponent(money.currency)
    if not exponent:
        return money.amount
    from decimal import Decimal

    return Decimal(money.amount).scaleb(-exponent)


@lru_cache(maxsize=512)
def format_date(day: date, locale: str) -> str:
    """A calendar day."""
    from babel import dates

    return dates.format_date(day, "medium", babel_locale(locale))


def format_datetime(instant_ms: int, locale: str, zone: tzinfo | None = None) -> str:
    """A moment (milliseconds since 1970 UTC), to the minute, in a zone; without a zone in UTC, and saying so."""
    return _minute(instant_ms // 60_000, locale, zone)


@lru_cache(maxsize=1024)
def _minute(minutes: int, locale: str, zone: tzinfo | None) -> str:
    from babel import dates

    known = babel_locale(locale)
    moment = (_EPOCH + timedelta(minutes=minutes)).astimezone(zone or UTC)
    clock = dates.format_time(moment, "short", tzinfo=moment.tzinfo, locale=known)
    pattern = str(dates.get_datetime_format("medium", locale=known))
    text = pattern.replace("{0}", clock).replace("{1}", dates.format_date(moment, "medium", known))
    text = text.replace("\u202f", " ")  # CLDR's narrow space before AM is a box in some chat fonts
    return text if zone is not None else f"{text} UTC"


def format_relative(delta_ms: int, locale: str) -> str:
    """How far a moment is from now: milliseconds, positive for the future.

    Less than two of a unit are told in the next smaller one, so that 90 minutes do not become "2 hours".
    """
    from babel import dates

    seconds = round(delta_ms / 1000)
    largest = next((abs(seconds) / size for _, size in dates.TIMEDELTA_UNITS if abs(seconds) >= size), 0)
    delta, threshold = timedelta(seconds=seconds), 1 if largest <= 1.1 else 2
    return dates.format_timedelta(delta, add_direction=True, threshold=threshold, locale=babel_locale(locale))


def format_duration(length: timedelta | int, locale: str) -> str:
    """A length of time (a timedelta or milliseconds) in its two largest units; below zero counts as zero."""
    milliseconds = length if isinstance(length, int) else round(length / timedelta(milliseconds=1))
    return _seconds(max(0, milliseconds + 500) // 1000, locale)


@lru_cache(maxsize=1024)
def _seconds(seconds: int, locale: str) -> str:
    from babel.lists import format_list

    parts: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if parts or count or unit == "second":
            parts.append(_counted(count, unit, locale) if count or not parts else "")
        if len(parts) == 2:
            break
    return format_list([part for part in parts if part], style="unit", locale=babel_locale(locale))


def _counted(count: int, unit: str, locale: str) -> str:
    from babel.units import format_unit

    name = f"duration-{unit}"
    text: str = format_unit(count, name, length="long", locale=babel_locale(locale))
    if name not in text:
        return text
    # CLDR gives Chinese no long form where the short one is the same, and Babel then shows the unit's identifier.
    return format_unit(count, name, length="short", locale=babel_locale(locale))
