"""What every part of the Discord platform works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.client import Bot, ShardedBot
    from coterie.adapters.discord.interactions import Interactions
    from coterie.adapters.discord.places import Places
    from coterie.adapters.discord.reading.guilds import Guilds
    from coterie.core.platform import Inbox


@dataclass(slots=True)
class Me:
    """The bot itself: its user id, the id of its application and its name; empty until Discord told them."""

    id: str = ""
    application: str = ""
    username: str = ""


class Base:
    """The attributes that the platform's mixins share; :class:`DiscordPlatform` sets them."""

    calls: Calls
    """Requests to the REST API."""
    interactions: Interactions
    """Interactions that wait for their answer."""
    places: Places
    """Channel ids of the core's places, direct chats opened when they are needed."""
    guilds: Guilds
    """What is known of servers: names, channels, roles, owners; no members."""
    client: Bot | ShardedBot
    """The library's own client."""
    me: Me
    """Who the bot is."""
    inbox: Inbox | None = None
    """Where events are handed in; None until the platform was started."""


__all__ = ["Base", "Me"]
