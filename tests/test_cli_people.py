"""`coterie member`: show, export, erase and the list of the erased, each against a store of its own."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from coterie.core.app import App
from coterie.core.cli import root
from coterie.core.cli.members import assembled
from coterie.core.events import Who
from tests.privacy_kit import unpacked

CONFIG = '[coterie]\ndatabase = "sqlite:///people.db"\n[plugins.checkin]\n[plugins.wallet]\n'
Text = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and a store in which Alice and two people called Bob have money."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins.toml").write_text(CONFIG, encoding="utf-8")

    async def live() -> None:
        parts = assembled(Path("plugins.toml"), None)
        app = App(parts.settings, plugins=parts.plugins, adapters=(), inline=True)
        await app.start()
        people = ("alice", "Alice"), ("bob", "Bob"), ("4711", "Bob")
        for number, (native, name) in enumerate(people):
            await app.grant(Who("sandbox", native, name), 100 + number, "points", "test", native)
        await app.stop()

    asyncio.run(live())
    return tmp_path


def coterie(args: Sequence[str], text: Text) -> tuple[int, str]:
    """Exit code and all that was said."""
    code = root.run(args)
    said = text.readouterr()
    return code, said.out + said.err


def test_show_finds_by_name_number_and_account(folder: Path, capsys: Text) -> None:
    code, said = coterie(["member", "show", "alice"], capsys)
    assert code == 0
    assert "Alice, member " in said
    assert "sandbox:alice" in said
    assert "100 points" in said
    number = said.split()[2]
    assert coterie(["member", "show", number], capsys) == (0, said)
    assert coterie(["member", "show", "sandbox:alice"], capsys) == (0, said)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("nobody", "Nobody here is 'nobody'"), ("Bob", "Several members are called 'Bob'"), ("sandbox:x", "Nobody here")],
)
def test_who_is_not_exactly_one_is_told(folder: Path, capsys: Text, wanted: str, told: str) -> None:
    for command in ("show", "export", "erase"):
        code, said = coterie(["member", command, wanted], capsys)
        assert code == 1
        assert told in said


def test_export_writes_a_zip_and_never_over_a_file(folder: Path, capsys: Text) -> None:
    code, said = coterie(["member", "export", "alice", "-o", "a.zip"], capsys)
    assert (code, "everything about Alice" in said) == (0, True)
    files = unpacked((folder / "a.zip").read_bytes())
    assert '"amount": 100' in files["ledger.json"]
    assert "Everything that main keeps about Alice" in files["README.txt"]
    before = (folder / "a.zip").read_bytes()
    code, said = coterie(["member", "export", "alice", "-o", "a.zip"], capsys)
    assert (code, "exists already" in said) == (1, True)
    assert (folder / "a.zip").read_bytes() == before
    assert (folder / "a.zip").stat().st_mode & 0o077 == 0
    assert coterie(["member", "export", "alice", "-o", "b.zip"], capsys)[0] == 0
    assert (folder / "b.zip").read_bytes() == before
    assert zipfile.is_zipfile(folder / "b.zip")


def test_erase_asks_orders_and_is_done_here_with_offline(
    folder: Path, capsys: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, said = coterie(["member", "erase", "alice"], capsys)
    assert code == 130
    assert "cannot be undone" in said
    code, said = coterie(["member", "erase", "alice", "--yes", "--wait", "0"], capsys)
    assert (code, "It is ordered" in said) == (3, True)
    assert "erasure       open" in coterie(["member", "show", "alice"], capsys)[1]
    code, said = coterie(["member", "erase", "sandbox:4711", "--yes", "--offline"], capsys)
    assert (code, "is erased" in said) == (0, True)
    assert coterie(["member", "show", "alice"], capsys)[0] == 1
    assert coterie(["member", "show", "Bob"], capsys)[0] == 0
    assert coterie(["ledger", "verify"], capsys)[0] == 0


def test_what_a_backup_brings_back_is_erased_again(folder: Path, capsys: Text) -> None:
    before = (folder / "people.db").read_bytes()
    assert coterie(["member", "erase", "alice", "--yes", "--offline"], capsys)[0] == 0
    _, listed = coterie(["member", "erased"], capsys)
    (folder / "erased.txt").write_text(listed, encoding="utf-8")
    for file in folder.glob("people.db*"):
        file.unlink()
    (folder / "people.db").write_bytes(before)
    assert coterie(["member", "show", "alice"], capsys)[0] == 0
    code, said = coterie(["member", "erase", "--replay", "erased.txt", "--yes", "--offline"], capsys)
    assert (code, "1 member of this list is here again" in said) == (0, True)
    assert coterie(["member", "show", "alice"], capsys)[0] == 1
    code, said = coterie(["member", "erase", "--replay", "erased.txt", "--yes", "--offline"], capsys)
    assert (code, "0 members of this list" in said) == (0, True)


def test_a_list_that_is_none_is_told(folder: Path, capsys: Text) -> None:
    (folder / "list.txt").write_text("\nalice 5\n", encoding="utf-8")
    code, said = coterie(["member", "erase", "--replay", "list.txt"], capsys)
    assert (code, "line 2" in said) == (1, True)
    assert coterie(["member", "erase"], capsys)[0] == 2
    assert coterie(["member", "erase", "alice", "--replay", "list.txt"], capsys)[0] == 2


def test_a_store_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Text) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins.toml").write_text(CONFIG, encoding="utf-8")
    code, said = coterie(["member", "show", "alice"], capsys)
    assert (code, "There is no store yet" in said) == (1, True)
