"""The file of a backup: a zip with ``manifest.json`` and, for each table, its rows as lines of JSON.

One format for both kinds of database.  A copy of the SQLite file would be written faster (no rows are decoded), but it
could be restored into SQLite alone; and what takes the time is the restoring, where the database builds its indexes.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import msgspec

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_BLOCK: Final = 1 << 20
_LONGEST_ROW: Final = 256 << 20
"""Bytes; a longer line is damage, and would fill the memory."""
_LARGEST_MANIFEST: Final = 16 << 20
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
"""What Python's zipfile raises for damage, for a password, and for kinds of compression that it does not know."""
Rows = list[Any]


class BackupError(Exception):
    """A backup cannot be made or restored; the message says what, where, and what to do."""


class Column(msgspec.Struct, frozen=True):
    """A column; ``type`` is a word of :mod:`~coterie.storage.copying.shapes`, ``length`` 0 for none."""

    name: str
    type: str
    length: int = 0
    nullable: bool = True


class TableShape(msgspec.Struct):
    """A table: to which set of migrations it belongs, what it looks like, and what is in it."""

    name: str
    owner: str
    columns: list[Column]
    key: list[str]
    unique: list[list[str]] = []
    indexes: list[list[str]] = []
    rows: int = 0
    bytes: int = 0
    sha256: str = ""

    @property
    def plain(self) -> bool:
        """Whether it holds integers and texts only, as all tables of the core do."""
        return all(column.type in ("integer", "bigint", "text") for column in self.columns)


class Manifest(msgspec.Struct):
    """What a backup holds; ``heads`` is the revision of each set of migrations."""

    coterie: str
    made_at: str
    database: str
    heads: dict[str, str]
    tables: list[TableShape]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        """Bytes of all rows, before they are compressed."""
        return sum(table.bytes for table in self.tables)


def member_of(table: str) -> str:
    """Where the rows of a table are in the zip."""
    return f"tables/{table}.jsonl"


class Writer:
    """Writes tables, one after the other, and the manifest in the end."""

    def __init__(self, file: IO[bytes]) -> None:
        # Level 1: three times as fast as 6, and a tenth larger.
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._encoder = msgspec.json.Encoder()

    def table(self, shape: TableShape, chunks: Iterator[Rows]) -> None:
        """Write a table's rows; notes in its shape how many there were, and their hash."""
        digest = hashlib.sha256()
        with self._zip.open(member_of(shape.name), "w", force_zip64=True) as member:
            for rows in chunks:
                lines = self._encoder.encode_lines(rows)
                digest.update(lines)
                member.write(lines)
                shape.rows += len(rows)
                shape.bytes += len(lines)
        shape.sha256 = digest.hexdigest()

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and the end of the zip."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        self._zip.close()


class Reader:
    """An opened backup; its manifest has been read, the rows have not. Raises :class:`BackupError`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError:
            raise BackupError(f"There is no backup {file}.") from None
        except OSError as error:
            raise BackupError(f"{file} cannot be read: {error.strerror or error}.") from error
        except _UNREADABLE:
            raise BackupError(
                f"{file} is not a backup, or its end is missing: copy it again from where it was made, or take another."
            ) from None
        try:
            self.manifest = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
        except KeyError:
            raise BackupError(f"{self.file} is a zip, but not a backup of Coterie: it has no {MANIFEST}.") from None
        if info.file_size > _LARGEST_MANIFEST:
            raise self._damaged(MANIFEST, "it is far too large")
        try:
            raw = self._zip.read(info)
            version = msgspec.json.decode(raw, type=_Version).format
            if version > FORMAT:
                raise BackupError(
                    f"{self.file} has format {version}, and this version of Coterie reads up to {FORMAT}: "
                    "restore it with the version that made it, or a newer one."
                )
            manifest = msgspec.json.decode(raw, type=Manifest)
        except (msgspec.MsgspecError, *_UNREADABLE) as error:
            raise self._damaged(MANIFEST, str(error)) from error
        self._check(manifest)
        return manifest

    def _check(self, manifest: Manifest) -> None:
        names = [table.name for table in manifest.tables]
        words = [*names, *manifest.heads, *(column.name for table in manifest.tables for column in table.columns)]
        if bad := [word for word in words if not _NAME.fullmatch(word)]:
            raise self._damaged(MANIFEST, f"{bad[0][:80]!r} cannot be a name")
        if len(set(names)) < len(names):
            raise self._damaged(MANIFEST, "it names a table twice")
        held = set(self._zip.namelist())
        if missing := [name for name in names if member_of(name) not in held]:
            raise self._damaged(member_of(missing[0]), "it is missing")

    def _damaged(self, member: str, why: str) -> BackupError:
        return BackupError(f"{self.file} is damaged at {member}: {why}. Take another backup.")

    def prove(self) -> None:
        """Read everything once, and compare it with the hashes; raises :class:`BackupError`."""
        for shape in self.manifest.tables:
            for _ in self._blocks(shape):
                pass

    def rows(self, shape: TableShape) -> Iterator[Rows]:
        """The rows of a table, some at a time."""
        decoder = msgspec.json.Decoder(list[Any])
        found, width = 0, len(shape.columns)
        for lines in self._blocks(shape):
            try:
                rows = decoder.decode_lines(lines)
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
                raise self._damaged(member_of(shape.name), str(error)) from error
            if any(len(row) != width for row in rows):
                raise self._damaged(member_of(shape.name), f"a row has not {width} cells")
            found += len(rows)
            yield rows
        if found != shape.rows:
            raise self._damaged(member_of(shape.name), f"it has {found} rows, and should have {shape.rows}")

    def _blocks(self, shape: TableShape) -> Iterator[bytes]:
        """Whole lines; at the end it is known whether they are what was written."""
        digest, rest = hashlib.sha256(), b""
        try:
            with self._zip.open(member_of(shape.name)) as member:
                while block := member.read(_BLOCK):
                    digest.update(block)
                    whole, newline, after = block.rpartition(b"\n")
                    if newline:
                        yield rest + whole + newline
                        rest = after
                    else:
                        rest += block
                    if len(rest) > _LONGEST_ROW:
                        raise self._damaged(member_of(shape.name), "a row has no end")
        except _UNREADABLE as error:
            raise self._damaged(member_of(shape.name), str(error)) from error
        if rest or digest.hexdigest() != shape.sha256:
            raise self._damaged(member_of(shape.name), "its rows are not those that were written")


class _Version(msgspec.Struct):
    format: int


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no folders
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
