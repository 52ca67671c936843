"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from coterie.core.api import POINTS, ChannelConfig, Config, Duration
from coterie.plugins.redpacket.rules import MOST


class RedPacketConfig(Config):
    """Red packets in one community."""

    currency: str = Field(default=POINTS, min_length=1, max_length=16, description="What is given away")
    max_total: int = Field(
        default=1_000_000, ge=1, le=10**12, description="The greatest packet, in minor units of the currency"
    )
    max_shares: int = Field(default=200, ge=1, le=MOST, description="The most people who can share one packet")
    expires: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        description="When what is left goes back to the sender",
    )
    longest: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        description="The longest time that a sender may choose instead",
    )
    rooms: tuple[ChannelConfig, ...] = Field(
        default=(), max_length=50, description="Rooms of any platform in which every packet is shown, too"
    )
    sender_may_claim: bool = Field(default=True, description="Whether the sender can take a share, too")
    anonymous: bool = Field(default=True, description="Whether a sender may stay unnamed")
    earliest: Duration = Field(
        default=timedelta(0),
        le=timedelta(minutes=1),
        description="How long a packet is looked at before anybody can take a share; keeps programs from being first",
    )
    tries: int = Field(default=3, ge=1, le=100, description="Answers that a member may give to a packet's question")
    sender_daily: int = Field(
        default=0, ge=0, le=10**15, description="The most that a member may put into packets in a day; 0 for no limit"
    )
    community_daily: int = Field(
        default=0, ge=0, le=10**15, description="The most that all members may put into packets in a day; 0: no limit"
    )
    blocked: str = Field(
        default="", max_length=1000, description="Filter of members who can neither send packets nor take shares"
    )
    budget_daily: int = Field(
        default=0, ge=0, le=10**15, description="The most that a budget gives in packets in a day; 0 for no limit"
    )
    rain_members: bool = Field(default=False, description="Whether members who are no operators can order rain")
    rain_short: Literal["skip", "stop"] = Field(
        default="skip", description="What a rain does that cannot be paid or sent: wait for the next time, or stop"
    )
