"""State → message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from coterie.core.api import Button, Card, Context, Field, Member, Money, Rich, code, join, made_at, to_datetime
from coterie.plugins.referrals import service
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.service import Referral

if TYPE_CHECKING:
    from coterie.plugins.referrals.vesting import TakenBack

SHOWN: Final = 10
"""How many referrers, or referrals of one, operators see at once."""


def own(ctx: Context, own_code: str) -> Card:
    """A member's code, what to do with it, and what has come of it."""
    config: ReferralsConfig = ctx.config
    counts = service.counts_of(ctx, ctx.member)
    lines: list[Rich] = [
        ctx.t("referral-how", within=config.claim_within),
        code(f"/referred {own_code}"),
        ctx.t("referral-counts", count=counts.vested + counts.waiting, vested=counts.vested, waiting=counts.waiting),
    ]
    lines += _promise(ctx, config)
    return Card(
        title=ctx.t("referral-title", code=own_code),
        text=join(lines, "\n"),
        buttons=() if ctx.in_dm else ((_share(ctx),),),
    )


def _share(ctx: Context) -> Button:
    """Shows this room an invitation; the button itself may be in a direct chat, where private answers have to go."""
    return Button(ctx.t("referral-show"), do="show", args={"channel": ctx.channel_id()}, only=ctx.member.id)


def _promise(ctx: Context, config: ReferralsConfig) -> list[Rich]:
    """What a referral that counts brings the referrer, if anything."""
    if not config.reward or not config.reward_most_per_day:
        return []
    money = Money(config.reward, config.currency)
    return [ctx.t("referral-reward", money=money, after=config.vests_after, most=config.reward_most_per_day)]


def invitation(ctx: Context, own_code: str) -> Card:
    """What a member shows a room, for newcomers to tap."""
    config: ReferralsConfig = ctx.config
    name = ctx.member.name
    return Card(
        text=ctx.t_room("referral-invitation", name=name, within=config.claim_within),
        buttons=((Button(ctx.t_room("referral-brought-me", name=name), do="brought", args={"code": own_code}),),),
    )


def claimed(ctx: Context, referrer: Member) -> Card:
    """What a newcomer reads whose word was taken."""
    config: ReferralsConfig = ctx.config
    return Card(text=ctx.t("referred-done", name=referrer.name, after=config.vests_after), tone="good")


def vested(ctx: Context, referrer: Member, newcomer: Member, *, over: bool) -> Card:
    """What a referrer reads when a referral counts; ``over`` when the day's rewards had been given out."""
    config: ReferralsConfig = ctx.config
    lines: list[Rich] = [ctx.t_for(referrer, "referral-vested", name=newcomer.name)]
    if over:
        lines.append(ctx.t_for(referrer, "referral-vested-over", most=config.reward_most_per_day))
    elif config.reward:
        lines.append(ctx.t_for(referrer, "referral-vested-paid", money=Money(config.reward, config.currency)))
    return Card(text=join(lines, "\n"), tone="good")


def welcomed(ctx: Context, newcomer: Member, referrer: Member) -> Card:
    """What a newcomer reads who is rewarded for having stayed."""
    config: ReferralsConfig = ctx.config
    money = Money(config.reward_newcomer, config.currency)
    return Card(text=ctx.t_for(newcomer, "referred-paid", name=referrer.name, money=money), tone="good")


# -- for operators


def overview(ctx: Context) -> Card:
    """The community's referrals: how many, and who brought the most people."""
    totals, best = service.totals(ctx), service.top(ctx, SHOWN)
    lines: list[Rich] = [
        ctx.t("referrals-line", number=number, name=member.name, vested=vested, waiting=count - vested)
        for number, (member, vested, count) in enumerate(best, 1)
    ]
    return Card(
        title=ctx.t("referrals-title"),
        text=ctx.t("referrals-totals", vested=totals.vested, waiting=totals.waiting, void=totals.void),
        fields=(Field(ctx.t("referrals-top"), join(lines, "\n"), inline=False),) if lines else (),
    )


def of_member(ctx: Context, member: Member) -> Card:
    """One member's referrals with their states, and who brought the member."""
    counts = service.counts_of(ctx, member)
    brought = [_line(ctx, each, each.newcomer) for each in service.of_referrer(ctx, member, SHOWN)]
    by = [_line(ctx, each, each.referrer) for each in service.of_newcomer(ctx, member)]
    fields = [
        Field(ctx.t(key), join(lines, "\n"), inline=False)
        for key, lines in (("referrals-brought", brought), ("referrals-by", by))
        if lines
    ]
    return Card(
        title=ctx.t("referrals-of", name=member.name),
        text=ctx.t("referrals-totals", vested=counts.vested, waiting=counts.waiting, void=counts.void),
        fields=tuple(fields),
    )


def _line(ctx: Context, referral: Referral, other: int) -> Rich:
    """A referral as one line that names its other side."""
    member = ctx.find_member(other)
    name = "–" if member is None else member.name
    at = to_datetime(made_at(referral.id))
    if referral.state == "waiting":
        return ctx.t("referrals-waiting", name=name, at=at, due=to_datetime(referral.due_at))
    if referral.state == "vested":
        return ctx.t("referrals-vested", name=name, at=at)
    return ctx.t("referrals-void", name=name, at=at, why=ctx.t(f"referrals-why-{referral.why}"))


def voided(ctx: Context, newcomer: Member, taken: Sequence[TakenBack]) -> Card:
    """What an operator reads who made a referral void: what was taken back, and what was gone already."""
    lines: list[Rich] = [ctx.t("referral-void-done", name=newcomer.name)]
    for each in taken:
        key = "referral-void-taken" if each.taken == each.paid else "referral-void-short"
        lines.append(ctx.t(key, name=each.member.name, taken=each.taken, paid=each.paid))
    return Card(text=join(lines, "\n"), tone="good" if all(each.taken == each.paid for each in taken) else "warn")
