"""Climbing: new levels, tiers that begin, and tiers that end after notice and grace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from coterie.core.api import Context, Member
from coterie.plugins.levels import cards, rules
from coterie.plugins.levels.boards import score_of
from coterie.plugins.levels.config import LevelsConfig, Tier
from coterie.plugins.levels.rules import Facts
from coterie.plugins.levels.sql import ALL, MEMBER, RECENT, SET_LEVEL, SET_TIER

DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Rung:
    """Where a member stands: the tier's name, the day on which it ends (empty: it does not), whether they were told."""

    tier: str
    ends_on: str
    told: bool


def rise(ctx: Context, member: Member, before: int, after: int, *, look: bool, quiet: bool = False) -> None:
    """What follows from more XP: points for new levels, a higher tier, and one line that tells of both.

    ``look`` asks for conditions beside XP too; otherwise a tier is looked at only when XP passed what one asks for.
    ``quiet`` leaves the line out.
    """
    config: LevelsConfig = ctx.config
    level = rules.level_of(config.curve, after)
    old = rules.level_of(config.curve, before)
    if level != old:
        ctx.sql.run(SET_LEVEL, community_id=ctx.community.id, member=member.id, level=level)
    if config.level_points:
        for reached in range(old + 1, level + 1):
            ctx.ledger.grant(member, config.level_points, reason="level", key=reached)
    tier: Tier | None = None
    if config.tiers and (look or rules.crosses(config.tiers, config.curve, before, after)):
        tier = _promote(ctx, member, after)
    told = level if level // config.announce_every > old // config.announce_every else 0
    if (told or tier is not None) and not quiet:
        _announce(ctx, member, told, tier)


def sink(ctx: Context, member: Member, xp: int) -> None:
    """What follows at once from less XP: the level. A tier ends by the daily review, after notice and grace."""
    level = rules.level_of(ctx.config.curve, xp)
    ctx.sql.run(SET_LEVEL, community_id=ctx.community.id, member=member.id, level=level)


def _announce(ctx: Context, member: Member, level: int, tier: Tier | None) -> None:
    config: LevelsConfig = ctx.config
    place = ctx.event.where
    if config.announce == "off":
        return
    if config.announce == "room" and place is not None and place.kind != "dm":
        ctx.send(place, cards.risen_room(ctx, member, level, tier))
    else:
        ctx.send(member, cards.risen(ctx, member, level, tier))


# -- tiers


def facts_of(ctx: Context, member: Member, xp: int, since: int) -> Facts:
    """What tiers ask of a member; what none of them asks for is not looked up."""
    config: LevelsConfig = ctx.config
    recent = 0
    if any(tier.recent for tier in config.tiers):
        first, last = recent_boards(config, ctx.community.today())
        row = ctx.sql.one(RECENT, community_id=ctx.community.id, member_id=member.id, first=first, last=last)
        recent = int(row[0]) if row else 0
    return made_facts(ctx, xp, recent, since, spent_by(ctx, [member.id]).get(member.id, 0))


def spent_by(ctx: Context, members: Sequence[int]) -> dict[int, int]:
    """What members have spent, if any tier asks."""
    return ctx.ledger.spent(members) if any(tier.spent for tier in ctx.config.tiers) else {}


def made_facts(ctx: Context, xp: int, recent: int, since: int, spent: int) -> Facts:
    """What tiers ask of a member, from what rows say."""
    config: LevelsConfig = ctx.config
    return Facts(xp, rules.level_of(config.curve, xp), recent, spent, max(0, ctx.instant - since) // DAY)


def recent_boards(config: LevelsConfig, today: date) -> tuple[str, str]:
    """The first and the last of the boards of the days that count as recent."""
    return rules.day_board(today - timedelta(days=config.recent_days - 1)), rules.day_board(today)


def _promote(ctx: Context, member: Member, xp: int) -> Tier | None:
    """The higher tier that a member has reached just now, if any."""
    row = ctx.sql.one(MEMBER, community_id=ctx.community.id, member_id=member.id)
    if row is None:
        return None
    _, name, ends_on, told, since = row
    return review(ctx, member, Rung(name, ends_on, bool(told)), facts_of(ctx, member, xp, since))


def review(ctx: Context, member: Member, rung: Rung, facts: Facts) -> Tier | None:
    """Bring a member's tier up to date: a higher one begins at once and is returned; a lower one only when the time of
    grace is over, after a notice.
    """
    config: LevelsConfig = ctx.config
    tiers, today = config.tiers, ctx.community.today()
    old, new = rules.place_of(tiers, rung.tier), rules.best_tier(tiers, facts)
    if new > old or (old < 0 and rung.tier):  # the latter is not in the configuration any more
        _change(ctx, member, new)
        return tiers[new] if new > old else None
    if new == old:
        if rung.ends_on:
            _set(ctx, member, rung.tier)
        align(ctx, member, old)
        return None
    ends_on = rung.ends_on or (today + timedelta(days=config.grace)).isoformat()
    if ends_on <= today.isoformat():
        _change(ctx, member, new)
        ctx.send(member, cards.lapsed(ctx, member, tiers[old], tiers[new] if new >= 0 else None))
        return None
    due = date.fromisoformat(ends_on) - timedelta(days=config.notice) <= today
    if due and not rung.told:
        ctx.send(member, cards.notice(ctx, member, tiers[old], date.fromisoformat(ends_on)))
    if (ends_on, due or rung.told) != (rung.ends_on, rung.told):
        _set(ctx, member, rung.tier, ends_on, told=due or rung.told)
    return None


def settled(config: LevelsConfig, rung: Rung, facts: Facts) -> bool:
    """Whether a review would find nothing to do."""
    if rung.ends_on or any(tier.access for tier in config.tiers):
        return False
    place = rules.best_tier(config.tiers, facts)
    return rung.tier == (config.tiers[place].name if place >= 0 else "")


def _change(ctx: Context, member: Member, place: int) -> None:
    """Move a member to a tier (-1: to none), with what it and those below it give."""
    tiers: tuple[Tier, ...] = ctx.config.tiers
    _set(ctx, member, tiers[place].name if place >= 0 else "")
    align(ctx, member, place)


def _set(ctx: Context, member: Member, tier: str, ends_on: str = "", *, told: bool = False) -> None:
    ctx.sql.run(SET_TIER, community_id=ctx.community.id, member=member.id, tier=tier, ends_on=ends_on, told=int(told))


def align(ctx: Context, member: Member, place: int) -> None:
    """Give a member what the tiers up to one give (-1: none), and end what else came from here."""
    tiers: tuple[Tier, ...] = ctx.config.tiers
    known = ctx.grants.accesses()
    wanted = {(access, tier.name) for tier in tiers[: place + 1] for access in tier.access if access in known}
    given = {(grant.access, grant.source) for grant in ctx.grants.of(member) if grant.plugin == ctx.plugin}
    # Given first, ended last: an access that only changes its source is never lost in between.
    for access, source in sorted(wanted - given):
        ctx.grants.give(member, access, source=source, reason=f"tier {source}")
    for access, source in sorted(given - wanted):
        ctx.grants.end(member, access, source=source, reason=f"tier {source} ended")


def xp_of(ctx: Context, member: Member) -> int:
    """A member's XP in all."""
    return score_of(ctx, ALL, member.id)[1]
