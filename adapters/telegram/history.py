"""Chats as Telegram Desktop exports them (``result.json``): a single chat, or a whole account.

The format is what its source writes, Telegram/SourceFiles/export/output/export_output_json.cpp in
github.com/telegramdesktop/tdesktop; docs/import.md tells what of it is used.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, Final

import msgspec

from coterie.core.importing.records import Chat, Entry, Header, Importer, Kind, Shape, Unreadable, number

_GROUPS: Final = frozenset({"private_group", "private_supergroup", "public_supergroup"})
_CHANNELS: Final = frozenset({"private_channel", "public_channel"})
_PRIVATE: Final = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verify_codes"})
_JOINED: Final = frozenset({"join_group_by_link", "join_group_by_request", "create_group", "create_channel"})
_OLD_USER: Final = 1 << 32
"""What exports of 2018 to 2020 added to the ids of people (``kUserPeerIdShift``)."""
_COMMAND: Final = re.compile(rb'"/|\[\s*(?:"/|\{\s*"type"\s*:\s*"bot_command")')
"""The beginning of a text (a string, or a list of strings and objects) that is a command."""
_LINE: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'


class Reaction(msgspec.Struct, gc=False):
    """How often a message got one of the reactions."""

    count: int = 0


class Message(msgspec.Struct, gc=False):
    """What is needed of a message; what people wrote is looked at only to tell commands."""

    id: int
    type: str = ""
    date: str | None = None
    date_unixtime: str | int | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    from_id: str | int | None = None
    actor: str | None = None
    actor_id: str | int | None = None
    action: str | None = None
    members: list[str | None] | None = None
    text: msgspec.Raw = msgspec.Raw()
    reactions: list[Reaction] | None = None


class TelegramExport(Importer):
    """Reads ``result.json``."""

    name: ClassVar[str] = "telegram-export"
    platform: ClassVar[str] = "telegram"
    about: ClassVar[str] = "Import chats that Telegram Desktop exported (result.json)."
    shape: ClassVar[Shape] = Shape(
        record=rb'\{\s*"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"',
        chat=rb'\{\s*(?:"name"\s*:\s*(?:null|' + _LINE + rb')\s*,\s*)?"type"\s*:\s*"[a-z_]*"\s*,\s*"id"\s*:\s*-?\d+'
        rb'\s*,\s*"messages"\s*:\s*\[',
        inside=frozenset({"chats", "left_chats", "list"}),
    )
    record: ClassVar[Any] = Message
    bot: ClassVar[bytes] = rb'"type"\s*:\s*"bot_chat"\s*,\s*"id"\s*:\s*(\d{1,19})\b'

    def chat(self, header: Header) -> Chat:
        """The group or channel of a header, under the id that Telegram's Bot API gives it."""
        kind, bare = header.get("type"), header.get("id")
        if not isinstance(kind, str):
            raise Unreadable("the type of the chat is not told before its messages")
        title = header.get("name")
        title = title if isinstance(title, str) else ""
        if kind in _PRIVATE:
            return Chat("", title=title, ours=False, why="it is a direct chat")
        if kind not in _GROUPS | _CHANNELS:
            raise Unreadable(f"nobody knows what a chat of type {kind[:40]!r} is")
        identifier = abs(number(bare, "chat's id"))
        space = f"-{identifier}" if kind == "private_group" else f"-100{identifier}"
        return Chat(space, title=title)

    def entry(self, record: Message, local: tzinfo) -> Entry:
        """A message, or the coming or going that a service message tells."""
        if record.type == "unsupported":
            return Entry(number(record.id), 0, "other")
        identifier, at = number(record.id), _instant(record, local)
        if record.type == "message":
            kind: Kind = "command" if _COMMAND.match(memoryview(record.text)) else "message"
            found = record.reactions
            reactions = 0 if found is None else sum(max(0, each.count) for each in found)
            return Entry(identifier, at, kind, _person(record.from_id), record.from_ or "", False, reactions)
        if record.type != "service":
            raise Unreadable(f"nobody knows what a message of type {record.type[:40]!r} is")
        person, name = _person(record.actor_id), record.actor or ""
        return Entry(identifier, at, _service(record), person, name)


def _service(record: Message) -> Kind:
    """Who was invited or removed is told by name alone, so only those count who did it to themselves."""
    if record.action in _JOINED:
        return "joined"
    themselves = record.actor is not None and record.members == [record.actor]
    if record.action == "invite_members" and themselves:
        return "joined"
    if record.action == "remove_members" and themselves:
        return "left"
    return "other"


def _instant(record: Message, local: tzinfo) -> int:
    """Exports before 2022 give the wall clock of the computer that exported, without a zone."""
    given = record.date_unixtime
    if given is not None:
        return (
            int(given) * 1000
            if type(given) is str and len(given) < 16 and given.isdecimal()
            else number(given, "date") * 1000
        )
    try:
        moment = datetime.fromisoformat(record.date or "")
        return round((moment if moment.tzinfo is not None else moment.replace(tzinfo=local)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Unreadable("it has no date") from None


@lru_cache(maxsize=65_536)
def _person(value: str | int | None) -> str:
    """The id of a person; empty for a channel that writes as itself, and for nobody."""
    if isinstance(value, str):
        if not value.startswith("user"):
            return ""
        value = value[4:]
    if value is None:
        return ""
    found = number(value, "writer's id")
    if _OLD_USER <= found < 2 * _OLD_USER and not isinstance(value, str):
        found -= _OLD_USER
    return str(found) if found > 0 else ""
