"""The community's day: its own zone and cut-off, never two answers for one instant, never backwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import MovableClock, to_instant
from coterie.core.community import Community

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Santiago",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Tehran",
)
"""Zones of every kind that do not skip a whole day: whole and half hours, changes at midnight and by half an hour."""


def community(zone: str, day_start: time) -> Community:
    return Community(1, "main", "Main", "en", ZoneInfo(zone), day_start, MovableClock())


@pytest.mark.parametrize(
    ("zone", "day_start", "moment", "day"),
    [
        ("UTC", time(0), "2026-01-01T00:00:00", "2026-01-01"),
        ("Asia/Shanghai", time(4), "2026-01-01T19:59:59", "2026-01-01"),
        ("Asia/Shanghai", time(4), "2026-01-01T20:00:00", "2026-01-02"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:29:59", "2026-10-24"),  # 02:29:59, in summer time
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:30:00", "2026-10-25"),  # 02:30 for the first time
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:10:00", "2026-10-25"),  # 02:10 for the second time
    ],
)
def test_a_day_begins_at_its_cut_off(zone: str, day_start: time, moment: str, day: str) -> None:
    instant = to_instant(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert community(zone, day_start).day_of(instant).isoformat() == day


@given(
    zone=st.sampled_from(ZONES),
    day_start=st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    later=st.integers(0, 200_000),
)
def test_days_follow_each_other(zone: str, day_start: time, moment: datetime, later: int) -> None:
    here = community(zone, day_start)
    day = here.day_of(to_instant(moment))
    assert here.day_begins(day) <= moment < here.day_begins(day + timedelta(days=1))
    assert here.day_of(to_instant(moment + timedelta(seconds=later))) >= day


def test_the_next_day_begins_within_25_hours_or_so() -> None:
    here = community("Europe/Berlin", time(4))
    lengths = {
        here.day_begins(day + timedelta(days=1)) - here.day_begins(day)
        for day in (date(2026, 1, 1), date(2026, 3, 28), date(2026, 10, 24))
    }
    assert lengths == {timedelta(hours=24), timedelta(hours=23), timedelta(hours=25)}
