"""Channels: reading, changing, making, taking away; threads are archived and locked here."""

from __future__ import annotations

from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeOverwrite
from coterie.adapters.discord.fake.permissions import demand
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

MOST: Final = 500
SLOWEST: Final = 21_600
"""Seconds between two messages in slow mode."""
ARCHIVING: Final = (60, 1440, 4320, 10080)
"""Minutes after which a thread is archived."""
MADE: Final = (0, 2, 4, 5, 13, 15, 16)
CREATE, UPDATE, DELETE = 10, 11, 12
THREAD_UPDATE, THREAD_DELETE = 111, 112
OVERWRITE_CREATE, OVERWRITE_UPDATE, OVERWRITE_DELETE = 13, 14, 15


def shown(world: World, place: FakeChannel) -> Json:
    """A channel as the bot gets it; a thread with the bot's membership."""
    raw = place.payload()
    return raw | ({"member": place.thread_member(world.bot_id)} if world.bot_id in place.members else {})


def read(world: World, request: Request) -> Json:
    """One channel."""
    return shown(world, access.channel(world, request))


def modify(world: World, request: Request) -> Json:
    """Change a channel or thread."""
    guild, place = access.guild_channel(world, request)
    body = access.body(request)
    change = _thread if place.is_thread else _channel
    return change(world, request, guild, place, body)


def _thread(world: World, request: Request, guild: FakeGuild, place: FakeChannel, body: Field) -> Json:
    """Archive, lock or rename a thread; waking it up takes no more than writing in it, unless it is locked."""
    fields: Json = {
        "name": _name(body), "archived": body.flag("archived", place.archived),
        "locked": body.flag("locked", place.locked), "auto_archive": body.choice("auto_archive_duration", ARCHIVING),
        "slowmode": body.whole("rate_limit_per_user", 0, SLOWEST, place.slowmode),
    }  # fmt: skip
    tags = body.snowflakes("applied_tags", 5)
    body.finish()
    waking = place.archived and not fields["archived"]
    if waking and not place.locked and set(body.value) <= {"archived"}:
        demand(world, guild, place, "send_messages")
    elif not (place.owner_id == world.bot_id and not place.locked and not {"locked"} & set(body.value)):
        demand(world, guild, place, "manage_threads")
    if place.archived and fields["archived"]:
        raise RestError(400, 50083, "Thread is archived")
    if fields["archived"] != place.archived:
        place.archive_changed = world.now()
    changes = _put(place, fields)
    if body.has("applied_tags"):
        place.extra["applied_tags"] = tags
    world.channel_changed(place)
    world.audit(guild, THREAD_UPDATE, world.bot_id, place.id, changes=changes, reason=request.reason)
    return shown(world, place)


def _channel(world: World, request: Request, guild: FakeGuild, place: FakeChannel, body: Field) -> Json:
    demand(world, guild, place, "manage_channels")
    fields = _given(body)
    overwrites = _overwrites(world, guild, body)
    body.finish()
    changes = _put(place, fields)
    if overwrites is not None:
        demand(world, guild, place, "manage_roles")
        place.overwrites = overwrites
    _extras(world, place, body)
    world.channel_changed(place)
    world.audit(guild, UPDATE, world.bot_id, place.id, changes=changes, reason=request.reason)
    return place.payload()


def _name(body: Field) -> str | None:
    if "name" not in body.value:
        return None
    body.needs("name")
    return body.text("name", 100, 1).strip() or None


def _given(body: Field) -> Json:
    """The plain fields of a channel that a body has."""
    fields: Json = {"name": _name(body)}
    if "topic" in body.value:
        fields["topic"] = body.text("topic", 1024) or None
    if "parent_id" in body.value:
        fields["parent_id"] = body.snowflake("parent_id") or None
    if body.has("position"):
        fields["position"] = body.whole("position", 0, 10_000)
    if "rate_limit_per_user" in body.value:
        fields["slowmode"] = body.whole("rate_limit_per_user", 0, SLOWEST)
    return fields


def _extras(world: World, place: FakeChannel, body: Field) -> None:
    """Take over what a channel of this type has beside; tags of a forum get ids."""
    names = ("nsfw", "default_auto_archive_duration", "bitrate", "user_limit", "default_reaction_emoji", "flags")
    place.extra |= {name: body.value[name] for name in names if body.has(name)}
    if body.has("available_tags"):
        blank: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
        tags = [blank | {"id": None} | one.value for one in body.objects("available_tags", 20)]
        place.extra["available_tags"] = [one | {"id": one["id"] or world.snowflakes.make()} for one in tags]


