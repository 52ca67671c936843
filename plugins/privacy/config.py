"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from coterie.core.api import Config, Duration


class PrivacyConfig(Config):
    """How members are erased in one community."""

    delay: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long a member can take their erasure back",
    )
