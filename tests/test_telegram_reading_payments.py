"""Payments that were made, and that were given back."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram.invoices import payload_of
from coterie.core.events import PaymentReceived, PaymentRefunded
from tests.telegram_reading_kit import (
    ALICE,
    AT,
    DM,
    GROUP,
    KEY,
    OURS,
    PRIVATE,
    ROOM,
    W_ALICE,
    message,
    one,
    payment,
    reader,
    update,
)

CHARGE = "stxCharge1"


def paid(made: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return message(ALICE, PRIVATE, successful_payment=made, **fields)


def test_a_payment_counts_once_however_often_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    made = payment(payload_of("tipjar:jar 9", "555", 500, "XTR", KEY))
    first, second = one(update("message", paid(made), 7)), one(update("message", paid(made, message_id=78), 8))
    assert first == second
    assert first == PaymentReceived(
        key=f"telegram:charge:{CHARGE}",
        at=AT * 1000,
        who=W_ALICE,
        where=DM,
        invoice="tipjar:jar 9",
        amount=500,
        currency="XTR",
        charge=CHARGE,
    )
    assert caplog.records == []


def test_a_renewal_is_a_payment_of_its_own() -> None:
    payload = payload_of("tiers:gold", "555", 500, "XTR", KEY)
    renewed = payment(payload, "stxCharge2", is_recurring=True, subscription_expiration_date=AT + 2592000)
    found = one(update("message", paid(renewed)))
    assert (found.key, getattr(found, "invoice", "")) == ("telegram:charge:stxCharge2", "tiers:gold")


@pytest.mark.parametrize(
    ("payload", "invoice"),
    [
        (payload_of("tipjar:9", "555", 400, "XTR", KEY), "tipjar:9"),
        (payload_of("tipjar:9", "777", 500, "XTR", KEY), "tipjar:9"),
        (payload_of("tipjar:9", "555", 500, "XTR", b"another bot's key"), "tipjar:9"),
        ("short", "short"),
        ("", ""),
    ],
)
def test_money_that_came_is_told_of_whatever_its_invoice_says(
    payload: str, invoice: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = one(update("message", paid(payment(payload))))
    assert isinstance(found, PaymentReceived)
    assert (found.invoice, found.amount) == (invoice, 500)
    assert "a payment came whose invoice was not made for it: charge 'stxCharge1'" in caplog.text


def test_a_charge_with_a_long_id_has_a_key_that_fits() -> None:
    payload = payload_of("tipjar:9", "555", 500, "XTR", KEY)
    first, second = (one(update("message", paid(payment(payload, "c" * 900 + end)))) for end in "xy")
    assert isinstance(first, PaymentReceived)
    assert first.charge == "c" * 900 + "x"
    assert first.key != second.key
    assert max(len(first.key), len(second.key)) < 200


def test_a_refund_by_whoever_tells_it() -> None:
    made = payment(payload_of("tipjar:9", "555", 500, "XTR", KEY))
    expected = PaymentRefunded(
        key=f"telegram:refund:{CHARGE}",
        at=AT * 1000,
        who=W_ALICE,
        where=DM,
        invoice="tipjar:9",
        amount=500,
        currency="XTR",
        charge=CHARGE,
    )
    assert one(update("message", message(ALICE, PRIVATE, refunded_payment=made))) == expected
    ours = one(update("message", message(OURS, PRIVATE, refunded_payment=made)))
    assert ours.who is not None
    assert (ours.who.id, ours.who.name, ours.who.bot, ours.key) == ("555", "Alice Smith", False, expected.key)
    nobody = one(update("message", message(OURS, GROUP, refunded_payment=made)))
    assert (nobody.who, nobody.where) == (None, ROOM)


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_amount": "500"},
        {"total_amount": -1},
        {"total_amount": 5.0},
        {"total_amount": 1 << 70},
        {"currency": None},
        {"currency": ""},
        {"telegram_payment_charge_id": ""},
        {"telegram_payment_charge_id": 7},
    ],
)
def test_a_payment_without_a_sound_sum_is_told_of_in_the_log(
    wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    made = payment(payload_of("tipjar:9", "555", 500, "XTR", KEY)) | wrong
    for kind in ("successful_payment", "refunded_payment"):
        assert reader().read(update("message", message(ALICE, PRIVATE, **{kind: made}))) == []
    assert [record.getMessage().startswith("update 42 was passed over") for record in caplog.records] == [True, True]


def test_a_pre_checkout_query_is_no_event() -> None:
    query = {"id": "9", "from": ALICE, "currency": "XTR", "total_amount": 500, "invoice_payload": "x"}
    assert reader().read(update("pre_checkout_query", query)) == []
