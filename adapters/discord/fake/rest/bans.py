"""Bans."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.permissions import missing, outranks
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import made_at
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

BAN, UNBAN = 22, 23
WEEK: Final = 604_800
BULK: Final = 200


def _payload(world: World, guild: FakeGuild, user_id: str) -> Json:
    return {"reason": guild.bans[user_id] or None, "user": access.user(world, user_id).payload()}


def listed(world: World, request: Request) -> list[Json]:
    """A page of bans by user id."""
    guild = access.guild(world, request, "ban_members")
    found = access.page(request, guild.bans, lambda one: one, default=1000, high=1000)
    return [_payload(world, guild, one) for one in found]


def read(world: World, request: Request) -> Json:
    """One ban."""
    guild = access.guild(world, request, "ban_members")
    if request.ids["user_id"] not in guild.bans:
        raise unknown(10026, "Ban")
    return _payload(world, guild, request.ids["user_id"])


def ban(world: World, request: Request) -> None:
    """Ban somebody, member or not, and take away what they wrote in the last seconds that are asked for.

    The seconds may stand in the address, where discord.py puts them.
    """
    guild = access.guild(world, request, "ban_members")
    body = Field({**request.query, **access.body(request).value})
    seconds = body.whole("delete_message_seconds", 0, WEEK) or 86_400 * body.whole("delete_message_days", 0, 7)
    body.finish()
    user = access.user(world, request.ids["user_id"])
    if user.id == world.bot_id or not outranks(world, guild, user.id):
        raise missing()
    if user.id in guild.bans:
        return
    _carry_out(world, guild, user.id, seconds, request.reason)


def _carry_out(world: World, guild: FakeGuild, user_id: str, seconds: int, reason: str) -> None:
    world.ban(guild, world.users[user_id], reason)
    since = world.now() - seconds
    for place in [*guild.channels.values(), *guild.threads.values()] if seconds else ():
        theirs = [one for one in place.shown if one.author.id == user_id and made_at(one.id) >= since]
        if theirs:
            world.take_away(*theirs)
    world.audit(guild, BAN, world.bot_id, user_id, reason=reason)


def unban(world: World, request: Request) -> None:
    """Lift a ban."""
    guild = access.guild(world, request, "ban_members")
    user_id = request.ids["user_id"]
    if user_id not in guild.bans:
        raise unknown(10026, "Ban")
    world.unban(guild, access.user(world, user_id))
    world.audit(guild, UNBAN, world.bot_id, user_id, reason=request.reason)


def bulk(world: World, request: Request) -> Json:
    """Ban up to 200 people; those that cannot be are named."""
    guild = access.guild(world, request, "ban_members", "manage_guild")
    body = access.body(request)
    body.needs("user_ids")
    ids = dict.fromkeys(body.snowflakes("user_ids", BULK, 1))
    seconds = body.whole("delete_message_seconds", 0, WEEK)
    body.finish()
    fit = [
        one
        for one in ids
        if one in world.users and one not in guild.bans and one != world.bot_id and outranks(world, guild, one)
    ]
    for user_id in fit:
        _carry_out(world, guild, user_id, seconds, request.reason)
    return {"banned_users": fit, "failed_users": [one for one in ids if one not in fit]}


ROUTES: Final[list[Route]] = [
    ("GET", "/guilds/{guild_id}/bans", listed),
    ("GET", "/guilds/{guild_id}/bans/{user_id}", read),
    ("PUT", "/guilds/{guild_id}/bans/{user_id}", ban),
    ("DELETE", "/guilds/{guild_id}/bans/{user_id}", unban),
    ("POST", "/guilds/{guild_id}/bulk-ban", bulk),
]
