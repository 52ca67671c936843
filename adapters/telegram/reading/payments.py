"""Payments that were made, and that were given back."""

from __future__ import annotations

import hashlib
import logging
from typing import Final

from coterie.adapters.telegram.invoices import invoice_of, read_payload
from coterie.adapters.telegram.reading.fields import MAX_ID, instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import is_us, who_of
from coterie.adapters.telegram.reading.wheres import where_of
from coterie.core.events import Event, PaymentReceived, PaymentRefunded, Who
from coterie.core.outside import Malformed, Raw, line, record, whole, word

log = logging.getLogger(__name__)

MAX_CHARGE: Final = 1024
"""Characters of a charge's id, or of an invoice's payload, that are read."""
_MAX_KEY: Final = 160
"""Characters of a charge's id that stand in a key as they are; a longer id stands there as its hash."""


def paid(message: Raw, key: str, known: Known) -> list[Event]:
    """Somebody paid an invoice. The key is the charge's, so a payment that two updates tell of counts once.

    The money has moved by now: an invoice whose proof does not fit is told of in the log, and handed on all the same.
    """
    payment = record(message, "successful_payment")
    who = who_of(message.get("from"), known)
    charge, amount, currency = _sum(payment)
    payload = line(payment, "invoice_payload", MAX_CHARGE)
    if invoice_of(payload, who.id, amount, currency, known.key) is None:
        log.warning("%s: a payment came whose invoice was not made for it: charge %r", key, charge)
    return [
        PaymentReceived(
            key=payment_key(charge),
            at=instant(message),
            who=who,
            where=where_of(message.get("chat"), None),
            invoice=read_payload(payload) or payload,
            amount=amount,
            currency=currency,
            charge=charge,
            until=instant(payment, "subscription_expiration_date"),
        )
    ]


def refunded(message: Raw, key: str, known: Known) -> list[Event]:
    """A payment was given back, by us or by hand."""
    payment = record(message, "refunded_payment")
    charge, amount, currency = _sum(payment)
    payload = line(payment, "invoice_payload", MAX_CHARGE)
    return [
        PaymentRefunded(
            key=refund_key(charge),
            at=instant(message),
            who=_payer(message, known),
            where=where_of(message.get("chat"), None),
            invoice=read_payload(payload) or payload,
            amount=amount,
            currency=currency,
            charge=charge,
        )
    ]


def payment_key(charge: str) -> str:
    """The key of a payment, whatever tells of it."""
    return f"telegram:charge:{_in_key(charge)}"


def refund_key(charge: str) -> str:
    """The key of a refund, whatever tells of it."""
    return f"telegram:refund:{_in_key(charge)}"


def _payer(message: Raw, known: Known) -> Who | None:
    """Who has the money back. Where the bot itself is the author, it is the other side of the direct chat."""
    user, chat = message.get("from"), message.get("chat")
    if user is not None and not is_us(user, known):
        return who_of(user, known)
    return who_of(chat, known) if type(chat) is dict and chat.get("type") == "private" else None


def _sum(payment: Raw) -> tuple[str, int, str]:
    """Charge, amount in minor units, and currency; raises :class:`Malformed`."""
    amount = whole(payment, "total_amount")
    if amount < 0:
        raise Malformed("total_amount is below 0")
    return word(payment, "telegram_payment_charge_id", MAX_CHARGE), amount, word(payment, "currency", MAX_ID)


def _in_key(charge: str) -> str:
    return charge if len(charge) <= _MAX_KEY else hashlib.sha256(charge.encode()).hexdigest()
