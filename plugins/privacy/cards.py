"""State → message."""

from __future__ import annotations

from datetime import datetime

from coterie.core.api import Button, Card, ConsentAsked, Context, Field, Money, bold, join

CONFIRM_SECONDS = 600
"""How long the last question before an erasure can be answered."""


def overview(ctx: Context, erased_on: datetime | None) -> Card:
    """What is kept, what was agreed to, and the buttons."""
    lines = [ctx.t("privacy-intro"), ctx.t("privacy-core")]
    lines += [join([bold(plugin), ctx.t("privacy-colon"), text]) for plugin, text in ctx.privacy.keeps()]
    if erased_on is not None:
        lines.append(ctx.t("privacy-erase-set", at=erased_on))
    export = Button(ctx.t("privacy-export"), do="export", only=ctx.member.id)
    if erased_on is None:
        last = Button(ctx.t("privacy-erase"), do="erase", style="danger", only=ctx.member.id)
    else:
        last = Button(ctx.t("privacy-keep"), do="keep", style="primary", only=ctx.member.id)
    return Card(
        title=ctx.t("privacy-title"),
        text=join(lines, "\n"),
        fields=_consents(ctx),
        buttons=((export, last), *_withdrawals(ctx)),
    )


def _standing(ctx: Context) -> list[tuple[str, str]]:
    """Purpose and plugin of each agreement that stands."""
    return [(row.purpose, row.plugin) for row in ctx.consent.of(ctx.member) if row.given]


def _consents(ctx: Context) -> tuple[Field, ...]:
    return tuple(
        Field(ctx.t("privacy-agreement"), ctx.consent.question(plugin, purpose), inline=False)
        for purpose, plugin in _standing(ctx)
    )


def _withdrawals(ctx: Context) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (
            Button(
                ctx.t("privacy-withdraw", purpose=purpose),
                do="refuse",
                args={"plugin": plugin, "purpose": purpose},
                only=ctx.member.id,
            ),
        )
        for purpose, plugin in _standing(ctx)
    )


def link(ctx: Context, url: str) -> Card:
    """The way to all their data."""
    button = Button(ctx.t("privacy-link-open"), url=url)
    return Card(text=ctx.t("privacy-link"), buttons=((button,),), footer=ctx.t("privacy-link-careful"))


def warning(ctx: Context) -> Card:
    """What an erasure means, with the last question."""
    lines = [ctx.t("privacy-erase-what")]
    balances = [Money(amount, code) for code, amount in sorted(ctx.ledger.balances(ctx.member).items()) if amount]
    if balances:
        lines.append(ctx.t("privacy-erase-money", amounts=balances))
    if ctx.config.delay:
        lines.append(ctx.t("privacy-erase-delay", at=ctx.now + ctx.config.delay))
    yes = Button(ctx.t("privacy-erase-yes"), do="confirm", style="danger", only=ctx.member.id, expires=CONFIRM_SECONDS)
    return Card(title=ctx.t("privacy-erase-title"), text=join(lines, "\n"), buttons=((yes,),), tone="bad")


def question(ctx: Context, event: ConsentAsked) -> Card:
    """Another plugin's question, in its own words."""
    asked = {"plugin": event.plugin, "purpose": event.purpose}
    agree = Button(
        ctx.t("privacy-agree"),
        do="agree",
        args={**asked, "wording": event.wording},
        style="primary",
        only=ctx.member.id,
    )
    refuse = Button(ctx.t("privacy-refuse"), do="refuse", args={**asked}, only=ctx.member.id)
    return Card(
        text=ctx.consent.question(event.plugin, event.purpose),
        buttons=((agree, refuse),),
        footer=ctx.t("privacy-change-mind"),
    )
