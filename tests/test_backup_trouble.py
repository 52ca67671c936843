"""Damaged backups, stores that are in the way, disks that are full: a plain sentence, and nothing is touched."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import zipfile
from collections import namedtuple
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from coterie.storage.copying import loading
from coterie.storage.copying.archive import FORMAT, MANIFEST, BackupError, Reader, member_of
from coterie.storage.engine import open_engine
from tests.backup_kit import Contents, backed_up, contents, forged, manifest_of, restored, tables
from tests.store_kit import ISSUER, Store, member

Usage = namedtuple("Usage", "total used free")


def fill(url: str) -> None:
    """A store with some money in it."""
    store = Store(url)
    store.write("INSERT INTO communities VALUES (1, 'main', 'Main', 0)")
    with store.batch():
        for number in range(20):
            store.move(ISSUER, member(number % 3), 5, f"k{number}")
    store.close()


@pytest.fixture(name="backup")
def backup_fixture(tmp_path: Path) -> Path:
    """A backup that is whole."""
    source = f"sqlite:///{tmp_path}/source.db"
    fill(source)
    return backed_up(source, tmp_path / "whole.zip").file


@pytest.fixture(name="whole", scope="module")
def whole_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, for tests that only read it."""
    folder = tmp_path_factory.mktemp("whole")
    fill(f"sqlite:///{folder}/source.db")
    return backed_up(f"sqlite:///{folder}/source.db", folder / "whole.zip").file


def everything(file: Path) -> tuple[bytes, list[Any]]:
    """What a reader makes of a backup."""
    with Reader(file) as reader:
        reader.prove()
        rows = [list(reader.rows(shape)) for shape in reader.manifest.tables]
        return msgspec.json.encode(reader.manifest), rows


