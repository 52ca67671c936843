"""The way to what a call is about: each is found, and the bot may see it, or the call is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeMember, FakeMessage, FakeRole, FakeUser
from coterie.adapters.discord.fake.permissions import demand, may, no_access
from coterie.adapters.discord.fake.routing import Request
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

T = TypeVar("T")
TEXTUAL = frozenset({0, 1, 2, 3, 5, 10, 11, 12, 13})
"""Types of channels that hold messages."""


def body(request: Request) -> Field:
    """The body, which is an object; :class:`RestError` if it is something else."""
    field = Field({} if request.body is None else request.body)
    field.object()
    field.finish()
    return field


def guild(world: World, request: Request, *names: str) -> FakeGuild:
    """The server in the path, in which the bot is and has these permissions."""
    found = world.guilds.get(request.ids["guild_id"])
    if found is None:
        raise unknown(10004, "Guild")
    if world.bot_id not in found.members:
        raise no_access()
    demand(world, found, None, *names)
    return found


def channel(world: World, request: Request, *names: str) -> FakeChannel:
    """The channel in the path, which the bot sees and has these permissions in."""
    return channel_of(world, request.ids["channel_id"], *names)


def channel_of(world: World, channel_id: str, *names: str) -> FakeChannel:
    """A channel that the bot sees and has these permissions in (direct chats ask for none)."""
    found = world.channels.get(channel_id)
    if found is None or found.deleted:
        raise unknown(10003, "Channel")
    home = world.guild_of(found)
    if home is None:
        return found
    hidden = found.type == 12 and world.bot_id not in found.members and not may(world, home, found, "manage_threads")
    if world.bot_id not in home.members or not world.sees(home, found) or hidden:
        raise no_access()
    demand(world, home, found, *names)
    return found


def guild_channel(world: World, request: Request, *names: str) -> tuple[FakeGuild, FakeChannel]:
    """The channel in the path with its server; a direct chat is refused (50003)."""
    found = channel(world, request)
    home = world.guild_of(found)
    if home is None:
        raise RestError(400, 50003, "Cannot execute action on a DM channel")
    demand(world, home, found, *names)
    return home, found


def textual(found: FakeChannel) -> FakeChannel:
    """A channel that holds messages; others are refused (50008)."""
    if found.type not in TEXTUAL:
        raise RestError(400, 50008, "Cannot send messages in a non-text channel")
    return found


def message(world: World, request: Request, *names: str) -> FakeMessage:
    """The message in the path, in a channel that the bot sees and has these permissions in."""
    return message_in(channel(world, request, *names), request.ids["message_id"])


def message_in(place: FakeChannel, message_id: str) -> FakeMessage:
    """A message that everybody sees; ephemeral ones are reached with their interaction alone."""
    found = place.message(message_id)
    if found is None or found.seen_by:
        raise unknown(10008, "Message")
    return found


def user(world: World, user_id: str) -> FakeUser:
    """An account; ``@me`` is the bot."""
    found = world.users.get(world.bot_id if user_id == "@me" else user_id)
    if found is None:
        raise unknown(10013, "User")
    return found


def member(world: World, home: FakeGuild, user_id: str) -> FakeMember:
    """Somebody's membership; who is none is an unknown member, an id of nobody an unknown user."""
    found = home.members.get(world.bot_id if user_id == "@me" else user_id)
    if found is None:
        user(world, user_id)
        raise unknown(10007, "Member")
    return found


def role(home: FakeGuild, role_id: str) -> FakeRole:
    """A role of a server."""
    found = home.roles.get(role_id)
    if found is None:
        raise unknown(10011, "Role")
    return found


def query(request: Request) -> Field:
    """The parameters of the address, to be checked as a body is."""
    return Field(dict(request.query))


def truth(request: Request, name: str, default: bool = False) -> bool:
    """A truth value of the address: ``true`` or ``1``."""
    value = request.query.get(name)
    return default if value is None else value.lower() in ("true", "1")


def page(
    request: Request, things: Iterable[T], key: Callable[[T], str], *, default: int, high: int, newest: bool = False
) -> list[T]:
    """A page of things by id: at most ``limit`` after, before or around one.

    Without a place to start from, it is the lowest ids, or the highest with ``newest``; the answer is in that order.
    """
    field = query(request)
    limit = field.whole("limit", 1, high, default)
    after, before, around = (field.snowflake(name) for name in ("after", "before", "around"))
    field.finish()
    ordered = sorted(things, key=lambda one: int(key(one)))
    if around:
        place = sum(int(key(one)) < int(around) for one in ordered)
        half = limit // 2
        ordered = ordered[max(0, place - half) : max(0, place - half) + limit]
    elif before:
        ordered = [one for one in ordered if int(key(one)) < int(before)][-limit:]
    elif after:
        ordered = [one for one in ordered if int(key(one)) > int(after)][:limit]
    else:
        ordered = ordered[-limit:] if newest else ordered[:limit]
    return ordered[::-1] if newest else ordered


def change(key: str, old: Any, new: Any) -> Json:
    """A change as the audit log has it; what is None is left out."""
    raw: Json = {"key": key}
    for name, value in (("old_value", old), ("new_value", new)):
        if value is not None:
            raw[name] = value
    return raw
