"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from coterie.core.api import POINTS, ChannelConfig, Config, Duration


class RedPacketConfig(Config):
    """Red packets in one community."""

    currency: str = Field(default=POINTS, min_length=1, max_length=16, description="What is given away")
    max_total: int = Field(
        default=1_000_000, ge=1, le=10**12, description="The greatest packet, in minor units of the currency"
    )
    max_shares: int = Field(default=200, ge=1, le=2000, description="The most people who can share one packet")
    expires: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        description="When what is left goes back to the sender",
    )
    rooms: tuple[ChannelConfig, ...] = Field(
        default=(), max_length=50, description="Rooms of any platform in which every packet is shown, too"
    )
    sender_may_claim: bool = Field(default=True, description="Whether the sender can take a share, too")
