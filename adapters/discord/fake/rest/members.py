"""Members: finding them, their roles, names and timeouts, sending them away."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import ADMINISTRATOR, FakeMember
from coterie.adapters.discord.fake.permissions import demand, manages, missing, no_access, outranks
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import iso, seconds_of
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

KICK, MEMBER_UPDATE, MEMBER_ROLE_UPDATE = 20, 24, 25
LONGEST_TIMEOUT: Final = 28 * 86_400.0
MEMBERS_INTENT: Final = 1 << 14 | 1 << 15
"""Flags of an application that may have the members intent."""
CHANGES: Final = {
    "nick": "manage_nicknames", "roles": "manage_roles", "communication_disabled_until": "moderate_members",
    "mute": "mute_members", "deaf": "deafen_members", "channel_id": "move_members",
}  # fmt: skip
"""What may be changed of a member, and the permission for it."""


def read(world: World, request: Request) -> Json:
    """One member."""
    return access.member(world, access.guild(world, request), request.ids["user_id"]).payload()


def listed(world: World, request: Request) -> list[Json]:
    """A page of members by id; for applications with the members intent."""
    guild = access.guild(world, request)
    if not int(world.application["flags"]) & MEMBERS_INTENT:
        raise no_access()
    found = access.page(request, guild.members.values(), lambda one: one.user.id, default=1, high=1000)
    return [one.payload() for one in found]


def search(world: World, request: Request) -> list[Json]:
    """Members whose name or nickname begins with a text."""
    guild = access.guild(world, request)
    field = access.query(request)
    field.needs("query")
    text, limit = field.text("query", 100, 1).lower(), field.whole("limit", 1, 1000, 1)
    field.finish()
    fits = [
        one
        for one in guild.members.values()
        if any(name and name.lower().startswith(text) for name in (one.nick, one.user.username, one.user.global_name))
    ]
    return [one.payload() for one in fits[:limit]]


def modify(world: World, request: Request) -> Json:
    """Change somebody's name, roles or timeout; all of it or nothing."""
    guild = access.guild(world, request)
    member = access.member(world, guild, request.ids["user_id"])
    body = access.body(request)
    nick = body.text("nick", 32) or None
    roles = list(dict.fromkeys(body.snowflakes("roles", 250)))
    until = _until(world, body)
    body.finish()
    for name, permission in CHANGES.items():
        if name in body.value:
            demand(world, guild, None, permission)
    changes: list[Json] = []
    if "nick" in body.value:
        changes += _nick(world, guild, member, nick)
    if "communication_disabled_until" in body.value:
        changes += _timeout(world, guild, member, until)
    moved = _roles(world, guild, member, roles) if body.has("roles") else []
    _write(world, request, guild, member, changes, moved)
    return member.payload()


def _write(
    world: World, request: Request, guild: FakeGuild, member: FakeMember, changes: list[Json], moved: list[Json]
) -> None:
    if changes or moved:
        world.member_changed(guild, member)
    for action, what in ((MEMBER_UPDATE, changes), (MEMBER_ROLE_UPDATE, moved)):
        if what:
            world.audit(guild, action, world.bot_id, member.user.id, changes=what, reason=request.reason)


def _until(world: World, body: Field) -> float:
    """The end of a timeout in seconds, 0 for none."""
    text = body.text("communication_disabled_until", 64)
    if not text:
        return 0
    try:
        until = seconds_of(text)
    except ValueError:
        words = f"Could not parse {text}. Should be ISO8601."
        body.at("communication_disabled_until").wrong("DATE_TIME_TYPE_PARSE", words)
        return 0
    if until > world.now() + LONGEST_TIMEOUT:
        words = "communication_disabled_until must be within 28 days"
        body.at("communication_disabled_until").wrong("COMMUNICATION_DISABLED_INVALID_UNTIL", words)
    return until


def _nick(world: World, guild: FakeGuild, member: FakeMember, nick: str | None) -> list[Json]:
    if member.user.id != world.bot_id and not outranks(world, guild, member.user.id):
        raise missing()
    old, member.nick = member.nick, nick
    return [access.change("nick", old, nick)] if old != nick else []


