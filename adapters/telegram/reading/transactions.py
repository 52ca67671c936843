"""Entries of the bot's own ledger of Stars: the same payments and refunds that updates tell of."""

from __future__ import annotations

import logging
from typing import Any, Final

from coterie.adapters.telegram.invoices import invoice_of
from coterie.adapters.telegram.reading.fields import instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.payments import MAX_CHARGE, payment_key, refund_key
from coterie.adapters.telegram.reading.people import who_of
from coterie.adapters.telegram.reading.wheres import direct_of
from coterie.core.events import PaymentReceived, PaymentRefunded
from coterie.core.outside import Malformed, Raw, line, record, whole, word

log = logging.getLogger(__name__)

STARS: Final = "XTR"
_SECOND: Final = 1000


def transaction(entry: Any, known: Known) -> PaymentReceived | PaymentRefunded | None:
    """What an entry says, under the key that the update about it has; None for what was no payment of our invoices."""
    if type(entry) is not dict:
        return None
    try:
        if "source" in entry:
            return _payment(entry, record(entry, "source"), known)
        if "receiver" in entry:
            return _refund(entry, record(entry, "receiver"), known)
    except Malformed as error:
        log.warning("an entry of the ledger of Stars was passed over: %s", error)
    return None


def _payment(entry: Raw, partner: Raw, known: Known) -> PaymentReceived | None:
    found = _sale(entry, partner, known)
    if found is None:
        return None
    period, at = partner.get("subscription_period"), instant(entry)
    until = at + period * _SECOND if type(period) is int and 0 < period < 1 << 31 else 0
    return PaymentReceived(key=payment_key(found["charge"]), at=at, until=until, **found)


def _refund(entry: Raw, partner: Raw, known: Known) -> PaymentRefunded | None:
    found = _sale(entry, partner, known)
    return None if found is None else PaymentRefunded(key=refund_key(found["charge"]), at=instant(entry), **found)


def _sale(entry: Raw, partner: Raw, known: Known) -> dict[str, Any] | None:
    """What payment and refund have in common; None unless the invoice was made by us, for this payer and amount."""
    if partner.get("type") != "user" or partner.get("transaction_type") != "invoice_payment":
        return None
    who, amount = who_of(partner.get("user"), known), whole(entry, "amount")
    invoice = invoice_of(line(partner, "invoice_payload", MAX_CHARGE), who.id, amount, STARS, known.key)
    if invoice is None:
        return None
    charge = word(entry, "id", MAX_CHARGE)
    return {
        "who": who,
        "where": direct_of(who.id),
        "invoice": invoice,
        "amount": amount,
        "currency": STARS,
        "charge": charge,
    }
