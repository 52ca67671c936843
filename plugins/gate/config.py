"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from coterie.core.api import Config, Duration


class GateConfig(Config):
    """Who is let into the spaces of one community."""

    auto_approve: bool = Field(default=False, description="Whether everybody is let in at once")
    questions: bool = Field(default=True, description="Whether applicants answer the questions first")
    review_expires: Duration = Field(
        default=timedelta(hours=72),
        ge=timedelta(minutes=1),
        le=timedelta(days=90),
        description="When operators are reminded of an application that nobody has decided",
    )
    unreviewed: Literal["open", "decline"] = Field(
        default="open",
        description="What becomes of it after the same time again: it stays open, or it is declined",
    )
