"""Discord's shop: buttons for what is sold, purchases that become payments once, and what is given back."""

from __future__ import annotations

import pytest

from coterie.adapters.discord.config import SkuConfig
from coterie.adapters.discord.fake import FakeEntitlement, FakeSku
from coterie.adapters.discord.shop import Purchases, payments_of
from coterie.core.actions import Consume, SendInvoice
from coterie.core.events import EntitlementChanged, MessagePosted, PaymentReceived, PaymentRefunded, Where
from coterie.core.platform import Refused, RetryLater, UnknownPlace
from tests.discord_people_kit import DELIVERY, Stage, stage

pytestmark = pytest.mark.asyncio
DM = Where("discord", "u:7", kind="dm")


def sells(on: Stage, type: int = 2) -> FakeSku:
    """Something that pays the invoice ``tiers:gold``, 5 dollars."""
    sku = on.fake.add_sku("Gold", type=type)
    on.platform.skus = {"gold": SkuConfig(id=sku.id, invoice="tiers:gold", amount=500, currency="USD")}
    return sku


def invoice(on: Stage, name: str = "tiers:gold", amount: int = 500) -> SendInvoice:
    return SendInvoice(
        where=on.where, ref=1, to=on.who("ann"), invoice=name, title="Gold", description="A year.",
        amount=amount, currency="USD",
    )  # fmt: skip


async def reconciled(on: Stage) -> None:
    purchases = Purchases(on.platform.calls, on.platform.me, on.reader(), on.inbox, on.platform.skus)
    await purchases.reconcile()


async def test_an_invoice_is_a_button_that_opens_the_shop() -> None:
    async with stage() as on:
        sku = sells(on)
        native = await on.platform.send_invoice(invoice(on), DELIVERY)
        (message,) = on.fake.direct("ann").shown
        assert native == f"u:{on.user('ann').id}:{message.id}"
        assert message.components[0]["components"][0]["sku_id"] == sku.id
        assert await on.platform.send_invoice(invoice(on), DELIVERY) == native
        assert len(on.fake.direct("ann").shown) == 1


async def test_an_invoice_that_nothing_pays_is_refused_with_the_way_to_change_that() -> None:
    async with stage() as on:
        with pytest.raises(Refused, match=r"adapters\.discord\.skus"):
            await on.platform.send_invoice(invoice(on), DELIVERY)
        sells(on)
        with pytest.raises(Refused, match="no SKU"):
            await on.platform.send_invoice(invoice(on, "tiers:silver"), DELIVERY)
        with pytest.raises(Refused, match="let both say the same"):
            await on.platform.send_invoice(invoice(on, amount=600), DELIVERY)


async def test_a_purchase_is_used_up_once() -> None:
    async with stage() as on:
        bought = on.fake.buys("ann", sells(on, type=3))
        action = Consume(where=DM, to=on.who("ann"), entitlement=bought.id)
        await on.platform.consume(action, DELIVERY)
        assert bought.consumed
        await on.platform.consume(action, DELIVERY)


async def test_a_purchase_that_was_used_up_before_is_done_whatever_discord_says() -> None:
    async with stage() as on:
        bought = on.fake.buys("ann", sells(on, type=3))
        bought.consumed = True
        on.fake.faults.fail(method="POST", status=400, code=40018)
        await on.platform.consume(Consume(where=DM, to=on.who("ann"), entitlement=bought.id), DELIVERY)


async def test_what_cannot_be_used_up_is_refused() -> None:
    async with stage() as on:
        bought = on.fake.buys("ann", sells(on, type=2))
        for entitlement in (bought.id, "99", "none"):
            with pytest.raises(Refused):
                await on.platform.consume(Consume(where=DM, to=on.who("ann"), entitlement=entitlement), DELIVERY)


