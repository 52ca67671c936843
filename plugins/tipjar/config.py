"""What an operator can set."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from coterie.core.api import Config

STARS: Final = "XTR"
"""The currency code of Telegram Stars."""

Stars = Annotated[int, Field(ge=1, le=10_000)]


class TipJarConfig(Config):
    """The tip jar of one community; amounts are Stars."""

    least: Stars = Field(default=1, description="The smallest tip")
    most: Stars = Field(default=2500, description="The greatest tip")
    anonymous: bool = Field(default=False, description="Whether tips are thanked for in private only")

    @model_validator(mode="after")
    def _bounds(self) -> TipJarConfig:
        if self.least > self.most:
            raise ValueError("least is greater than most: no tip would be possible")
        return self
