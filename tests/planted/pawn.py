"""A pawnshop: holds money and changes its mind, which no built-in plugin does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from coterie.core.api import Button, Card, Context, Plugin, Range, Refusal, SimulatedView, button, command


class Pawn(Plugin):
    """Sets money aside until it is given back or kept."""

    name = "pawn"

    @command("pawn")
    def pawn(self, ctx: Context, amount: Annotated[int, Range(1, 50)]) -> None:
        """Set money aside."""
        pledge = ctx.new_id()
        ctx.ledger.hold(ctx.member, amount, reason="pledge", key=pledge)
        buttons = tuple(Button(label, do=label.lower(), args={"pledge": pledge}) for label in ("Redeem", "Forfeit"))
        ctx.reply(Card(title="Pledge", buttons=(buttons,)))

    @button("redeem")
    def redeem(self, ctx: Context, pledge: int) -> None:
        """Give it back; a second time gives nothing."""
        ctx.ledger.release(pledge, reason="redeemed")

    @button("forfeit")
    def forfeit(self, ctx: Context, pledge: int) -> None:
        """Keep half of it for good, and think better of it where too little would be left."""
        held = ctx.ledger.release(pledge, reason="redeemed")
        ctx.ledger.charge(ctx.member, held.amount, reason="forfeit", key=pledge)
        if held.amount > 10:
            raise Refusal("too-much")

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """Pledges and what becomes of them."""
        name = view.rng.choice(view.people)
        yield f"{name}: /pawn {view.rng.choice((1, 10, 20, 50))}"
        for label in view.buttons(name):
            if label in ("Redeem", "Forfeit"):
                yield f"{name}: [{label}]"

    def invariants(self, ctx: Context) -> Iterable[str]:
        """Nobody forfeits more than ten at once."""
        for entry in ctx.ledger.statement(ctx.ledger.sink(), count=3):
            if entry.amount > 10:
                yield f"{entry.amount} points were forfeited although the shop had said no"
