"""What follows for referrals when people leave, become one or are erased, and what filters and packets may ask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from coterie.core.api import Condition, Context, Member, SegmentField, SegmentScope
from coterie.plugins.referrals import rules, service, sql
from coterie.plugins.referrals.models import referrals

# -- what happens to people


def left(ctx: Context, member: Member) -> None:
    """Somebody is in no space any more: whoever brought them brought them for nothing, also if they come back."""
    for each in service.of_newcomer(ctx, member):
        if each.state == "waiting":
            service.end(ctx, each, "void", "left")


def merged(ctx: Context, identifier: int) -> None:
    """Two records are one person: nobody brings themselves, and nobody is brought twice.

    What has vested stays as it was. What is void now stays void when the merge is undone.
    """
    member = ctx.find_member(identifier)
    if member is None:
        return
    for each in service.waiting_of(ctx, member):
        if each.newcomer == member.id:
            service.end(ctx, each, "void", "self")
    for each in rules.superfluous(service.of_newcomer(ctx, member)):
        service.end(ctx, each, "void", "twice")


def forget(ctx: Context, member: Member) -> None:
    """Somebody is erased: as a newcomer they are forgotten unless they count; whom they brought and who waits is not
    brought by anybody any more.
    """
    for each in service.of_newcomer(ctx, member):
        if each.state != "vested":
            service.drop(ctx, each)
    for each in service.waiting_of(ctx, member):
        service.end(ctx, each, "void", "erased")


# -- filters for people


def segment_fields() -> tuple[SegmentField, ...]:
    """How many referrals of a member have vested."""
    return (SegmentField("referrals", "number", _vested, default=0, aliases=("邀请数", "邀請數")),)


def _vested(scope: SegmentScope) -> Select[Any]:
    each = referrals.c
    wanted = [each.community_id == scope.community, each.state == sql.VESTED, sql.NOT_ONESELF]
    if scope.member is not None:
        wanted.append(each.referrer_id == scope.member)
    return select(each.referrer_id, func.count().label("number")).where(*wanted).group_by(each.referrer_id)


# -- what packets and prizes may ask


def conditions() -> tuple[Condition, ...]:
    """At least so many vested referrals; having been brought by somebody."""
    return (
        Condition("referrals", "referrals>={}", takes="number", aliases=("邀请数", "邀請數")),
        Condition("referred", meets=_was_brought, aliases=("被邀请", "被邀請")),
    )


def _was_brought(ctx: Context, member: Member, _value: str) -> bool:
    """Whether somebody else brought a member; vested or not, but not void."""
    found = service.of_newcomer(ctx, member)
    return any(each.state != "void" and each.referrer != member.id for each in found)
