"""Payments and merges are not missed: a plugin that fails or is paused gets them later, and once."""

from __future__ import annotations

from typing import ClassVar

import pytest

from coterie.core.api import Context, MembersMerged, PaymentReceived, Plugin, command
from coterie.core.testing.kit import LiveTown
from coterie.storage.journal import ADD_QUEUED, DUE_QUEUED

BROKEN: set[str] = set()
"""What does not work at the moment; a plugin itself keeps no state."""


class Till(Plugin):
    """Takes payments, when it works."""

    name: ClassVar[str] = "till"

    @command("buy")
    def buy(self, ctx: Context) -> None:
        ctx.invoice(50, "XTR", title="A thing", description="One thing", name="thing")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        if "till" in BROKEN:
            raise RuntimeError("the till is jammed")
        ctx.ledger.grant(ctx.member, event.amount, reason="sold", key=event.charge)
        ctx.answer(f"sold {event.invoice}")


class Merger(Plugin):
    """Merges, and notes merges in the ledger."""

    name: ClassVar[str] = "merger"

    @command("merge")
    def merge(self, ctx: Context) -> None:
        other = next(ctx.find_member(member) for member, _ in ctx.ledger.top(9) if member != ctx.member.id)
        assert other is not None
        ctx.merge_members(ctx.member, other)

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        if "merger" in BROKEN:
            raise RuntimeError("cannot merge")
        kept = ctx.find_member(event.kept)
        assert kept is not None
        ctx.ledger.grant(kept, 1, reason="merged", key=event.gone)


@pytest.fixture(autouse=True)
def _working() -> None:
    BROKEN.clear()


@pytest.mark.coterie(plugins=[Till])
def test_a_payment_waits_until_its_plugin_works_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    BROKEN.add("till")
    alice.says("/buy")
    with town.failures():
        alice.pays(50, "XTR")
        town.duplicate(alice)
    assert town.balance(alice) == 0
    with town.failures():
        town.wait(minutes=2)  # tried again, in vain
    town.restart()
    BROKEN.clear()
    town.wait(minutes=6)
    assert town.balance(alice) == 50
    alice.sees("sold thing")
    town.wait(days=3)
    assert town.balance(alice) == 50
    town.ledger_balanced()


@pytest.mark.coterie(plugins=[Till])
def test_a_payment_waits_for_a_plugin_that_is_paused(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town._run(lambda app: _pause(app, "till", "on_payment"))
    alice.says("/buy")
    alice.pays(50, "XTR")
    assert town.balance(alice) == 0
    town.wait(hours=1)
    assert town.balance(alice) == 50
    town.ledger_balanced()


@pytest.mark.coterie(plugins=[Merger])
def test_a_merge_reaches_every_plugin_in_the_end(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 10)
    town.grant(bob, 20)
    BROKEN.add("merger")
    with town.failures():
        alice.says("/merge")
    assert town.balance(alice) == 30
    BROKEN.clear()
    town.wait(minutes=2)
    assert town.balance(alice) == 31
    town.wait(days=1)
    assert town.balance(alice) == 31
    town.ledger_balanced()


@pytest.mark.coterie(plugins=[Till])
def test_an_event_that_nobody_can_read_stops_no_other(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy")
    BROKEN.add("till")
    with town.failures():
        alice.pays(50, "XTR")
    row = {"community_id": 0, "id": 1, "payload": "{}", "plugin": "till", "hook": "on_payment", "attempts": 0}

    def spoil(ctx: Context) -> None:
        here = {"community_id": ctx.community.id, "not_before": 0, "created_at": 0}
        ctx.unit.db.run(ADD_QUEUED, row | here)

    town.inside(spoil)
    BROKEN.clear()
    town.wait(minutes=2)
    assert town.balance(alice) == 50
    town.inside(lambda ctx: _nothing_waits(ctx))


@pytest.mark.coterie(plugins=[Till])
def test_an_event_of_a_community_that_is_gone_waits_in_peace(town: LiveTown) -> None:
    row = {"community_id": 7, "id": 1, "payload": "{}", "plugin": "till", "hook": "on_payment", "attempts": 0}
    town.inside(lambda ctx: ctx.unit.db.run(ADD_QUEUED, row | {"not_before": 0, "created_at": 0}) and None)
    town.restart()
    town.wait(hours=2)
    town.inside(lambda ctx: _one_waits(ctx))


def _one_waits(ctx: Context) -> None:
    assert len(ctx.unit.db.all(DUE_QUEUED, {"now": 2**62})) == 1


def _nothing_waits(ctx: Context) -> None:
    assert ctx.unit.db.all(DUE_QUEUED, {"now": 2**62}) == []


async def _pause(app: object, plugin: str, hook: str) -> None:
    app.breaker.pause(plugin, hook, "by hand")  # type: ignore[attr-defined]
