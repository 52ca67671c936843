"""Who there is: accounts, roles, members, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import discord

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.snowflakes import iso

ALL: Final = discord.Permissions.all().value
"""Every permission."""
ADMINISTRATOR: Final = discord.Permissions.administrator.flag
VIEW: Final = discord.Permissions.view_channel.flag
ORDINARY: Final = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, create_public_threads=True,
    add_reactions=True, read_message_history=True, use_application_commands=True, embed_links=True, attach_files=True,
    change_nickname=True, create_instant_invite=True, connect=True, speak=True, send_polls=True,
    use_external_emojis=True, mention_everyone=False,
).value  # fmt: skip
"""What @everyone may do in a new server."""


@dataclass(slots=True)
class FakeUser:
    """An account.  ``dms_open`` is whether the bot may open a direct chat with it and write there."""

    id: str
    username: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    avatar: str | None = None

    def payload(self) -> Json:
        """The user as Discord writes it."""
        raw: Json = {
            "id": self.id, "username": self.username, "discriminator": "0", "global_name": self.global_name,
            "avatar": self.avatar, "avatar_decoration_data": None, "public_flags": 0, "primary_guild": None,
        }  # fmt: skip
        return raw | ({"bot": True} if self.bot else {})


@dataclass(slots=True)
class FakeRole:
    """A role; ``permissions`` are bits."""

    id: str
    name: str
    position: int = 1
    permissions: int = 0
    color: int = 0
    hoist: bool = False
    managed: bool = False
    mentionable: bool = False
    tags: Json = field(default_factory=dict)

    def payload(self) -> Json:
        """The role as Discord writes it."""
        raw: Json = {
            "id": self.id, "name": self.name, "position": self.position, "permissions": str(self.permissions),
            "color": self.color, "hoist": self.hoist, "managed": self.managed, "mentionable": self.mentionable,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "icon": None, "unicode_emoji": None, "flags": 0,
        }  # fmt: skip
        return raw | ({"tags": self.tags} if self.tags else {})


@dataclass(slots=True)
class FakeOverwrite:
    """What a channel allows or denies a role (type 0) or a member (type 1), in bits."""

    id: str
    type: int
    allow: int = 0
    deny: int = 0

    def payload(self) -> Json:
        """The overwrite as Discord writes it."""
        return {"id": self.id, "type": self.type, "allow": str(self.allow), "deny": str(self.deny)}


@dataclass(slots=True)
class FakeMember:
    """Somebody's membership of a server.  ``muted_until`` is the end of a timeout, 0 for none."""

    user: FakeUser
    joined_at: float
    roles: list[str] = field(default_factory=list)
    nick: str | None = None
    muted_until: float = 0
    pending: bool = False
    premium_since: float = 0
    flags: int = 0

    def payload(self, *, user: bool = True) -> Json:
        """The member as Discord writes it; within a message there is no ``user`` in it."""
        raw: Json = {
            "roles": list(self.roles), "nick": self.nick, "avatar": None, "banner": None, "flags": self.flags,
            "joined_at": iso(self.joined_at), "deaf": False, "mute": False, "pending": self.pending,
            "premium_since": iso(self.premium_since) if self.premium_since else None,
            "communication_disabled_until": iso(self.muted_until) if self.muted_until else None,
        }  # fmt: skip
        return raw | ({"user": self.user.payload()} if user else {})


@dataclass(slots=True)
class FakeEmoji:
    """An emoji of a server's own."""

    id: str
    name: str
    animated: bool = False

    def payload(self) -> Json:
        """The emoji as Discord writes it."""
        return {
            "id": self.id, "name": self.name, "animated": self.animated, "roles": [], "require_colons": True,
            "managed": False, "available": True,
        }  # fmt: skip
