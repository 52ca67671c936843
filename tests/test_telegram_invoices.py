"""What an invoice carries through Telegram: made for one payer and one sum, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.telegram.invoices import invoice_of, key_of, payload_of, read_payload

KEY = key_of("123456:secret")
INVOICES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,31}:[0-9]{1,20}", fullmatch=True)
"""As the core makes them: a plugin's name, and what it calls the invoice, mostly an id."""


@given(INVOICES, st.integers(1, 2**52), st.integers(1, 10**9), st.sampled_from(["XTR", "EUR"]))
def test_a_payload_fits_and_says_the_invoice_to_its_payer(invoice: str, payer: int, amount: int, currency: str) -> None:
    payload = payload_of(invoice, str(payer), amount, currency, KEY)
    assert len(payload.encode()) <= 128
    assert invoice_of(payload, str(payer), amount, currency, KEY) == invoice
    assert read_payload(payload) == invoice


@given(INVOICES, st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), st.integers(1, 99))
def test_no_other_payer_amount_currency_or_bot_fits(
    invoice: str, payer: int, amount: int, other: int, sum_: int
) -> None:
    payload = payload_of(invoice, str(payer), amount, "XTR", KEY)
    same = (other, sum_) == (payer, amount)
    assert (invoice_of(payload, str(other), sum_, "XTR", KEY) == invoice) is same
    assert invoice_of(payload, str(payer), amount, "EUR", KEY) is None
    assert invoice_of(payload, str(payer), amount, "XTR", key_of("123456:another")) is None


@given(INVOICES, st.data())
def test_a_changed_byte_is_refused(invoice: str, data: st.DataObject) -> None:
    raw = bytearray(payload_of(invoice, "42", 250, "XTR", KEY).encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    assert invoice_of(raw.decode("latin-1"), "42", 250, "XTR", KEY) is None


def test_parts_that_run_together_differently_are_told_apart() -> None:
    one = payload_of("tip:1", "4", 21, "XTR", KEY)
    two = payload_of("tip:1", "42", 1, "XTR", KEY)
    assert one[:16] != two[:16]
    assert invoice_of(one, "42", 1, "XTR", KEY) is None


def test_ids_of_any_script_fit_up_to_112_bytes() -> None:
    longest = "tip:" + "咖" * 36
    assert len(longest.encode()) == 112
    assert invoice_of(payload_of(longest, "42", 1, "XTR", KEY), "42", 1, "XTR", KEY) == longest
    for wrong in ("", longest + "x", "tip:\ud800"):
        with pytest.raises(ValueError, match=r"1 to 112 bytes|surrogates not allowed"):
            payload_of(wrong, "42", 1, "XTR", KEY)


JUNK: list[Any] = ["", "x", "A" * 16, "A" * 15 + "é" + "tip:1", None, 7, [], {}, b"A" * 20, "\ud800" * 20]


@pytest.mark.parametrize("payload", JUNK)
def test_junk_is_no_invoice(payload: Any) -> None:
    assert read_payload(payload) == ""
    assert invoice_of(payload, "42", 1, "XTR", KEY) is None


@pytest.mark.parametrize(
    ("who", "amount", "currency"),
    [(42, 1, "XTR"), ("42", "1", "XTR"), ("42", 1.0, "XTR"), ("42", True, "XTR"), ("42", 1, None), (None, None, None)],
)
def test_wrong_types_are_refused(who: Any, amount: Any, currency: Any) -> None:
    assert invoice_of(payload_of("tip:1", "42", 1, "XTR", KEY), who, amount, currency, KEY) is None


def test_hostile_values_do_not_raise() -> None:
    payload = payload_of("tip:1", "42", 1, "XTR", KEY)
    assert invoice_of(payload, "\ud800", 1, "XTR", KEY) is None
    assert invoice_of(payload, "42", 10**5000, "XTR", KEY) is None
    assert invoice_of("A" * 16 + "\udfff", "42", 1, "XTR", KEY) is None


def test_the_key_is_a_bots_own_and_is_not_its_token() -> None:
    assert len(KEY) == 32
    assert KEY == key_of("123456:secret") != key_of("123457:secret")
    assert b"secret" not in KEY
