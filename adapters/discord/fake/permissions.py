"""What the bot may do where, and who stands above whom.

:meth:`FakeGuild.permissions` computes the bits; here are their names, what follows from them, and the refusals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from coterie.adapters.discord.fake.errors import RestError
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import ALL, FakeChannel

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.state import State


def bits(*names: str) -> int:
    """Permissions by discord.py's names (``manage_roles``) as bits."""
    return discord.Permissions(**dict.fromkeys(names, True)).value


SEND = bits("send_messages")
SEND_IN_THREADS = bits("send_messages_in_threads")
NEEDS_SENDING = bits("mention_everyone", "send_tts_messages", "attach_files", "embed_links")
"""What is of no use to who may not send."""


def own(world: State, guild: FakeGuild, channel: FakeChannel | None = None) -> int:
    """What the bot may do in a server or a channel; without sending, what needs it is gone too."""
    found = guild.permissions(world.bot_id, channel, world.now())
    if channel is None or found == ALL:
        return found
    if channel.is_thread:
        found = found & ~SEND | (SEND if found & SEND_IN_THREADS else 0)
    return found if found & SEND else found & ~NEEDS_SENDING


def may(world: State, guild: FakeGuild, channel: FakeChannel | None, *names: str) -> bool:
    """Whether the bot has all of these permissions."""
    needed = bits(*names)
    return own(world, guild, channel) & needed == needed


def missing() -> RestError:
    """403 for an act without the permission for it, or on somebody too high."""
    return RestError(403, 50013, "Missing Permissions")


def no_access() -> RestError:
    """403 for what the bot does not see."""
    return RestError(403, 50001, "Missing Access")


def demand(world: State, guild: FakeGuild, channel: FakeChannel | None, *names: str) -> None:
    """Refuse (50013) unless the bot has all of these permissions."""
    if not may(world, guild, channel, *names):
        raise missing()


def outranks(world: State, guild: FakeGuild, user_id: str) -> bool:
    """Whether the bot may kick, ban, mute or rename somebody: they stand below its highest role and own nothing."""
    if world.bot_id == guild.owner_id:
        return True
    return user_id != guild.owner_id and guild.top(user_id) < guild.top(world.bot_id)


def manages(world: State, guild: FakeGuild, role_id: str) -> bool:
    """Whether the bot may give, take or change a role: it is below its own highest one."""
    role = guild.roles[role_id]
    return world.bot_id == guild.owner_id or role.position < guild.top(world.bot_id)
