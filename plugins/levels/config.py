"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from coterie.core.api import Config, Duration

Xp = Annotated[int, Field(ge=0, le=10**6)]
Cap = Annotated[int, Field(ge=0, le=10**9, description="0: no limit")]
Points = Annotated[int, Field(ge=0, le=10**6)]
Percent = Annotated[int, Field(ge=0, le=1000)]
Share = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=0, le=3650)]
PlaceId = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) is int else value), Field(min_length=1, max_length=128)
]
"""A channel's or space's own id on its platform; a whole number is taken as text."""


class MessageRules(Config):
    """What messages earn."""

    xp: Xp = Field(default=20, description="XP for a message")
    cooldown: Duration = Field(
        default=timedelta(seconds=60), le=timedelta(days=1), description="Time until a member's next one earns again"
    )
    min_length: int = Field(default=6, ge=0, le=1000, description="Least substance; a Chinese character counts two")
    full: int = Field(default=40, ge=0, le=10_000, description="So many a day earn all, each so many after them half")
    remember: int = Field(default=5, ge=0, le=20, description="Own messages of the day that a new one is compared with")
    similar: Share = Field(default=50, description="Likeness in percent from which a message earns less")
    same: Share = Field(default=85, description="Likeness in percent from which it earns nothing")
    daily_cap: Cap = Field(default=1000, description="Most XP a day")
    points: Points = Field(default=0, description="Points for a message that earns XP")
    points_cap: Cap = Field(default=100, description="Most points a day")

    @model_validator(mode="after")
    def _order(self) -> MessageRules:
        if self.similar > self.same:
            raise ValueError("similar is greater than same: a likeness would earn less than nothing")
        return self


class ReactionRules(Config):
    """What a reaction brings to the author of the message."""

    xp: Xp = Field(default=5, description="XP for a reaction; each member counts once a message")
    daily_cap: Cap = Field(default=100, description="Most XP a day")
    per_pair: int = Field(default=3, ge=0, le=1000, description="Most a day from the same member; 0: no limit")
    window: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=1),
        le=timedelta(days=90),
        description="How long a message can earn",
    )
    points: Points = Field(default=0, description="Points for a reaction")
    points_cap: Cap = Field(default=50, description="Most points a day")


class ContributionRules(Config):
    """What a kind of contribution brings."""

    xp: Xp = Field(default=20, description="XP for one of weight 1")
    daily_cap: Cap = Field(default=500, description="Most XP a day")
    points: Points = Field(default=0, description="Points for one of weight 1")
    points_cap: Cap = Field(default=100, description="Most points a day")


class Curve(Config):
    """From level n to the next: square·n² + linear·n + base XP."""

    square: int = Field(default=5, ge=0, le=10**6)
    linear: int = Field(default=50, ge=0, le=10**6)
    base: int = Field(default=100, ge=1, le=10**6)
    top: int = Field(default=1000, ge=1, le=10_000, description="The last level")


class Tier(Config):
    """A named tier: what it takes, and what it gives."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9_-]{0,31}$", description="Short name, unique")
    title: str = Field(default="", max_length=40, description="Name for people, if the short one will not do")
    colour: str = Field(default="#6b8afd", pattern="^#[0-9a-fA-F]{6}$", description="Colour on the rank card")
    xp: Cap = Field(default=0, description="XP in all")
    level: int = Field(default=0, ge=0, le=10_000, description="Level")
    recent: Cap = Field(default=0, description="XP within recent_days")
    spent: Cap = Field(default=0, description="Points spent")
    days: Days = Field(default=0, description="Days as a member")
    match: Literal["all", "any"] = Field(default="all", description="Whether all conditions must hold or one is enough")
    access: tuple[str, ...] = Field(default=(), description="Entries of [communities.NAME.access] that it gives")
    bonus: Percent = Field(default=100, description="Percent of XP that its members earn")

    @model_validator(mode="after")
    def _conditions(self) -> Tier:
        if not (self.xp or self.level or self.recent or self.spent or self.days):
            raise ValueError("a tier needs a condition: xp, level, recent, spent or days")
        return self


class SeasonRules(Config):
    """Seasons: boards that begin anew."""

    days: Days = Field(default=0, description="Length; 0: an operator starts and ends them")
    prizes: tuple[Points, ...] = Field(default=(), max_length=100, description="Points for the first, the second, …")
    budget: str = Field(default="community", min_length=1, max_length=64, description="The budget that pays them")
    kept: int = Field(default=12, ge=1, le=1000, description="Ended seasons whose boards are kept")


class LevelsConfig(Config):
    """XP, levels, tiers and leaderboards of one community."""

    messages: MessageRules = Field(default_factory=MessageRules, description="XP from messages")
    reactions: ReactionRules = Field(default_factory=ReactionRules, description="XP from reactions received")
    contributions: dict[str, ContributionRules] = Field(
        default_factory=lambda: {"checkin": ContributionRules()},
        description="XP from what other plugins report, by its kind",
    )
    imported: bool = Field(default=False, description="Whether imported history earns what it would have earned")
    ignored_channels: frozenset[PlaceId] = Field(default=frozenset(), description="Channels or spaces without XP")
    ignored_members: str = Field(default="", max_length=1000, description="A filter; whom it means earns no XP")
    multipliers: dict[PlaceId, Percent] = Field(default={}, description="Percent of XP in a channel or space")
    curve: Curve = Field(default_factory=Curve, description="How much each level takes")
    tiers: tuple[Tier, ...] = Field(
        default_factory=lambda: (
            Tier(name="bronze", xp=500, colour="#c98a5a"),
            Tier(name="silver", xp=5_000, colour="#aebccb"),
            Tier(name="gold", xp=20_000, colour="#e8b93f"),
        ),
        max_length=50,
        description="Tiers, lowest first",
    )
    recent_days: int = Field(default=30, ge=1, le=365, description="Days that count for a tier's recent XP")
    grace: Days = Field(default=14, description="Days that a tier is kept when its conditions hold no more")
    notice: Days = Field(default=7, description="Days before its end on which the member is told")
    announce: Literal["room", "private", "off"] = Field(default="room", description="Where new levels are told")
    announce_every: int = Field(
        default=1, ge=1, le=1000, description="Tell only levels that this divides; tiers always"
    )
    level_points: Points = Field(default=0, description="Points for each new level")
    seasons: SeasonRules = Field(default_factory=SeasonRules, description="Seasons")
    page: int = Field(default=10, ge=3, le=25, description="Rows on a page of the leaderboard")

    @model_validator(mode="after")
    def _whole(self) -> LevelsConfig:
        names = [tier.name for tier in self.tiers]
        if len(set(names)) < len(names):
            raise ValueError("two tiers have the same name")
        if self.notice > self.grace:
            raise ValueError("notice is longer than grace: a tier would end before it was told")
        return self
