"""Payments that are given back: asked for by a plugin, told by the provider, heard by whose invoice it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.api import Context, MessageDelivered, PaymentReceived, PaymentRefunded, Plugin, command
from coterie.core.engine.breaker import THRESHOLD
from coterie.core.engine.work import dedupe_key
from coterie.core.events import Who
from coterie.core.platform import Platform, Refused, Uncertain
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.people import NoInvoice

HEARD: list[tuple[Any, ...]] = []
BROKEN: list[bool] = []


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()
    BROKEN.clear()


class Till(Plugin):
    """Takes money and gives it back."""

    name = "till"

    @command("buy")
    def buy(self, ctx: Context) -> None:
        """Buy."""
        ctx.invoice(50, "XTR", title="Cake", description="", name="cake")

    @command("join")
    def join(self, ctx: Context, days: int = 30) -> None:
        """Subscribe."""
        ctx.invoice(70, "XTR", title="Club", description="", name="club", every=timedelta(days=days))

    @command("quit")
    def quit(self, ctx: Context, charge: str, resume: bool = False) -> None:
        """Let the subscription run out."""
        HEARD.append(("asked", ctx.end_subscription(charge, ctx.member, resume=resume)))

    @command("back")
    def back(self, ctx: Context, charge: str) -> None:
        """Give back."""
        HEARD.append(("asked", ctx.refund(charge, ctx.member, reason="stale")))

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        ctx.ledger.grant(ctx.member, event.amount, reason="cake", key=event.charge)
        HEARD.append(("paid", event.charge, *((event.until,) if event.until else ())))

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        if BROKEN:
            raise ZeroDivisionError("the till is out of order")
        ctx.ledger.charge(ctx.member, 50, reason="cake-back", key=f"back:{event.charge}")
        HEARD.append(("back", event.invoice, event.amount, event.currency, event.charge))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append((event.state, event.ref, event.reason))


class Neighbour(Plugin):
    """Whose business it is not."""

    name = "neighbour"

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        HEARD.append(("neighbour",))


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Till, Neighbour])


def bought(town: LiveTown) -> str:
    """The charge of a cake that Bob paid."""
    bob = town.person("bob")
    bob.says("/buy")
    bob.pays(50, "XTR")
    return str(HEARD[-1][1])


def refunded(charge: str, key: str, invoice: str = "till:cake") -> PaymentRefunded:
    who = Who("sandbox", "bob", "Bob")
    return PaymentRefunded(key=key, who=who, invoice=invoice, amount=50, currency="XTR", charge=charge)


def test_a_payment_is_given_back(town: LiveTown) -> None:
    charge, bob = bought(town), town.person("bob")
    assert town.balance(bob) == 50
    bob.says(f"/back {charge}")
    assert HEARD[-1] == ("back", "cake", 50, "XTR", charge)
    assert ("neighbour",) not in HEARD
    assert town.balance(bob) == 0
    assert bob.sees("50 XTR (refunded)")
    assert town.ledger_balanced()
    (entry,) = town.inside(lambda ctx: ctx.audit_log(act="payment-refund"))
    assert (entry.reason, entry.details, entry.actor) == ("stale", {"charge": charge}, "system")


def test_asking_again_and_an_answer_that_is_lost_give_back_once(town: LiveTown) -> None:
    charge, bob = bought(town), town.person("bob")
    town.stage.faults.fail_next(Uncertain("lost"), verb="refund", happened=True)
    bob.says(f"/back {charge}")
    town.wait(minutes=1)
    bob.says(f"/back {charge}")
    town.act(lambda: town.stage.hand_in(refunded(charge, "told-again")))
    assert town.balance(bob) == 0
    assert [each[0] for each in HEARD].count("failed") == 0
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM outbox"))) == 0


def test_what_cannot_be_given_back_is_told(town: LiveTown) -> None:
    charge, bob = bought(town), town.person("bob")
    bob.says("/back charge-of-somebody-else")
    (state, ref, reason) = HEARD[-1]
    assert HEARD[-2] == ("asked", ref)
    assert (state, "no payment" in reason) == ("failed", True)
    town.stage.faults.fail_next(Refused("too old"), verb="refund")
    bob.says(f"/back {charge}")
    assert HEARD[-1][2] == "too old"
    assert town.balance(bob) == 50


def test_a_plugin_that_is_out_of_order_hears_of_it_later(town: LiveTown) -> None:
    charge, bob = bought(town), town.person("bob")
    BROKEN.append(True)
    with town.failures() as failures:
        for number in range(THRESHOLD + 1):
            town.act(lambda number=number: town.stage.hand_in(refunded(f"{charge}-{number}", f"r{number}")))  # type: ignore[misc]
        bob.says(f"/back {charge}")
        town.wait(minutes=1)
    assert failures
    BROKEN.clear()
    town.grant(bob, 50 * (THRESHOLD + 1))
    with town.failures():
        town.wait(hours=24)
    assert town.balance(bob) == 0
    assert ("back", "cake", 50, "XTR", charge) in HEARD
    assert town.ledger_balanced()


DAY = 86_400_000


def test_a_subscription_is_paid_again_until_it_is_ended(town: LiveTown) -> None:
    bob = town.person("bob")
    bob.says("/join")
    assert bob.sees("70 XTR every 30 days")
    bob.pays(70, "XTR")
    (_, first, until) = HEARD[-1]
    assert until == town.stage.clock.now() + 30 * DAY
    town.wait(days=30)
    bob.pays(70, "XTR")
    (_, second, later) = HEARD[-1]
    assert (later, town.balance(bob)) == (until + 30 * DAY, 140)
    bob.says(f"/quit {first}")
    with pytest.raises(NoInvoice):
        bob.pays(70, "XTR")
    bob.says(f"/back {second}")
    assert ("back", "club", 70, "XTR", second) in HEARD
    bob.says(f"/quit {first} yes")
    bob.pays(70, "XTR")
    acts = [entry.act for entry in town.inside(lambda ctx: ctx.audit_log()) if entry.act.startswith("subscription")]
    assert sorted(acts) == ["subscription-end", "subscription-resume"]
    assert town.ledger_balanced()


def test_only_a_subscription_can_be_ended_and_by_its_first_payment(town: LiveTown) -> None:
    charge, bob = bought(town), town.person("bob")
    bob.says(f"/quit {charge}")
    (state, ref, reason) = HEARD[-1]
    assert HEARD[-2] == ("asked", ref)
    assert (state, "not the first payment of a subscription" in reason) == ("failed", True)


def test_a_subscription_needs_a_time_above_zero(town: LiveTown) -> None:
    bob = town.person("bob")
    with town.failures() as failures:
        bob.says("/join 0")
    assert "a subscription is renewed after some time" in str(failures)


def test_without_its_plugin_it_waits(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Neighbour])
    with town.failures():
        town.act(lambda: town.stage.hand_in(refunded("c1", "r1", invoice="gone:cake")))
    rows = town.inside(lambda ctx: ctx.db.execute(text("SELECT plugin, hook FROM queued_events")).all())
    assert [tuple(row) for row in rows] == [("gone", "on_refund")]
    assert HEARD == []


def test_whom_and_what(town: LiveTown) -> None:
    bought(town)

    def attempt(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "bob")
        assert account is not None
        for charge in ("", "x" * 257):
            with pytest.raises(ValueError, match="1 to 256"):
                ctx.refund(charge, account.member)
        assert ctx.refund("x" * 256, account)
        stranger = ctx.unit.members.enrol(ctx.community.id, "nowhere", "eve", "Eve", locale="", bot=False, now=1)
        with pytest.raises(LookupError, match="no account"):
            ctx.refund("c", stranger.member)
        second = ctx.unit.members.enrol(ctx.community.id, "sandbox", "bob2", "Bob", locale="", bot=False, now=1)
        ctx.unit.members.move_account(second, account.member)
        with pytest.raises(LookupError, match="several accounts"):
            ctx.refund("c", account.member)

    town.inside(attempt)


def test_a_platform_that_gives_nothing_back(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    from coterie.core.testing.order import OrderPlatform

    monkeypatch.setattr(OrderPlatform, "refund", Platform.refund)
    town = town_factory(plugins=[Till])
    charge = bought(town)
    with town.failures() as failures:
        town.person("bob").says(f"/back {charge}")
    assert any(isinstance(error, LookupError) for error in failures)


def test_a_refund_is_remembered_for_ever_under_its_charge() -> None:
    one, two = refunded("c1", "a"), refunded("c1", "b")
    paid = PaymentReceived(key="a", who=one.who, invoice="till:cake", amount=50, currency="XTR", charge="c1")
    assert dedupe_key(one) == dedupe_key(two) != dedupe_key(paid)
    assert dedupe_key(one).startswith("pay:")
    assert dedupe_key(refunded("x" * 500, "a")) != dedupe_key(refunded("x" * 501, "a"))
    assert len(dedupe_key(refunded("x" * 500, "a"))) <= 200
