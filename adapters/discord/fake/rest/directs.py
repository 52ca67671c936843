"""Accounts, and direct chats with them."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.world import World


def read(world: World, request: Request) -> Json:
    """One account."""
    return access.user(world, request.ids["user_id"]).payload()


def open_direct(world: World, request: Request) -> Json:
    """The direct chat with somebody; it opens even if they let nobody write there."""
    body = access.body(request)
    body.needs("recipient_id")
    user_id = body.snowflake("recipient_id")
    body.finish()
    user = world.users.get(user_id)
    if user is None:
        raise unknown(10013, "User")
    if user.id == world.bot_id:
        raise RestError(400, 50033, "Invalid Recipient(s)")
    return world.open_direct(user).payload()


ROUTES: Final[list[Route]] = [
    ("GET", "/users/{user_id}", read),
    ("POST", "/users/@me/channels", open_direct),
]
