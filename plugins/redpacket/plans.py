"""Wishes for packets that no member pays at once: beside those of every packet, a budget, and what only a rain has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from coterie.core.api import Refusal, read_duration
from coterie.plugins.redpacket.rules import LARGEST
from coterie.plugins.redpacket.wishes import Wishes, read

LONGEST_GREETING: Final = 200
BUDGET: Final[Mapping[str, str]] = dict.fromkeys(("budget", "预算", "預算"), "own budget")
"""The word for who pays. What stands behind it is no name that a condition can have, so none is hidden."""
RAIN: Final[Mapping[str, str]] = {
    **BUDGET,
    **dict.fromkeys(("day", "每天", "每日"), "own day"),
    **dict.fromkeys(("until", "为期", "為期"), "own until"),
}
"""Words of a rain."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants: of a packet; of a rain also the most in a day (minor units, 0: no bound) and how long it
    goes on; and the budget that pays (empty: a member does).
    """

    wishes: Wishes
    per_day: int = 0
    lasts: timedelta | None = None
    budget: str = ""


def read_plan(text: str, conditions: Mapping[str, str], own: Mapping[str, str] = RAIN) -> Plan:
    """The words before a greeting, ``own`` ones among them, and the greeting; raises :class:`Refusal`."""
    wishes = read(text, {**conditions, **own})
    if len(wishes.greeting) > LONGEST_GREETING:
        raise Refusal("packet-wish-long", name="greeting", maximum=LONGEST_GREETING)
    kept = {name: value for name, value in wishes.asked if name in own.values()}
    day, until = kept.get("own day", ""), kept.get("own until", "")
    if day and not (day.isascii() and day.isdecimal() and 1 <= int(day[:16]) <= LARGEST):
        raise Refusal("packet-wish-number", name="day", found=day[:40])
    lasts = read_duration(until) if until else None
    if until and not lasts:
        raise Refusal("packet-wish-time", name="until", found=until[:40])
    asked = tuple(each for each in wishes.asked if each[0] not in kept)
    return Plan(replace(wishes, asked=asked), int(day or 0), lasts, kept.get("own budget", ""))
