"""Reactions of the bot and of others."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.model import FakeMessage
from coterie.adapters.discord.fake.permissions import demand
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.talk import emoji_key
from coterie.adapters.discord.fake.world import World

MOST: Final = 20
"""Different emoji under one message."""
CUSTOM: Final = re.compile(r"(\w{1,32}):(\d{1,20})")


def emoji(world: World, text: str) -> Json:
    """An emoji of the path: a character, or ``name:id`` of one that a server has."""
    custom = CUSTOM.fullmatch(text)
    if custom:
        for guild in world.guilds.values():
            if custom[2] in guild.emojis and world.bot_id in guild.members:
                known = guild.emojis[custom[2]]
                return {"id": known.id, "name": known.name, "animated": known.animated}
        raise unknown(10014, "Emoji")
    if not text or len(text) > 16 or not any(unicodedata.category(one) in ("So", "Sk", "Me") for one in text):
        raise unknown(10014, "Emoji")
    return {"id": None, "name": text}


def _seen(world: World, request: Request, *names: str) -> tuple[FakeMessage, Json]:
    return access.message(world, request, *names), emoji(world, request.ids["emoji"])


def add(world: World, request: Request) -> None:
    """React; an emoji that nobody has used there needs a permission of its own."""
    message, given = _seen(world, request, "read_message_history")
    guild = world.guild_of(message.channel)
    if emoji_key(given) not in message.reactions:
        if guild is not None:
            demand(world, guild, message.channel, "add_reactions")
        if len(message.reactions) >= MOST:
            raise RestError(400, 30010, f"Maximum number of reactions reached ({MOST})")
    world.react(world.bot, message, given)


def take_own(world: World, request: Request) -> None:
    """Take the bot's own reaction away."""
    message, given = _seen(world, request, "read_message_history")
    if not world.react(world.bot, message, given, add=False):
        raise unknown(10014, "Emoji")


def take(world: World, request: Request) -> None:
    """Take somebody's reaction away."""
    message, given = _seen(world, request, "manage_messages")
    if not world.react(access.user(world, request.ids["user_id"]), message, given, add=False):
        raise unknown(10014, "Emoji")


def users(world: World, request: Request) -> list[Json]:
    """Who reacted with an emoji, by id, in pages."""
    message, given = _seen(world, request, "read_message_history")
    reaction = message.reactions.get(emoji_key(given))
    found = [world.users[one] for one in reaction.users] if reaction is not None else []
    return [one.payload() for one in access.page(request, found, lambda one: one.id, default=25, high=100)]


def clear(world: World, request: Request) -> None:
    """Take all reactions away, or all of one emoji."""
    message = access.message(world, request, "manage_messages")
    place = message.channel
    raw: Json = {"channel_id": place.id, "message_id": message.id} | (
        {"guild_id": place.guild_id} if place.guild_id else {}
    )
    if "emoji" in request.ids:
        given = emoji(world, request.ids["emoji"])
        if message.reactions.pop(emoji_key(given), None) is None:
            raise unknown(10014, "Emoji")
        world.emit("MESSAGE_REACTION_REMOVE_EMOJI", raw | {"emoji": given}, world.guild_of(place), place)
    else:
        message.reactions.clear()
        world.emit("MESSAGE_REACTION_REMOVE_ALL", raw, world.guild_of(place), place)
    world.tell("reaction", message)


BASE: Final = "/channels/{channel_id}/messages/{message_id}/reactions"
ROUTES: Final[list[Route]] = [
    ("DELETE", BASE, clear),
    ("GET", f"{BASE}/{{emoji}}", users),
    ("DELETE", f"{BASE}/{{emoji}}", clear),
    ("PUT", f"{BASE}/{{emoji}}/@me", add),
    ("DELETE", f"{BASE}/{{emoji}}/@me", take_own),
    ("DELETE", f"{BASE}/{{emoji}}/{{user_id}}", take),
]
