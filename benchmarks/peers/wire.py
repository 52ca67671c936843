"""What both ends of the wire say in these benchmarks; the standard library only, because peers read it too."""

from __future__ import annotations

from typing import Any, Final

BOT: Final = 42
TOKEN: Final = "42:benchmark"
PERSON: Final = 1001
MEMBERS: Final = 200
"""Members who claim; the first has the number :data:`PERSON`."""
ME: Final[dict[str, Any]] = {
    "ok": True,
    "result": {"id": BOT, "is_bot": True, "first_name": "Coterie", "username": "coterie_bot"},
}
SENT: Final[dict[str, Any]] = {
    "ok": True,
    "result": {
        "message_id": 77,
        "from": ME["result"],
        "chat": {"id": PERSON, "type": "private", "first_name": "Alice", "username": "alice_a"},
        "date": 1_790_000_000,
        "text": "ok",
    },
}
DISCORD_SENT: Final[dict[str, Any]] = {
    "id": "77",
    "type": 0,
    "channel_id": "110",
    "author": {"id": "900", "username": "coterie", "discriminator": "0000", "avatar": None, "bot": True},
    "content": "ok",
    "timestamp": "2026-09-21T12:53:20.123000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "flags": 0,
    "components": [],
}
CALLBACK: Final[dict[str, Any]] = {"interaction": {"id": "1", "type": 3, "response_message_ephemeral": True}}
"""Discord's answer to the answer of an interaction."""
