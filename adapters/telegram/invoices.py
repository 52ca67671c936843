"""What an invoice carries through Telegram: the core's invoice id, and a proof of who may pay it and how much.

Telegram hands the payload back with the pre-checkout query, which must be answered within ten seconds, and with the
payment itself.  The proof lets the query be answered at once, from the payload alone::

    MAC        16 characters: 12 bytes of HMAC-SHA256 over payer, amount, currency and invoice, as URL-safe base64
    invoice    the core's invoice id, up to 112 bytes of UTF-8
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from typing import Any, Final

from telegram.constants import InvoiceLimit

_MAC: Final = 12
_MAC_TEXT: Final = 16
_PURPOSE: Final = b"coterie: telegram invoices"
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{16}(?P<invoice>.+)", re.DOTALL)


def key_of(token: str) -> bytes:
    """The key under which a bot signs its invoices, 32 bytes; the bot token cannot be told from it."""
    return hmac.digest(token.encode(), _PURPOSE, "sha256")


def payload_of(invoice: str, who: str, amount: int, currency: str, key: bytes) -> str:
    """The payload of an invoice that only the account ``who`` may pay; ``amount`` is in minor units of ``currency``.

    Raises :class:`ValueError` for an empty invoice id and for one that does not fit (more than 112 bytes).
    """
    payload = _mac(invoice, who, amount, currency, key) + invoice
    if not invoice or len(payload.encode()) > InvoiceLimit.MAX_PAYLOAD_LENGTH:
        raise ValueError(f"an invoice id must have 1 to {InvoiceLimit.MAX_PAYLOAD_LENGTH - _MAC_TEXT} bytes")
    return payload


def invoice_of(payload: str, who: str, amount: int, currency: str, key: bytes) -> str | None:
    """The invoice id of a payload that was made for just this payer, amount and currency; None for any other.

    Takes whatever came over the wire and never raises.
    """
    invoice = read_payload(payload)
    if not invoice or not _plausible(who, amount, currency):
        return None
    try:
        made = _mac(invoice, who, amount, currency, key)
    except ValueError:  # lone surrogates, a number beyond all measure
        return None
    return invoice if hmac.compare_digest(made, payload[:_MAC_TEXT]) else None


def read_payload(payload: str) -> str:
    """The invoice id in a payload, whoever pays and how much: for a payment that has been made already.

    An empty string for what is no such payload; never raises.
    """
    found = _PAYLOAD.fullmatch(payload) if isinstance(payload, str) else None
    return "" if found is None else found["invoice"]


def _plausible(who: Any, amount: Any, currency: Any) -> bool:
    """Whether these have the types that Telegram promises."""
    return isinstance(who, str) and isinstance(currency, str) and isinstance(amount, int)


def _mac(invoice: str, who: str, amount: int, currency: str, key: bytes) -> str:
    """The proof; each part goes in behind its length, so that no two invoices give the same bytes."""
    parts = [each.encode() for each in (who, str(amount), currency, invoice)]
    message = b"".join(len(part).to_bytes(4) + part for part in parts)
    return urlsafe_b64encode(hmac.digest(key, message, "sha256")[:_MAC]).decode()


__all__ = ["invoice_of", "key_of", "payload_of", "read_payload"]
