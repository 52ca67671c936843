"""Both ends of the wire for the benchmark of Discord: payloads as text, and what stands where the HTTP client is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from discord.http import Route

from benchmarks.peers.discord_ends import Counting
from benchmarks.peers.wire import DISCORD_SENT
from coterie.adapters.discord.reading import Guilds
from coterie.core.events import Event

BOT, APPLICATION, TOKEN = "900", "901", "OTAw.benchmark.token"
GUILD, CHANNEL, PERSON = "100", "110", "555"
AT = (1_790_000_000_000 - 1_420_070_400_000) << 22
"""The first id of the payloads."""


class Recording(Counting):
    """Stands where the library's HTTP client takes a request: notes it, and answers at once."""

    def __init__(self) -> None:
        super().__init__()
        self.last: dict[str, Any] = {}

    async def __call__(self, route: Route, **options: Any) -> dict[str, Any]:
        """Take one request."""
        self.last = options["json"]
        self.took()
        return DISCORD_SENT


class Waiting:
    """Stands where the lanes are: holds events until their batch is dispatched."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.futures: list[asyncio.Future[Any]] = []
        self._loop = asyncio.get_running_loop()

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Take an event; its future is done when :meth:`done` is called."""
        future = self._loop.create_future()
        self.events.append(event)
        self.futures.append(future)
        return future

    def done(self) -> None:
        """All that was taken is committed."""
        for future in self.futures:
            future.set_result(None)
        self.events, self.futures = [], []


class Surveying:
    """Stands where the keeper is, which asks Discord about its servers: learns what payloads tell, and asks nothing."""

    def __init__(self, guilds: Guilds) -> None:
        self.learn = guilds.learn

    def session_began(self) -> None:
        """A new session."""

    def guild_came(self, guild_id: str) -> None:
        """A server shows itself."""

    def following(self, event: Event) -> Sequence[Event]:
        """Nothing follows."""
        return ()

    def attributed(self, event: Event) -> None:
        """Nobody is asked by which invite somebody came."""


def user(name: str, number: str) -> dict[str, Any]:
    """A raw user, with all that Discord tells of one."""
    return {
        "id": number,
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "public_flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "clan": None,
        "primary_guild": None,
    }


def member() -> dict[str, Any]:
    """A raw member, with all that Discord tells of one."""
    return {
        "roles": ["132"],
        "premium_since": None,
        "pending": False,
        "nick": None,
        "mute": False,
        "joined_at": "2025-03-01T09:00:00.123000+00:00",
        "flags": 0,
        "deaf": False,
        "communication_disabled_until": None,
        "banner": None,
        "avatar": None,
    }


def payload(number: int, kind: str, data: Any) -> str:
    """The text of a dispatch."""
    return json.dumps({"t": kind, "s": number, "op": 0, "d": data}, separators=(",", ":"))


def ready() -> str:
    """The session begins."""
    me = {**user("Coterie", BOT), "bot": True}
    data = {"v": 10, "user": me, "guilds": [], "session_id": "0123456789abcdef0123456789abcdef"}
    data |= {"resume_gateway_url": "ws://gateway", "application": {"id": APPLICATION, "flags": 0}}
    return payload(1, "READY", data)


def guild() -> str:
    """The guild shows itself."""
    everyone = {"id": GUILD, "name": "@everyone", "position": 0, "permissions": "1024", "color": 0, "hoist": False}
    everyone |= {"managed": False, "mentionable": False, "flags": 0}
    players = {**everyone, "id": "132", "name": "Players", "position": 1}
    room = {"id": CHANNEL, "type": 0, "name": "general", "position": 0, "permission_overwrites": [], "nsfw": False}
    data = {"id": GUILD, "name": "Harbour", "owner_id": "500", "features": [], "member_count": 1}
    data |= {"system_channel_id": None, "roles": [everyone, players], "channels": [room], "threads": [], "members": []}
    return payload(2, "GUILD_CREATE", data)


def message(number: int, text: str) -> str:
    """A message in the guild as Discord sends it."""
    data = {
        "type": 0,
        "tts": False,
        "timestamp": "2026-09-21T12:53:20.123000+00:00",
        "pinned": False,
        "nonce": "1418300000000000000",
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "member": member(),
        "id": str(AT + number),
        "flags": 0,
        "embeds": [],
        "edited_timestamp": None,
        "content": text,
        "components": [],
        "channel_type": 0,
        "channel_id": CHANNEL,
        "author": user("Alice", PERSON),
        "attachments": [],
        "guild_id": GUILD,
    }
    return payload(number, "MESSAGE_CREATE", data)


def interaction(number: int, kind: int, data: dict[str, Any]) -> str:
    """An interaction in the guild as Discord sends it."""
    body = {
        "version": 1,
        "type": kind,
        "token": f"aW50ZXJhY3Rpb246{number:020}." + "x" * 160,
        "member": {**member(), "user": user("Alice", PERSON), "permissions": "2248473465835073"},
        "locale": "en-US",
        "id": str(AT + number),
        "guild_locale": "en-US",
        "guild_id": GUILD,
        "guild": {"locale": "en-US", "id": GUILD, "features": []},
        "entitlements": [],
        "data": data,
        "context": 0,
        "channel_id": CHANNEL,
        "channel": {"type": 0, "name": "general", "id": CHANNEL, "guild_id": GUILD, "flags": 0, "permissions": "1024"},
        "authorizing_integration_owners": {"0": GUILD},
        "attachment_size_limit": 10485760,
        "application_id": APPLICATION,
        "app_permissions": "2248473465835073",
    }
    if kind == 3:
        body["message"] = {**DISCORD_SENT, "channel_id": CHANNEL}
    return payload(number, "INTERACTION_CREATE", body)


def slash(number: int) -> str:
    """A slash command with one option."""
    options = [{"name": "amount", "type": 4, "value": 5}]
    return interaction(number, 2, {"type": 1, "name": "c49", "id": "1", "options": options})


def tap(number: int) -> str:
    """A tap on a card's button."""
    return interaction(number, 3, {"id": 2, "custom_id": f"c:{'A' * 40}", "component_type": 2})
