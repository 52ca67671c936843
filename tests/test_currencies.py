"""Currencies of a community's own: decimals without floats, names in every language, one meaning for a code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.config import ConfigError, Settings
from coterie.core.i18n import Currency, Money, Translator

GEM = Currency("GEM", 2, {"en": "gem|gems", "zh-Hans": "宝石"})


@given(st.integers(0, 10**18), st.integers(0, 6))
def test_what_is_written_is_read_again(amount: int, exponent: int) -> None:
    currency = Currency("X", exponent)
    written = currency.written(amount, "en").replace(",", "")
    if len(written.partition(".")[0]) <= 15:
        assert currency.read(written) == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1", 100), ("1.5", 150), ("1.50", 150), ("0.01", 1), (" 7 ", 700), ("12.34", 1234), ("0", 0)],
)
def test_plain_numbers_are_amounts(typed: str, amount: int) -> None:
    assert GEM.read(typed) == amount


@pytest.mark.parametrize(
    "typed", ["1.505", "-1", "", "1e3", "1_0", "\uff11", ".5", "1.", "1,5", "9" * 16, "NaN", "1 000"]
)
def test_everything_else_is_none(typed: str) -> None:
    assert GEM.read(typed) is None


def test_a_currency_without_decimals_takes_none() -> None:
    assert Currency("points").read("5.0") is None
    assert Currency("points").read("5") == 5


@pytest.mark.parametrize(
    ("money", "locale", "shown"),
    [
        (Money(123456, "GEM"), "en", "1,234.56 gems"),
        (Money(-5, "GEM"), "en", "-0.05 gems"),
        (Money(100, "GEM"), "zh-Hans", "1.00 宝石"),
        (Money(1, "COIN"), "en", "1 coin"),
        (Money(2, "COIN"), "en", "2 coins"),
        (Money(2, "COIN"), "zh-Hant", "2 coins"),
        (Money(3, "BARE"), "en", "3 BARE"),
        (Money(3, "NEW"), "en", "3 NEW"),
        (Money(1234, "CNY"), "en", "CN¥12.34"),
        (Money(7, "points"), "en", "7 points"),
    ],
)
def test_amounts_are_shown_as_declared(money: Money, locale: str, shown: str) -> None:
    translator = Translator()
    translator.currencies = {"GEM": GEM, "COIN": Currency("COIN", 0, {"en": "coin|coins"}), "BARE": Currency("BARE")}
    assert translator.money(money, locale) == shown


def test_points_may_have_another_name() -> None:
    translator = Translator()
    translator.currencies = {"points": Currency("points", 0, {"en": "shell|shells"})}
    assert translator.money(Money(2, "points"), "en") == "2 shells"


@pytest.mark.parametrize(
    ("currencies", "problem"),
    [
        ({"X-1": {}}, "expected a currency's code"),
        ({"points": {"exponent": 1}}, "points always has 0 decimals"),
        ({"XTR": {"exponent": 2}}, "XTR always has 0 decimals"),
        ({"CNY": {}}, "CNY is a state's currency"),
        ({"GEM": {"exponent": 7}}, "less than or equal to 6"),
    ],
)
def test_what_cannot_be_declared(currencies: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        Settings.of({}, {}, {}, core={"currencies": currencies})


def test_what_can_be_declared() -> None:
    made = Settings.of({}, {}, {}, core={"currencies": {"GEM": {"exponent": 2, "title": {"en": "gem|gems"}}}})
    assert made.core.currencies["GEM"].exponent == 2
