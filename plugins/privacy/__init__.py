"""Privacy: what is kept about a member and why, their data in a file, and their erasure."""

from __future__ import annotations

from typing import ClassVar

from coterie.core.api import (
    Config,
    ConsentAsked,
    Context,
    MembersMerged,
    Plugin,
    button,
    command,
    listens,
    timer,
)
from coterie.plugins.privacy import cards, service
from coterie.plugins.privacy.config import PrivacyConfig


class Privacy(Plugin):
    """Everything is said to the member alone; an erasure waits, so that it can be taken back."""

    name: ClassVar[str] = "privacy"
    config: ClassVar[type[Config]] = PrivacyConfig

    @command("privacy", aliases=("隐私", "隱私"))
    def privacy(self, ctx: Context) -> None:
        """Show what is kept and why, with what the member can do about it."""
        ctx.answer(cards.overview(ctx, service.erased_on(ctx)))

    @button("export")
    def export(self, ctx: Context) -> None:
        """Give the member a link to all their data, or have an operator hand it over."""
        link = ctx.privacy.link(ctx.member)
        if link is not None:
            ctx.answer(cards.link(ctx, link))
        elif service.ask_operators(ctx):
            ctx.answer(ctx.t("privacy-export-asked"))
        else:
            ctx.answer(ctx.t("privacy-export-again"))

    @button("erase")
    def erase(self, ctx: Context) -> None:
        """Say what an erasure means, and ask again."""
        ctx.answer(cards.warning(ctx))

    @button("confirm")
    def confirm(self, ctx: Context) -> None:
        """Erase the member after the delay; a second tap changes nothing."""
        ctx.answer(ctx.t("privacy-erase-set", at=service.set_erasure(ctx)))

    @button("keep")
    def keep(self, ctx: Context) -> None:
        """Take an erasure back."""
        ctx.answer(ctx.t("privacy-erase-kept" if service.take_back(ctx) else "privacy-erase-none"))

    @timer("erase")
    def due(self, ctx: Context, member: int) -> None:
        """The delay is over."""
        service.erase(ctx, member)

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """Who was linked since asking meant somebody else: they have to ask again."""
        service.forget_erasures(ctx, event)

    @timer("asked")
    def asked(self, ctx: Context) -> None:
        """From now on the operators may be asked for the member's data again."""

    @listens(ConsentAsked)
    def ask(self, event: ConsentAsked, ctx: Context) -> None:
        """Show another plugin's question for consent."""
        if ctx.account is not None and event.where is not None:
            ctx.answer(cards.question(ctx, event))

    @button("agree")
    def agree(self, ctx: Context, plugin: str, purpose: str, wording: str) -> None:
        """The member agrees."""
        ctx.consent.give(purpose, wording=wording, plugin=plugin)
        ctx.answer(ctx.t("privacy-agreed"))

    @button("refuse")
    def refuse(self, ctx: Context, plugin: str, purpose: str) -> None:
        """The member says no, or takes an agreement back."""
        ctx.consent.withdraw(purpose, plugin=plugin)
        ctx.answer(ctx.t("privacy-refused"))
