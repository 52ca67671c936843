"""What operators are shown of packets, each of them alone."""

from __future__ import annotations

from typing import Final

from coterie.core.api import Button, Card, Context, Field, Member, Money, Rich, join
from coterie.plugins.redpacket import console
from coterie.plugins.redpacket.console import Row, Search

PAGE: Final = 8
"""Packets on a page."""
DAYS: Final = 14
"""Days on a page."""


def listing(ctx: Context, wanted: Search, before: int = console.NEWEST) -> Card:
    """A page of packets, with a button to the next one."""
    page = console.search(ctx, wanted, before, PAGE)
    args: dict[str, int | str | bool] = {
        "state": wanted.state,
        "sender": wanted.sender,
        "currency": wanted.currency,
        "since": wanted.since,
        "before": page.before,
    }
    older = Button(ctx.t("packets-older"), do="list", args=args, only=ctx.member.id)
    return Card(
        title=ctx.t("console-title"),
        text=join([_line(ctx, row) for row in page.rows] or [ctx.t("console-none")], "\n"),
        buttons=((older,),) if page.before else (),
        footer=ctx.t("console-how"),
    )


def one(ctx: Context, row: Row) -> Card:
    """All that operators want to know of a packet, and a button to stop it."""
    stop = Button(ctx.t("console-stop"), do="stop", args={"number": row.number}, style="danger", only=ctx.member.id)
    fields = [
        Field(ctx.t("console-from"), _from(ctx, row), inline=False),
        Field(ctx.t("packet-total"), _money(ctx, row.total, row)),
        Field(
            ctx.t("packet-taken"), ctx.t("console-taken", money=Money(row.taken, row.currency), count=row.taken_count)
        ),
        Field(ctx.t("console-returned"), _money(ctx, row.refunded, row)),
        Field(ctx.t("console-made"), ctx.t("rain-at", when=ctx.community.local(row.created_at))),
    ]
    if row.ended_at is not None:
        fields.append(Field(ctx.t("console-ended"), ctx.t("rain-at", when=ctx.community.local(row.ended_at))))
    if row.reason:
        fields.append(Field(ctx.t("console-reason"), row.reason))
    return Card(
        title=ctx.t("verify-title", number=str(row.number)),
        text=ctx.t(f"console-{row.state}"),
        fields=tuple(fields),
        buttons=((stop,),) if row.state == "open" else (),
    )


def stats(ctx: Context, member: Member, currency: str) -> Card:
    """What a member sent and took."""
    found = console.stats_of(ctx, member, currency)

    def money(amount: int) -> Rich:
        return ctx.t("packet-money", money=Money(amount, currency))

    def times(count: int, amount: int) -> Rich:
        return ctx.t("packets-sum", count=count, money=Money(amount, currency))

    return Card(
        title=ctx.t("stats-title", name=member.name),
        fields=(
            Field(ctx.t("stats-sent"), times(found.packets, found.sent)),
            Field(ctx.t("stats-given"), money(found.given)),
            Field(ctx.t("stats-returned"), money(found.returned)),
            Field(ctx.t("stats-to-others"), money(found.to_others)),
            Field(ctx.t("stats-claimed"), times(found.claims, found.claimed)),
            Field(ctx.t("stats-best"), money(found.best)),
            Field(ctx.t("stats-luckiest"), ctx.t("stats-times", count=found.luckiest)),
        ),
    )


def by_day(ctx: Context, currency: str, before: str = "9999-12-31") -> Card:
    """What went into packets day by day."""
    found = console.by_day(ctx, currency, before, DAYS + 1)
    lines = [
        ctx.t("days-line", day=each.day, count=each.packets, money=Money(each.amount, currency))
        for each in found[:DAYS]
    ]
    last = found[DAYS - 1].day.isoformat() if len(found) > DAYS else ""
    older = Button(ctx.t("packets-older"), do="days", args={"currency": currency, "before": last}, only=ctx.member.id)
    return Card(
        title=ctx.t("days-title"),
        text=join(lines or [ctx.t("console-none")], "\n"),
        buttons=((older,),) if last else (),
    )


def _line(ctx: Context, row: Row) -> Rich:
    return ctx.t(
        f"packets-line-{row.state}",
        number=str(row.number),
        when=ctx.community.local(row.created_at),
        money=Money(row.total, row.currency),
        taken=row.taken_count,
        count=row.count,
    )


def _from(ctx: Context, row: Row) -> Rich:
    """Who gave it; operators see through anonymity, as the page about packets says."""
    found = ctx.find_member(row.sender_id)
    name = "?" if found is None else found.name
    if row.origin == "member":
        return ctx.t("console-anonymous", name=name) if row.anonymous else name
    return ctx.t(f"console-{row.origin}", source=row.origin_name, name=name)


def _money(ctx: Context, amount: int, row: Row) -> Rich:
    return ctx.t("packet-money", money=Money(amount, row.currency))
