"""Invites: making them, lists with their uses, for whom they are."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.permissions import demand, manages, may, missing
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.memory import memory
from coterie.adapters.discord.fake.routing import Request, Route, Upload
from coterie.adapters.discord.fake.snowflakes import iso
from coterie.adapters.discord.fake.things import FakeInvite
from coterie.adapters.discord.fake.validation import SNOWFLAKE, Field
from coterie.adapters.discord.fake.world import World

MOST: Final = 1000
WEEK, DAY = 604_800, 86_400
USES: Final = 100
CREATE, DELETE = 40, 42
INVITABLE: Final = (0, 2, 5, 13, 15, 16)
FILE: Final = "target_users_file"


def create(world: World, request: Request) -> Json:
    """Make an invite; without ``unique`` one of the bot's like it is given again."""
    guild, place = access.guild_channel(world, request, "create_instant_invite")
    if place.type not in INVITABLE:
        raise RestError(400, 50024, "Cannot execute action on this channel type")
    body = access.body(request)
    age, uses = body.whole("max_age", 0, WEEK, DAY), body.whole("max_uses", 0, USES)
    temporary, unique = body.flag("temporary"), body.flag("unique")
    roles = _roles(world, guild, body)
    body.finish()
    targets = _targets(request.files)
    if len(guild.invites) >= MOST:
        raise RestError(400, 30016, f"Maximum number of invites reached ({MOST})")
    shape = (place.id, age, uses, temporary, roles)
    for one in guild.invites.values() if not unique and targets is None else ():
        same = (one.channel.id, one.max_age, one.max_uses, one.temporary, one.role_ids) == shape
        if same and one.inviter is world.bot and not one.expired(world.now()):
            return one.payload()
    made = FakeInvite(
        secrets.token_urlsafe(6), guild, place, world.bot, world.now(), age, uses, temporary=temporary, role_ids=roles
    )
    guild.invites[made.code] = made
    if targets is not None:
        memory(world).targets[made.code] = targets
    world.invite_changed(made)
    changes = [access.change(name, None, getattr(made, name)) for name in ("code", "max_age", "max_uses", "temporary")]
    world.audit(guild, CREATE, world.bot_id, None, changes=changes, reason=request.reason)
    return made.payload()


def _roles(world: World, guild: FakeGuild, body: Field) -> list[str]:
    """Roles that are given to who follows the invite: those that the bot could give by itself."""
    roles = body.snowflakes("role_ids", 25)
    if roles:
        demand(world, guild, None, "manage_roles")
    for role_id in roles:
        access.role(guild, role_id)
        if not manages(world, guild, role_id):
            raise missing()
    return roles


def _targets(files: Sequence[Upload]) -> list[str] | None:
    """The user ids of an uploaded list, one a line under a heading; None without a list."""
    upload = next((one for one in files if one.field == FILE), None)
    if upload is None:
        return None
    lines = [line.strip().strip('"') for line in upload.data.decode("utf-8-sig", "replace").splitlines()]
    if lines and not lines[0].isdigit():
        lines[0] = ""
    wrong = [
        f"Line {number}: invalid user ID - must be a valid Discord snowflake"
        for number, line in enumerate(lines, 1)
        if line and not SNOWFLAKE.fullmatch(line)
    ]
    if wrong:
        raise WrongList(wrong)
    return list(dict.fromkeys(line for line in lines if line))


class WrongList(RestError):
    """400 for a list with ids that are none; the body names the lines."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(400, 0, "Invalid target users")
        self.lines = lines

    def body(self) -> Json:
        """The JSON body of the answer."""
        return {FILE: self.lines}


def of_guild(world: World, request: Request) -> list[Json]:
    """The invites of a server, with their uses for who may manage it."""
    guild = access.guild(world, request)
    counted = may(world, guild, None, "manage_guild")
    if not counted:
        demand(world, guild, None, "view_audit_log")
    return [one.payload(metadata=counted) for one in _valid(world, guild)]


def of_channel(world: World, request: Request) -> list[Json]:
    """The invites of a channel, with their uses."""
    guild, place = access.guild_channel(world, request, "manage_channels")
    return [one.payload() for one in _valid(world, guild) if one.channel is place]


def _valid(world: World, guild: FakeGuild) -> list[FakeInvite]:
    return [one for one in guild.invites.values() if not one.expired(world.now())]


def _one(world: World, request: Request) -> FakeInvite:
    for guild in world.guilds.values():
        found = guild.invites.get(request.ids["invite_code"])
        if found is not None and not found.expired(world.now()):
            return found
    raise unknown(10006, "Invite")


def read(world: World, request: Request) -> Json:
    """One invite, as everybody sees it: without its uses."""
    found = _one(world, request)
    counts: Json = {"approximate_member_count": len(found.guild.members), "approximate_presence_count": 0}
    return found.payload(metadata=False) | (counts if access.truth(request, "with_counts") else {})


def delete(world: World, request: Request) -> Json:
    """Take an invite away."""
    found = _one(world, request)
    guild = found.guild
    if not may(world, guild, found.channel, "manage_channels"):
        demand(world, guild, None, "manage_guild")
    del guild.invites[found.code]
    memory(world).targets.pop(found.code, None)
    world.invite_changed(found, deleted=True)
    changes = [access.change("code", found.code, None), access.change("uses", found.uses, None)]
    world.audit(guild, DELETE, world.bot_id, None, changes=changes, reason=request.reason)
    return found.payload(metadata=False)


def _managed(world: World, request: Request, *others: str) -> FakeInvite:
    found = _one(world, request)
    fit = any(may(world, found.guild, None, name) for name in ("manage_guild", *others))
    if found.inviter is not world.bot and not fit:
        raise missing()
    return found


def targets(world: World, request: Request) -> str:
    """For whom an invite is, one id a line under a heading."""
    found = memory(world).targets.get(_managed(world, request, "view_audit_log").code)
    if found is None:
        raise unknown(10129, "invite target users")
    return "\n".join(["user_id", *found]) + "\n"


def set_targets(world: World, request: Request) -> None:
    """Say for whom an invite is."""
    found = _managed(world, request)
    listed = _targets(request.files)
    if listed is None:
        field = Field({})
        field.needs(FILE)
        field.finish()
    else:
        memory(world).targets[found.code] = listed


def target_job(world: World, request: Request) -> Json:
    """How far the list is taken in; here it always is."""
    found = _managed(world, request, "view_audit_log")
    listed = memory(world).targets.get(found.code)
    if listed is None:
        raise unknown(10124, "invite target users job")
    when = iso(found.created_at)
    return {
        "status": 2, "total_users": len(listed), "processed_users": len(listed), "created_at": when,
        "completed_at": when, "error_message": None,
    }  # fmt: skip


ROUTES: Final[list[Route]] = [
    ("POST", "/channels/{channel_id}/invites", create),
    ("GET", "/channels/{channel_id}/invites", of_channel),
    ("GET", "/guilds/{guild_id}/invites", of_guild),
    ("GET", "/invites/{invite_code}", read),
    ("DELETE", "/invites/{invite_code}", delete),
    ("GET", "/invites/{invite_code}/target-users", targets),
    ("PUT", "/invites/{invite_code}/target-users", set_targets),
    ("GET", "/invites/{invite_code}/target-users/job-status", target_job),
]
