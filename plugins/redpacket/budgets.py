"""Packets that the community itself pays for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coterie.core.api import Context, Money, Refusal
from coterie.plugins.redpacket import funding
from coterie.plugins.redpacket.funding import Order

COMMUNITY: Final = "community"
"""The budget that pays where none is named."""


def from_budget(ctx: Context, order: Order, name: str, *, later: bool = False) -> Order:
    """An order that a budget pays for instead of a member.

    Raises :class:`Refusal` for a budget that nobody ever filled, and for more than ``budget_daily``; of what comes
    ``later``, what was given today takes nothing away.
    """
    if name not in {known for known, currency, _ in ctx.ledger.budgets() if currency == order.currency}:
        raise Refusal("packet-no-budget", name=name)
    limit = ctx.config.budget_daily
    if limit:
        given = 0 if later else funding.given_today(ctx, order.currency, f"budget:{name}")
        if given + order.pool.total > limit:
            left = Money(max(0, limit - given), order.currency)
            raise Refusal("packet-daily-budget", money=Money(limit, order.currency), left=left)
    return replace(order, source=ctx.ledger.budget(name), origin="budget", name=name)
