"""Applications to join a server, which the staff decides."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.world import World

STATUSES: Final = ("STARTED", "SUBMITTED", "APPROVED", "REJECTED")


def listed(world: World, request: Request) -> Json:
    """A page of applications, newest first, of one status if one is given."""
    guild = access.guild(world, request, "kick_members")
    field = access.query(request)
    status = field.choice("status", STATUSES)
    limit = field.whole("limit", 1, 100, 100)
    field.finish()
    fits = [one for one in guild.requests.values() if status is None or one.status == status]
    found = access.page(request, fits, lambda one: one.id, default=100, high=100, newest=True)
    return {"guild_join_requests": [one.payload() for one in found], "total": len(fits), "limit": limit}


def decide(world: World, request: Request) -> Json:
    """Let somebody in, or not, with a reason of at most 160 characters."""
    guild = access.guild(world, request, "kick_members")
    found = guild.requests.get(request.ids["request_id"])
    if found is None:
        raise RestError(404, 0, "404: Not Found")
    body = access.body(request)
    body.needs("action")
    action = body.choice("action", ("APPROVED", "REJECTED"))
    reason = body.text("rejection_reason", 160) or None
    if found.status != "SUBMITTED":
        words = "This request was decided already"
        body.at("action").wrong("GUILD_JOIN_REQUEST_NOT_SUBMITTED", words)
    body.finish()
    world.decide(guild, found, approve=action == "APPROVED", by=world.bot, reason=reason)
    return found.payload()


ROUTES: Final[list[Route]] = [
    ("GET", "/guilds/{guild_id}/requests", listed),
    ("PATCH", "/guilds/{guild_id}/requests/{request_id}", decide),
]
