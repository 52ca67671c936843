"""Exports made to measure, and imports into a bare store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coterie.adapters.discord.history import DiscordExport
from coterie.adapters.telegram.history import TelegramExport
from coterie.core.clock import MovableClock
from coterie.core.community import Community
from coterie.core.importing.choosing import Choice
from coterie.core.importing.counting import Options
from coterie.core.importing.engine import Import
from coterie.core.importing.fingerprint import fingerprint
from coterie.core.importing.records import Importer
from coterie.core.importing.totals import Totals
from tests.store_kit import COMMUNITY, NOW, Store

START = 1_600_000_000
"""13 September 2020, 12:26:40 UTC, in seconds."""
TELEGRAM, DISCORD = TelegramExport(), DiscordExport()
Json = dict[str, Any]


def telegram_message(number: int, who: int | None = 1, *, at: int = START, text: Any = "hello", **more: Any) -> Json:
    """A message as Telegram Desktop writes it; ``who`` is the id of a user."""
    writer: Json = {} if who is None else {"from": f"User {who}", "from_id": f"user{who}"}
    return {
        "id": number,
        "type": "message",
        "date": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(at),
        **writer,
        "text": text,
        "text_entities": [{"type": "plain", "text": text}] if isinstance(text, str) else text,
        **more,
    }


def telegram_service(number: int, who: int, action: str, *, at: int = START, **more: Any) -> Json:
    """A service message."""
    message = telegram_message(number, None, at=at, text="", **more)
    return message | {"type": "service", "actor": f"User {who}", "actor_id": f"user{who}", "action": action}


def telegram_chat(messages: Iterable[Json], *, chat: int = 1, kind: str = "private_supergroup", **more: Any) -> Json:
    """An exported chat."""
    return {"name": f"Chat {chat}", "type": kind, "id": chat, **more, "messages": list(messages)}


def telegram_account(*chats: Json, left: Sequence[Json] = ()) -> Json:
    """A whole account, exported."""
    people = [{"id": 5, "category": "people", "type": "user", "name": "Messages", "rating": 1}]
    return {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 7, "first_name": "Me", "last_name": "", "phone_number": "+1"},
        "frequent_contacts": {"about": "", "list": people},
        "chats": {"about": "This page lists all chats from this export.", "list": list(chats)},
        "left_chats": {"about": "", "list": list(left)},
    }


def snowflake(at: int, number: int = 0) -> int:
    """A Discord id of an instant (seconds since 1970)."""
    return (at * 1000 - 1_420_070_400_000) << 22 | number


def discord_message(number: int, who: int = 1, *, at: int = START, content: str = "hello", **more: Any) -> Json:
    """A message as DiscordChatExporter writes it; ``number`` tells it from others of the same second."""
    author = {"id": str(who), "name": f"user{who}", "discriminator": "0000", "nickname": f"User {who}", "isBot": False}
    return {
        "id": str(snowflake(at, number)),
        "type": "Default",
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        "timestampEdited": None,
        "isPinned": False,
        "content": content,
        "author": author | {"color": None, "roles": [{"id": "9", "name": "Role"}], "avatarUrl": "https://x/y.png"},
        "attachments": [],
        "reactions": [],
        **more,
    }


def discord_channel(messages: Iterable[Json], *, channel: int = 10, guild: int = 100) -> Json:
    """An exported channel."""
    found = list(messages)
    return {
        "guild": {"id": str(guild), "name": "Town", "iconUrl": "https://x/y.png"},
        "channel": {"id": str(channel), "type": "GuildTextChat", "category": "Text", "name": f"channel-{channel}"},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-01-01T00:00:00+00:00",
        "messages": found,
        "messageCount": len(found),
    }


def json_ascii(document: Any) -> bytes:
    """JSON that can hold halves of surrogate pairs."""
    return json.dumps(document).encode()


def written(folder: Path, document: Any, name: str = "result.json", *, indent: int | None = 1) -> Path:
    """A file with a document in it: JSON, or bytes as they are."""
    file = folder / name
    data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False, indent=indent).encode()
    file.write_bytes(data)
    return file


class Past:
    """Imports into one store, one after the other, as one process or several would do it."""

    def __init__(self, url: str, *, zone: str = "UTC", day_start: time = time(0)) -> None:
        self.store = Store(url)
        self.clock = MovableClock(NOW)
        self.community = Community(COMMUNITY, "main", "Main", "en", ZoneInfo(zone), day_start, self.clock)

    def begin(self, file: Path, importer: Importer = TELEGRAM, **options: Any) -> Import:
        """An import that is open, and has read nothing."""
        chosen = Options(pause=lambda _seconds: None, **{"choice": Choice(named=frozenset()), **options})
        found = fingerprint(file, importer, (*chosen.choice.marks, *chosen.bots))
        work = Import(self.store.db, self.store.ids, self.community, importer, file, found, chosen, self.clock)
        work.open()
        return work

    def run(self, file: Path, importer: Importer = TELEGRAM, **options: Any) -> Import:
        """An import from its beginning, or from where it was left, to its end."""
        work = self.begin(file, importer, **options)
        work.read()
        work.tell()
        return work

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Messages and reactions by account (its platform's id) and day; who has two accounts is counted with the
        first.
        """
        rows = self.store.rows(
            "SELECT min(accounts.native), activity.day, activity.messages, activity.reactions FROM activity"
            " JOIN accounts ON accounts.community_id = activity.community_id"
            " AND accounts.member_id = activity.member_id AND accounts.platform = activity.platform"
            " GROUP BY activity.member_id, activity.day, activity.platform, activity.messages, activity.reactions"
        )
        return {(native, day): (messages, reactions) for native, day, messages, reactions in rows}

    def names(self) -> dict[str, tuple[str, int]]:
        """Name and whether it is a bot, of every account; the member is called the same."""
        rows = self.store.rows(
            "SELECT native, accounts.name, members.name, bot FROM accounts JOIN members ON members.id = member_id"
        )
        assert all(name == member for _, name, member, _ in rows)
        return {native: (name, bot) for native, name, _, bot in rows}

    def close(self) -> None:
        """Give the store back."""
        self.store.close()


def check(work: Import) -> Totals:
    """The totals of an import that has come to its end: every record is counted once among them."""
    assert work.state == "done"
    totals = work.totals
    names = ("messages", "commands", "joined", "left", "other", "again", "live", "bots", "nobody", "skipped")
    assert sum(getattr(totals, name) for name in names) == totals.records
    return totals
