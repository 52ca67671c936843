"""Channels as DiscordChatExporter writes them in JSON: a file for each channel, thread, or part of one.

The format is what its source writes, DiscordChatExporter.Core/Exporting/JsonMessageWriter.cs in
github.com/Tyrrrz/DiscordChatExporter; docs/import.md tells what of it is used.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec

from coterie.core.importing.records import Chat, Entry, Header, Importer, Kind, Shape, Unreadable, number

_DELETED: Final = "456226577798135808"
"""The account that Discord shows in the place of everybody who deleted theirs."""
_WRITTEN: Final = frozenset({"Default", "Reply", "0", "19"})
_JOINED: Final = frozenset({"GuildMemberJoin", "7"})


class Author(msgspec.Struct, gc=False):
    """Who wrote."""

    id: str | int
    name: str | None = None
    nickname: str | None = None
    is_bot: bool = msgspec.field(name="isBot", default=False)


class Reaction(msgspec.Struct, gc=False):
    """How often a message got one of the reactions."""

    count: int = 0


class Message(msgspec.Struct, gc=False):
    """What is needed of a message; what people wrote is looked at only to tell commands."""

    id: str | int
    timestamp: datetime
    type: str | int = "Default"
    author: Author | None = None
    content: msgspec.Raw = msgspec.Raw()
    reactions: list[Reaction] | None = None


class DiscordExport(Importer):
    """Reads the JSON files of DiscordChatExporter."""

    name: ClassVar[str] = "discord-export"
    platform: ClassVar[str] = "discord"
    about: ClassVar[str] = "Import channels that DiscordChatExporter exported as JSON: a file, or a folder of them."
    shape: ClassVar[Shape] = Shape(
        record=rb'\{\s*"id"\s*:\s*"\d+"\s*,\s*"type"\s*:\s*"[A-Za-z0-9]*"\s*,\s*"timestamp"',
        chat=rb'\{\s*"guild"\s*:\s*\{\s*"id"\s*:',
    )
    record: ClassVar[Any] = Message

    def files(self, path: Path) -> list[Path]:
        """The file, or every ``.json`` file in the folder."""
        if not path.is_dir():
            return [path]
        found = sorted(each for each in path.glob("*.json") if each.is_file())
        if not found:
            raise ValueError(f"there are no .json files in {path}")
        return found

    def chat(self, header: Header) -> Chat:
        """The channel or thread of a header."""
        guild, channel = header.get("guild"), header.get("channel")
        if not isinstance(guild, dict) or not isinstance(channel, dict):
            raise Unreadable("its server and channel are not told before its messages")
        title = channel.get("name")
        title = title if isinstance(title, str) else ""
        server, place = number(guild.get("id"), "server's id"), number(channel.get("id"), "channel's id")
        if server <= 0:
            return Chat("", str(place), title, ours=False, why="it is a direct chat")
        return Chat(str(server), str(place), title)

    def entry(self, record: Message, local: tzinfo) -> Entry:
        """A message, or the notice that somebody joined."""
        identifier, author = number(record.id), record.author
        moment = record.timestamp
        at = round((moment if moment.tzinfo is not None else moment.replace(tzinfo=local)).timestamp() * 1000)
        if author is None:
            return Entry(identifier, at, _kind(record))
        person = str(number(author.id, "writer's id"))
        if person == _DELETED:
            person = ""
        name = author.nickname or author.name or ""
        reactions = sum(max(0, each.count) for each in record.reactions or ())
        return Entry(identifier, at, _kind(record), person, name, author.is_bot, reactions)


def _kind(record: Message) -> Kind:
    kind = str(record.type)
    if kind in _WRITTEN:
        return "command" if bytes(memoryview(record.content)[:2]) == b'"/' else "message"
    return "joined" if kind in _JOINED else "other"
