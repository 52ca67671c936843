"""Streaks and rewards. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from coterie.plugins.checkin.config import CheckInConfig


def streak(days: Iterable[date], until: date) -> int:
    """How many days in a row end with ``until``; ``days`` come newest first, each once, and later ones do not count."""
    count = 0
    for day in days:
        if day > until:
            continue
        if day != until - timedelta(days=count):
            break
        count += 1
    return count


def reward(config: CheckInConfig, days_in_a_row: int) -> int:
    """The points of a day that is the so-manieth in a row (from 1), without a milestone's bonus."""
    return config.reward + min(config.streak_bonus * (days_in_a_row - 1), config.streak_bonus_cap)


def next_milestone(config: CheckInConfig, days_in_a_row: int) -> tuple[int, int] | None:
    """The next milestone as (days in a row, bonus), ``None`` beyond the last one."""
    ahead = [(days, bonus) for days, bonus in config.milestones.items() if days > days_in_a_row]
    return min(ahead, default=None)
