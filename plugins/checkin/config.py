"""What an operator can set."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coterie.core.api import Config

Amount = Annotated[int, Field(ge=0, le=10**9)]
Days = Annotated[int, Field(ge=2, le=10_000)]


class CheckInConfig(Config):
    """Check-in in one community; all amounts are points."""

    reward: Amount = Field(default=10, description="What each day brings")
    streak_bonus: Amount = Field(default=2, description="What every further day in a row adds")
    streak_bonus_cap: Amount = Field(default=20, description="The most that days in a row add")
    milestones: dict[Days, Amount] = Field(
        default={7: 50, 30: 300}, description="Bonuses for reaching so many days in a row"
    )