def _put(place: FakeChannel, fields: Json) -> list[Json]:
    """Set what is given (None is not); returns what that changed, as the audit log has it."""
    changes = []
    for name, value in fields.items():
        old = getattr(place, name)
        if name in ("name", "auto_archive") and value is None:
            continue
        if value != old:
            setattr(place, name, value)
            key = {"slowmode": "rate_limit_per_user", "auto_archive": "auto_archive_duration"}.get(name, name)
            changes.append(access.change(key, old, value))
    return changes


def _overwrites(world: World, guild: FakeGuild, body: Field) -> list[FakeOverwrite] | None:
    if not body.has("permission_overwrites"):
        return None
    found = []
    for item in body.objects("permission_overwrites", 1000):
        item.needs("id", "type")
        found.append(_overwrite(item, item.snowflake("id")))
    return found


def _overwrite(item: Field, about: str) -> FakeOverwrite:
    kind = item.whole("type", 0, 1)
    allow, deny = (item.whole(name, 0, 2**63 - 1) for name in ("allow", "deny"))
    return FakeOverwrite(about, kind, allow, deny)


def create(world: World, request: Request) -> Json:
    """Make a channel."""
    guild = access.guild(world, request, "manage_channels")
    body = access.body(request)
    body.needs("name")
    kind = body.choice("type", MADE) or 0
    fields, overwrites = _given(body), _overwrites(world, guild, body) or []
    body.finish()
    if len(guild.channels) >= MOST:
        raise RestError(400, 30013, f"Maximum number of guild channels reached ({MOST})")
    place = FakeChannel(world.snowflakes.make(), kind, guild.id, overwrites=overwrites)
    _put(place, fields)
    _extras(world, place, body)
    world.channels[place.id] = guild.channels[place.id] = place
    world.channel_changed(place, "CREATE")
    changes = [access.change("name", None, place.name), access.change("type", None, kind)]
    world.audit(guild, CREATE, world.bot_id, place.id, changes=changes, reason=request.reason)
    return place.payload()


def delete(world: World, request: Request) -> Json:
    """Take a channel or thread away; a direct chat is closed only."""
    place = access.channel(world, request)
    guild = world.guild_of(place)
    if guild is None:
        return place.payload()
    demand(world, guild, place, "manage_threads" if place.is_thread else "manage_channels")
    raw = place.payload()
    world.channel_changed(place, "DELETE")
    for one in [place, *(thread for thread in guild.threads.values() if thread.parent_id == place.id)]:
        one.deleted = True
        for known in (guild.channels, guild.threads, world.channels):
            known.pop(one.id, None)
    action = THREAD_DELETE if place.is_thread else DELETE
    changes = [access.change("name", place.name, None)]
    world.audit(guild, action, world.bot_id, place.id, changes=changes, reason=request.reason)
    return raw


def listed(world: World, request: Request) -> list[Json]:
    """The channels of a server, threads left out."""
    return [one.payload() for one in access.guild(world, request).channels.values()]


def allow(world: World, request: Request) -> None:
    """Set what a role or member may do in a channel; only permissions that the bot has can be given."""
    guild, place = access.guild_channel(world, request, "manage_roles")
    body = access.body(request)
    body.needs("type")
    made = _overwrite(body, request.ids["overwrite_id"])
    body.finish()
    known = guild.roles if made.type == 0 else guild.members
    if made.id not in known:
        raise unknown(10011, "Role") if made.type == 0 else unknown(10007, "Member")
    old = _find(place, made.id)
    place.overwrites = [one for one in place.overwrites if one is not old] + [made]
    _tell(world, request, guild, place, made, OVERWRITE_CREATE if old is None else OVERWRITE_UPDATE)


def disallow(world: World, request: Request) -> None:
    """Take an overwrite away."""
    guild, place = access.guild_channel(world, request, "manage_roles")
    old = _find(place, request.ids["overwrite_id"])
    if old is None:
        raise unknown(10009, "Overwrite")
    place.overwrites.remove(old)
    _tell(world, request, guild, place, old, OVERWRITE_DELETE)


def _find(place: FakeChannel, about: str) -> FakeOverwrite | None:
    return next((one for one in place.overwrites if one.id == about), None)


def _tell(
    world: World, request: Request, guild: FakeGuild, place: FakeChannel, about: FakeOverwrite, action: int
) -> None:
    world.channel_changed(place)
    options: dict[str, Any] = {"id": about.id, "type": str(about.type)}
    if about.type == 0 and about.id in guild.roles:
        options["role_name"] = guild.roles[about.id].name
    world.audit(guild, action, world.bot_id, place.id, options=options, reason=request.reason)


ROUTES: Final[list[Route]] = [
    ("GET", "/channels/{channel_id}", read),
    ("PATCH", "/channels/{channel_id}", modify),
    ("DELETE", "/channels/{channel_id}", delete),
    ("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", allow),
    ("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}", disallow),
    ("GET", "/guilds/{guild_id}/channels", listed),
    ("POST", "/guilds/{guild_id}/channels", create),
]
