"""When a rain falls: every so often, at a time of day, or by a cron line, on the community's own clock. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from coterie.core.api import read_duration

SHORTEST: Final = timedelta(minutes=10)
"""The least time between two packets of a rain."""
LONGEST: Final = 64
"""Characters of a rhythm."""
_LOOKED_AT: Final = 30
"""Moments of a cron line that are looked at for two that are too close."""
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


class TooOften(ValueError):
    """Two packets of a rain would be closer than :data:`SHORTEST`."""


def read_every(text: str, local: datetime) -> str:
    """A rhythm as it is kept: a time of day (``20:00``), a length of time (``6h``), or a cron line of five fields.

    ``local`` is now, in the community's zone.  Raises :class:`ValueError` for what is none of these, or never comes,
    and :class:`TooOften`.
    """
    every = " ".join(text.split())
    time = _TIME.fullmatch(every)
    if time is not None:
        return f"{int(time[1]):02d}:{time[2]}"
    lasts = read_duration(every)
    if lasts is not None:
        if lasts < SHORTEST:
            raise TooOften(every)
        return every
    if len(every) > LONGEST or len(every.split()) != 5:
        raise ValueError(f"{every!r} is neither a time of day nor a length of time nor a cron line")
    from cronsim import CronSim, CronSimError  # needed where somebody orders a rain

    try:
        moments = [moment.astimezone(UTC) for moment in islice(CronSim(every, local), _LOOKED_AT)]
    except CronSimError as error:
        raise ValueError(f"{every!r} is no cron line: {error}") from None
    if not moments:
        raise ValueError(f"{every!r} never comes")
    if any(later - earlier < SHORTEST for earlier, later in pairwise(moments)):
        raise TooOften(every)
    return every


def time_of_day(every: str) -> bool:
    """Whether a rhythm that is kept is a time of day."""
    return _TIME.fullmatch(every) is not None


def next_due(every: str, begun: datetime, local: datetime) -> datetime | None:
    """The first moment after ``local`` (aware, in the community's zone) at which a rain falls; ``None`` for never.

    A length of time is counted from ``begun`` and means time that passes: after a change of summer time it comes an
    hour earlier or later by the clock.  A time of day and a cron line follow the clock: what falls into the hour that
    is left out comes right after it, what falls into the one that comes twice comes once (as cron on Debian does it).
    """
    lasts = read_duration(every)
    if lasts is not None:
        start, now = begun.astimezone(UTC), local.astimezone(UTC)
        return start + lasts * max(1, (now - start) // lasts + 1)
    from cronsim import CronSim  # needed where a rain falls

    hour, _, minute = every.partition(":")
    line = f"{int(minute)} {int(hour)} * * *" if time_of_day(every) else every
    return next(CronSim(line, local), None)
