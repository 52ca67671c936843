"""Operators' commands about packets; what they show, they show to one operator alone."""

from __future__ import annotations

from typing import Annotated, Literal

from coterie.core.api import Context, Length, MemberRef, Range, Refusal, button, command
from coterie.plugins.redpacket import console, console_cards
from coterie.plugins.redpacket.console import Search

Currency = Annotated[str, Length(16)]
_DAY = 86_400_000


class ConsoleCommands:
    """The part of the plugin for operators who look after packets."""

    @command("packet-list", level="operator", aliases=("红包列表", "紅包列表"))
    def listed(
        self,
        ctx: Context,
        state: Literal["all", "open", "empty", "expired", "cancelled"] = "all",
        sender: MemberRef | None = None,
        days: Annotated[int, Range(0, 3650)] = 0,
        currency: Currency = "",
    ) -> None:
        """The packets of everybody, newest first; of a state, of a sender, of the last days, in a currency."""
        wanted = Search(
            state="" if state == "all" else state,
            sender=0 if sender is None else ctx.member_of(sender).id,
            currency=currency,
            since=ctx.instant - days * _DAY if days else 0,
        )
        ctx.answer(console_cards.listing(ctx, wanted))

    @button("list")
    def older(self, ctx: Context, state: str, sender: int, currency: str, since: int, before: int) -> None:
        """Turn a page of the list."""
        wanted = Search(state=state, sender=sender, currency=currency, since=since)
        ctx.answer(console_cards.listing(ctx, wanted, before))

    @command("packet-look", level="operator", aliases=("看红包", "看紅包"))
    def look(self, ctx: Context, number: Annotated[int, Range(1)]) -> None:
        """One packet: who gave it, what became of it, and a button to stop it."""
        _show(ctx, number)

    @button("stop")
    def stop(self, ctx: Context, number: int) -> None:
        """End a packet; a second tap changes nothing."""
        console.stop(ctx, number)
        _show(ctx, number)

    @command("packet-stats", level="operator", aliases=("红包统计", "紅包統計"))
    def stats(self, ctx: Context, member: MemberRef, currency: Currency = "") -> None:
        """What a member sent and took."""
        ctx.answer(console_cards.stats(ctx, ctx.member_of(member), currency or ctx.config.currency))

    @command("packet-days", level="operator", aliases=("红包日报", "紅包日報"))
    def by_day(self, ctx: Context, currency: Currency = "") -> None:
        """What went into packets day by day."""
        ctx.answer(console_cards.by_day(ctx, currency or ctx.config.currency))

    @button("days")
    def earlier(self, ctx: Context, currency: str, before: str) -> None:
        """Turn a page of the days."""
        ctx.answer(console_cards.by_day(ctx, currency, before))


def _show(ctx: Context, number: int) -> None:
    row = console.look(ctx, number)
    if row is None:
        raise Refusal("packet-gone")
    ctx.answer(console_cards.one(ctx, row))
