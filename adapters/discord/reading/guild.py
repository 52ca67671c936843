"""One guild: its channels and threads as places, its roles, its owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from coterie.adapters.discord.reading.fields import is_id
from coterie.core.events import ChannelKind, Where
from coterie.core.outside import Raw, is_whole, line

PLATFORM: Final = "discord"
"""The name of the platform and of its adapter."""
ADMINISTRATOR: Final = 1 << 3
MANAGE_GUILD: Final = 1 << 5
THREADS: Final = frozenset({10, 11, 12})
"""Types of channels that are threads: of announcements, public, private."""
FORUMS: Final = frozenset({15, 16})
"""Types of channels that hold nothing but threads: forums and media."""
NEWS: Final = 5
"""The type of announcement channels."""
_DIRECT: Final = frozenset({1, 3})
_PLACES: Final = 20_000
"""Channels and threads of one guild that are kept; Discord allows 500 channels and 1,000 open threads."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a guild. ``managed``: it belongs to an integration, and nobody can give it."""

    id: str
    name: str = ""
    position: int = 0
    permissions: int = 0
    managed: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """What stands above what: the greater of two positions, and the older of two roles at one."""
        return self.position, -int(self.id)


@dataclass(slots=True)
class Guild:
    """What is known of one guild; ``system`` is the channel that the guild tells its news in, empty for none."""

    id: str
    name: str = ""
    owner: str = ""
    system: str = ""
    screens: bool = False
    """Whether newcomers have to agree to rules before they can do anything."""
    roles: dict[str, Role] = field(default_factory=dict)
    places: dict[str, Where] = field(default_factory=dict)
    """Channels and threads by id."""
    types: dict[str, int] = field(default_factory=dict)
    """The type of each of them."""
    parents: dict[str, str] = field(default_factory=dict)
    """Of threads."""
    rules: dict[str, str] = field(default_factory=dict)
    """Names of AutoMod's rules by id, as far as they were told."""


def kind_of(number: Any) -> ChannelKind:
    """What kind of place a channel of this type is."""
    if type(number) is not int:
        return "room"
    return "thread" if number in THREADS else "broadcast" if number == NEWS else "room"


def put(guild: Guild, channel: Raw) -> None:
    """Take in a raw channel or thread; what is none, or no guild's, says nothing."""
    identifier, number = channel.get("id"), channel.get("type")
    if not is_id(identifier) or not is_whole(number) or number in _DIRECT:
        return
    if identifier not in guild.places and len(guild.places) >= _PLACES:
        return
    guild.places[identifier] = Where(PLATFORM, identifier, guild.id, kind_of(number), line(channel, "name"))
    guild.types[identifier] = number
    parent = channel.get("parent_id")
    if number in THREADS and is_id(parent):
        guild.parents[identifier] = parent


def drop(guild: Guild, channel: str) -> None:
    """Forget a channel or thread."""
    guild.places.pop(channel, None)
    guild.types.pop(channel, None)
    guild.parents.pop(channel, None)


def role_of(raw: Raw) -> Role | None:
    """A raw role; None for what is none."""
    identifier, permissions, position = raw.get("id"), raw.get("permissions"), raw.get("position")
    if not is_id(identifier):
        return None
    return Role(
        identifier,
        line(raw, "name"),
        position if is_whole(position) else 0,
        int(permissions) if is_id(permissions) else 0,
        raw.get("managed") is True,
    )
