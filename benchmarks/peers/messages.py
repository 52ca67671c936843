"""The updates of a run: the same bytes for Coterie and for every peer of a wire."""

from __future__ import annotations

import json
from typing import Any

from benchmarks import discord_wire, telegram_wire
from benchmarks.peers.wire import MEMBERS, PERSON


def commands(wire: str, plugins: int, count: int) -> list[str]:
    """The last plugin's command, from one person."""
    text = f"/c{plugins - 1} 5"
    if wire == "Discord":
        return [discord_wire.message(10 + number, text) for number in range(count)]
    chat = telegram_wire.private(PERSON)
    return [telegram_wire.update(number, chat, PERSON, text).decode() for number in range(count)]


def opening(wire: str) -> list[str]:
    """What a platform says before anything else."""
    return [discord_wire.ready(), discord_wire.guild()] if wire == "Discord" else []


def taps(wire: str, data: str, turn: int) -> list[str]:
    """A tap of each member on one card's button; ``turn`` makes their ids new."""
    make = _discord_tap if wire == "Discord" else _telegram_tap
    return [make(data, PERSON + each, 1_000_000 + turn * MEMBERS + each) for each in range(MEMBERS)]


def _telegram_tap(data: str, person: int, number: int) -> str:
    update: dict[str, Any] = json.loads(telegram_wire.tap(number))
    query = update["callback_query"]
    query["from"], query["data"] = telegram_wire.person(person), data
    query["message"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] = data
    return json.dumps(update)


def _discord_tap(data: str, person: int, number: int) -> str:
    raw = discord_wire.interaction(number, 3, {"id": 2, "custom_id": data, "component_type": 2})
    payload: dict[str, Any] = json.loads(raw)
    payload["d"]["member"]["user"] = discord_wire.user(f"Member {person}", str(person))
    button = {"type": 2, "id": 2, "style": 1, "label": "Take a share", "custom_id": data}
    payload["d"]["message"]["components"] = [{"type": 1, "id": 1, "components": [button]}]
    return json.dumps(payload)
