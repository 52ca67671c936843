"""Servers as a whole, and their roles."""

from __future__ import annotations

from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import ALL, FakeRole
from coterie.adapters.discord.fake.permissions import manages, missing, own
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

MOST_ROLES: Final = 250
CREATE, UPDATE, DELETE = 30, 31, 32


def read(world: World, request: Request) -> Json:
    """One server."""
    guild = access.guild(world, request)
    counts: Json = {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
    return guild.payload() | (counts if access.truth(request, "with_counts") else {})


def mine(world: World, request: Request) -> list[Json]:
    """The servers that the bot is in, in pages."""
    there = [one for one in world.guilds.values() if world.bot_id in one.members]
    found = access.page(request, there, lambda one: one.id, default=200, high=200)
    return [
        {
            "id": one.id, "name": one.name, "icon": None, "banner": None, "owner": one.owner_id == world.bot_id,
            "permissions": str(one.permissions(world.bot_id)), "features": list(one.features),
        }
        for one in found
    ]  # fmt: skip


def leave(world: World, request: Request) -> None:
    """Go away from a server."""
    world.leave(access.guild(world, request), world.bot)


def roles(world: World, request: Request) -> list[Json]:
    """The roles of a server."""
    return [one.payload() for one in access.guild(world, request).roles.values()]


def role(world: World, request: Request) -> Json:
    """One role."""
    return access.role(access.guild(world, request), request.ids["role_id"]).payload()


def _given(world: World, guild: FakeGuild, body: Field) -> Json:
    """What a body says of a role; the bot gives no permission that it has not."""
    fields: Json = {}
    if "name" in body.value:
        fields["name"] = body.text("name", 100) or "new role"
    if body.has("permissions"):
        fields["permissions"] = body.whole("permissions", 0, ALL | 2**53)
    if body.has("color"):
        fields["color"] = body.whole("color", 0, 0xFFFFFF)
    if body.has("colors") and body.at("colors").object():
        fields["color"] = body.at("colors").whole("primary_color", 0, 0xFFFFFF)
    for name in ("hoist", "mentionable"):
        if body.has(name):
            fields[name] = body.flag(name)
    body.finish()
    if fields.get("permissions", 0) & ~own(world, guild):
        raise missing()
    return fields


def create(world: World, request: Request) -> Json:
    """Make a role, above @everyone and below all others."""
    guild = access.guild(world, request, "manage_roles")
    fields: Json = {"name": "new role", "permissions": guild.everyone.permissions & own(world, guild)}
    fields |= _given(world, guild, access.body(request))
    if len(guild.roles) >= MOST_ROLES:
        raise RestError(400, 30005, f"Maximum number of guild roles reached ({MOST_ROLES})")
    for one in guild.roles.values():
        one.position += one.id != guild.id
    made = FakeRole(world.snowflakes.make(), **fields)
    guild.roles[made.id] = made
    world.role_changed(guild, made, "CREATE")
    changes = [access.change(name, None, _written(value)) for name, value in fields.items()]
    world.audit(guild, CREATE, world.bot_id, made.id, changes=changes, reason=request.reason)
    return made.payload()


def _written(value: Any) -> Any:
    """A value as the audit log has it: permissions are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0xFFFFFF else value


def modify(world: World, request: Request) -> Json:
    """Change a role below the bot's highest."""
    guild = access.guild(world, request, "manage_roles")
    found = access.role(guild, request.ids["role_id"])
    if not manages(world, guild, found.id):
        raise missing()
    changes = []
    for name, value in _given(world, guild, access.body(request)).items():
        old = getattr(found, name)
        if old != value:
            setattr(found, name, value)
            changes.append(access.change(name, _written(old), _written(value)))
    if changes:
        world.role_changed(guild, found)
        world.audit(guild, UPDATE, world.bot_id, found.id, changes=changes, reason=request.reason)
    return found.payload()


def move(world: World, request: Request) -> list[Json]:
    """Put roles into another order; none is moved from above the bot's highest, or there."""
    guild = access.guild(world, request, "manage_roles")
    field = Field({"roles": request.body})
    wanted = {}
    for item in field.objects("roles", MOST_ROLES):
        item.needs("id")
        wanted[item.snowflake("id")] = item.whole("position", 0, MOST_ROLES, -1)
    field.finish()
    for role_id, position in wanted.items():
        access.role(guild, role_id)
        if role_id == guild.id or not manages(world, guild, role_id) or position >= guild.top(world.bot_id):
            raise missing()
    for role_id, position in wanted.items():
        if position >= 0:
            guild.roles[role_id].position = position
            world.role_changed(guild, guild.roles[role_id])
    return [one.payload() for one in guild.roles.values()]


def delete(world: World, request: Request) -> None:
    """Take a role away, from everybody who has it."""
    guild = access.guild(world, request, "manage_roles")
    found = access.role(guild, request.ids["role_id"])
    if found.id == guild.id or found.managed:
        raise RestError(400, 50028, "Invalid Role")
    if not manages(world, guild, found.id):
        raise missing()
    del guild.roles[found.id]
    for member in guild.members.values():
        if found.id in member.roles:
            member.roles.remove(found.id)
    world.role_changed(guild, found, "DELETE")
    changes = [access.change("name", found.name, None)]
    world.audit(guild, DELETE, world.bot_id, found.id, changes=changes, reason=request.reason)


def emojis(world: World, request: Request) -> list[Json]:
    """The emoji of a server's own."""
    return [one.payload() for one in access.guild(world, request).emojis.values()]


ROUTES: Final[list[Route]] = [
    ("GET", "/guilds/{guild_id}", read),
    ("GET", "/users/@me/guilds", mine),
    ("DELETE", "/users/@me/guilds/{guild_id}", leave),
    ("GET", "/guilds/{guild_id}/roles", roles),
    ("POST", "/guilds/{guild_id}/roles", create),
    ("PATCH", "/guilds/{guild_id}/roles", move),
    ("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    ("PATCH", "/guilds/{guild_id}/roles/{role_id}", modify),
    ("DELETE", "/guilds/{guild_id}/roles/{role_id}", delete),
    ("GET", "/guilds/{guild_id}/emojis", emojis),
]
