"""What is read from files and rows: events, actions, exports of other programs, backups."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

import msgspec
from sqlalchemy import create_engine

from coterie.adapters.discord.history import DiscordExport
from coterie.adapters.telegram.history import TelegramExport
from coterie.core.actions import decode_action
from coterie.core.events import decode_event
from coterie.core.importing import window
from coterie.core.importing.mending import Unreadable, mended
from coterie.core.importing.pieces import ChatBegins, NotJson, Record
from coterie.core.importing.records import Entry, Importer
from coterie.core.importing.walk import Walk
from coterie.storage.copying.archive import MANIFEST, BackupError, Reader, member_of
from coterie.storage.copying.cells import unpacked
from coterie.storage.copying.loading import Filler, Plan, Restored, make, plan_for
from tests.fuzz.checks import refused
from tests.fuzz.target import object_of, target

_ENVELOPE: Final = (
    "type",
    "key",
    "at",
    "who",
    "where",
    "adapter",
    "space",
    "channel",
    "kind",
    "handle",
    "token",
    "ref",
)


@target("event", "json", *_ENVELOPE, "message", "member-joined", "answers", "options", "timer-due", "platform", "room")
def read_event(data: bytes) -> None:
    """Bytes are an event or a :class:`msgspec.DecodeError`."""
    found = refused(lambda: decode_event(data), msgspec.DecodeError)
    if found is not None:
        assert decode_event(msgspec.json.encode(found)) == found


@target("action", "json", *_ENVELOPE, "send", "card", "buttons", "label", "spans", "style", "text", "url", "questions")
def read_action(data: bytes) -> None:
    """Bytes are an action or a :class:`msgspec.DecodeError`."""
    found = refused(lambda: decode_action(data), msgspec.DecodeError)
    if found is not None:
        assert decode_action(msgspec.json.encode(found)) == found


# -- exports


def _walk(data: bytes, importer: Importer) -> None:
    """Every byte of an export is read as something, or told as damage; records are entries or say why not."""
    with patch.object(window, "_READ", 61):  # every border between two readings is met
        pieces = refused(
            lambda: list(Walk(io.BytesIO(data), importer.shape, msgspec.json.Decoder(importer.record))), NotJson
        )
    last = -1
    for piece in pieces or ():
        assert last <= piece.position <= len(data)
        last = piece.position
        if isinstance(piece, ChatBegins):
            refused(lambda: importer.chat(piece.header), Unreadable)  # noqa: B023
        elif isinstance(piece, Record):
            entry = refused(lambda: importer.entry(piece.value, UTC), Unreadable)  # noqa: B023
            if entry is not None:
                assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


_EXPORTED: Final = ("id", "type", "date", "date_unixtime", "from", "from_id", "actor_id", "action", "members", "text")


@target("telegram-export", "json", *_EXPORTED, "messages", "chats", "list", "reactions", "count", "service", "user1")
def read_telegram_export(data: bytes) -> None:
    """A file of Telegram Desktop's, whole or damaged."""
    _walk(data, TelegramExport())


_TELEGRAM_EXPORT_BYTES: Final = ('{"id": 1, "type": "message"', '"messages": [', "]}", "\\x1F", '"', "\\", "\ufeff")


@target("telegram-export-bytes", "bytes", *_TELEGRAM_EXPORT_BYTES)
def read_damaged_telegram_export(data: bytes) -> None:
    """The same, damaged below the level of JSON."""
    _walk(data, TelegramExport())


@target("discord-export", "json", "guild", "channel", "messages", "timestamp", "author", "isBot", "content", "nickname")
def read_discord_export(data: bytes) -> None:
    """A file of DiscordChatExporter's, whole or damaged."""
    _walk(data, DiscordExport())


_MENDING: Final = ("\\x1F", "\\\\x1F", "NaN", "-Infinity", "1e999", "\\ud83d", "9" * 401, '"', "{", "}", ",", ":")


@target("mending", "bytes", *_MENDING)
def mend(data: bytes) -> None:
    """Bytes are a record, as far as can be, or :class:`Unreadable`."""
    for kind in (Any, TelegramExport.record, DiscordExport.record):
        refused(lambda: mended(data, kind), Unreadable)  # noqa: B023


# -- backups


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="coterie-fuzz-")


def _restore(file: Path) -> None:
    """Read a backup, and put the tables of which only the backup knows anything into an empty store."""
    with Reader(file) as reader:
        reader.prove()
        plan_for(reader, {}, frozenset())
        done, engine = Restored(Plan()), create_engine("sqlite://")
        with engine.connect() as connection:
            for shape in reader.manifest.tables:
                make(connection, shape)
                Filler(connection, reader, shape, done, lambda *_: None, 0).fill()
        engine.dispose()


_SHAPES: Final = (
    *("manifest", "rows", "tables", "columns", "name", "type", "key", "unique", "indexes", "heads", "format", "owner"),
    *("integer", "bigint", "text", "boolean", "json", "decimal", "datetime", "date", "time", "uuid", "bytes", "float"),
    *(
        "nullable",
        "length",
        "core",
        "datetime with zone",
        "NaN",
        "nan",
        "1e9999",
        "",
        "x" * 70,
        "sqlite_master",
        "things",
    ),
)


@target("backup", "json", *_SHAPES, examples=80)
def restore_forged(data: bytes) -> None:
    """A backup whose hashes are right and that holds anything at all is restored or refused."""
    raw = object_of(data)
    manifest, rows = raw.get("manifest"), raw.get("rows")
    rows = rows if isinstance(rows, dict) else {}
    tables = manifest.get("tables") if isinstance(manifest, dict) else None
    file = Path(_folder().name, "forged.zip")
    with zipfile.ZipFile(file, "w") as archive:
        for name, lines in rows.items():
            listed = lines if isinstance(lines, list) else [lines]
            text = "".join(f"{json.dumps(line)}\n" for line in listed).encode()
            if isinstance(lines, str):  # as it stands
                text = lines.encode("utf-8", "surrogatepass")
            if "\0" in name or len(name) > 200:
                continue
            archive.writestr(member_of(name.encode("utf-8", "replace").decode()), text)
            for table in tables if isinstance(tables, list) else ():
                if isinstance(table, dict) and table.get("name") == name and "sha256" not in table:
                    table |= {"sha256": hashlib.sha256(text).hexdigest(), "rows": table.get("rows", len(listed))}
        archive.writestr(MANIFEST, json.dumps(manifest))
    refused(lambda: _restore(file), BackupError)


_BACKUP_FILE: Final = ("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "manifest.json", "tables/things.jsonl")


@target("backup-file", "bytes", *_BACKUP_FILE, examples=50)
def restore_damaged(data: bytes) -> None:
    """A file that may be a backup is restored or refused."""
    file = Path(_folder().name, "damaged.zip")
    file.write_bytes(data)
    refused(lambda: _restore(file), BackupError)


@target("cells", "json", "bytes", "datetime", "date", "time", "decimal", "uuid", "json", "float", "NaN", "2026-01-01")
def unpack_cells(data: bytes) -> None:
    """Cells are values or a :class:`ValueError`."""
    rows = object_of(data).get("rows")
    if isinstance(rows, list):
        refused(lambda: unpacked([row if isinstance(row, list) else [row] for row in rows]), ValueError)
