"""Money: invoices, checkout queries, refunds, and the bot's ledger."""

from __future__ import annotations

from typing import Final

from telegram.constants import InvoiceLimit, StarTransactionsLimit

from coterie.adapters.telegram.fake import access, validation
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.deleting import answer
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.world import Charge, Query, World

CHECKOUT_LIFE: Final = 10.0
"""Seconds in which a pre-checkout query is to be answered."""


def complete(world: World, checkout: Query) -> Charge:
    """Let a payment go through: a charge, and the service message about it in the payer's chat.

    A checkout that is to be told ``twice`` gives two updates with the same message.
    """
    number = world.number()
    charge = Charge(f"charge-{number}", checkout.user_id, checkout.invoice, int(world.now()), renews=checkout.renews)
    world.charges[charge.id] = charge
    paid: Json = {
        "currency": charge.invoice["currency"], "total_amount": charge.invoice["total_amount"],
        "invoice_payload": charge.invoice["payload"], "telegram_payment_charge_id": charge.id,
        "provider_payment_charge_id": f"provider-{number}",
    }  # fmt: skip
    period = charge.invoice.get("subscription_period")
    if period:
        paid |= {"is_recurring": True, "subscription_expiration_date": charge.date + period}
        paid |= {} if checkout.renews else {"is_first_recurring": True}
    chat = world.chats.get(checkout.chat_id) or world.private(checkout.user_id)
    message = world.post(chat, world.person(checkout.user_id), extra={"successful_payment": paid})
    for _ in range(2 if checkout.twice else 1):
        world.announce(message)
    world.tell("paid", charge)
    return charge


class Payments(Room):
    """Stars in, Stars back."""

    @api("sendInvoice")
    def send(self, args: Args) -> Json:
        """Post an invoice; a keyboard, where there is one, begins with the pay button."""
        invoice = validation.invoice(args)
        keyboard = validation.markup(args, inline_only=True)
        if keyboard and not keyboard["inline_keyboard"][0][0].get("pay"):
            raise bad("the first button must be a Pay button")
        chat, place = access.target(self.world, args, kind="invoices")
        shown = {name: value for name, value in invoice.items() if name != "payload"}
        sender = None if chat.type == "channel" else self.world.me
        message = self.world.post(chat, sender, own=True, reply_markup=keyboard, extra={"invoice": shown}, **place)
        self.world.invoices[f"{chat.id}:{message.message_id}"] = invoice
        self.world.tell("sent", message)
        return self.world.raw(message)

    @api("createInvoiceLink")
    def create_link(self, args: Args) -> str:
        """A link that shows an invoice; with ``subscription_period`` (30 days and nothing else) it renews."""
        invoice = validation.invoice(args)
        period = args.integer("subscription_period")
        if period:
            too_much = invoice["total_amount"] > InvoiceLimit.SUBSCRIPTION_MAX_PRICE
            wrong = period != InvoiceLimit.SUBSCRIPTION_PERIOD
            if wrong or too_much or invoice["currency"] != "XTR":
                raise bad("SUBSCRIPTION_PERIOD_INVALID" if wrong else "CURRENCY_TOTAL_AMOUNT_INVALID")
            invoice["subscription_period"] = period
        link = f"https://t.me/$invoice-{self.world.number()}"
        self.world.invoices[link] = invoice
        return link

    @api("answerPreCheckoutQuery")
    def answer_checkout(self, args: Args) -> bool:
        """Take a payment or refuse it, within 10 seconds."""
        agreed, words = args.flag("ok"), args.text("error_message")
        if not agreed and not words:
            raise bad("error_message must be non-empty")
        query_id = args.text("pre_checkout_query_id")
        query = answer(self.world.checkouts, query_id, self.world.now(), CHECKOUT_LIFE)
        query.answer = {"ok": agreed, "error_message": words}
        self.world.tell("checkout", query)
        if agreed:
            complete(self.world, query)
        return True

    @api("refundStarPayment")
    def refund(self, args: Args) -> bool:
        """Give Stars back, once; a service message tells of it."""
        user, charge = args.user(), self.world.charges.get(args.required("telegram_payment_charge_id"))
        if charge is None or charge.user_id != user or charge.invoice["currency"] != "XTR":
            raise bad("CHARGE_NOT_FOUND")
        if charge.refunded:
            raise bad("CHARGE_ALREADY_REFUNDED")
        charge.refunded, charge.refund_date = True, int(self.world.now())
        note = {
            "currency": charge.invoice["currency"], "total_amount": charge.invoice["total_amount"],
            "invoice_payload": charge.invoice["payload"], "telegram_payment_charge_id": charge.id,
        }  # fmt: skip
        chat = self.world.private(user)
        message = self.world.post(chat, self.world.person(user), extra={"refunded_payment": note})
        self.world.announce(message)
        self.world.tell("refunded", charge)
        return True

    @api("editUserStarSubscription")
    def edit_subscription(self, args: Args) -> bool:
        """Let a subscription run out, or be renewed again; it is named by its first payment."""
        user, charge = args.user(), self.world.charges.get(args.required("telegram_payment_charge_id"))
        if charge is None or charge.user_id != user:
            raise bad("CHARGE_NOT_FOUND")
        if "subscription_period" not in charge.invoice or charge.renews:
            raise bad("CHARGE_ID_INVALID")
        cancelled = args.flag("is_canceled")
        if charge.cancelled == cancelled:
            raise bad("SUBSCRIPTION_NOT_MODIFIED")
        charge.cancelled = cancelled
        self.world.tell("subscription", charge)
        return True

    @api("getStarTransactions")
    def transactions(self, args: Args) -> Json:
        """The bot's ledger, oldest first: payments, and refunds under the same id."""
        offset = args.integer("offset", 0, 0)
        limit = args.integer("limit", 100, StarTransactionsLimit.MIN_LIMIT, StarTransactionsLimit.MAX_LIMIT)
        entries = [
            (date, self._entry(charge, way, date))
            for charge in self.world.charges.values()
            for way, date in (("source", charge.date), ("receiver", charge.refund_date))
            if charge.invoice["currency"] == "XTR" and (way == "source" or charge.refunded)
        ]
        entries.sort(key=lambda entry: entry[0])
        return {"transactions": [entry for _, entry in entries[offset : offset + limit]]}

    def _entry(self, charge: Charge, way: str, date: int) -> Json:
        partner: Json = {
            "type": "user", "transaction_type": "invoice_payment", "user": self.world.person(charge.user_id),
            "invoice_payload": charge.invoice["payload"],
        }  # fmt: skip
        if "subscription_period" in charge.invoice:
            partner["subscription_period"] = charge.invoice["subscription_period"]
        return {"id": charge.id, "amount": charge.invoice["total_amount"], "date": date, way: partner}
