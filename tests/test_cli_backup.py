"""`coterie db backup` and `db restore`: what they say, to people and to scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coterie.core.cli import backup
from coterie.storage.copying.loading import Restored
from tests.backup_kit import contents
from tests.cli_kit import (
    Text,
    called,
    config,
    folder_fixture,  # noqa: F401 - pytest finds it here
    on,
    own_points_fixture,  # noqa: F401
    rows,
    written,
)
from tests.test_cli_store import books

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture(name="store")
def store_fixture(capsys: Text, empty_here: str) -> str:
    """A store with three transfers, which the configuration names."""
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    books(empty_here)
    return empty_here


def test_there_and_back(capsys: Text, store: str) -> None:
    out, err = called(capsys, "db", "backup", "a.zip", "--verify")
    assert re.match(r"a\.zip: 11 rows of \d+ tables \(checkin, core\), 0\.0 MB, \d+\.\d s\.\nVerified: ", out)
    assert "keep it as safe as the store" in out
    assert err == "", "no bar where nobody watches"
    before = contents(store)
    said = called(capsys, "db", "restore", "a.zip", "--db", "sqlite:///b.db")[0]
    assert re.match(r"Restored 11 rows of \d+ tables from a\.zip of 20.*\nThe books are in order\.\n$", said, re.DOTALL)
    assert contents("sqlite:///b.db") == before
    err = called(capsys, "db", "restore", "a.zip", code=1)[1]
    assert re.match(r"Error: .* is not empty: restore into another database \(--db\), or replace .* --force\.\n$", err)
    written(store, "UPDATE ledger_accounts SET owner = '8' WHERE owner = '7'")
    assert called(capsys, "db", "restore", "a.zip", "--force", "--skip-plugin", "checkin")[0].count("checkin") == 1
    assert contents(store)["ledger_accounts"] == before["ledger_accounts"]
    assert not [each.name for each in Path().iterdir() if each.name.startswith(".")]


def test_for_scripts(capsys: Text, store: str) -> None:
    Path("backups").mkdir()
    told = json.loads(called(capsys, "db", "backup", "backups", "--json")[0])
    (file,) = Path("backups").iterdir()
    assert re.fullmatch(r"coterie-\d{8}-\d{6}\.zip", file.name)
    assert told == {
        "file": str(file),
        "rows": 11,
        "tables": told["tables"],
        "bytes": file.stat().st_size,
        "verified": False,
        "left_out": [],
    }
    told = json.loads(called(capsys, "db", "restore", str(file), "--db", "sqlite:///b.db", "--json")[0])
    assert (told["rows"], told["findings"], told["skipped"], told["not_installed"]) == (11, [], [], [])


def test_what_cannot_be(capsys: Text, store: str) -> None:
    called(capsys, "db", "backup", "a.zip")
    assert "exists already: name another file" in called(capsys, "db", "backup", "a.zip", code=1)[1]
    assert called(capsys, "db", "backup", "a.zip", "--force")[1] == ""
    assert "There is no backup gone.zip" in called(capsys, "db", "restore", "gone.zip", code=1)[1]
    raw = Path("a.zip").read_bytes()
    Path("cut.zip").write_bytes(raw[: len(raw) // 2])
    assert "its end is missing" in called(capsys, "db", "restore", "cut.zip", "--db", "sqlite:///b.db", code=1)[1]
    assert "There is no store yet" in called(capsys, "db", "backup", "b.zip", "--db", "sqlite:///no.db", code=1)[1]
    assert "in memory" in called(capsys, "db", "restore", "a.zip", "--db", "sqlite://", code=1)[1]
    nobody = "postgresql://nobody:hunter2@127.0.0.1:1/x"
    for words in (("backup", "c.zip"), ("restore", "a.zip")):
        err = called(capsys, "db", *words, "--db", nobody, code=1)[1]
        assert err.startswith("Error: ")
        assert "hunter2" not in err
        assert "Traceback" not in err
    assert not Path("b.db").exists()
    assert not Path("c.zip").exists()


def test_books_that_are_out_of_order(capsys: Text, store: str) -> None:
    written(store, "UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'member'")
    err = called(capsys, "db", "backup", "a.zip", "--verify", code=1)[1]
    assert "The books in this backup are not in order: community 1: account member:7 shows 16 points" in err
    assert Path("a.zip").exists(), "better than none"
    before = contents(store)
    err = called(capsys, "db", "restore", "a.zip", "--force", code=1)[1]
    assert "Nothing was restored; --despite-findings restores it so." in err
    assert contents(store) == before
    target = ("--db", "sqlite:///b.db")
    assert "account member:7 shows 16" in called(capsys, "db", "restore", "a.zip", "--despite-findings", *target)[0]
    assert rows("sqlite:///b.db", "SELECT balance FROM ledger_accounts WHERE kind = 'member'") == [(16,)]


def test_what_is_told_of_a_restore(capsys: Text, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called(capsys, "db", "backup", "a.zip")
    sets = backup.installed_sets()
    del sets["checkin"]
    monkeypatch.setattr(backup, "installed_sets", lambda: sets)
    out = called(capsys, "db", "restore", "a.zip", "--db", "sqlite:///b.db")[0]
    assert "Not installed here: checkin. Their tables were restored as they were, without checks" in out
    tell = backup._tell

    def more(reader: object, done: Restored, seconds: float) -> None:
        done.replaced["notes"] = 2
        done.upgraded.append("core")
        tell(reader, done, seconds)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_tell", more)
    out = called(capsys, "db", "restore", "a.zip", "--db", "sqlite:///c.db")[0]
    assert "In notes, 2 texts held U+0000, which PostgreSQL cannot keep: it became U+FFFD." in out
    assert "Brought up to date: core." in out


def test_a_bar_where_somebody_watches(capsys: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with backup.bar("Backing up") as progress:
        progress("members", 1, 4)
        progress("members", 4, 4)
    assert "Backing up" in capsys.readouterr().err
