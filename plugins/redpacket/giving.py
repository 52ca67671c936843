"""What others give than members: the community by its operators, plugins by prizes."""

from __future__ import annotations

from typing import Annotated

from coterie.core.api import Context, Length, PrizeOffered, Range, Rest, command, listens
from coterie.plugins.redpacket import budgets, prizes, sending
from coterie.plugins.redpacket.plans import BUDGET, read_plan
from coterie.plugins.redpacket.rules import LARGEST, MOST


class Giving:
    """The part of the plugin for packets that no member pays."""

    @command("packet-budget", level="operator", where="room", aliases=("社区红包", "社群紅包"))
    def from_budget(
        self,
        ctx: Context,
        total: Annotated[int, Range(1, LARGEST)],
        shares: Annotated[int, Range(1, MOST)],
        wishes: Annotated[str, Length(1000), Rest()] = "",
    ) -> None:
        """A packet that the community pays."""
        plan = read_plan(wishes, ctx.conditions.names(), BUDGET)
        order = sending.order_of(ctx, total, shares, plan.wishes)
        order = budgets.from_budget(ctx, order, plan.budget or budgets.COMMUNITY)
        sending.send(ctx, order, sending.places(ctx, ctx.where))

    @listens(PrizeOffered)
    def prize(self, event: PrizeOffered, ctx: Context) -> None:
        """Make a packet of what another plugin gives."""
        prizes.give(ctx, event)
