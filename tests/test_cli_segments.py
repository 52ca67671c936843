"""`coterie segment` and `coterie audit`, against a store in which something was done."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from coterie.core.app import App
from coterie.core.cli import root
from coterie.core.cli.members import assembled
from coterie.core.context import Context
from coterie.core.events import MessagePosted, Where, Who

CONFIG = '[coterie]\ndatabase = "sqlite:///people.db"\n[plugins.members]\n'
OLGA = Who("sandbox", "olga", "Olga")
ROOM = Where("sandbox", "general", "town")
Text = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and a store in which Olga, an operator, tagged somebody with an awkward name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins.toml").write_text(CONFIG, encoding="utf-8")

    def promote(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, OLGA.platform, OLGA.id)
        assert account is not None
        ctx.unit.members.set_standing(account.member, "operator")

    async def live() -> None:
        parts = assembled(Path("plugins.toml"), None)
        app = App(parts.settings, plugins=parts.plugins, adapters=(), inline=True)
        await app.start()
        await app.grant(OLGA, 5, "points", "test", "olga")
        await app.grant(Who("sandbox", "eve", "=1+1"), 300, "points", "test", "eve")
        await app.on_lane(None, promote)
        for number, line in enumerate(("/segment save rich balance>=100", "/tag add @eve vip", "/tag add @nobody vip")):
            await app.submit(MessagePosted(key=f"k{number}", who=OLGA, where=ROOM, text=line))
        await app.stop()

    asyncio.run(live())
    return tmp_path


def coterie(args: Sequence[str], text: Text) -> tuple[int, str]:
    """Exit code and all that was said."""
    code = root.run(args)
    said = text.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("rich", "1 member."),
        ("RICH", "1 member."),
        ("not segment:rich", "1 member."),
        ("tag:vip or tag:x", "1 member."),
    ],
)
def test_people_are_counted(folder: Path, capsys: Text, words: str, answer: str) -> None:
    assert coterie(["segment", "count", words], capsys) == (0, f"{answer}\n")


def test_a_wrong_filter_is_told_with_its_place(folder: Path, capsys: Text) -> None:
    code, said = coterie(["segment", "count", "tag:vip and (left"], capsys)
    assert code == 1
    assert "At character 18: I expected “)” for the bracket at 13" in said
    assert coterie(["segment", "export", "poor"], capsys)[0] == 1


def test_segments_are_listed(folder: Path, capsys: Text) -> None:
    code, said = coterie(["segment", "list"], capsys)
    assert code == 0
    assert "rich" in said
    assert "balance>=100" in said
    code, said = coterie(["segment", "list", "--json"], capsys)
    assert [each["name"] for each in json.loads(said)] == ["rich"]
    code, said = coterie(["segment", "count", "rich", "--json"], capsys)
    assert json.loads(said) == {"filter": "segment:rich", "count": 1}


def test_an_export_is_safe_in_a_spreadsheet(folder: Path, capsys: Text) -> None:
    code, said = coterie(["segment", "export", "rich"], capsys)
    (head, row) = csv.reader(io.StringIO(said))
    assert (code, head, row[1]) == (0, ["id", "name"], "'=1+1")
    code, said = coterie(["segment", "export", "not left", "--json"], capsys)
    assert [json.loads(line)["name"] for line in said.splitlines()] == ["Olga", "=1+1"]


def test_the_log_is_listed(folder: Path, capsys: Text) -> None:
    code, said = coterie(["audit", "list", "--json"], capsys)
    found = json.loads(said)
    assert code == 0
    assert [(row["actor"], row["act"], row["member"]) for row in found] == [
        ("Olga", "tag", "=1+1"),
        ("Olga", "segment", ""),
    ]
    assert found[0]["details"] == {"act": "add", "member": "@eve", "tag": "vip"}
    for options, count in (
        (["--act", "tag"], 1),
        (["--act", "give"], 0),
        (["--member", "sandbox:eve"], 1),
        (["--member", "Olga"], 2),
        (["--since", "2999-01-01"], 0),
        (["--limit", "1"], 1),
    ):
        code, said = coterie(["audit", "list", "--json", *options], capsys)
        assert (code, len(json.loads(said))) == (0, count), options
    code, said = coterie(["audit", "list", "--csv", "--act", "tag"], capsys)
    assert [row[4] for row in csv.reader(io.StringIO(said))] == ["member", "'=1+1"]
    code, said = coterie(["audit", "list"], capsys)
    assert "Olga" in said
    assert coterie(["audit", "list", "--act", "none"], capsys) == (0, "Nothing was done.\n")
