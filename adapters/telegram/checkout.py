"""Pre-checkout queries: the last word before a payment, due within ten seconds, from the signed payload alone."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from coterie.adapters.telegram.invoices import invoice_of
from coterie.adapters.telegram.ports import Caller
from coterie.core.i18n.chinese import chinese
from coterie.core.platform import PlatformError, Refused, RetryLater

log = logging.getLogger(__name__)

DUE: Final = 9.0
"""Seconds in which it is tried to answer; the platform waits for ten."""
TRY: Final = 3.0
"""Seconds that one try may take."""

_REFUSALS: Final = {
    "hant": "這張付款單不是為您開立的，或內容已被更改。您沒有被扣款，請重新索取一張。",
    "hans": "这张付款单不是为您开具的，或内容已被更改。您没有被扣款，请重新索取一张。",
    "": "This invoice was made for somebody else, or it was changed. You were not charged; please ask for a new one.",
}


async def answer_checkout(calls: Caller, query: dict[str, Any], key: bytes, *, due: float = DUE) -> bool:
    """Say yes to a payment whose invoice was made for just this payer and amount, and no to any other.

    Returns whether the platform heard the answer.  Never raises.
    """
    identifier = query.get("id")
    if not isinstance(identifier, str) or not identifier:
        return False
    answer: dict[str, Any] = {"pre_checkout_query_id": identifier, "ok": _is_ours(query, key)}
    if not answer["ok"]:
        answer["error_message"] = refusal(query.get("from"))
        log.warning("a payment was refused: its invoice was not made for this payer and amount")
    try:
        async with asyncio.timeout(due):
            return await _told(calls, answer)
    except TimeoutError:
        log.warning("a payment could not be confirmed in time; the payer was told that it failed and can try again")
    return False


async def _told(calls: Caller, answer: dict[str, Any]) -> bool:
    """Answer, again and again while that makes sense: twice is the same as once."""
    while True:
        try:
            await calls.call("answerPreCheckoutQuery", answer, timeout=TRY)
            return True
        except Refused as error:
            # An answer that was heard although nobody told us, or a question that came twice, ends here, too.
            log.info("a payment was confirmed before, or cannot be any more: %s", error.reason)
            return False
        except PlatformError as error:
            await asyncio.sleep(min(1.0, error.seconds) if isinstance(error, RetryLater) else 0.25)


def _is_ours(query: dict[str, Any], key: bytes) -> bool:
    payer = query.get("from")
    number = payer.get("id") if isinstance(payer, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return False
    payload, amount, currency = (query.get(name) for name in ("invoice_payload", "total_amount", "currency"))
    if not (isinstance(payload, str) and isinstance(amount, int) and isinstance(currency, str)):
        return False
    return invoice_of(payload, str(number), amount, currency, key) is not None


def refusal(payer: Any) -> str:
    """Why a payment is refused, in the payer's language as far as it is known."""
    tag = payer.get("language_code") if isinstance(payer, dict) else None
    return _REFUSALS[chinese(tag if isinstance(tag, str) else "")]


__all__ = ["answer_checkout", "refusal"]
