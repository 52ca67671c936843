"""Levels from XP, XP from deeds, and the buckets that ranks are counted in. Pure functions of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from coterie.plugins.levels.config import Curve, Tier

PRECISION: Final = 6
"""Bits: scores below 2 · 2⁶ have a bucket of their own, above that a bucket spans less than 1/64 of its scores."""
_FINE: Final = 2 << PRECISION


@dataclass(frozen=True, slots=True)
class Progress:
    """A level and the way to the next one: ``into`` of ``needed`` XP; at the last level ``needed`` is 0."""

    level: int
    into: int
    needed: int

    @property
    def percent(self) -> int:
        """How much of the way is done, 0 to 100."""
        return self.into * 100 // self.needed if self.needed else 100


@dataclass(frozen=True, slots=True)
class Facts:
    """What tiers ask for: XP in all and of late, the level, points spent, days as a member."""

    xp: int
    level: int
    recent: int
    spent: int
    days: int


def xp_for(curve: Curve, level: int) -> int:
    """The XP at which a level begins; level 0 begins at 0.

    Summing ``square·k² + linear·k + base`` over the levels k below it; with 5, 50 and 100 this is the curve that MEE6
    made common (github.com/Mee6/Mee6-documentation, docs/levels_xp.md).
    """
    n = level
    return curve.square * ((n - 1) * n * (2 * n - 1) // 6) + curve.linear * (n * (n - 1) // 2) + curve.base * n


def level_of(curve: Curve, xp: int) -> int:
    """The level that so much XP reaches; more XP never reaches a lower one."""
    low, high = 0, curve.top
    while low < high:
        middle = (low + high + 1) // 2
        if xp_for(curve, middle) <= xp:
            low = middle
        else:
            high = middle - 1
    return low


def progress(curve: Curve, xp: int) -> Progress:
    """The level and how far it is to the next."""
    level = level_of(curve, xp)
    begins = xp_for(curve, level)
    needed = 0 if level >= curve.top else xp_for(curve, level + 1) - begins
    return Progress(level, xp - begins, needed)


# -- earning


def diminished(xp: int, times: int, full: int) -> int:
    """What a deed earns after ``times`` others that day: all for the first ``full``, half for as many more, and so
    on; ``full`` 0 never diminishes.
    """
    return xp >> min(times // full, 63) if full else xp


def many_messages(xp: int, before: int, count: int, full: int) -> int:
    """What so many messages of a day earn after so many ``before`` them."""
    if not full:
        return xp * count
    earned, number, end = 0, before, before + count
    while number < end and xp >> min(number // full, 63):
        stop = min(end, (number // full + 1) * full)
        earned += diminished(xp, number, full) * (stop - number)
        number = stop
    return earned


def damped(xp: int, likeness: int, similar: int, same: int) -> int:
    """What a message earns that is so many percent like an earlier one: all below ``similar``, nothing from ``same``
    on, and in between in proportion.
    """
    if likeness >= same:
        return 0
    return xp if likeness <= similar else xp * (same - likeness) // (same - similar)


def scaled(xp: int, percents: Sequence[int]) -> int:
    """XP after every multiplier, in percent, rounded down once."""
    for percent in percents:
        xp *= percent
    return int(xp // 100 ** len(percents))


def room_left(amount: int, before: int, cap: int) -> int:
    """As much of an amount as a daily cap leaves after what came before; a cap of 0 is none."""
    return max(0, min(amount, cap - before)) if cap else amount


# -- tiers


def holds(tier: Tier, facts: Facts) -> bool:
    """Whether a tier's conditions hold."""
    asked = (
        (tier.xp, facts.xp),
        (tier.level, facts.level),
        (tier.recent, facts.recent),
        (tier.spent, facts.spent),
        (tier.days, facts.days),
    )
    met = [has >= wants for wants, has in asked if wants]
    return all(met) if tier.match == "all" else any(met)


def best_tier(tiers: Sequence[Tier], facts: Facts) -> int:
    """The place of the highest tier whose conditions hold, -1 for none."""
    return max((place for place, tier in enumerate(tiers) if holds(tier, facts)), default=-1)


def place_of(tiers: Sequence[Tier], name: str) -> int:
    """The place of a tier by name, -1 where there is none of this name (any more)."""
    return next((place for place, tier in enumerate(tiers) if tier.name == name), -1)


def crosses(tiers: Sequence[Tier], curve: Curve, before: int, after: int) -> bool:
    """Whether XP passed what some tier asks for."""
    return any(
        before < wanted <= after
        for tier in tiers
        for wanted in (tier.xp, xp_for(curve, tier.level) if tier.level else 0)
    )


# -- seasons


def shares(prizes: Sequence[int], scores: Sequence[int]) -> list[int]:
    """What each of the best gets, highest score first: those with the same score share the prizes of their places,
    rounded down.
    """
    given: list[int] = []
    while len(given) < len(scores):
        place = len(given)
        tied = sum(score == scores[place] for score in scores)
        given += [sum(prizes[place : place + tied]) // tied] * tied
    return given


# -- boards


def day_board(day: date) -> str:
    """The board of a community day."""
    return f"d{day.isoformat()}"


def week_board(day: date) -> str:
    """The board of the ISO 8601 week (Monday to Sunday) that a community day is in."""
    year, week, _ = day.isocalendar()
    return f"w{year}-W{week:02d}"


def season_board(season: int) -> str:
    """The board of a season by its id."""
    return f"s{season}"


def wholes(today: date, season: int | None) -> list[tuple[str, str]]:
    """The boards of these days, each with the one that counts the same and more (empty: that of all time), the greater
    ones first.

    Yesterday and tomorrow are among them: the clock may be put back.
    """
    days = [today + timedelta(days=each) for each in (-1, 0, 1)]
    found = [(week_board(day), "") for day in days] + [(day_board(day), week_board(day)) for day in days]
    return found if season is None else [(season_board(season), ""), *found]


def bucket_of(score: int) -> int:
    """The bucket that a score is counted in; a greater score is never in a lower one."""
    if score < _FINE:
        return score
    shift = score.bit_length() - PRECISION - 1
    return (shift << PRECISION) + (score >> shift)


def first_of(bucket: int) -> int:
    """The least score of a bucket."""
    if bucket < _FINE:
        return bucket
    shift = (bucket >> PRECISION) - 1
    return ((bucket & ((1 << PRECISION) - 1)) + (1 << PRECISION)) << shift
