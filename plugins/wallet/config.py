"""What an operator can set."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from coterie.core.api import POINTS, Config

Amount = Annotated[int, Field(ge=1, le=10**9)]
Code = Annotated[str, Field(min_length=1, max_length=16)]


class WalletConfig(Config):
    """Wallets in one community; amounts are whole units of whatever currency is moved."""

    pay_min: Amount = Field(default=1, description="The least that a member can pay at once; 1 is the smallest unit")
    pay_max: Amount = Field(default=1_000_000, description="The most that a member can pay at once")
    pay_daily_max: int = Field(default=0, ge=0, le=10**9, description="The most that a member can pay a day; 0: any")
    confirm_above: Amount = Field(default=1000, description="A payment of more than this asks once more")
    give_max: Amount = Field(default=1_000_000, description="The most that an operator can give or fund at once")
    currencies: tuple[Code, ...] = Field(default=(POINTS,), min_length=1, description="What operators can give")
    pay_currencies: tuple[Code, ...] = Field(default=(POINTS,), description="What members can pay each other")

    @model_validator(mode="after")
    def _bounds(self) -> WalletConfig:
        if self.pay_min > self.pay_max:
            raise ValueError("pay_min is greater than pay_max: no payment would be possible")
        return self

    @property
    def known(self) -> tuple[str, ...]:
        """Every currency that a command can name."""
        return tuple(dict.fromkeys((POINTS, *self.currencies, *self.pay_currencies)))
