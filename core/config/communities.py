"""What a `[communities.NAME]` section may say: its places, and the accesses that its members can have."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field, field_validator, model_validator

from coterie.core.config.problems import Refusal
from coterie.core.config.types import Account, ClockTime, Config, Locale, Name, NativeId, TimeZone
from coterie.core.events import Where

TAG_LENGTH = 16
"""Characters of a member tag (Telegram's limit, https://core.telegram.org/bots/api#setchatmembertag)."""


class SpaceConfig(Config):
    """One place on a platform: a Discord server, a Telegram group or channel, a sandbox room."""

    platform: Name = Field(description="Name of the adapter that serves it")
    id: NativeId = Field(description="The platform's own id of the place")
    title: str = Field(default="", max_length=100, description="Name for people; the platform's own where empty")


class ChannelConfig(Config):
    """One channel on a platform, for what a plugin shows in places of an operator's choice."""

    platform: Name = Field(description="Name of the adapter that serves it")
    id: NativeId = Field(description="The platform's own id of the channel, group or room")
    space: NativeId | None = Field(
        default=None,
        description="The platform's own id of the server that the channel is in, if it is in one",
    )

    @property
    def where(self) -> Where:
        """The channel as a place."""
        return Where(self.platform, self.id, self.space or self.id)


class Slot(NamedTuple):
    """What a target occupies: an account has one tag in a space, one membership, and any number of roles."""

    platform: str
    space: str
    kind: str
    target: str


class TargetConfig(Config):
    """One thing that an access gives on a platform: a role, a tag, or membership of a private space."""

    platform: Name = Field(description="Name of the adapter that serves the space")
    space: NativeId = Field(description="The platform's own id of the space")
    role: NativeId | None = Field(default=None, description="The role to give, by the platform's own id")
    tag: Annotated[str, Field(min_length=1, max_length=TAG_LENGTH, pattern=r"^\S(.*\S)?$")] | None = Field(
        default=None, description="The tag to show beside the name"
    )
    join: bool = Field(default=False, description="Whether to let in: a one-use link in the member's direct chat")

    @model_validator(mode="after")
    def _one_kind(self) -> TargetConfig:
        given = [name for name, value in (("role", self.role), ("tag", self.tag), ("join", self.join)) if value]
        if len(given) != 1:
            wrong = f"this target has {' and '.join(given)}" if given else "this target gives nothing"
            raise Refusal(wrong, 'give it one of role = "ID", tag = "WORD", join = true')
        return self

    @property
    def slot(self) -> Slot:
        """What it occupies."""
        kind = "role" if self.role is not None else "tag" if self.tag is not None else "join"
        return Slot(self.platform, self.space, kind, self.role or "")


class AccessConfig(Config):
    """What members get on the platforms while they have this access."""

    title: str = Field(default="", max_length=64, description="Name for people; the access's own where empty")
    targets: tuple[TargetConfig, ...] = Field(description="What it gives, on all platforms together")

    @field_validator("targets")
    @classmethod
    def _some(cls, targets: tuple[TargetConfig, ...]) -> tuple[TargetConfig, ...]:
        if not targets:
            raise Refusal(
                "an access without targets gives nothing", 'add one: { platform = "…", space = "…", role = "…" }'
            )
        return targets


class CommunityConfig(Config):
    """A `[communities.NAME]` section without its plugins; what is left out comes from `[coterie]`."""

    title: str | None = Field(default=None, min_length=1, max_length=100, description="Name for people")
    locale: Locale | None = Field(default=None, description="Language where a member has chosen none")
    timezone: TimeZone | None = Field(default=None, description="Time zone of the community's days")
    day_start: ClockTime | None = Field(default=None, description="When the community's day begins")
    operators: tuple[Account, ...] = Field(default=(), description="Accounts with every right, as platform:id")
    spaces: tuple[SpaceConfig, ...] = Field(default=(), description="The places that make up the community")
    access: dict[Name, AccessConfig] = Field(default={}, description="Accesses by name, as plugins grant them")
