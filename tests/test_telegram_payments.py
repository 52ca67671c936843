"""Stars on the wire: an invoice is sent, paid, told of twice, refused to others, and given back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from coterie.adapters.telegram.checkout import refusal
from coterie.adapters.telegram.fake import FakeMessage, NotPossible
from coterie.adapters.telegram.fake.payments import CHECKOUT_LIFE
from coterie.adapters.telegram.polling import AGAIN
from coterie.core.api import Context, MessageDelivered, PaymentReceived, PaymentRefunded, Plugin, command
from coterie.core.events import Who
from coterie.plugins.tipjar import TipJar
from tests.telegram_wire_kit import OPERATOR, Wire, showing, wire

pytestmark = pytest.mark.asyncio


class Kiosk(Plugin):
    """Sells points for Stars, and gives Stars back for points."""

    name: ClassVar[str] = "kiosk"

    @command("buy")
    def buy(self, ctx: Context, stars: int) -> None:
        ctx.invoice(stars, "XTR", title="Points", description="Points for Stars", name="points")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        ctx.ledger.grant(ctx.member, event.amount, reason="sold", key=event.charge)
        ctx.send(ctx.member, f"sold for {event.charge}")
        if event.until:
            ctx.send(ctx.member, f"paid until {event.until}")

    @command("club")
    def club(self, ctx: Context, stars: int, days: int = 30) -> None:
        every = timedelta(days=days)
        ctx.invoice(stars, "XTR", title="Club", description="A month of it", name="club", every=every)

    @command("quit")
    def quit(self, ctx: Context, charge: str, resume: bool = False) -> None:
        ctx.end_subscription(charge, ctx.member, resume=resume)

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        if event.state == "failed":
            self.failures.append(event.reason)

    failures: ClassVar[list[str]] = []

    @command("regret")
    def regret(self, ctx: Context, charge: str) -> None:
        ctx.refund(charge, ctx.member, reason="regretted")

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        ctx.ledger.charge(ctx.member, event.amount, reason="returned", key=event.charge)
        ctx.send(ctx.member, f"returned {event.charge}")


@asynccontextmanager
async def shop(plugin: type[Plugin] = Kiosk) -> AsyncIterator[Wire]:
    """A group in which something is sold; alice has started the bot."""
    async with wire([plugin]) as town:
        town.fake.private("alice")
        town.fake.private("bob")
        yield town


async def invoice(town: Wire, line: str = "/buy 50") -> FakeMessage:
    """Alice asks for something; the invoice in her direct chat."""
    town.fake.says("alice", town.group, line)
    chat = town.dm("alice")
    await town.until(lambda: any("invoice" in message.extra for message in chat.shown))
    return [message for message in chat.shown if "invoice" in message.extra][-1]


async def verdict(town: Wire, number: int = 1) -> Any:
    """What the bot said to the n-th checkout."""
    await town.until(lambda: len([kind for kind, _ in town.changes if kind == "checkout"]) >= number)
    return [thing for kind, thing in town.changes if kind == "checkout"][number - 1].answer


async def points(town: Wire, name: str = "alice") -> int:
    """What somebody has, when all that was said is done."""
    await town.settled()
    return await town.app.balance(Who("telegram", str(town.fake.user(name)["id"]), name))


# -- paying


async def test_a_tip_is_paid_and_thanked_for() -> None:
    async with shop(TipJar) as town:
        message = await invoice(town, "/tip 50")
        assert message.extra["invoice"] | {"total_amount": 50, "currency": "XTR"} == message.extra["invoice"]
        town.fake.pays("alice", message)
        await town.sees(town.group, "alice put 50 ⭐ in the tip jar. Thank you!")
        assert await verdict(town) == {"ok": True, "error_message": ""}
        assert len(town.fake.charges) == 1
        await town.says("alice", "/tips")
        await town.sees(town.dm("alice"), "There are 50 ⭐ in the tip jar.")


async def test_a_payment_that_two_updates_tell_of_counts_once() -> None:
    async with shop() as town:
        town.fake.pays("alice", await invoice(town), twice=True)
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50
        assert len(showing(town.dm("alice"), "sold for")) == 1
        assert len(town.fake.called("answerPreCheckoutQuery")) == 1


async def test_every_update_about_a_payment_may_come_twice() -> None:
    async with shop() as town:
        message = await invoice(town)
        town.fake.faults.duplicate(4)
        town.fake.pays("alice", message, twice=True)
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50
        assert len(showing(town.dm("alice"), "sold for")) == 1
        assert len(town.fake.charges) == 1


async def test_the_same_invoice_can_be_paid_again() -> None:
    """Telegram allows it, and then it is two payments."""
    async with shop() as town:
        message = await invoice(town)
        for times in (1, 2):
            town.fake.pays("alice", message)
            await town.sees(town.dm("alice"), "sold for charge-", times)
        assert await points(town) == 100


async def test_a_checkout_is_answered_in_time_while_every_lane_is_blocked() -> None:
    """The poller looks every few seconds then; the payment itself waits for the lane."""
    assert AGAIN < CHECKOUT_LIFE / 2
    async with shop() as town:
        message = await invoice(town)
        begun = town.fake.clock()
        held = await town.hold()
        town.fake.pays("alice", message)
        assert await verdict(town) == {"ok": True, "error_message": ""}
        assert town.fake.clock() - begun < CHECKOUT_LIFE
        assert town.fake.charges, "the payment went through"
        assert held in [update.id for update in town.fake.updates.waiting()], "the lane is still blocked"
        assert showing(town.dm("alice"), "sold for") == []
        town.release()
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50


async def test_a_payment_made_while_nobody_runs_is_not_missed() -> None:
    async with shop() as town:
        town.fake.pays("alice", await invoice(town))
        await town.until(lambda: town.fake.charges)
        await town.restart()
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50
        assert len(showing(town.dm("alice"), "sold for")) == 1


async def test_a_payment_that_no_update_tells_of_is_found_in_the_ledger() -> None:
    """An update is kept for a day; the ledger for good."""
    async with shop() as town:
        message = await invoice(town)
        town.fake.pays("alice", message)
        await town.sees(town.dm("alice"), "sold for charge-")
        told = town.fake.charges[0]
        town.fake.pays("alice", message)
        await town.until(lambda: len(town.fake.charges) == 2)
        await town.stop()
        lost = town.fake.charges[1]
        town.fake.updates.drop()
        await town.start()
        await town.sees(town.dm("alice"), f"sold for {lost.id}")
        assert await points(town) == 100
        assert len(showing(town.dm("alice"), f"sold for {told.id}")) == 1
        await town.stop()
        asked = len(town.fake.called("getStarTransactions"))
        await town.start()
        await town.until(lambda: len(town.fake.called("getStarTransactions")) > asked)
        assert town.fake.called("getStarTransactions")[-1]["offset"] == "2", "it goes on where it stopped"
        assert await points(town) == 100


# -- subscriptions


def link_in(message: FakeMessage) -> str:
    """The address behind the first button of a message."""
    return str(message.buttons[0]["url"])


async def subscription(town: Wire) -> FakeMessage:
    """Alice asks for the club; the card in her direct chat."""
    town.fake.says("alice", town.group, "/club 100")
    chat = town.dm("alice")
    await town.until(lambda: showing(chat, "A month of it"))
    return showing(chat, "A month of it")[-1]


async def test_a_subscription_is_paid_renewed_ended_and_taken_up_again() -> None:
    async with shop() as town:
        card = await subscription(town)
        assert card.buttons[0]["text"] == "Subscribe: 100 ⭐ every 30 days"
        town.fake.pays("alice", link_in(card))
        await town.sees(town.dm("alice"), "paid until ")
        first = town.fake.charges[0]
        assert showing(town.dm("alice"), f"paid until {(first.date + 2_592_000) * 1000}")
        again = town.fake.renews(first)
        await town.sees(town.dm("alice"), f"sold for {again.id}")
        assert await points(town) == 200
        await town.says("alice", f"/quit {first.id}")
        await town.until(lambda: first.cancelled)
        with pytest.raises(NotPossible, match="renewed no more"):
            town.fake.renews(first)
        await town.says("alice", f"/quit {first.id} yes")
        await town.until(lambda: not first.cancelled)


async def test_somebody_elses_subscription_cannot_be_paid() -> None:
    async with shop() as town:
        town.fake.pays("bob", link_in(await subscription(town)))
        assert (await verdict(town))["ok"] is False
        assert town.fake.charges == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/club 100 7", "no other subscriptions than those in Stars (XTR) for 30 days"),
        ("/club 10001", "a subscription costs at most 10,000 Stars"),
        ("/quit charge-77", "Telegram knows no such payment"),
    ],
)
async def test_what_subscriptions_telegram_does_not_have(line: str, words: str) -> None:
    Kiosk.failures.clear()
    async with shop() as town:
        town.fake.says("alice", town.group, line)
        await town.until(lambda: Kiosk.failures)
        assert words in Kiosk.failures[0]
        assert town.fake.charges == []


# -- refusing


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This invoice was made for somebody else, or it was changed. You were not charged"),
        ("zh-hans", "您没有被扣款"),
        ("zh-hant", "您沒有被扣款"),
        ("de", "You were not charged"),
    ],
)
async def test_nobody_can_pay_what_was_made_for_somebody_else(language: str, words: str) -> None:
    async with shop() as town:
        message = await invoice(town)
        bob = town.fake.user("bob", language_code=language)
        town.fake.pays("bob", message)
        answer = await verdict(town)
        assert not answer["ok"]
        assert words in answer["error_message"]
        assert answer["error_message"] == refusal(bob)
        assert town.fake.charges == []
        # It stays good for alice.
        town.fake.pays("alice", message)
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50


@pytest.mark.parametrize("field", ["payload", "total_amount", "currency", "no payload of ours"])
async def test_an_invoice_that_was_changed_is_refused(field: str) -> None:
    async with shop() as town:
        message = await invoice(town)
        kept = town.fake.world.invoices[f"{message.chat_id}:{message.message_id}"]
        changes: dict[str, dict[str, Any]] = {
            "payload": {"payload": kept["payload"][:-1] + ("x" if kept["payload"][-1] != "x" else "y")},
            "total_amount": {"total_amount": 1},
            "currency": {"currency": "USD"},
            "no payload of ours": {"payload": "gold:1"},
        }
        town.fake.world.invoices["forged"] = kept | changes[field]
        town.fake.pays("alice", "forged")
        answer = await verdict(town)
        assert not answer["ok"]
        assert "it was changed" in answer["error_message"]
        assert town.fake.charges == []
        await town.says("alice", "/ping on")
        assert await points(town) == 0


async def test_checkouts_that_make_no_sense_do_not_stop_the_next() -> None:
    async with shop() as town:
        message = await invoice(town)
        junk: list[Any] = [None, 5, [], {}, {"id": 7}, {"id": "x", "from": []}, {"id": "x", "from": {"id": "1"}}]
        for body in junk:
            town.fake.sends({"pre_checkout_query": body})
        town.fake.pays("alice", message)
        await town.sees(town.dm("alice"), "sold for charge-")
        assert await points(town) == 50


# -- giving back


async def test_a_payment_is_given_back_once() -> None:
    async with shop() as town:
        town.fake.pays("alice", await invoice(town))
        await town.sees(town.dm("alice"), "sold for charge-")
        (charge,) = town.fake.charges
        town.fake.faults.duplicate(3)
        await town.says("alice", f"/regret {charge.id}")
        await town.sees(town.dm("alice"), f"returned {charge.id}")
        assert town.fake.refunds == [charge]
        assert await points(town) == 0
        # Asking again gives nothing back, and harms nothing.
        await town.says("alice", f"/regret {charge.id}")
        await town.until(lambda: len(town.fake.called("refundStarPayment")) >= 2)
        assert await points(town) == 0
        assert len(showing(town.dm("alice"), "returned")) == 1
        assert await town.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        await town.still_answers("after")


async def test_a_payment_given_back_by_hand_is_heard_of() -> None:
    """Whoever holds the token can refund without the application."""
    async with shop() as town:
        town.fake.pays("alice", await invoice(town))
        await town.sees(town.dm("alice"), "sold for charge-")
        (charge,) = town.fake.charges
        data = {"user_id": charge.user_id, "telegram_payment_charge_id": charge.id}
        await town.adapter.platform.calls.call("refundStarPayment", data)
        await town.sees(town.dm("alice"), f"returned {charge.id}")
        assert await points(town) == 0


async def test_the_charge_of_somebody_else_is_not_given_back() -> None:
    async with shop() as town:
        town.fake.pays("alice", await invoice(town))
        await town.sees(town.dm("alice"), "sold for charge-")
        (charge,) = town.fake.charges
        await town.says("bob", f"/regret {charge.id}")
        await town.until(lambda: town.fake.called("refundStarPayment"))
        await town.settled()
        assert town.fake.refunds == []
        assert await points(town) == 50
        await town.still_answers("after", OPERATOR)
