"""What people do with the tip jar in a simulation, and what has to be true of it at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from coterie.core.api import Context, Statement
from coterie.plugins.tipjar.config import STARS
from coterie.plugins.tipjar.models import invoices
from coterie.plugins.tipjar.service import jar

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 2
"""Invoices and entries of the jar that are looked at, the newest ones."""

_b = bindparam
INVOICES: Final = Statement(
    select(invoices.c.id, invoices.c.channel_id)
    .where(invoices.c.community_id == _b("community_id"))
    .order_by(invoices.c.id.desc())
    .limit(_b("newest"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Tips of all sizes, and invoices that are paid, sometimes told of twice."""
    rng = view.rng
    name = rng.choice(view.people)
    yield f"{name}: /tip {rng.choice((0, 1, 7, 50, 2500, 2501))}"
    yield f"{name}: /tips"
    for payer in view.people:
        for amount, currency in view.invoices(payer)[:1]:
            if currency == STARS:
                twice = "duplicate " if rng.random() < 0.3 else ""
                yield f"{twice}pay {payer} {amount} {currency}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the newest invoices and the newest tips. Two statements and some look-ups, always."""
    for invoice, channel in ctx.sql.all(INVOICES, community_id=ctx.community.id, newest=NEWEST):
        try:
            ctx.place_of(channel)
        except LookupError:
            yield f"invoice {invoice} was asked for in channel {channel}, which there is not"
    stars = ctx.ledger.issuer("stars")
    for entry in ctx.ledger.statement(jar(ctx), STARS, count=NEWEST):
        if entry.plugin == ctx.plugin and (entry.amount < 0 or entry.others != (stars,)):
            yield f"transfer {entry.transfer} is a tip, and its {entry.amount} {STARS} did not come from whoever paid"
