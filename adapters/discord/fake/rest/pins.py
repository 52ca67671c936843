"""Pins: up to 250 a channel, in pages of 50."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.fake.permissions import may
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.memory import memory
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import iso, seconds_of
from coterie.adapters.discord.fake.world import World

MOST, PAGE = 250, 50
PIN, UNPIN = 74, 75
SYSTEM: Final = 6
"""The type of the message that tells of a pin."""


def _pins(world: World, request: Request) -> list[tuple[float, FakeMessage]]:
    """What is pinned and since when, newest first; nothing without the permission to read."""
    place = access.channel(world, request)
    guild = world.guild_of(place)
    if guild is not None and not may(world, guild, place, "read_message_history"):
        return []
    since = memory(world).pinned
    found = [message for message in map(place.message, place.pins) if message is not None]
    return sorted(((since.get(one.id, 0.0), one) for one in found), key=lambda pin: (-pin[0], -int(pin[1].id)))


def listed(world: World, request: Request) -> Json:
    """A page of pins, newest first, those before a moment if one is given."""
    field = access.query(request)
    limit = field.whole("limit", 1, PAGE, PAGE)
    before = field.text("before", 64)
    if before:
        try:
            seconds_of(before)
        except ValueError:
            field.at("before").wrong("DATE_TIME_TYPE_PARSE", f"Could not parse {before}. Should be ISO8601.")
    field.finish()
    found = _pins(world, request)
    if before:
        found = [pin for pin in found if pin[0] < seconds_of(before) - 1e-6]
    items = [{"pinned_at": iso(since), "message": one.payload(world.bot_id)} for since, one in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


def listed_before(world: World, request: Request) -> list[Json]:
    """The first 50 pins, as the older route gives them."""
    return [message.payload(world.bot_id) for _, message in _pins(world, request)[:PAGE]]


def pin(world: World, request: Request) -> None:
    """Pin a message; a message of the system tells of it."""
    message = access.message(world, request, "pin_messages")
    place = message.channel
    if message.type not in (0, 19, 20, 23):
        raise RestError(403, 50021, "Cannot execute action on a system message")
    if message.pinned:
        return
    if len(place.pins) >= MOST:
        raise RestError(400, 30003, f"Maximum number of pins reached ({MOST})")
    _set(world, request, message, True)
    reference = {"type": 0, "channel_id": place.id, "message_id": message.id}
    world.post(place, world.bot, type=SYSTEM, reference=reference | _home(place))


def unpin(world: World, request: Request) -> None:
    """Take a pin away."""
    message = access.message(world, request, "pin_messages")
    if message.pinned:
        _set(world, request, message, False)


def _home(place: FakeChannel) -> Json:
    return {"guild_id": place.guild_id} if place.guild_id else {}


def _set(world: World, request: Request, message: FakeMessage, pinned: bool) -> None:
    place = message.channel
    guild = world.guild_of(place)
    message.pinned = pinned
    since = memory(world).pinned
    if pinned:
        place.pins.append(message.id)
        since[message.id] = world.now()
    else:
        place.pins.remove(message.id)
        since.pop(message.id, None)
    newest = max((since.get(one, 0.0) for one in place.pins), default=0.0)
    raw = _home(place) | {"channel_id": place.id, "last_pin_timestamp": iso(newest) if newest else None}
    world.emit("CHANNEL_PINS_UPDATE", raw, guild, place)
    world.edited(message, touched=False)
    if guild is not None:
        options = {"channel_id": place.id, "message_id": message.id}
        action = PIN if pinned else UNPIN
        world.audit(guild, action, world.bot_id, message.author.id, options=options, reason=request.reason)


OLD: Final = "/channels/{channel_id}/pins"
NEW: Final = "/channels/{channel_id}/messages/pins"
ROUTES: Final[list[Route]] = [
    ("GET", OLD, listed_before),
    ("GET", NEW, listed),
    *(
        (method, f"{base}/{{message_id}}", act)
        for base in (OLD, NEW)
        for method, act in (("PUT", pin), ("DELETE", unpin))
    ),
]
