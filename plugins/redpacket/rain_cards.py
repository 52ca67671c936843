"""What people are shown of rains, each of them alone."""

from __future__ import annotations

from typing import Final

from coterie.core.api import Button, Card, Context, Field, Money, Rich, join, read_duration
from coterie.plugins.redpacket import rains, schedule
from coterie.plugins.redpacket.rains import Rain

PAGE: Final = 8
"""Rains on a page."""
NEWEST: Final = 2**63 - 1


def started(ctx: Context, found: Rain, key: str = "rain-started") -> Card:
    """A rain begins, goes on, or falls somewhere else, too."""
    told = [
        ("rain-each", ctx.t("rain-packet", money=Money(found.total, found.currency), count=found.count)),
        ("rain-when", _rhythm(ctx, found)),
        ("rain-next", _next(ctx, found)),
        ("rain-pays", _payer(ctx, found)),
    ]
    if found.per_day:
        told.append(("rain-per-day", ctx.t("packet-money", money=Money(found.per_day, found.currency))))
    if found.ends_at is not None:
        told.append(("rain-ends", ctx.t("rain-at", when=ctx.community.local(found.ends_at))))
    return Card(
        title=ctx.t(key, number=str(found.number)),
        fields=tuple(Field(ctx.t(name), value, inline=False) for name, value in told),
        footer=ctx.t("rain-how", number=str(found.number)),
    )


def listing(ctx: Context, before: int = NEWEST) -> Card:
    """The acting member's rains, for an operator everybody's, newest first; a page from behind a rain's id."""
    operator = ctx.member.standing == "operator"
    found = rains.newest(ctx, None if operator else ctx.member, before, PAGE + 1)
    last = found[PAGE - 1].id if len(found) > PAGE else 0
    older = Button(ctx.t("packets-older"), do="rains", args={"before": last}, only=ctx.member.id)
    return Card(
        title=ctx.t("rains-all" if operator else "rains-mine"),
        text=join([_line(ctx, each) for each in found[:PAGE]] or [ctx.t("rains-none")], "\n\n"),
        buttons=((older,),) if last else (),
    )


def _line(ctx: Context, found: Rain) -> Rich:
    """A rain in two lines: what it is, and how it stands."""
    head = ctx.t(
        "rains-line",
        number=str(found.number),
        when=_rhythm(ctx, found),
        money=Money(found.total, found.currency),
        count=found.count,
        payer=_payer(ctx, found),
    )
    given = Money(found.given, found.currency)
    state = "short" if found.state == "on" and found.said else found.state
    standing = ctx.t(f"rains-{state}", sent=found.sent, money=given, next=_next(ctx, found))
    return join([head, standing], "\n")


def _next(ctx: Context, found: Rain) -> Rich:
    due = rains.next_of(ctx, found)
    return "–" if due is None else ctx.t("rain-at", when=ctx.community.local(due))


def _rhythm(ctx: Context, found: Rain) -> Rich:
    if schedule.time_of_day(found.every):
        return ctx.t("rain-daily", time=found.every)
    lasts = read_duration(found.every)
    return ctx.t("rain-cron", cron=found.every) if lasts is None else ctx.t("rain-every-so-often", lasts=lasts)


def _payer(ctx: Context, found: Rain) -> Rich:
    if found.origin == "budget":
        return ctx.t("rain-budget", name=found.origin_name)
    owner = ctx.find_member(found.owner_id)
    return "?" if owner is None else owner.name
