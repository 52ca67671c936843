"""The REST resources: one room a resource, each with its ``ROUTES``.

``ROUTES`` here is all of them: ``(method, path, handler)``.  A handler takes the
:class:`~coterie.adapters.discord.fake.world.World` and a
:class:`~coterie.adapters.discord.fake.routing.Request`, changes the model, tells the gateway by the world's own verbs,
and returns the JSON of the answer (None is 204) or raises
:class:`~coterie.adapters.discord.fake.errors.RestError`.  Paths name their parameters as Discord's documentation does;
those named ``channel_id``, ``guild_id``, ``webhook_id`` and ``token`` divide the rate limits.  The token was checked
before, except under ``/interactions/`` and ``/webhooks/``; more literal paths win over less literal ones.
"""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.rest import (
    audit,
    automod,
    bans,
    channels,
    commands,
    directs,
    guilds,
    interactions,
    invites,
    members,
    messages,
    pins,
    polls,
    reactions,
    requests,
    schedule,
    shop,
    threads,
    webhooks,
)
from coterie.adapters.discord.fake.routing import Route

ROOMS: Final = (
    audit, automod, bans, channels, commands, directs, guilds, interactions, invites, members, messages, pins, polls,
    reactions, requests, schedule, shop, threads, webhooks,
)  # fmt: skip
ROUTES: list[Route] = [route for room in ROOMS for route in room.ROUTES]
"""Every route of the resources."""

__all__ = ["ROUTES"]