async def test_purchases_are_found_after_a_pause_with_their_payments() -> None:
    async with stage() as on:
        bought = on.fake.buys("ann", sells(on))
        other = on.fake.buys("bo", on.fake.add_sku("Hat"))
        await reconciled(on)
        assert {event.entitlement for event in on.inbox.of(EntitlementChanged)} == {bought.id, other.id}
        (paid,) = on.inbox.of(PaymentReceived)
        assert (paid.who.id, paid.invoice, paid.amount, paid.currency, paid.charge) == (
            on.user("ann").id, "tiers:gold", 500, "USD", bought.id,
        )  # fmt: skip


async def test_a_purchase_that_was_given_back_meanwhile_is_a_refund() -> None:
    async with stage() as on:
        bought = on.fake.buys("ann", sells(on))
        on.fake.refunds(bought)
        await reconciled(on)
        (told,) = on.inbox.of(EntitlementChanged)
        assert not told.active
        (back,) = on.inbox.of(PaymentRefunded)
        assert back.charge == bought.id
        assert on.inbox.of(PaymentReceived) == []


async def test_what_was_used_up_or_ended_was_paid_all_the_same() -> None:
    async with stage() as on:
        sku = sells(on, type=3)
        used, ended = on.fake.buys("ann", sku), on.fake.buys("bo", sku)
        used.consumed = True
        on.fake.ends(ended)
        await reconciled(on)
        assert {event.charge for event in on.inbox.of(PaymentReceived)} == {used.id, ended.id}
        assert on.inbox.of(PaymentRefunded) == []


async def test_payments_are_the_same_whether_told_at_once_or_found_later() -> None:
    async with stage() as on:
        sku = sells(on, type=3)
        reader = on.reader()

        def live(kind: str, bought: FakeEntitlement) -> list[tuple[type[object], str]]:
            events = reader.read(kind, bought.payload(), "session:1")
            return [(type(paid), paid.key) for event in events for paid in payments_of(event, on.platform.skus)]

        bought = on.fake.buys("ann", sku)
        assert live("ENTITLEMENT_CREATE", bought) == [(PaymentReceived, f"dc:p:{bought.id}")]
        bought.consumed = True
        assert live("ENTITLEMENT_UPDATE", bought) == [(PaymentReceived, f"dc:p:{bought.id}")]
        bought.deleted = True
        assert live("ENTITLEMENT_DELETE", bought) == [(PaymentRefunded, f"dc:p:{bought.id}:back")]
        await reconciled(on)
        assert [event.key for event in on.inbox.of(PaymentRefunded)] == [f"dc:p:{bought.id}:back"]


async def test_what_pays_no_invoice_is_no_payment() -> None:
    async with stage() as on:
        sku = on.fake.add_sku("Hat")
        changed = EntitlementChanged(key="dc:n:1:on:0", who=on.who("ann"), entitlement="1", sku=sku.id, active=True)
        assert payments_of(changed, {}) == []
        assert payments_of(changed, {"hat": SkuConfig(id=sku.id)}) == []
        assert payments_of(MessagePosted(key="dc:m:1", text="hi"), {}) == []


async def test_buyers_whom_no_community_knows_keep_nobody_else_waiting() -> None:
    async with stage() as on:
        on.inbox.broken = lambda _event: UnknownPlace("nobody's")
        on.fake.buys("ann", sells(on))
        await reconciled(on)
        on.inbox.broken = lambda _event: ConnectionError("the store is gone")
        with pytest.raises(ConnectionError):
            await reconciled(on)


async def test_many_purchases_are_read_in_pages() -> None:
    async with stage() as on:
        sku = sells(on)
        for number in range(230):
            on.fake.buys(f"buyer{number}", sku)
        await reconciled(on)
        assert len(on.inbox.of(PaymentReceived)) == 230


async def test_a_shop_that_does_not_answer_is_told() -> None:
    async with stage() as on:
        on.fake.faults.fail(5, path="/applications/{application_id}/entitlements", status=500)
        with pytest.raises(RetryLater):
            await reconciled(on)
