"""Numbers, money and times are written as each locale does, and the core speaks all its languages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core import i18n
from coterie.core.i18n import Money, Translator

LOCALES = ("en", "zh-Hans", "zh-Hant")
SHANGHAI = ZoneInfo("Asia/Shanghai")
INSTANT = datetime(2026, 11, 21, 14, 4, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1234567, ("1,234,567", "1,234,567", "1,234,567")),
        (-1234, ("-1,234", "-1,234", "-1,234")),
        (1234.5, ("1,234.5", "1,234.5", "1,234.5")),
        (Decimal("0.25"), ("0.25", "0.25", "0.25")),
        (Money(1, "points"), ("1 point", "1 积分", "1 點")),
        (Money(12345, "points"), ("12,345 points", "12,345 积分", "12,345 點")),
        (Money(-2, "points"), ("-2 points", "-2 积分", "-2 點")),
        (Money(500, "XTR"), ("500 ⭐", "500 ⭐", "500 ⭐")),
        (Money(123450, "CNY"), ("CN¥1,234.50", "¥1,234.50", "CN¥1,234.50")),
        (Money(1234, "JPY"), ("¥1,234", "JP¥1,234", "¥1,234")),
        (Money(1234, "KWD"), ("KWD\xa01.234", "KWD\xa01.234", "KWD\xa01.234")),
        (Money(1234, "GEM"), ("1,234 GEM", "1,234 GEM", "1,234 GEM")),
        (date(2026, 11, 21), ("Nov 21, 2026", "2026年11月21日", "2026年11月21日")),
        (INSTANT, ("Nov 21, 2026, 10:04 PM", "2026年11月21日 22:04", "2026年11月21日 晚上10:04")),
        (INSTANT.replace(tzinfo=None), ("Nov 21, 2026, 10:04 PM", "2026年11月21日 22:04", "2026年11月21日 晚上10:04")),
        (timedelta(0), ("0 seconds", "0秒钟", "0 秒")),
        (timedelta(seconds=-5), ("0 seconds", "0秒钟", "0 秒")),
        (timedelta(days=1, hours=3, minutes=59), ("1 day, 3 hours", "1天3小时", "1 天 3 小時")),
        (timedelta(hours=2, seconds=9), ("2 hours", "2小时", "2 小時")),
        (timedelta(days=400), ("400 days", "400天", "400 天")),
        (["a", "b"], ("a, b", "a、b", "a、b")),
    ],
    ids=str,
)
def test_values_are_written_as_the_locale_does(value: object, written: tuple[str, str, str]) -> None:
    translator = Translator()
    texts = [translator.text("core", "arg-missing", locale, {"name": value}, SHANGHAI) for locale in LOCALES]
    expected = (f"Please add {written[0]}.", f"还缺少“{written[1]}”，请补上。", f"還少了「{written[2]}」，請補上。")
    assert [str(text).replace("KWD1", "KWD\xa01") for text in texts] == list(expected)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (3 * 3600, ("in 3 hours", "3小时后", "3 小時後")),
        (-3 * 3600, ("3 hours ago", "3小时前", "3 小時前")),
        (3600, ("in 1 hour", "1小时后", "1 小時後")),
        (90 * 60, ("in 90 minutes", "90分钟后", "90 分鐘後")),
        (36 * 3600, ("in 36 hours", "36小时后", "36 小時後")),
        (0, ("in 0 seconds", "0秒钟后", "0 秒後")),
    ],
)
def test_relative_times(seconds: int, written: tuple[str, str, str]) -> None:
    assert tuple(i18n.format_relative(seconds * 1000, locale) for locale in LOCALES) == written


def test_a_moment_without_a_zone_says_that_it_is_utc() -> None:
    assert i18n.format_datetime(1_795_269_899_000, "zh-Hans") == "2026年11月21日 14:04 UTC"
    assert i18n.format_datetime(1_795_269_899_000, "en", SHANGHAI) == "Nov 21, 2026, 10:04 PM"


def test_exponents() -> None:
    assert {code: i18n.currency_exponent(code) for code in ("points", "XTR", "GEM", "CNY", "JPY", "KWD")} == {
        "points": 0,
        "XTR": 0,
        "GEM": 0,
        "CNY": 2,
        "JPY": 0,
        "KWD": 3,
    }


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(LOCALES))
def test_every_amount_shows_all_its_digits(amount: int, locale: str) -> None:
    yuan = i18n.format_money(amount, "CNY", locale)
    for written in (i18n.format_points(amount, locale), yuan, i18n.format_number(amount, locale)):
        assert int("".join(char for char in written if char.isdigit())) == abs(amount)
        assert ("-" in written) == (amount < 0)


CORE_ARGS: dict[str, tuple[str, ...]] = {
    "unknown-command": ("name",),
    "unknown-command-suggest": ("name", "suggestion"),
    "usage": ("usage",),
    "arg-missing": ("name",),
    "arg-not-int": ("name", "found"),
    "arg-too-small": ("name", "minimum", "maximum"),
    "arg-too-large": ("name", "minimum", "maximum"),
    "arg-too-small-open": ("name", "minimum"),
    "arg-too-large-open": ("name", "maximum"),
    "arg-too-long": ("name", "maximum", "found"),
    "arg-not-choice": ("name", "choices"),
    "arg-not-bool": ("name", "found"),
    "arg-not-member": ("name", "found"),
    "arg-extra": ("found",),
    "arg-not-duration": ("name", "found"),
    "arg-not-amount": ("name", "decimals", "found"),
    "reason-merge": (),
    "reason-unmerge": (),
    "reason-erase": (),
    "reason-reverse": (),
    "button-forged": (),
    "button-expired": (),
    "button-foreign": (),
    "button-gone": (),
    "form-expired": (),
    "form-not-open": (),
    "form-error-required": (),
    "form-saved": (),
    "form-cancelled": (),
    "not-allowed": (),
    "plugin-failed": (),
    "plugin-paused": (),
    "insufficient-funds": ("balance", "needed"),
    "help-title": (),
    "help-line": ("usage", "description"),
    "help-empty": (),
    "here-only-in-room": (),
    "here-only-in-dm": (),
    "bots-cannot": (),
    "operator-plugin-paused": ("plugin", "hook", "error"),
    "operator-space-moved": ("title", "platform", "new", "old"),
    "moderate-operator": ("name",),
    "moderate-bot": ("name",),
    "gathering-when": (),
    "gathering-where": (),
    "gathering-span": ("starts", "ends"),
    "gathering-off": (),
    "option-int": ("name",),
    "option-str": ("name",),
    "option-bool": ("name",),
    "option-choice": ("name",),
    "option-duration": ("name",),
    "option-member": ("name",),
    "operator-brake-take": ("access", "wanted", "allowed"),
    "operator-brake-again": ("access", "wanted", "allowed"),
    "access-invite-title": ("access",),
    "access-invite-text": ("community",),
    "access-invite-open": ("access",),
    "amount-points": ("amount",),
    "amount-stars": ("amount",),
    "erase-payment": ("plugins",),
    "erased-name": ("code",),
    "export-readme": ("community", "name"),
    "export-readme-coterie": (),
    "export-readme-ledger": (),
    "export-readme-member": (),
    "export-readme-waiting": (),
    "filter-bad-name": ("name",),
    "filter-cycle": ("at", "name", "path"),
    "filter-empty": (),
    "filter-expected-and": ("at", "found"),
    "filter-expected-close": ("at", "opened", "found"),
    "filter-expected-close-end": ("at", "opened"),
    "filter-expected-test": ("at", "found"),
    "filter-expected-test-end": ("at",),
    "filter-expected-value": ("at", "field", "found"),
    "filter-expected-value-end": ("at", "field"),
    "filter-in-use": ("name", "users"),
    "filter-name-is-field": ("name",),
    "filter-needs-name": ("at", "field"),
    "filter-needs-value": ("at", "field", "operators"),
    "filter-no-name": ("at", "field"),
    "filter-no-segment": ("at", "name"),
    "filter-not-moment": ("at", "field", "found"),
    "filter-not-number": ("at", "field", "found"),
    "filter-not-ordered": ("at", "found"),
    "filter-only-alone": ("at", "field"),
    "filter-open-quote": ("at",),
    "filter-too-deep": ("at", "maximum"),
    "filter-too-long": ("found", "maximum"),
    "filter-too-many": ("at", "maximum"),
    "filter-too-many-segments": ("maximum",),
    "filter-unknown-field": ("at", "field", "known"),
    "filter-unknown-field-suggest": ("at", "field", "suggestion"),
    "filter-wrong-operator": ("at", "field", "found", "operators"),
    "handing-button": (),
    "handing-text": (),
    "handing-title": (),
    "keeps-unknown": (),
    "merge-inside": ("name",),
    "merge-no-account": (),
    "merge-short": (),
    "merge-too-late": ("days",),
    "merge-undone": (),
    "merge-unknown": (),
    "condition-tag": ("value",),
    "condition-tag-not": ("value",),
    "condition-segment": ("value",),
    "condition-segment-not": ("value",),
    "condition-role": ("value",),
    "condition-role-not": ("value",),
    "condition-tenure": ("value",),
    "condition-tenure-not": ("value",),
    "condition-active": ("value",),
    "condition-active-not": ("value",),
    "condition-if": ("value",),
    "condition-if-not": ("value",),
    "condition-gone": ("name",),
    "condition-gone-not": ("name",),
    "condition-unknown": ("found", "known"),
}


def test_the_core_says_everything_in_every_language() -> None:
    translator = Translator()
    assert translator.locales == LOCALES
    assert translator.missing() == []
    assert translator.problems() == []
    assert translator._catalog("core", "en").keys == CORE_ARGS.keys()


TWICE = {("filter-needs-name", "field"): 2, ("filter-only-alone", "field"): 2}
"""Values that a message shows again in an example."""


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", CORE_ARGS)
def test_each_core_message_shows_exactly_its_values(key: str, locale: str) -> None:
    args = {name: f"‹{name}›" for name in CORE_ARGS[key]}
    text = str(Translator().text("core", key, locale, args))
    assert "{" not in text
    for name in CORE_ARGS[key]:
        assert text.count(f"‹{name}›") == TWICE.get((key, name), 1)
    if locale != "en":
        words = re.sub(r"tag:vip|[“「]\)[”」]", "", text)  # as filters are written, in every language
        assert not set(",:?!;()").intersection(words), "Chinese takes full-width punctuation"