def _timeout(world: World, guild: FakeGuild, member: FakeMember, until: float) -> list[Json]:
    """Nobody mutes the owner, an administrator or somebody above them."""
    powerful = guild.permissions(member.user.id) & ADMINISTRATOR
    if powerful or not outranks(world, guild, member.user.id):
        raise missing()
    old = iso(member.muted_until) if member.muted_until else None
    member.muted_until = until if until > world.now() else 0
    new = iso(member.muted_until) if member.muted_until else None
    return [access.change("communication_disabled_until", old, new)] if old != new else []


def _roles(world: World, guild: FakeGuild, member: FakeMember, roles: list[str]) -> list[Json]:
    """Give and take what differs; each of it has to be below the bot's own highest role."""
    added = [one for one in roles if one not in member.roles and one != guild.id]
    taken = [one for one in member.roles if one not in roles]
    for role_id in [*added, *taken]:
        _giveable(world, guild, role_id)
    member.roles = [one for one in member.roles if one in roles] + added
    return _moves(guild, added, taken)


def _giveable(world: World, guild: FakeGuild, role_id: str) -> None:
    role = access.role(guild, role_id)
    if role_id == guild.id:
        raise RestError(400, 50028, "Invalid Role")
    if role.managed or not manages(world, guild, role_id):
        raise missing()


def _moves(guild: FakeGuild, added: list[str], taken: list[str]) -> list[Json]:
    return [
        {"key": key, "new_value": [{"id": one, "name": guild.roles[one].name} for one in ids]}
        for key, ids in (("$add", added), ("$remove", taken))
        if ids
    ]


def modify_own(world: World, request: Request) -> Json:
    """Change the bot's own nickname."""
    guild = access.guild(world, request)
    body = access.body(request)
    nick = body.text("nick", 32) or None
    body.finish()
    member = guild.members[world.bot_id]
    if "nick" in body.value:
        demand(world, guild, None, "change_nickname")
        _write(world, request, guild, member, _nick(world, guild, member, nick), [])
    return member.payload()


def own_nick(world: World, request: Request) -> Json:
    """Change the bot's own nickname by the older route."""
    return {"nick": modify_own(world, request)["nick"]}


def _switch(world: World, request: Request, add: bool) -> None:
    guild = access.guild(world, request, "manage_roles")
    member = access.member(world, guild, request.ids["user_id"])
    role_id = request.ids["role_id"]
    _giveable(world, guild, role_id)
    if (role_id in member.roles) == add:
        return
    if add:
        member.roles.append(role_id)
    else:
        member.roles.remove(role_id)
    moved = _moves(guild, [role_id] if add else [], [] if add else [role_id])
    _write(world, request, guild, member, [], moved)


def give(world: World, request: Request) -> None:
    """Give somebody a role; one that they have is no error."""
    _switch(world, request, True)


def take(world: World, request: Request) -> None:
    """Take a role from somebody; one that they do not have is no error."""
    _switch(world, request, False)


def kick(world: World, request: Request) -> None:
    """Send somebody away; they may come back."""
    guild = access.guild(world, request, "kick_members")
    member = access.member(world, guild, request.ids["user_id"])
    if member.user.id == world.bot_id or not outranks(world, guild, member.user.id):
        raise missing()
    world.leave(guild, member.user)
    world.audit(guild, KICK, world.bot_id, member.user.id, reason=request.reason)


BASE: Final = "/guilds/{guild_id}/members"
ROUTES: Final[list[Route]] = [
    ("GET", BASE, listed),
    ("GET", f"{BASE}/search", search),
    ("PATCH", f"{BASE}/@me", modify_own),
    ("PATCH", f"{BASE}/@me/nick", own_nick),
    ("GET", f"{BASE}/{{user_id}}", read),
    ("PATCH", f"{BASE}/{{user_id}}", modify),
    ("DELETE", f"{BASE}/{{user_id}}", kick),
    ("PUT", f"{BASE}/{{user_id}}/roles/{{role_id}}", give),
    ("DELETE", f"{BASE}/{{user_id}}/roles/{{role_id}}", take),
]
