"""A referral comes of age: whether it counts, and what it pays; an operator may take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coterie.core.api import Context, Contribution, Member, Money, NotReversible, Refusal, to_instant
from coterie.plugins.referrals import cards, rules, service, sql
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.service import Referral

KIND = "referral"
"""The kind of contribution that a referral is for who brought somebody."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of a reward of a referral that was made void: of what was paid, so much was still there to take."""

    member: Member
    paid: Money
    taken: Money


def look(ctx: Context, referral: int) -> None:
    """The timer of a referral: it vests, is void, or is looked at again tomorrow.

    Records may have become one while the plugin was off: whether it is one that counts is asked here as well.
    """
    found = service.find(ctx, referral)
    if found is None or found.state != "waiting":
        return
    referrer, newcomer = ctx.find_member(found.referrer), ctx.find_member(found.newcomer)
    if referrer is None or newcomer is None:
        service.end(ctx, found, "void", "erased")
    elif referrer.id == newcomer.id:
        service.end(ctx, found, "void", "self")
    elif found in rules.superfluous(service.of_newcomer(ctx, newcomer)):
        service.end(ctx, found, "void", "twice")
    elif newcomer.left:
        service.end(ctx, found, "void", "left")
    elif meets_filter(ctx, newcomer):
        _vest(ctx, found, referrer, newcomer)
    elif ctx.instant >= found.due_at + rules.GIVEN_UP // rules.MILLISECOND:
        service.end(ctx, found, "void", "filter")
    else:
        ctx.timers.at(rules.AGAIN, service.VEST, key=found.id, referral=found.id)


def meets_filter(ctx: Context, newcomer: Member) -> bool:
    """Whether a newcomer meets ``counts_if``; raises :class:`ValueError` for a filter that cannot be read."""
    text = ctx.config.counts_if
    try:
        return not text or ctx.in_segment(newcomer, text)
    except Refusal as error:  # a mistake of the operators: the timer waits until they have mended it
        raise ValueError(f"counts_if = {text!r} is no filter: {error}") from error


def _vest(ctx: Context, found: Referral, referrer: Member, newcomer: Member) -> None:
    config: ReferralsConfig = ctx.config
    offered = bool(config.reward or config.reward_newcomer)
    pays = offered and _rewarded_today(ctx, referrer) < config.reward_most_per_day
    service.end(ctx, found, "vested")
    if pays:
        _pay(ctx, found, referrer, newcomer)
    ctx.emit(Contribution(key=f"referral:{found.id}", member=referrer.id, kind=KIND))
    ctx.send(referrer, cards.vested(ctx, referrer, newcomer, over=offered and not pays))
    if pays and config.reward_newcomer:
        ctx.send(newcomer, cards.welcomed(ctx, newcomer, referrer))


def _rewarded_today(ctx: Context, referrer: Member) -> int:
    begins = to_instant(ctx.community.day_begins(ctx.community.today()))
    row = ctx.sql.one(sql.REWARDED, community_id=ctx.community.id, member_id=referrer.id, since=begins)
    return 0 if row is None else int(row[0])


def _pay(ctx: Context, found: Referral, referrer: Member, newcomer: Member) -> None:
    """Pay both; the keys are made of the referral, whichever records its people have by now."""
    config: ReferralsConfig = ctx.config
    for reason, member, amount in (
        ("referral", referrer, config.reward),
        ("referred", newcomer, config.reward_newcomer),
    ):
        if amount:
            ctx.ledger.transfer(
                ctx.ledger.issuer(), member, amount, reason=reason, key=found.id, currency=config.currency
            )
    amounts = {"reward_": config.reward, "reward_newcomer_": config.reward_newcomer}
    ctx.sql.run(sql.PAID, community_id=ctx.community.id, id_=found.id, **amounts)


# -- what operators take back


def void(ctx: Context, newcomer: Member, reason: str) -> list[TakenBack]:
    """Make the referral of a newcomer void and take back what is left of its rewards.

    Raises :class:`Refusal` where none waits or counts.
    """
    standing = [each for each in service.of_newcomer(ctx, newcomer) if each.state != "void"]
    if not standing:
        raise Refusal("referral-void-none", name=newcomer.name)
    taken = []
    for each in standing:
        service.end(ctx, each, "void", "operator")
        taken += [_take_back(ctx, each, which, reason) for which in _paid(each)]
    return [each for each in taken if each is not None]


def _paid(found: Referral) -> list[Literal["referral", "referred"]]:
    paid: list[Literal["referral", "referred"]] = []
    if found.reward:
        paid.append("referral")
    if found.reward_newcomer:
        paid.append("referred")
    return paid


def _take_back(ctx: Context, found: Referral, which: Literal["referral", "referred"], reason: str) -> TakenBack | None:
    """Reverse one reward as far as it is still there; ``None`` for one that was taken back before."""
    booked = ctx.ledger.find(f"{which}:{found.id}")
    member = ctx.find_member(found.referrer if which == "referral" else found.newcomer)
    if booked is None or booked.reversed_by or member is None:
        return None
    try:
        amount = ctx.ledger.reverse(booked.id, reason="referral-void", note=reason, up_to=True).amount
    except NotReversible:  # nothing is left where it went
        amount = 0
    return TakenBack(member, Money(booked.amount, booked.currency), Money(amount, booked.currency))
