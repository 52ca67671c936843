"""Invoices as rows, tips as transfers."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from coterie.core.api import Account, Context, PaymentReceived, Statement, Where, insertion
from coterie.plugins.tipjar.config import STARS
from coterie.plugins.tipjar.models import invoices

_b = bindparam

ADD = insertion(invoices, "community_id", "id", "channel_id", "created_at")
CHANNEL = Statement(
    select(invoices.c.channel_id).where(invoices.c.community_id == _b("community_id"), invoices.c.id == _b("id"))
)


def jar(ctx: Context) -> Account:
    """The account that tips end up in."""
    return ctx.ledger.budget("tips")


def total(ctx: Context) -> int:
    """What is in the jar, in Stars."""
    return ctx.ledger.balance(jar(ctx), STARS)


def open_invoice(ctx: Context) -> int:
    """Remember that an invoice is asked for here; returns its id."""
    invoice = ctx.new_id()
    ctx.sql.run(ADD, community_id=ctx.community.id, id=invoice, channel_id=ctx.channel_id(), created_at=ctx.instant)
    return invoice


def book(ctx: Context, payment: PaymentReceived) -> bool:
    """Put a payment in the jar, once for each charge; whether it was new."""
    stars = ctx.ledger.issuer("stars")
    done = ctx.ledger.transfer(
        stars, jar(ctx), payment.amount, reason="tip", key=payment.charge, currency=payment.currency
    )
    return not done.repeated


def place_of(ctx: Context, invoice: str) -> Where | None:
    """The place where an invoice was asked for."""
    row = ctx.sql.one(CHANNEL, community_id=ctx.community.id, id=int(invoice))
    return None if row is None else ctx.place_of(row[0])
