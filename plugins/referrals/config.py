"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from coterie.core.api import POINTS, Duration, TriesConfig

Amount = Annotated[int, Field(ge=0, le=10**12)]


class ReferralsConfig(TriesConfig):
    """Referrals in one community; rewards are minor units of the currency."""

    claim_within: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(minutes=1),
        le=timedelta(days=365),
        description="How long after becoming a member somebody may say who brought them",
    )
    vests_after: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(minutes=1),
        le=timedelta(days=365),
        description="How long a newcomer has to stay before the referral counts",
    )
    counts_if: str = Field(
        default="", max_length=1000, description="Filter that a newcomer has to meet before the referral counts"
    )
    reward: Amount = Field(default=0, description="What the referrer gets for a referral that counts")
    reward_newcomer: Amount = Field(default=0, description="What the newcomer gets when the referral counts")
    currency: str = Field(default=POINTS, min_length=1, max_length=16, description="What rewards are paid in")
    reward_most_per_day: int = Field(
        default=20, ge=0, le=10**6, description="Referrals of one referrer that are rewarded in one community day"
    )
