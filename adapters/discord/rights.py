"""Permissions from raw payloads: what somebody may do in a server and in a channel, and who stands above whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from discord import Permissions

from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.reading.guild import Role, role_of
from coterie.core.outside import Raw, line, listed

WORDS: Final[Mapping[str, str]] = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "manage_threads": "Manage Threads",
    "manage_messages": "Manage Messages",
    "pin_messages": "Pin Messages",
    "manage_roles": "Manage Roles",
    "manage_nicknames": "Manage Nicknames",
    "view_audit_log": "View Audit Log",
    "create_instant_invite": "Create Invite",
    "kick_members": "Kick Members",
    "ban_members": "Ban Members",
    "moderate_members": "Timeout Members",
}
"""Permissions by the library's names, and what Discord's own settings call them."""
EVERYTHING: Final = Permissions.all()


LOWEST: Final = (-1, 0)
"""The rank of somebody without any role."""


@dataclass(frozen=True)
class Ranks:
    """A server's owner and roles, and which of them the bot itself has."""

    guild: str
    name: str
    owner: str
    roles: Mapping[str, Role]
    me: str
    mine: frozenset[str]

    @cached_property
    def permissions(self) -> Permissions:
        """What the bot may do in the server as a whole."""
        return self.permissions_of(self.me, self.mine)

    @cached_property
    def top(self) -> tuple[int, int]:
        """The rank of the bot's highest role."""
        return self.rank_of(self.mine)

    def rank_of(self, roles: Collection[str]) -> tuple[int, int]:
        """The rank of the highest of some roles."""
        return max((self.roles[each].rank for each in roles if each in self.roles), default=LOWEST)

    def permissions_of(self, user: str, roles: Collection[str]) -> Permissions:
        """What an account with these roles may do in the server as a whole."""
        if user == self.owner:
            return EVERYTHING
        found = Permissions.none()
        for each in (self.guild, *roles):
            if each in self.roles:
                found.value |= self.roles[each].permissions
        return EVERYTHING if found.administrator else found

    def lacks(self, *names: str) -> tuple[str, ...]:
        """Those permissions that the bot does not have in the server, as Discord's settings call them."""
        return missing(self.permissions, names)

    def in_channel(self, channel: Raw) -> Permissions:
        """What the bot may do in a raw channel of the server; nothing where it cannot see it."""
        found = Permissions(self.permissions.value)
        if found.administrator or self.me == self.owner:
            return found
        overwrites = {each.get("id"): each for each in listed(channel, "permission_overwrites")}
        for some in ((self.guild,), tuple(each for each in self.mine if each != self.guild), (self.me,)):
            allow = deny = 0
            for each in some:
                if each in overwrites:
                    allow |= bits(overwrites[each].get("allow"))
                    deny |= bits(overwrites[each].get("deny"))
            found.value = found.value & ~deny | allow
        return found if found.view_channel else Permissions.none()


def ranks_of(guild: Raw, me: str, mine: Collection[str]) -> Ranks:
    """The ranks in a raw guild; what makes no sense in it is left out."""
    roles = (role_of(each) for each in listed(guild, "roles"))
    return Ranks(
        guild=str(guild.get("id")),
        name=line(guild, "name"),
        owner=str(guild.get("owner_id")),
        roles={role.id: role for role in roles if role is not None},
        me=me,
        mine=frozenset(mine),
    )


def missing(found: Permissions, names: Collection[str]) -> tuple[str, ...]:
    """Those of some permissions that are not there, as Discord's settings call them."""
    return tuple(WORDS[name] for name in names if not getattr(found, name))


def bits(raw: Any) -> int:
    """Permissions as Discord writes them, a number in words; none for anything else."""
    return int(raw) if is_id(raw) else 0


__all__ = ["WORDS", "Ranks", "missing", "ranks_of"]
