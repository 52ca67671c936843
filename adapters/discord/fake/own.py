"""The calls about the bot itself: who it is, and where the gateway is."""

from __future__ import annotations

from typing import Any

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.world import World


def me(world: World, request: Request) -> Json:
    """The bot's account."""
    return world.bot.payload() | {"verified": True, "mfa_enabled": True, "flags": 0, "email": None, "locale": "en-US"}


def application(world: World, request: Request) -> Json:
    """The bot's application."""
    owner = next((user for user in world.users.values() if not user.bot), world.bot)
    return world.application | {"owner": owner.payload(), "bot": world.bot.payload(), "team": None}


def change_application(world: World, request: Request) -> Json:
    """Change the application."""
    world.application.update({name: value for name, value in request.fields.items() if name in world.application})
    return application(world, request)


def gateway(world: World, request: Request) -> Json:
    """Where the gateway is."""
    return {"url": world.gateway_url}


def gateway_bot(world: World, request: Request) -> Json:
    """Where the gateway is, how many shards are advised, and how many sessions may still begin today."""
    limit: dict[str, Any] = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": world.gateway_url, "shards": world.shards, "session_start_limit": limit}


OWN: list[Route] = [
    ("GET", "/users/@me", me),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/applications/@me", application),
    ("PATCH", "/applications/@me", change_application),
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway_bot),
]
"""These routes."""
