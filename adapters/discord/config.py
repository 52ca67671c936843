"""What ``[adapters.discord]`` may say."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, field_validator, model_validator

from coterie.core.config import Config, Duration, Secret
from coterie.core.config.problems import Refusal
from coterie.core.config.types import NativeId
from coterie.core.served import EVERYWHERE

_TOKEN: Final = re.compile(r"[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+")
_ID: Final = re.compile(r"[0-9]{1,20}")

Right = Literal[
    "manage_messages",
    "pin_messages",
    "create_public_threads",
    "send_messages_in_threads",
    "manage_threads",
    "moderate_members",
    "kick_members",
    "ban_members",
]
"""What plugins may ask of the bot beside writing; Discord's own names of permissions."""

RestAddress = Annotated[str, Field(pattern=r"^https?://[^\s?#]+[^\s?#/]$", max_length=512)]
GatewayAddress = Annotated[str, Field(pattern=r"^wss?://[^\s?#]+$", max_length=512)]


class SkuConfig(Config):
    """Something that Discord's shop sells for this application, and what a purchase of it pays for."""

    id: NativeId = Field(description="The id of the SKU, from the developer portal")
    invoice: str = Field(default="", max_length=200, description="What is paid for with it; empty for an access alone")
    amount: int = Field(default=0, ge=0, le=10**15, description="What a purchase counts as, in minor units")
    currency: str = Field(default="USD", pattern=r"^[A-Z][A-Z0-9]{1,11}$", description="The currency of `amount`")

    @field_validator("id")
    @classmethod
    def _check_id(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise Refusal(f"{value[:40]!r} is not the id of a SKU", "such ids are long whole numbers")
        return value


class ShardsConfig(Config):
    """How the bot's servers are divided over several connections."""

    count: int = Field(ge=1, le=10_000, description="How many shards there are, in all processes together")
    ids: tuple[int, ...] = Field(default=(), description="Those of this process, from 0; all if left out")

    @model_validator(mode="after")
    def _check_ids(self) -> ShardsConfig:
        wrong = [number for number in self.ids if not 0 <= number < self.count]
        if wrong:
            raise Refusal(f"there is no shard {wrong[0]} among {self.count}", f"they are 0 to {self.count - 1}")
        if len(set(self.ids)) < len(self.ids):
            raise Refusal("a shard is named twice", "name each once")
        return self

    @property
    def here(self) -> tuple[int, ...]:
        """The numbers of the shards that this process runs."""
        return self.ids or tuple(range(self.count))


class DiscordConfig(Config):
    """One application's bot, and how it is connected."""

    token: Secret = Field(description="The bot's token, from the page Bot of the developer portal")
    guilds: tuple[NativeId, ...] = Field(
        default=(),
        max_length=10_000,
        description='Ids of the servers that are served, or ["*"] for all; '
        "if empty, those that communities name as their spaces",
    )
    members: bool = Field(default=True, description="Whether to ask for the Server Members Intent")
    message_content: bool = Field(default=True, description="Whether to ask for the Message Content Intent")
    prefix: str = Field(
        default="",
        max_length=8,
        description='What text commands begin with, such as "!"; empty for slash commands only',
    )
    shards: ShardsConfig | None = Field(default=None, description="Several connections, for more than 2,000 servers")
    skus: dict[str, SkuConfig] = Field(
        default={}, max_length=100, description="What Discord's shop sells, by a name of your own"
    )
    rights: tuple[Right, ...] = Field(
        default=get_args(Right), description="Permissions that `coterie check` expects the bot to have"
    )
    rest_url: RestAddress = Field(default="https://discord.com/api/v10", description="Address of the REST API")
    gateway_url: GatewayAddress = Field(default="wss://gateway.discord.gg/", description="Address of the gateway")
    request_timeout: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=5),
        description="How long an answer of the REST API is waited for",
    )

    @field_validator("token")
    @classmethod
    def _check_token(cls, token: Secret) -> Secret:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise Refusal(
                "this does not look like a bot's token (three parts of letters and digits with dots between them)",
                'get one in the developer portal, on the page "Bot", with "Reset Token"',
            )
        return token

    @field_validator("guilds")
    @classmethod
    def _check_guilds(cls, guilds: tuple[str, ...]) -> tuple[str, ...]:
        for guild in guilds:
            if guild != EVERYWHERE and not _ID.fullmatch(guild):
                raise Refusal(
                    f"{guild[:40]!r} is not the id of a server",
                    "such ids are long whole numbers, like 81384788765712384; the log names those of unknown servers",
                )
        return guilds

    @field_validator("prefix")
    @classmethod
    def _check_prefix(cls, prefix: str) -> str:
        if any(sign.isspace() or sign.isalnum() or not sign.isprintable() for sign in prefix):
            raise Refusal("expected signs alone, no letters, digits or blanks", 'for example "!"')
        return prefix


__all__ = ["DiscordConfig", "Right", "ShardsConfig", "SkuConfig"]
