"""Which referral stands, and until when one is looked at. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, Literal, Protocol, TypeVar

State = Literal["waiting", "vested", "void"]
Why = Literal["", "left", "filter", "self", "twice", "erased", "operator"]
"""Why a referral is void: the newcomer left, or did not meet the filter in time; both turned out to be one person; the
newcomer had been referred before, under another record; the referrer was erased; an operator said so.
"""

MILLISECOND: Final = timedelta(milliseconds=1)
AGAIN: Final = timedelta(days=1)
"""After how long a newcomer who does not meet the filter is looked at again."""
GIVEN_UP: Final = timedelta(days=30)
"""How long after the first look that goes on."""


class Standing(Protocol):
    """What has to be known of a referral to tell which of several stands."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> State: ...


R = TypeVar("R", bound=Standing)


def superfluous(of_one: Iterable[R]) -> list[R]:
    """Of all referrals of one newcomer, those that wait and must not count: a person is brought once, by the first
    referral, unless another has counted already.
    """
    known: Sequence[R] = sorted(of_one, key=lambda each: each.id)
    counted = any(each.state == "vested" for each in known)
    return [each for place, each in enumerate(known) if each.state == "waiting" and (counted or place)]
