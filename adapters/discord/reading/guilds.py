"""What is known of guilds: channels, threads, roles and the owner, as payloads told it. No members are kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from coterie.adapters.discord.reading.fields import ident, is_id
from coterie.adapters.discord.reading.guild import (
    ADMINISTRATOR,
    MANAGE_GUILD,
    PLATFORM,
    Guild,
    Role,
    drop,
    kind_of,
    put,
    role_of,
)
from coterie.core.events import Where
from coterie.core.outside import Malformed, Raw, line, listed

log = logging.getLogger(__name__)

_RUNS: Final = ADMINISTRATOR | MANAGE_GUILD
_GATE: Final = "MEMBER_VERIFICATION_GATE_ENABLED"
_ROLES: Final = 1_000
"""Roles of one guild that are kept; Discord allows 250."""
_RULES: Final = 1_000
"""Rules of AutoMod's in one guild whose names are kept."""


class Guilds:
    """Guilds by id. What a payload does not say stays as it was."""

    def __init__(self) -> None:
        self._guilds: dict[str, Guild] = {}
        self._kinds: Final[dict[str, Callable[[Raw], None]]] = {
            "GUILD_CREATE": self._guild,
            "GUILD_UPDATE": self._guild,
            "GUILD_DELETE": self._guild_gone,
            "CHANNEL_CREATE": self._channel,
            "CHANNEL_UPDATE": self._channel,
            "CHANNEL_DELETE": self._channel_gone,
            "THREAD_CREATE": self._channel,
            "THREAD_UPDATE": self._channel,
            "THREAD_DELETE": self._channel_gone,
            "THREAD_LIST_SYNC": self._threads,
            "GUILD_ROLE_CREATE": self._role,
            "GUILD_ROLE_UPDATE": self._role,
            "GUILD_ROLE_DELETE": self._role_gone,
            "AUTO_MODERATION_RULE_CREATE": self._rule,
            "AUTO_MODERATION_RULE_UPDATE": self._rule,
            "AUTO_MODERATION_RULE_DELETE": self._rule_gone,
        }

    def learn(self, kind: str, data: Any) -> None:
        """Take in what a payload of the gateway says of a guild; never raises, and knows other kinds to say nothing."""
        learn = self._kinds.get(kind)
        if learn is None:
            return
        try:
            if type(data) is not dict:
                raise Malformed("it is not an object")
            learn(data)
        except Exception as error:
            said = error if isinstance(error, Malformed) else type(error).__name__
            log.warning("%s was passed over: %s", kind, said)

    def fill(self, guild: Any, channels: Any = (), threads: Any = ()) -> None:
        """Take in what Discord answered about a guild, its channels and its open threads; never raises."""
        self.learn("GUILD_CREATE", {**guild, "channels": channels, "threads": threads} if type(guild) is dict else None)

    # -- what is known

    def __contains__(self, guild_id: object) -> bool:
        return guild_id in self._guilds

    def ids(self) -> list[str]:
        """The ids of the guilds that the bot is in."""
        return list(self._guilds)

    def get(self, guild_id: str) -> Guild | None:
        """What is known of a guild; None while nothing is."""
        return self._guilds.get(guild_id)

    def where(self, channel_id: str, guild_id: str, channel: Any = None) -> Where:
        """The place of a channel in a guild; ``channel`` is what a payload says of one that is not known yet.

        The kind is ``thread`` for threads, ``broadcast`` for announcement channels, else ``room``.
        """
        guild = self._guilds.get(guild_id)
        found = None if guild is None else guild.places.get(channel_id)
        if found is not None:
            return found
        told = channel if type(channel) is dict and channel.get("id") == channel_id else {}
        return Where(PLATFORM, channel_id, guild_id, kind_of(told.get("type")), line(told, "name"))

    def direct(self, user_id: str) -> Where:
        """The direct chat of an account with the bot."""
        return Where(PLATFORM, f"u:{user_id}", "", "dm")

    def home(self, guild_id: str) -> Where:
        """A guild as a place: the channel that it tells its own news in, or no channel where it has none."""
        guild = self._guilds.get(guild_id)
        if guild is None:
            return Where(PLATFORM, "", guild_id)
        found = guild.places.get(guild.system) if guild.system else None
        return Where(PLATFORM, "", guild_id, "room", guild.name) if found is None else found

    def kind(self, channel_id: str, guild_id: str) -> int | None:
        """The type of a channel as Discord numbers it; None for one that is not known."""
        guild = self._guilds.get(guild_id)
        return None if guild is None else guild.types.get(channel_id)

    def role(self, guild_id: str, role_id: str) -> Role | None:
        """A role of a guild; None for one that is not known."""
        guild = self._guilds.get(guild_id)
        return None if guild is None else guild.roles.get(role_id)

    def top_role(self, guild_id: str, role_ids: Iterable[str]) -> Role | None:
        """The highest of somebody's roles, ``@everyone`` if they have no other; None where the guild is not known."""
        guild = self._guilds.get(guild_id)
        if guild is None:
            return None
        found = [role for each in (*role_ids, guild_id) if (role := guild.roles.get(each)) is not None]
        return max(found, key=lambda role: role.rank, default=None)

    def permissions(self, guild_id: str, user_id: str, role_ids: Iterable[str]) -> int:
        """What an account may do in the whole guild, as Discord's bits; everything for its owner and administrators."""
        guild = self._guilds.get(guild_id)
        if guild is None:
            return 0
        if user_id == guild.owner:
            return -1
        found = 0
        for each in (guild_id, *role_ids):
            role = guild.roles.get(each)
            if role is not None:
                found |= role.permissions
        return -1 if found & ADMINISTRATOR else found

    def is_operator(self, guild_id: str, user_id: str, role_ids: Iterable[str]) -> bool:
        """Whether an account runs the guild: it owns it, or may administrate or manage it."""
        return self.permissions(guild_id, user_id, role_ids) & _RUNS != 0

    def owner(self, guild_id: str) -> str:
        """The id of a guild's owner; empty while it is not known."""
        guild = self._guilds.get(guild_id)
        return "" if guild is None else guild.owner

    def screens(self, guild_id: str) -> bool:
        """Whether newcomers have to agree to rules before they can do anything."""
        guild = self._guilds.get(guild_id)
        return guild is not None and guild.screens

    def rule(self, guild_id: str, rule_id: str) -> str:
        """The name of a rule of AutoMod's, or its id while the name was not told."""
        guild = self._guilds.get(guild_id)
        return rule_id if guild is None else guild.rules.get(rule_id, rule_id)

    # -- what payloads say

    def _guild(self, data: Raw) -> None:
        identifier = ident(data)
        if data.get("unavailable") is True:
            return  # an outage: what was known will hold again
        guild = self._guilds.setdefault(identifier, Guild(identifier))
        guild.name = line(data, "name") or guild.name
        if is_id(data.get("owner_id")):
            guild.owner = data["owner_id"]
        if "system_channel_id" in data:
            guild.system = data["system_channel_id"] if is_id(data["system_channel_id"]) else ""
        if type(data.get("features")) is list:
            guild.screens = _GATE in data["features"]
        if type(data.get("roles")) is list:
            roles = (role_of(each) for each in listed(data, "roles")[:_ROLES])
            guild.roles = {role.id: role for role in roles if role is not None}
        if listed(data, "channels"):  # an update has none
            guild.places.clear()
            guild.types.clear()
            guild.parents.clear()
            for each in (*listed(data, "channels"), *listed(data, "threads")):
                put(guild, each)

    def _guild_gone(self, data: Raw) -> None:
        if data.get("unavailable") is not True:
            self._guilds.pop(ident(data), None)

    def _channel(self, data: Raw) -> None:
        guild = self._of(data)
        if guild is not None:
            put(guild, data)

    def _channel_gone(self, data: Raw) -> None:
        guild, identifier = self._of(data), ident(data)
        if guild is None:
            return
        for each in (identifier, *(thread for thread, parent in guild.parents.items() if parent == identifier)):
            drop(guild, each)

    def _threads(self, data: Raw) -> None:
        """The open threads of some channels (of all, where none are named), in place of those that were known."""
        guild = self._of(data)
        if guild is None:
            return
        of: Collection[Any] | None = data["channel_ids"] if type(data.get("channel_ids")) is list else None
        for thread in [each for each, parent in guild.parents.items() if of is None or parent in of]:
            drop(guild, thread)
        for each in listed(data, "threads"):
            put(guild, each)

    def _role(self, data: Raw) -> None:
        guild, found = self._of(data), data.get("role")
        role = role_of(found) if type(found) is dict else None
        if role is None:
            raise Malformed("role is not a role")
        if guild is not None and (role.id in guild.roles or len(guild.roles) < _ROLES):
            guild.roles[role.id] = role

    def _role_gone(self, data: Raw) -> None:
        guild = self._of(data)
        if guild is not None:
            guild.roles.pop(ident(data, "role_id"), None)

    def _rule(self, data: Raw) -> None:
        guild, identifier = self._of(data), ident(data)
        if guild is not None and (identifier in guild.rules or len(guild.rules) < _RULES):
            guild.rules[identifier] = line(data, "name") or identifier

    def _rule_gone(self, data: Raw) -> None:
        guild = self._of(data)
        if guild is not None:
            guild.rules.pop(ident(data), None)

    def _of(self, data: Raw) -> Guild | None:
        """The guild that something stands in; None for a direct chat and for one that is not known."""
        return None if data.get("guild_id") is None else self._guilds.get(ident(data, "guild_id"))


__all__ = ["PLATFORM", "Guild", "Guilds", "Role"]
