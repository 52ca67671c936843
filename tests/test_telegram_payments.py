"""Stars on the wire: an invoice is sent, paid, told of twice, refused to others, and given back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from coterie.adapters.telegram.checkout import refusal
from coterie.adapters.telegram.fake import FakeMessage
from coterie.adapters.telegram.fake.payments import CHECKOUT_LIFE
from coterie.adapters.telegram.polling import AGAIN
from coterie.core.api import Context, PaymentReceived, PaymentRefunded, Plugin, command
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
