"""The audit log of a server, as far back as 45 days."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import made_at
from coterie.adapters.discord.fake.world import World

KEPT: Final = 45 * 86_400.0


def listed(world: World, request: Request) -> Json:
    """A page of entries, newest first (oldest first with ``after``), by who acted or what was done."""
    guild = access.guild(world, request, "view_audit_log")
    field = access.query(request)
    by, target = field.snowflake("user_id"), field.snowflake("target_id")
    action = field.whole("action_type", 1, 1000)
    field.finish()
    fits = [
        one
        for one in guild.audit
        if world.now() - made_at(one.id) <= KEPT
        and (not by or one.user_id == by)
        and (not target or one.target_id == target)
        and (not action or one.action_type == action)
    ]
    newest = "after" not in request.query
    found = access.page(request, fits, lambda one: one.id, default=50, high=100, newest=newest)
    named = {one.user_id for one in found} | {one.target_id for one in found}
    return {
        "audit_log_entries": [one.payload() for one in found],
        "users": [user.payload() for user_id, user in world.users.items() if user_id in named],
        "threads": [one.payload() for one in guild.threads.values() if one.id in named],
        "guild_scheduled_events": [one.payload() for one in guild.events.values() if one.id in named],
        "auto_moderation_rules": [one.payload() for one in guild.rules.values() if one.id in named],
        "application_commands": [], "integrations": [], "webhooks": [],
    }  # fmt: skip


ROUTES: Final[list[Route]] = [("GET", "/guilds/{guild_id}/audit-logs", listed)]
