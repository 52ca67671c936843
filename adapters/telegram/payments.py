"""Payments: invoices, subscriptions in Stars, and giving back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from telegram.constants import InvoiceLimit

from coterie.adapters.telegram.calls import Closed
from coterie.adapters.telegram.cards import render
from coterie.adapters.telegram.invoices import payload_of
from coterie.adapters.telegram.posting import id_in
from coterie.adapters.telegram.sending import query_of, user_id
from coterie.adapters.telegram.spaces import Spaces, plainly
from coterie.adapters.telegram.words import words
from coterie.core.actions import EndSubscription, RefundPayment, SendInvoice, SendPrivate
from coterie.core.cards import Button, Card
from coterie.core.platform import Delivery, Refused

if TYPE_CHECKING:
    from coterie.adapters.telegram.doors import ClosedDoors
    from coterie.adapters.telegram.posting import Poster

STARS: Final = "XTR"
"""Telegram's own currency, which needs no payment provider."""
START_PARAMETER: Final = "invoice"
"""With one, a forwarded invoice leads to the bot instead of letting others pay."""
PERIOD: Final = int(InvoiceLimit.SUBSCRIPTION_PERIOD)
"""The only period of subscriptions, in seconds: 30 days."""

_REFUNDED: Final = ("charge_already_refunded",)
_UNKNOWN_CHARGE: Final = "Telegram knows no such payment in Stars of this account"
_CHARGE_WORDS: Final = dict.fromkeys(("charge_not_found", "charge_id_empty", "charge_id_invalid"), _UNKNOWN_CHARGE)
_SO_ALREADY: Final = ("subscription_not_modified",)


class Payments(Spaces):
    """The verbs about payments."""

    doors: ClosedDoors
    poster: Poster
    provider_token: str = ""
    """Of the payment provider, for invoices in other currencies than Stars; from @BotFather."""

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        """Send an invoice to the payer's direct chat, which nobody else can pay; returns ``chat:message``.

        Title and description are cut to what Telegram takes.  A subscription has no message of its own kind: it comes
        as a card with a button that opens it.  Where the direct chat is closed, :class:`ClosedDoors` tells the way.
        Raises :class:`Refused` then, for other currencies than Stars where the bot has no payment provider, and for
        subscriptions that Telegram does not have.
        """
        async with self.queries.closing(query_of(action.handle)):
            payer = user_id(action.to)
            asked = self._asked(action, payer)
            try:
                if action.period:
                    return await self._subscription(action, asked, payer, delivery)
                data = {"chat_id": payer, "start_parameter": START_PARAMETER}
                return f"{payer}:{id_in(await self.calls.call('sendInvoice', asked | data))}"
            except Closed:
                await self.doors.answer(_to_be_told(action))
                raise

    async def refund(self, action: RefundPayment, delivery: Delivery) -> str:
        """Give a payment in Stars back; one that was given back before is done."""
        data = {"user_id": user_id(action.to), "telegram_payment_charge_id": action.charge}
        with plainly(_CHARGE_WORDS):
            await self.calls.call("refundStarPayment", data, fine=_REFUNDED)
        return ""

    async def end_subscription(self, action: EndSubscription, delivery: Delivery) -> str:
        """Let a subscription run out, or let the subscriber renew it again; what is so already is done."""
        data = {
            "user_id": user_id(action.to),
            "telegram_payment_charge_id": action.charge,
            "is_canceled": not action.resume,
        }
        with plainly(_CHARGE_WORDS):
            await self.calls.call("editUserStarSubscription", data, fine=_SO_ALREADY)
        return ""

    async def _subscription(self, action: SendInvoice, asked: dict[str, Any], payer: int, delivery: Delivery) -> str:
        """A card whose button opens the subscription's link; the link is made anew with each try."""
        link: Any = await self.calls.call("createInvoiceLink", asked | {"subscription_period": action.period})
        if not isinstance(link, str) or not link:
            raise Refused("Telegram made no link for the subscription")
        label = words(action.to.locale)["subscribe"].format(stars=action.amount)
        card = Card(title=asked["title"], text=asked["description"], buttons=((Button(label, url=link),),))
        ids = await self.poster.send({"chat_id": payer}, render(card, delivery, picture=False), delivery.key)
        return f"{payer}:{','.join(map(str, ids))}"

    def _asked(self, action: SendInvoice, payer: int) -> dict[str, Any]:
        """What an invoice says; raises :class:`Refused` for one that Telegram would not take."""
        stars = action.currency == STARS
        if not stars and not self.provider_token:
            raise Refused(
                f"this bot has no payment provider, so it cannot take {action.currency[:8]}, only Stars (XTR)"
            )
        if action.amount < 1:
            raise Refused("an invoice must be over 1 or more")
        if action.period and not (stars and action.period == PERIOD):
            raise Refused("Telegram has no other subscriptions than those in Stars (XTR) for 30 days")
        if action.period and action.amount > InvoiceLimit.SUBSCRIPTION_MAX_PRICE:
            raise Refused(f"a subscription costs at most {InvoiceLimit.SUBSCRIPTION_MAX_PRICE:,} Stars")
        try:
            payload = payload_of(action.invoice, str(payer), action.amount, action.currency, self.invoice_key)
        except ValueError as error:
            raise Refused(f"the invoice's name does not fit: {error}") from None
        title = _cut(action.title, InvoiceLimit.MAX_TITLE_LENGTH) or "Invoice"
        return {
            "title": title,
            "description": _cut(action.description, InvoiceLimit.MAX_DESCRIPTION_LENGTH) or title,
            "payload": payload,
            "provider_token": "" if stars else self.provider_token,
            "currency": action.currency,
            "prices": [{"label": title, "amount": action.amount}],
        }


def _to_be_told(action: SendInvoice) -> SendPrivate:
    """An invoice as a card whose button is what matters."""
    card = Card(title=action.title, text=action.description, buttons=((Button(action.title, do="pay"),),))
    return SendPrivate(where=action.where, ref=action.ref, to=action.to, card=card, handle=action.handle)


def _cut(text: str, limit: int) -> str:
    """A text that fits, with a sign where something is missing."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
