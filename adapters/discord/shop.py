"""Discord's own shop: what is sold there by a button, and what accounts have bought.

What a SKU costs is Discord's matter. The configuration says which invoice of the core's a purchase of it pays, and how
much that counts.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.cards import body, render
from coterie.adapters.discord.natives import Native
from coterie.adapters.discord.posting import nonce
from coterie.adapters.discord.reaching import Reaching
from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.refusals import Denied
from coterie.core.cards import Card
from coterie.core.events import EntitlementChanged, Event, PaymentReceived, PaymentRefunded
from coterie.core.outside import Raw, listed
from coterie.core.platform import Delivery, Inbox, Refused, UnknownPlace

if TYPE_CHECKING:
    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.config import SkuConfig
    from coterie.adapters.discord.reading import Reader
    from coterie.core.actions import Consume, SendInvoice

PAGE: Final = 100
"""Purchases of one answer."""

_RETURNED: Final = re.compile(r"dc:n:[0-9]+:gone:[0-9]+", re.ASCII)
"""The key of a purchase that was given back; that of one that was used up has more parts."""
_ROW: Final = 1
_BUTTON: Final = 2
_PREMIUM: Final = 6
"""The style of a button that opens the shop; it has no text of ours."""


class Shop(Reaching):
    """The verbs about purchases."""

    skus: Mapping[str, SkuConfig]
    """What is sold, by the names of the configuration."""

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        """Show the shop's button: as an answer that one person sees, else in the direct chat.

        The invoice is one that a SKU of the configuration pays.  Discord asks for its own price of it.  Raises
        :class:`Refused` for any other.
        """
        sku = sku_for(action, self.skus)
        card = Card(title=action.title, text=action.description)
        shown = body(render(card, delivery)[0])
        button = {"type": _BUTTON, "style": _PREMIUM, "sku_id": sku.id}
        shown["components"] = [*shown.get("components", ()), {"type": _ROW, "components": [button]}]
        if message := await self.interactions.answer(action.handle, shown):
            return str(Native((message,), "", action.handle.split(":")[2], action.to.id))
        return str(await self.directly(action.to, action.where, partial(self._show, shown, delivery.key)))

    async def _show(self, shown: dict[str, Any], key: str, channel: str) -> tuple[str]:
        return (await self.poster.post_raw(channel, shown, nonce(key, 0)),)

    async def consume(self, action: Consume, delivery: Delivery) -> str:
        """Use a purchase up; one that is used up is done."""
        if not is_id(action.entitlement):
            raise Refused("there is no such purchase")
        ids = {"application_id": self.me.application, "entitlement_id": action.entitlement}
        path = "/applications/{application_id}/entitlements/{entitlement_id}"
        try:
            await self.calls.call("POST", f"{path}/consume", ids=ids, repeatable=True)
        except Denied:
            found = await self.calls.call("GET", path, ids=ids)
            if not (isinstance(found, dict) and found.get("consumed") is True):
                raise
        return ""


class Purchases:
    """Looks through everything that was bought, in case something changed while nobody listened."""

    def __init__(self, calls: Calls, me: Me, reader: Reader, inbox: Inbox, skus: Mapping[str, SkuConfig]) -> None:
        self._calls = calls
        self._me = me
        self._reader = reader
        self._inbox = inbox
        self._skus = skus

    async def reconcile(self) -> None:
        """Hand in every purchase as it stands now, and return when it is committed; what was told before counts once.

        Raises a :class:`~coterie.core.platform.PlatformError` when Discord cannot tell, and whatever the store raises.
        """
        after = "0"
        while True:
            raw = await self._calls.call(
                "GET",
                "/applications/{application_id}/entitlements",
                ids={"application_id": self._me.application},
                params={"limit": PAGE, "after": after, "exclude_deleted": "false"},
            )
            page = [each for each in listed({"all": raw}, "all") if is_id(each.get("id"))]
            waiting = [self._inbox.submit(event) for each in page for event in self._told(each)]
            for outcome in await asyncio.gather(*waiting, return_exceptions=True):
                # A buyer who was never seen in a community is nobody's member.
                if isinstance(outcome, BaseException) and not isinstance(outcome, UnknownPlace):
                    raise outcome
            last = max((int(each["id"]) for each in page), default=0)
            if len(page) < PAGE or last <= int(after):
                return
            after = str(last)

    def _told(self, purchase: Raw) -> list[Event]:
        """What a purchase in a list says, and the payment that it is."""
        if purchase.get("deleted") is True:
            events = self._reader.read("ENTITLEMENT_DELETE", purchase, "")
        elif purchase.get("consumed") is True:
            events = self._reader.read("ENTITLEMENT_UPDATE", purchase, "used")
        else:
            events = self._reader.read("ENTITLEMENT_CREATE", purchase, "")
        return [told for event in events for told in (event, *payments_of(event, self._skus))]


def sku_for(action: SendInvoice, skus: Mapping[str, SkuConfig]) -> SkuConfig:
    """The SKU that pays an invoice; raises :class:`Refused`, with the way to change that, where none does."""
    named = [sku for sku in skus.values() if sku.invoice == action.invoice]
    if not named:
        raise Refused(
            f"no SKU of [adapters.discord.skus] pays the invoice {action.invoice[:80]!r}: make one in the developer "
            "portal and name it there with id, invoice, amount and currency"
        )
    for sku in named:
        if (sku.amount, sku.currency) == (action.amount, action.currency):
            return sku
    sku = named[0]
    raise Refused(
        f"the invoice {action.invoice[:80]!r} is about {action.amount} {action.currency}, but its SKU counts as "
        f"{sku.amount} {sku.currency}: let both say the same"
    )


def payments_of(event: Event, skus: Mapping[str, SkuConfig]) -> list[Event]:
    """The payment that a purchase is, or its return, for a SKU that pays an invoice; nothing for all else.

    The charge is the purchase's id, by which the core counts a payment once, and its return once.  What ended or was
    used up was paid all the same.
    """
    if not isinstance(event, EntitlementChanged):
        return []
    sku = next((each for each in skus.values() if each.id == event.sku and each.invoice), None)
    if sku is None:
        return []
    kind: type[PaymentReceived | PaymentRefunded] = PaymentReceived
    key = f"dc:p:{event.entitlement}"
    if _RETURNED.fullmatch(event.key):
        kind, key = PaymentRefunded, f"{key}:back"
    return [
        kind(
            key=key,
            at=event.at,
            who=event.who,
            where=event.where,
            invoice=sku.invoice,
            amount=sku.amount,
            currency=sku.currency,
            charge=event.entitlement,
        )
    ]


__all__ = ["Purchases", "Shop", "payments_of", "sku_for"]
