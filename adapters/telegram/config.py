"""What ``[adapters.telegram]`` may say."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from coterie.core.config import Config, Duration, Secret
from coterie.core.config.problems import Refusal
from coterie.core.config.types import NativeId

Right = Literal["invite", "restrict", "delete", "pin", "tags", "topics"]

_TOKEN: Final = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]+")
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_CHAT: Final = re.compile(r"-[0-9]{1,20}|\*")
_ADDRESS: Final = r"^https?://[^\s?#]+$"

Address = Annotated[str, Field(pattern=_ADDRESS, max_length=512)]


def _checked_word(value: Secret | None) -> Secret | None:
    if value is not None and not _WORD.fullmatch(value.get_secret_value()):
        raise Refusal('expected 1 to 256 of the characters A-Z, a-z, 0-9, "_" and "-"')
    return value


class WebhookConfig(Config):
    """How Telegram reaches Coterie's web pages; only for ``mode = "webhook"``."""

    url: Address = Field(description="Public address of Coterie's web pages; /telegram/PATH is added to it")
    path: Secret | None = Field(default=None, description="Secret end of the address; made from the token if left out")
    secret: Secret | None = Field(
        default=None, description="What Telegram shows with every update; made from the token if left out"
    )
    max_connections: int = Field(default=40, ge=1, le=100, description="How many updates Telegram delivers at once")

    @field_validator("path", "secret")
    @classmethod
    def _check_words(cls, value: Secret | None) -> Secret | None:
        return _checked_word(value)


class TelegramConfig(Config):
    """One bot, and how its updates come in. The names of rights are those of :data:`Right`."""

    token: Secret = Field(description="The bot's token, as @BotFather gave it")
    mode: Literal["polling", "webhook"] = Field(
        default="polling", description="Whether Coterie asks Telegram for updates, or Telegram delivers them"
    )
    webhook: WebhookConfig | None = Field(default=None, description='How Telegram delivers, for mode = "webhook"')
    chats: tuple[NativeId, ...] = Field(
        default=(),
        max_length=10_000,
        description='Ids of the groups and channels that are served, or ["*"] for all; '
        "if empty, those that communities name as their spaces",
    )
    rights: tuple[Right, ...] = Field(
        default=("invite", "restrict", "delete", "pin", "tags", "topics"),
        description="Admin rights that `coterie check` expects the bot to have",
    )
    api_base_url: Address = Field(
        default="https://api.telegram.org/bot", description="Bot API server; the token is appended"
    )
    api_file_url: Address = Field(
        default="https://api.telegram.org/file/bot", description="The same for files; the token is appended"
    )
    provider_token: Secret | None = Field(
        default=None, description="A payment provider's token from @BotFather; Stars need none"
    )
    request_timeout: Duration = Field(
        default=timedelta(seconds=20),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=5),
        description="How long an answer of the Bot API is waited for",
    )
    poll_timeout: Duration = Field(
        default=timedelta(seconds=50),
        ge=timedelta(seconds=1),
        le=timedelta(seconds=50),
        description="How long one question for updates stays open",
    )

    @field_validator("token")
    @classmethod
    def _check_token(cls, token: Secret) -> Secret:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise Refusal(
                "this does not look like a bot's token (digits, a colon, letters and digits)",
                "get one from @BotFather with /newbot or /token",
            )
        return token

    @field_validator("chats")
    @classmethod
    def _check_chats(cls, chats: tuple[str, ...]) -> tuple[str, ...]:
        for chat in chats:
            if not _CHAT.fullmatch(chat):
                raise Refusal(
                    f"{chat[:40]!r} is not the id of a group or channel",
                    "such ids are negative numbers, like -1001234567890; the log names those of unknown chats",
                )
        return chats

    @model_validator(mode="after")
    def _check_webhook(self) -> TelegramConfig:
        if self.mode == "webhook" and self.webhook is None:
            raise Refusal(
                'mode = "webhook" needs the address at which Telegram reaches Coterie\'s web pages',
                'add webhook = { url = "https://bot.example.org" }',
            )
        return self

    @property
    def bot_id(self) -> int:
        """The bot's own user id, which is the first part of its token."""
        return int(self.token.get_secret_value().partition(":")[0])


__all__ = ["Right", "TelegramConfig", "WebhookConfig"]
