"""Scheduled events and who is interested in them."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.permissions import demand, may
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import seconds_of
from coterie.adapters.discord.fake.things import FakeScheduledEvent
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

MOST: Final = 100
STAGE, VOICE, EXTERNAL = 1, 2, 3
SCHEDULED, ACTIVE, COMPLETED, CANCELLED = 1, 2, 3, 4
FOLLOWING: Final = {SCHEDULED: (ACTIVE, CANCELLED), ACTIVE: (COMPLETED,)}
"""What may come after a status."""
PLACES: Final = {STAGE: 13, VOICE: 2}
"""Which type of channel an event takes place in."""
CREATE, UPDATE, DELETE = 100, 101, 102


def listed(world: World, request: Request) -> list[Json]:
    """The events of a server."""
    guild, count = access.guild(world, request), access.truth(request, "with_user_count")
    return [one.payload(count=count) for one in guild.events.values()]


def _one(world: World, request: Request) -> tuple[FakeGuild, FakeScheduledEvent]:
    guild = access.guild(world, request)
    found = guild.events.get(request.ids["event_id"])
    if found is None:
        raise unknown(10070, "Guild Scheduled Event")
    return guild, found


def read(world: World, request: Request) -> Json:
    """One event."""
    return _one(world, request)[1].payload(count=access.truth(request, "with_user_count"))


def _time(body: Field, name: str, default: float) -> float:
    """A moment in seconds under a key; the default when it is absent."""
    if name not in body.value:
        return default
    text = body.text(name, 64)
    try:
        return seconds_of(text) if text else 0
    except ValueError:
        body.at(name).wrong("DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return default


def _checked(world: World, guild: FakeGuild, body: Field, old: FakeScheduledEvent) -> Json:
    """What the event is going to be; every rule of its kind of place is looked at."""
    if "name" in body.value:
        body.needs("name")
    kind = body.choice("entity_type", (STAGE, VOICE, EXTERNAL)) or old.entity_type
    body.choice("privacy_level", (2,))
    fields: Json = {
        "name": body.text("name", 100, 1) or old.name, "entity_type": kind,
        "start": _time(body, "scheduled_start_time", old.start), "end": _time(body, "scheduled_end_time", old.end),
        "description": body.text("description", 1000) or None if "description" in body.value else old.description,
        "channel_id": body.snowflake("channel_id") or None if "channel_id" in body.value else old.channel_id,
        "recurrence_rule": body.value.get("recurrence_rule", old.recurrence_rule), "location": old.location,
    }  # fmt: skip
    place = body.at("entity_metadata")
    if body.has("entity_metadata") and place.object():
        fields["location"] = place.text("location", 100, 1)
    _held(guild, body, fields)
    moved = fields["start"] != old.start
    if moved and fields["start"] <= world.now():
        words = "Cannot schedule event in the past."
        body.at("scheduled_start_time").wrong("GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", words)
    if fields["end"] and fields["end"] <= fields["start"]:
        words = "Cannot schedule event end before its start."
        body.at("scheduled_end_time").wrong("GUILD_SCHEDULED_EVENT_END_BEFORE_START", words)
    body.finish()
    return fields


def _held(guild: FakeGuild, body: Field, fields: Json) -> None:
    """Somewhere else needs a place and an end, a channel of the right type needs neither."""
    if fields["entity_type"] == EXTERNAL:
        if not fields["location"]:
            body.at("entity_metadata").at("location").wrong("BASE_TYPE_REQUIRED", "This field is required")
        if not fields["end"]:
            body.at("scheduled_end_time").wrong("BASE_TYPE_REQUIRED", "This field is required")
        if fields["channel_id"]:
            words = "Events of this type have no channel"
            body.at("channel_id").wrong("GUILD_SCHEDULED_EVENT_CHANNEL_NOT_ALLOWED", words)
        return
    place = guild.channels.get(fields["channel_id"] or "")
    if place is None:
        body.at("channel_id").wrong("BASE_TYPE_REQUIRED", "This field is required")
    elif place.type != PLACES[fields["entity_type"]]:
        body.at("channel_id").wrong("GUILD_SCHEDULED_EVENT_CHANNEL_TYPE", "The channel is of another type")
    fields["location"] = ""


def create(world: World, request: Request) -> Json:
    """Schedule an event."""
    guild = access.guild(world, request)
    if not may(world, guild, None, "manage_events"):
        demand(world, guild, None, "create_events")
    body = access.body(request)
    body.needs("name", "privacy_level", "scheduled_start_time", "entity_type")
    blank = FakeScheduledEvent("0", guild.id, "", world.bot, 0)
    fields = _checked(world, guild, body, blank)
    if sum(one.status in FOLLOWING for one in guild.events.values()) >= MOST:
        raise RestError(400, 30038, f"Maximum number of uncompleted guild scheduled events reached ({MOST})")
    made = FakeScheduledEvent(world.snowflakes.make(), guild.id, creator=world.bot, **fields)
    guild.events[made.id] = made
    world.event_changed(guild, made, "CREATE")
    _write(world, request, guild, made, CREATE)
    return made.payload()


def _managed(world: World, request: Request) -> tuple[FakeGuild, FakeScheduledEvent]:
    guild, found = _one(world, request)
    own = found.creator is world.bot and may(world, guild, None, "create_events")
    if not own:
        demand(world, guild, None, "manage_events")
    return guild, found


def modify(world: World, request: Request) -> Json:
    """Change an event, begin it, end it or call it off."""
    guild, found = _managed(world, request)
    if found.status not in FOLLOWING:
        raise RestError(400, 180000, "Cannot update a finished event")
    body = access.body(request)
    status = body.choice("status", (SCHEDULED, ACTIVE, COMPLETED, CANCELLED)) or found.status
    if status != found.status and status not in FOLLOWING[found.status]:
        words = "Invalid Guild Scheduled Event Status Transition"
        body.at("status").wrong("TRANSITION_INVALID", words)
    fields = _checked(world, guild, body, found) | {"status": status}
    for name, value in fields.items():
        setattr(found, name, value)
    world.event_changed(guild, found, "UPDATE")
    _write(world, request, guild, found, UPDATE)
    return found.payload()


def delete(world: World, request: Request) -> None:
    """Take an event away."""
    guild, found = _managed(world, request)
    del guild.events[found.id]
    world.event_changed(guild, found, "DELETE")
    _write(world, request, guild, found, DELETE)


def _write(world: World, request: Request, guild: FakeGuild, event: FakeScheduledEvent, action: int) -> None:
    changes = [access.change("name", None, event.name)]
    world.audit(guild, action, world.bot_id, event.id, changes=changes, reason=request.reason)


def users(world: World, request: Request) -> list[Json]:
    """Who is interested, by id, in pages."""
    guild, found = _one(world, request)
    members = access.truth(request, "with_member")
    rows = []
    for user_id in access.page(request, found.users, lambda one: one, default=100, high=100):
        raw: Json = {"guild_scheduled_event_id": found.id, "user": world.users[user_id].payload()}
        if members and user_id in guild.members:
            raw["member"] = guild.members[user_id].payload()
        rows.append(raw)
    return rows


BASE: Final = "/guilds/{guild_id}/scheduled-events"
ROUTES: Final[list[Route]] = [
    ("GET", BASE, listed),
    ("POST", BASE, create),
    ("GET", f"{BASE}/{{event_id}}", read),
    ("PATCH", f"{BASE}/{{event_id}}", modify),
    ("DELETE", f"{BASE}/{{event_id}}", delete),
    ("GET", f"{BASE}/{{event_id}}/users", users),
]
