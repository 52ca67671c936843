"""The tip jar: members tip the community in Telegram Stars."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import MetaData

from coterie.core.api import Config, Context, Money, PaymentReceived, Plugin, UsageError, command
from coterie.plugins.tipjar import models, service
from coterie.plugins.tipjar.config import STARS, TipJarConfig


class TipJar(Plugin):
    """Opens invoices, books what was paid and says thank you."""

    name: ClassVar[str] = "tipjar"
    config: ClassVar[type[Config]] = TipJarConfig
    metadata: ClassVar[MetaData | None] = models.metadata

    @command("tip", aliases=("打赏", "打賞"))
    def tip(self, ctx: Context, amount: int) -> None:
        """Ask the member for a tip of so many Stars."""
        config: TipJarConfig = ctx.config
        if not config.least <= amount <= config.most:
            key = "arg-too-small" if amount < config.least else "arg-too-large"
            raise UsageError(key, name="amount", minimum=config.least, maximum=config.most, found=amount)
        invoice = service.open_invoice(ctx)
        ctx.invoice(amount, STARS, title=ctx.t("tip-title"), description=ctx.t("tip-description"), name=invoice)

    @command("tips", aliases=("打赏箱", "打賞箱"))
    def tips(self, ctx: Context) -> None:
        """Show what is in the jar."""
        ctx.answer(ctx.t("tips-total", money=Money(service.total(ctx), STARS)))

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """Book a tip and thank for it where it was asked, or to the member alone."""
        config: TipJarConfig = ctx.config
        if not service.book(ctx, event):
            return
        money = Money(event.amount, event.currency)
        place = service.place_of(ctx, event.invoice)
        if place is None or place.kind == "dm" or config.anonymous:
            ctx.send(ctx.member, ctx.t("tip-thanks", money=money))
        else:
            ctx.send(place, ctx.t_room("tip-thanks-room", name=ctx.member.name, money=money))
