"""Application commands, global ones and a server's own."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.permissions import no_access
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.memory import CREATES, memory
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.things import FakeCommand
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_commands import COUNTS, command, commands
from coterie.adapters.discord.fake.world import World

LOCALIZED: Final = ("name_localizations", "description_localizations")


def _scope(world: World, request: Request) -> tuple[str, dict[str, FakeCommand]]:
    """The commands of the path's scope, under its server's id (empty: global)."""
    application_of(world, request)
    guild_id = request.ids.get("guild_id", "")
    guild = world.guilds.get(guild_id)
    if guild_id and (guild is None or world.bot_id not in guild.members):
        raise no_access()
    return guild_id, world.commands.setdefault(guild_id, {})


def application_of(world: World, request: Request) -> None:
    """Refuse another application's resources (20012)."""
    if request.ids["application_id"] != world.application_id:
        raise RestError(403, 20012, "You are not authorized to perform this action on this application")


def listed(world: World, request: Request) -> list[Json]:
    """All commands of a scope; translations are in them when asked for."""
    _, here = _scope(world, request)
    return [shown(one, access.truth(request, "with_localizations")) for one in here.values()]


def shown(one: FakeCommand, localized: bool) -> Json:
    """A command as a list has it: without its translations unless those are asked for."""
    raw = one.payload()
    return raw if localized else {name: value for name, value in raw.items() if name not in LOCALIZED}


def replace(world: World, request: Request) -> list[Json]:
    """Put a list in place of all commands of a scope; those of the same name and type keep their ids."""
    guild_id, here = _scope(world, request)
    if not isinstance(request.body, list):
        field = Field(request.body)
        field.wrong("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        field.finish()
    body = Field(request.body)
    commands(body)
    body.finish()
    for kind, most in COUNTS.items():
        if sum(int(one.get("type") or 1) == kind for one in request.body) > most:
            raise RestError(400, 30032, f"Maximum number of application commands reached ({most}).")
    old = {(one.type, one.name): one for one in here.values()}
    new = [one for one in request.body if (int(one.get("type") or 1), one["name"]) not in old]
    _count(world, guild_id, len(new))
    kept = {}
    for raw in request.body:
        made = _put(world, guild_id, old.get((int(raw.get("type") or 1), raw["name"])), raw)
        kept[made.id] = made
    world.commands[guild_id] = kept
    world.tell("commands", list(kept.values()))
    return [one.payload() for one in kept.values()]


def _count(world: World, guild_id: str, new: int) -> None:
    if not memory(world).create(guild_id, new, world.now()):
        words = f"Max number of daily application command creates has been reached ({CREATES})"
        raise RestError(400, 30034, words)


def _put(world: World, guild_id: str, old: FakeCommand | None, raw: Json) -> FakeCommand:
    """A command with a new body; its version moves when anything changed."""
    body = {name: value for name, value in raw.items() if name not in ("id", "version", "application_id", "guild_id")}
    if old is not None and old.body == body:
        return old
    command_id = old.id if old is not None else world.snowflakes.make()
    return FakeCommand(command_id, world.application_id, world.snowflakes.make(), body, guild_id)


def create(world: World, request: Request) -> Json:
    """Make a command; one of the same name and type is replaced."""
    guild_id, here = _scope(world, request)
    body = access.body(request)
    command(body)
    body.finish()
    kind = int(body.value.get("type") or 1)
    old = next((one for one in here.values() if (one.type, one.name) == (kind, body.value["name"])), None)
    if old is None:
        if sum(one.type == kind for one in here.values()) >= COUNTS[kind]:
            raise RestError(400, 30032, f"Maximum number of application commands reached ({COUNTS[kind]}).")
        _count(world, guild_id, 1)
    return _kept(world, here, _put(world, guild_id, old, body.value))


def _kept(world: World, here: dict[str, FakeCommand], made: FakeCommand) -> Json:
    here[made.id] = made
    world.tell("commands", list(here.values()))
    return made.payload()


def _one(world: World, request: Request) -> tuple[dict[str, FakeCommand], FakeCommand]:
    _, here = _scope(world, request)
    found = here.get(request.ids["command_id"])
    if found is None:
        raise unknown(10063, "application command")
    return here, found


def read(world: World, request: Request) -> Json:
    """One command."""
    return _one(world, request)[1].payload()


def modify(world: World, request: Request) -> Json:
    """Change some fields of a command."""
    here, found = _one(world, request)
    body = Field(found.body | access.body(request).value)
    command(body)
    body.finish()
    return _kept(world, here, _put(world, found.guild_id, found, body.value))


def delete(world: World, request: Request) -> None:
    """Take a command away."""
    here, found = _one(world, request)
    del here[found.id]
    world.tell("commands", list(here.values()))


GLOBAL: Final = "/applications/{application_id}/commands"
GUILD: Final = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES: Final[list[Route]] = [
    (method, base + rest, act)
    for base in (GLOBAL, GUILD)
    for method, rest, act in (
        ("GET", "", listed),
        ("PUT", "", replace),
        ("POST", "", create),
        ("GET", "/{command_id}", read),
        ("PATCH", "/{command_id}", modify),
        ("DELETE", "/{command_id}", delete),
    )
]
