"""Who brings whom in a simulation, rightly and wrongly, and what has to be true of referrals at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final, get_args

from sqlalchemy import bindparam, func, literal_column, select

from coterie.core.api import Context, Member, Statement, is_code
from coterie.plugins.referrals import service
from coterie.plugins.referrals.models import codes, referrals
from coterie.plugins.referrals.rules import MILLISECOND, State
from coterie.plugins.referrals.service import Referral

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

LOOKED_AT: Final = 8
"""The newest referrals and codes that are looked at."""
OVERDUE: Final = timedelta(days=1) // MILLISECOND
"""How late the timer of a referral may be, in milliseconds: the process or its store may be away."""
SHOW: Final = "Show it here"
BROUGHT: Final = " brought me"
"""What stands on the buttons."""

_b = bindparam
_r = referrals.c
TWICE: Final = Statement(
    select(_r.newcomer_id, func.count())
    .where(_r.community_id == _b("community_id"), _r.state != literal_column("'void'"))
    .group_by(_r.newcomer_id)
    .having(func.count() > literal_column("1"))
    .limit(_b("most"))
)
CODES: Final = Statement(
    select(codes.c.code, codes.c.member_id)
    .where(codes.c.community_id == _b("community_id"))
    .order_by(codes.c.at.desc(), codes.c.code)
    .limit(_b("most"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """People ask for their code, show it, tap what others (or they themselves) have shown, type wrong ones; newcomers
    leave and come back; operators look and make void; days pass, in which referrals vest.
    """
    rng = view.rng
    name = rng.choice(view.people)
    yield f"{name}: {rng.choice(('/referral', '/referral', '/referred ZZZZZZZZ'))}"
    for each in view.people:
        for label in view.buttons(each):
            if label == SHOW or label.endswith(BROUGHT):
                yield f"{'duplicate ' if rng.random() < 0.1 else ''}{each}: [{label}]"
    if view.present and rng.random() < 0.2:
        yield f"{rng.choice(view.present)} leaves"
    yield from (f"{each} joins" for each in view.people if each not in view.present)
    if view.operators and rng.random() < 0.5:
        operator, other = rng.choice(view.operators), rng.choice(view.people).partition("@")[0]
        yield rng.choice(
            (
                f"{operator}: /referrals",
                f"{operator}: /referrals {other}",
                f"{operator}: /referral-void {other} so be it",
            )
        )
    if rng.random() < 0.3:
        yield f"wait {rng.choice(('1d', '3d', '7d'))}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself, the timers or the ledger in the newest referrals, codes and wrong tries.

    Four statements, and a few look-ups for each of the newest referrals, however many there are.
    """
    here = {"community_id": ctx.community.id, "most": LOOKED_AT}
    for place, each in enumerate(service.newest(ctx, LOOKED_AT)):
        yield from _referral(ctx, each)
        if not place:
            yield from _counted(ctx, each)
    for identifier, count in ctx.sql.all(TWICE, **here):
        member = ctx.find_member(identifier)
        if member is not None and not ctx.merges_of(member):  # who became one had been brought each
            yield f"{member.name} was brought {count} times"
    for code, identifier in ctx.sql.all(CODES, **here):
        member = ctx.find_member(identifier)
        if not is_code(code):
            yield f"a code is {code!r}, which is none"
        if member is not None and member.id != identifier:
            yield f"a code belongs to record {identifier}, which is {member.name}’s by now"
    yield from service.wrong_codes.problems(ctx)


def _referral(ctx: Context, found: Referral) -> Iterator[str]:
    """One referral: its state, its timer, its people and its rewards."""
    if found.state not in get_args(State):
        yield f"referral {found.id} is {found.state!r}, which is no state"
    waits = found.state == "waiting"
    if waits != (found.ended_at is None):
        yield f"referral {found.id} is {found.state}, and its end is written down as {found.ended_at}"
    if found.vested_at is None and (found.state == "vested" or found.reward or found.reward_newcomer):
        yield f"referral {found.id} is {found.state}, and when it vested is not written down"
    if (found.state == "void") != bool(found.why):
        yield f"referral {found.id} is {found.state}, for the reason {found.why!r}"
    if waits != (ctx.timers.due(service.VEST, key=found.id) is not None):
        yield f"referral {found.id} is {found.state}, and {'nothing will' if waits else 'something would'} look at it"
    newcomer = ctx.find_member(found.newcomer)
    for identifier, member in ((found.referrer, ctx.find_member(found.referrer)), (found.newcomer, newcomer)):
        if member is not None and member.id != identifier:
            yield f"referral {found.id} names record {identifier}, which is {member.name}’s by now"
    if newcomer is not None and found.referrer == found.newcomer:
        yield from _brought_oneself(ctx, found, newcomer)
    yield from _paid(ctx, found, "referral", found.reward)
    yield from _paid(ctx, found, "referred", found.reward_newcomer)


def _brought_oneself(ctx: Context, found: Referral, member: Member) -> Iterator[str]:
    """Both sides are one person, which only a merge can do, and after which nothing waits; while the plugin was off, it
    goes on until it would have vested.
    """
    waits_on = found.state == "waiting" and ctx.instant > found.due_at + OVERDUE
    if waits_on or not ctx.merges_of(member):
        yield f"{member.name} brought nobody but themselves, and referral {found.id} is {found.state}"


def _paid(ctx: Context, found: Referral, reason: str, amount: int) -> Iterator[str]:
    """One side's reward: what is written down is what was paid."""
    booked = ctx.ledger.find(f"{reason}:{found.id}")
    paid = 0 if booked is None else booked.amount
    if paid != amount:
        yield f"referral {found.id} paid {paid} as {reason}, and {amount} is written down"
    if amount and found.state == "waiting":
        yield f"referral {found.id} waits, and {amount} was paid for it"


def _counted(ctx: Context, found: Referral) -> Iterator[str]:
    """What the referrer reads as vested is what filters count."""
    referrer = ctx.find_member(found.referrer)
    if referrer is None or referrer.id != found.referrer:
        return
    shown = service.counts_of(ctx, referrer).vested
    rows = service.of_referrer(ctx, referrer, 10_000)
    counted = sum(each.state == "vested" and each.newcomer != each.referrer for each in rows)
    if shown != counted or not ctx.in_segment(referrer, f"referrals={counted}"):
        yield f"{referrer.name} is told of {shown} referrals that count, and has {counted}"
