"""Raw payloads as Discord's gateway sends them, for tests of what becomes of them."""

from __future__ import annotations

import itertools
from typing import Any, Final

from coterie.adapters.discord.reading import Guilds, Reader
from coterie.adapters.discord.reading.fields import EPOCH
from coterie.core.events import Event, Where, Who

Raw = dict[str, Any]

BOT: Final = "900"
APPLICATION: Final = "901"
GUILD: Final = "100"
GENERAL: Final = "110"
NEWS: Final = "111"
FORUM: Final = "112"
THREAD: Final = "120"
OWNER: Final = "500"
ADMINS: Final = "130"
MANAGERS: Final = "131"
PLAYERS: Final = "132"
MARK: Final = "session:7"
AT: Final = 1_790_000_000_000
JOINED: Final = "2026-09-21T12:53:20.123000+00:00"

OURS: Final[Raw] = {"id": BOT, "username": "coterie", "global_name": None, "bot": True, "discriminator": "0000"}
ALICE: Final[Raw] = {
    "id": "555",
    "username": "alice",
    "global_name": "Alice Smith",
    "discriminator": "0",
    "avatar": None,
}
BOB: Final[Raw] = {"id": "777", "username": "bob", "global_name": None, "discriminator": "0", "avatar": None}
ROBOT: Final[Raw] = {"id": "888", "username": "robot", "bot": True, "discriminator": "1234"}
W_ALICE: Final = Who("discord", "555", "Alice Smith")
W_BOB: Final = Who("discord", "777", "bob")
ROOM: Final = Where("discord", GENERAL, GUILD, "room", "general")
DM: Final = Where("discord", "u:555", "", "dm")
TOKEN: Final = "aW50ZXJhY3Rpb246MTIz.x_y-z="

_numbers = itertools.count(1)


def snowflake(at: int = AT) -> str:
    """An id that was made at an instant (milliseconds); no two are the same."""
    return str((at - EPOCH) << 22 | next(_numbers) % (1 << 22))


def guild(**fields: Any) -> Raw:
    """A guild as GUILD_CREATE has it: owned by 500, with a channel of each kind and roles that administrate, manage and
    do nothing.
    """
    known: Raw = {
        "id": GUILD,
        "name": "Harbour",
        "owner_id": OWNER,
        "system_channel_id": GENERAL,
        "features": [],
        "roles": [
            role(GUILD, "@everyone", 0, 1 << 10),
            role(ADMINS, "Admins", 9, 1 << 3),
            role(MANAGERS, "Managers", 5, 1 << 5),
            role(PLAYERS, "Players", 1, 1 << 10),
        ],
        "channels": [
            {"id": GENERAL, "type": 0, "name": "general"},
            {"id": NEWS, "type": 5, "name": "news"},
            {"id": FORUM, "type": 15, "name": "forum"},
        ],
        "threads": [{"id": THREAD, "type": 11, "name": "a thread", "parent_id": GENERAL}],
        "members": [{"user": ALICE, "roles": []}],
    }
    return {**known, **fields}


def role(identifier: str, name: str, position: int, permissions: int, **fields: Any) -> Raw:
    """A raw role."""
    return {"id": identifier, "name": name, "position": position, "permissions": str(permissions), **fields}


def guilds(**fields: Any) -> Guilds:
    """What is known after the guild was told."""
    found = Guilds()
    found.learn("GUILD_CREATE", guild(**fields))
    return found


def reader(prefix: str = "", known: Guilds | None = None) -> Reader:
    """A reader that knows the guild, and nothing else."""
    return Reader(BOT, APPLICATION, guilds() if known is None else known, prefix)


def member(*roles: str, **fields: Any) -> Raw:
    """What a guild has of somebody, without the user."""
    return {"roles": list(roles), "joined_at": JOINED, "nick": None, "deaf": False, "mute": False, "flags": 0, **fields}


def message(user: Raw = ALICE, text: str = "hi", **fields: Any) -> Raw:
    """The body of a MESSAGE_CREATE in the guild; ``guild_id=None`` makes it a direct chat."""
    known: Raw = {
        "id": snowflake(),
        "type": 0,
        "channel_id": GENERAL,
        "guild_id": GUILD,
        "author": user,
        "member": member(),
        "content": text,
        "timestamp": JOINED,
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "tts": False,
    }
    known = {**known, **fields}
    if known["guild_id"] is None:
        del known["guild_id"], known["member"]
    return known


def interaction(kind: int, data: Raw, user: Raw = ALICE, **fields: Any) -> Raw:
    """The body of an INTERACTION_CREATE in the guild; ``guild_id=None`` makes it a direct chat."""
    known: Raw = {
        "id": snowflake(),
        "application_id": APPLICATION,
        "token": TOKEN,
        "type": kind,
        "version": 1,
        "guild_id": GUILD,
        "channel_id": GENERAL,
        "channel": {"id": GENERAL, "type": 0, "name": "general"},
        "member": {**member(), "user": user, "permissions": "1024"},
        "locale": "zh-TW",
        "data": data,
        "entitlements": [],
    }
    known = {**known, **fields}
    if known["guild_id"] is None:
        del known["guild_id"], known["member"]
        known |= {"user": user, "channel": {"id": "119", "type": 1}, "channel_id": "119"}
    return known


def events(kind: str, data: Any, by: Reader | None = None, mark: str = MARK) -> list[Event]:
    """The events of a payload."""
    return (by or reader()).read(kind, data, mark)


def one(kind: str, data: Any, by: Reader | None = None, mark: str = MARK) -> Event:
    """The only event of a payload."""
    (found,) = events(kind, data, by, mark)
    return found
