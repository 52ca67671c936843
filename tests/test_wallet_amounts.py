"""Money never moves by a sign: a plugin that hands on an unchecked amount moves nothing."""

from __future__ import annotations

from typing import ClassVar

import pytest

from coterie.core.api import Context, LedgerError, Plugin, command
from coterie.core.testing.kit import LiveTown


class Careless(Plugin):
    """Hands on whatever a member typed."""

    name: ClassVar[str] = "careless"

    @command("take")
    def take(self, ctx: Context, how: str, amount: int) -> None:
        purse = ctx.ledger.escrow("purse")
        match how:
            case "transfer":
                ctx.ledger.transfer(ctx.member, purse, amount, reason="take", key=1)
            case "grant":
                ctx.ledger.grant(ctx.member, amount, reason="take", key=1)
            case "charge":
                ctx.ledger.charge(ctx.member, amount, reason="take", key=1)
            case "hold":
                ctx.ledger.hold(ctx.member, amount, reason="take", key=1)


@pytest.mark.coterie(plugins=[Careless])
@pytest.mark.parametrize("how", ["transfer", "grant", "charge", "hold"])
@pytest.mark.parametrize("amount", [-5, 0])
def test_an_amount_below_one_moves_nothing(town: LiveTown, how: str, amount: int) -> None:
    (alice,) = town.people("alice")
    town.grant(alice, 100)
    with town.failures() as failed:
        alice.says(f"/take {how} {amount}")
    assert [type(error) for error in failed] == [LedgerError]
    assert town.balance(alice) == 100
    town.ledger_balanced()