def copied(source: Path, target: Path, **changes: Any) -> Path:
    """A zip with other contents in some of its members, or without them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            change = changes.get(
                name.removesuffix(".jsonl").rpartition("/")[2].removesuffix(".json"), lambda data: data
            )
            if (data := change(old.read(name))) is not None:
                new.writestr(name, data)
    return target


# -- files


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_found_or_does_no_harm(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    raw = whole.read_bytes()
    where = data.draw(st.integers(0, len(raw) - 1))
    broken = tmp_path / "broken.zip"
    if data.draw(st.booleans(), label="cut"):
        broken.write_bytes(raw[:where])
    else:
        change = data.draw(st.integers(1, 255))
        broken.write_bytes(raw[:where] + bytes([raw[where] ^ change]) + raw[where + 1 :])
    try:
        found = everything(broken)
    except BackupError as error:
        told = str(error)
    else:
        told = str(broken)
        assert found == everything(whole), "what was not noticed makes no difference"
    assert str(broken) in told


@given(junk=st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_junk_is_no_backup(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "junk.zip"
    file.write_bytes(junk)
    with pytest.raises(BackupError, match="is not a backup"):
        Reader(file)


def _dropped(_data: bytes) -> None:
    return None


def _rows_changed(data: bytes) -> bytes:
    return data.replace(b"Main", b"Mine")


def _manifest(**values: Any) -> Any:
    return lambda data: msgspec.json.encode(msgspec.json.decode(data) | values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manifest": _dropped}, f"a zip, but not a backup of Coterie: it has no {MANIFEST}"),
        ({"communities": _dropped}, f"damaged at {member_of('communities')}: it is missing"),
        ({"communities": _rows_changed}, "its rows are not those that were written"),
        ({"postings": lambda data: data + b"[1,2,3,4]\n"}, "its rows are not those that were written"),
        ({"postings": lambda data: data[:-1]}, "its rows are not those that were written"),
        ({"manifest": _manifest(format=FORMAT + 1)}, f"has format {FORMAT + 1}, and this version of Coterie reads"),
        ({"manifest": lambda data: data[:-9]}, f"damaged at {MANIFEST}"),
        ({"manifest": _manifest(tables=7)}, f"damaged at {MANIFEST}: Expected `array`"),
        ({"manifest": _manifest(heads={'x"; DROP TABLE members; --': "1"})}, "cannot be a name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_tampered_with(whole: Path, tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    copied(whole, tmp_path / "same.zip")
    assert everything(tmp_path / "same.zip") == everything(whole)
    file = copied(whole, tmp_path / "other.zip", **changes)
    with pytest.raises(BackupError) as caught:
        restored(file, f"sqlite:///{tmp_path}/target.db")
    assert words in str(caught.value)
    assert not (tmp_path / "target.db").exists()


def test_a_row_of_another_width(whole: Path, tmp_path: Path) -> None:
    forged(whole, tmp_path / "forged.zip", "communities", lambda rows: [[1, "main"]])
    with pytest.raises(BackupError, match="a row has not 4 cells"):
        restored(tmp_path / "forged.zip", f"sqlite:///{tmp_path}/target.db")


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"There is no backup .*gone\.zip"):
        Reader(tmp_path / "gone.zip")
    with pytest.raises(BackupError, match=r"cannot be read: Is a directory"):
        Reader(tmp_path)


# -- backing up


def test_a_backup_is_for_its_owner_and_overwrites_nothing(migrated_here: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "a.zip"
    file.write_text("something else")
    with pytest.raises(BackupError, match="exists already: name another file, or replace it with --force"):
        backed_up(migrated_here, file)
    assert file.read_text() == "something else"
    backed_up(migrated_here, file, force=True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert manifest_of(file).heads.keys() == {"core"}
    assert os.listdir(folder) == ["a.zip"]  # noqa: PTH208
    with pytest.raises(BackupError, match="There is no folder"):
        backed_up(migrated_here, tmp_path / "no" / "a.zip")


def test_a_file_that_appears_meanwhile_survives(migrated_here: str, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    fill(migrated_here)

    def appear(*_: object) -> None:
        file.write_text("mine")

    with pytest.raises(BackupError, match="came into being meanwhile"):
        backed_up(migrated_here, file, progress=appear)
    assert file.read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_a_disk_without_room(migrated_here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: Usage(1 << 30, 1 << 30, 100))
        with pytest.raises(BackupError, match=r"has 0 MB free, and the backup may need \d+ MB"):
            backed_up(migrated_here, tmp_path / "a.zip")

    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(BackupError, match=r"The disk of .* is full: .*Nothing was left behind"):
            backed_up(migrated_here, tmp_path / "a.zip")
    assert not [each for each in tmp_path.iterdir() if ".zip" in each.name]


def test_a_database_without_a_store(empty_here: str, tmp_path: Path) -> None:
    engine = open_engine(empty_here)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (a int)"))
    engine.dispose()
    with pytest.raises(BackupError, match="holds no store of Coterie"):
        backed_up(empty_here, tmp_path / "a.zip")


def test_tables_of_others_are_told_and_left_alone(empty_here: str, backup: Path, tmp_path: Path) -> None:
    restored(backup, empty_here)
    engine = open_engine(empty_here)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (a int)"))
    engine.dispose()
    saved = backed_up(empty_here, tmp_path / "a.zip")
    assert saved.foreign == ("somebody_elses",)
    if not empty_here.startswith("sqlite"):  # there the whole file is replaced
        restored(backup, empty_here, force=True)
        assert "somebody_elses" in tables(empty_here)


# -- restoring


def left_alone(url: str, before: Contents, folder: Path) -> None:
    """The store is as it was, and nothing lies around."""
    assert contents(url) == before
    assert not list(folder.glob(".*"))


def test_a_store_that_has_rows_is_refused(migrated_here: str, backup: Path, tmp_path: Path) -> None:
    assert restored(backup, migrated_here).rows > 40, "tables without rows are no store to be lost"
    before = contents(migrated_here)
    with pytest.raises(BackupError, match=r"is not empty: restore into another database .*or replace all .*--force"):
        restored(backup, migrated_here)
    left_alone(migrated_here, before, tmp_path)
    store = Store(migrated_here)
    store.write("UPDATE communities SET title = 'Other'")
    store.close()
    restored(backup, migrated_here, force=True)
    assert contents(migrated_here) == before


def test_a_restore_that_fails_changes_nothing(migrated_here: str, backup: Path, tmp_path: Path) -> None:
    store = Store(migrated_here)
    store.write("INSERT INTO settings VALUES ('mine', 'kept')")
    store.close()
    before = contents(migrated_here)

    def negative(rows: list[Any]) -> list[Any]:
        return [[*row[:5], -row[5] if row[2] == "member" else row[5], *row[6:]] for row in rows]

    for table, change, words in (
        ("ledger_accounts", negative, "The table ledger_accounts cannot be restored: .*ck_ledger_accounts_funded"),
        ("communities", lambda rows: rows * 2, "The table communities cannot be restored"),
        ("communities", lambda rows: [[1, None, "Main", 0]], "The table communities cannot be restored"),
        ("communities", lambda rows: [[{"what": 1}, "a", "b", 0]], "'what' is no kind of value"),
    ):
        forged(backup, tmp_path / "forged.zip", table, change)
        with pytest.raises(BackupError, match=words):
            restored(tmp_path / "forged.zip", migrated_here, force=True)
        left_alone(migrated_here, before, tmp_path)


def test_a_disk_that_fills_up_while_restoring(
    migrated_here: str, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(migrated_here)

    def full(_: object) -> NoReturn:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(loading.Filler, "_insert", full)
        with pytest.raises(BackupError, match="The disk is full at the table"):
            restored(backup, migrated_here)
    left_alone(migrated_here, before, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: Usage(1 << 30, 1 << 30, 100))
        with pytest.raises(BackupError, match="MB free, and the store may need"):
            restored(backup, f"sqlite:///{tmp_path}/new.db")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.sqlite("whether somebody has a file open")
def test_a_file_that_is_in_use(migrated_sqlite: str, backup: Path, tmp_path: Path) -> None:
    store = Store(migrated_sqlite)
    store.write("INSERT INTO settings VALUES ('mine', 'kept')")
    before = contents(migrated_sqlite)
    with pytest.raises(BackupError, match=r"is in use .*Stop `coterie run`"):
        restored(backup, migrated_sqlite, force=True)
    left_alone(migrated_sqlite, before, tmp_path)
    store.close()
    restored(backup, migrated_sqlite, force=True)
    assert "mine" not in str(contents(migrated_sqlite)["settings"])


@pytest.mark.sqlite("what stands where its file should be")
def test_a_file_that_is_no_database(backup: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("no database at all, but something that somebody wrote " * 20)
    with pytest.raises(BackupError, match="is no store that could be looked at"):
        restored(backup, f"sqlite:///{file}")
    assert file.read_text().startswith("no database")
    restored(backup, f"sqlite:///{file}", force=True)
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with pytest.raises(BackupError, match="There is no folder"):
        restored(backup, f"sqlite:///{tmp_path}/no/such.db")


@pytest.mark.postgres
def test_a_server_that_is_in_use(postgres_url: str, backup: Path) -> None:
    restored(backup, postgres_url)
    before = contents(postgres_url)
    engine = open_engine(postgres_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
        with pytest.raises(BackupError, match=r"Coterie has 1 other connections to it\. Stop `coterie run`"):
            restored(backup, postgres_url, force=True)
    engine.dispose()
    assert contents(postgres_url) == before
    restored(backup, postgres_url, force=True)


def test_a_backup_of_a_newer_version(whole: Path, tmp_path: Path) -> None:
    newer = copied(whole, tmp_path / "newer.zip", manifest=_manifest(heads={"core": "core_9999"}))
    with pytest.raises(BackupError, match=r"core at core_9999, which this version does not know.*Install"):
        restored(newer, f"sqlite:///{tmp_path}/target.db")
    heads = manifest_of(whole).heads | {"checkin": "checkin_9999"}
    newer = copied(whole, tmp_path / "newer.zip", manifest=_manifest(heads=heads))
    with pytest.raises(BackupError, match="or leave these tables out with --skip-plugin checkin"):
        restored(newer, f"sqlite:///{tmp_path}/target.db")
    restored(newer, f"sqlite:///{tmp_path}/target.db", skip=frozenset({"checkin"}))
