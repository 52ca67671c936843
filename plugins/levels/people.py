"""What the tables keep about members, and what follows when records become one, come apart or are erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select

from coterie.core.api import Condition, Context, Member, MemberTable, SegmentField, SegmentScope
from coterie.plugins.levels import boards, ladder, rules, service
from coterie.plugins.levels.ladder import Rung
from coterie.plugins.levels.models import credits, members, messages, prizes, reactions, scores, tallies
from coterie.plugins.levels.sql import ALL, BOOST, MEMBER, SET_SETTING

TABLES: Final = (
    MemberTable(members, unite={"hidden": "max", "since": "min"}),
    MemberTable(scores, unite={"xp": "sum", "tally": "sum"}),
    MemberTable(tallies, unite={"xp": "sum", "times": "sum", "last_at": "max"}),
    MemberTable(messages),
    MemberTable(reactions, "reactor_id"),
    MemberTable(reactions, "author_id", export=False),
    MemberTable(prizes, unite={"amount": "sum", "rank": "min"}),
    MemberTable(credits),
    MemberTable(credits, "actor_id", merge="stay", erase="keep", scrub=("note",), export=False),
)


def merged(ctx: Context, identifier: int) -> None:
    """The rows of a member have been united with others, or are their own again: counts, level and tier follow."""
    member = ctx.find_member(identifier)
    if member is None:
        return
    service.show(ctx, member)
    row = ctx.sql.one(MEMBER, community_id=ctx.community.id, member_id=member.id)
    if row is None:
        return
    _, tier, ends_on, told, since = row
    xp = ladder.xp_of(ctx, member)
    ladder.sink(ctx, member, xp)
    ladder.review(ctx, member, Rung(tier, ends_on, bool(told)), ladder.facts_of(ctx, member, xp, since))


def parted(ctx: Context, kept: int, gone: int) -> None:
    """What had been united is two records' again."""
    boards.come_back(ctx, gone)
    merged(ctx, kept)
    merged(ctx, gone)


def forget(ctx: Context, member: Member) -> None:
    """Take a member off the boards and their counts, and end what tiers gave them."""
    boards.settle(ctx, member.id, shown=False)
    ladder.align(ctx, member, -1)


def set_boost(ctx: Context, percent: int, lasts: timedelta) -> None:
    """Multiply all XP by so many percent for a while."""
    until = ctx.instant + lasts // timedelta(milliseconds=1)
    ctx.sql.run(SET_SETTING, community_id=ctx.community.id, name=BOOST, value=percent, until=until, day="")


# -- filters for people


def segment_fields() -> tuple[SegmentField, ...]:
    """XP in all, the level, and the tier by its short name."""
    return (
        SegmentField("xp", "number", _xp, default=0),
        SegmentField("level", "number", _level, default=0),
        SegmentField("tier", "text", _tier),
    )


def _xp(scope: SegmentScope) -> Select[Any]:
    return select(scores.c.member_id, scores.c.xp).where(
        scores.c.community_id == scope.community, scores.c.board == ALL
    )


def _level(scope: SegmentScope) -> Select[Any]:
    return select(members.c.member_id, members.c.level).where(members.c.community_id == scope.community)


def _tier(scope: SegmentScope) -> Select[Any]:
    return select(members.c.member_id, func.lower(members.c.tier)).where(
        members.c.community_id == scope.community, members.c.tier != ""
    )


# -- what packets and prizes may ask


def conditions() -> tuple[Condition, ...]:
    """At least a level; at least a tier, by its short name."""
    return (
        Condition("level", "level>={}", takes="number", aliases=("等级", "等級")),
        Condition("tier", meets=_has_tier, takes="text", aliases=("段位",)),
    )


def _has_tier(ctx: Context, member: Member, wanted: str) -> bool:
    """Whether a member is in this tier or in a higher one; nobody is in one that the configuration does not have."""
    tiers = ctx.config.tiers
    lowest = rules.place_of(tiers, wanted)
    row = ctx.sql.one(MEMBER, community_id=ctx.community.id, member_id=member.id)
    return row is not None and 0 <= lowest <= rules.place_of(tiers, row[1])
