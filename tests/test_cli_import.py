"""`coterie import`: what it says and returns, and what it needs of memory."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from coterie.core.cli import import_report
from coterie.core.importing import engine
from coterie.core.importing.importers import installed_importers, load_importer
from tests.cli_kit import (
    PLAIN,
    Text,
    called,
    config,
    environment,
    folder_fixture,  # noqa: F401 - pytest finds it here
    own_points_fixture,  # noqa: F401
)
from tests.import_kit import (
    discord_channel,
    discord_message,
    telegram_account,
    telegram_chat,
    telegram_message,
    written,
)

GROUP = telegram_chat([telegram_message(1, 1), telegram_message(2, 2)])


@pytest.fixture(autouse=True)
def _configured(folder: Path) -> None:
    installed_importers.cache_clear()
    config(PLAIN)


def test_help_names_every_importer(capsys: Text) -> None:
    out, _ = called(capsys, "import", "--help")
    assert "telegram-export" in out
    assert "discord-export" in out
    out, _ = called(capsys, "import", "telegram-export", "--help")
    assert "--dry-run" in out


def test_an_unknown_importer(capsys: Text) -> None:
    _, err = called(capsys, "import", "carrier-pigeon", "x", code=2)
    assert "carrier-pigeon" in err
    with pytest.raises(LookupError):
        load_importer("carrier-pigeon")


def test_import_and_again(capsys: Text, folder: Path) -> None:
    file = str(written(folder, GROUP))
    out, err = called(capsys, "import", "telegram-export", file, "--dry-run")
    assert "would be imported" in out
    assert "Would count 2 messages of 2020-09-13 to 2020-09-13, 2 new members." in out
    assert not err
    out, _ = called(capsys, "import", "telegram-export", file)
    assert "Chat 1: 2 messages counted of 2 records" in out
    assert "Counted 2 messages of 2020-09-13 to 2020-09-13, 2 new members." in out
    out, _ = called(capsys, "import", "telegram-export", file)
    assert "imported before: nothing to do" in out


def test_for_scripts(capsys: Text, folder: Path) -> None:
    out, _ = called(capsys, "import", "telegram-export", str(written(folder, GROUP)), "--json")
    found = json.loads(out)
    assert found["community"] == "main"
    (file,) = found["files"]
    assert (file["fate"], file["messages"], file["members"], file["ended"]) == ("imported", 2, 2, None)


def test_what_is_left_out_is_told_and_written_down(capsys: Text, folder: Path) -> None:
    bad = [telegram_message(number, at=1) for number in range(3, 30)]
    file = written(folder, telegram_chat([*GROUP["messages"], *bad]))
    out, _ = called(capsys, "import", "telegram-export", str(file), "--report", "report.jsonl", code=1)
    assert "Left out, because it could not be read: 27 places." in out
    assert "and 7 more" in out
    lines = [json.loads(line) for line in Path("report.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == list(range(3, 30))
    assert all(file.read_bytes()[line["position"] :].startswith(b"{") for line in lines)
    assert {line["file"] for line in lines} == {str(file)}


def test_a_file_that_ends_early(capsys: Text, folder: Path) -> None:
    data = json.dumps(GROUP, indent=1).encode()
    file = written(folder, data[: data.index(b'"id": 2') + 20])
    out, _ = called(capsys, "import", "telegram-export", str(file), code=1)
    assert "The file ends before its time" in out
    assert "1 message counted of 2 records" in out


@pytest.mark.parametrize("data", [b"", b"hello", "[]".encode("utf-16")])
def test_what_is_no_export(capsys: Text, folder: Path, data: bytes) -> None:
    out, err = called(capsys, "import", "telegram-export", str(written(folder, data)), code=1)
    assert "not imported" in out
    assert "Nothing was imported" in err


def test_an_export_of_another_program(capsys: Text, folder: Path) -> None:
    file = str(written(folder, discord_channel([discord_message(1)])))
    out, _ = called(capsys, "import", "telegram-export", file, code=1)
    assert "the type of the chat is not told" in out


def test_a_folder_of_channels(capsys: Text, folder: Path) -> None:
    (folder / "export").mkdir()
    for channel in (10, 11):
        document = discord_channel([discord_message(1, channel)], channel=channel)
        written(folder / "export", document, f"Town - {channel}.json")
    written(folder / "export", b"no JSON", "broken.json")
    out, _ = called(capsys, "import", "discord-export", "export", code=1)
    assert out.count("1 message counted of 1 record") == 2
    assert "it is not JSON" in out


def test_a_folder_with_nothing_in_it(capsys: Text, folder: Path) -> None:
    (folder / "export").mkdir()
    assert "no .json files" in called(capsys, "import", "discord-export", "export", code=2)[1]
    assert "is a folder" in called(capsys, "import", "telegram-export", "export", code=2)[1]


def test_a_whole_account_needs_names(capsys: Text, folder: Path) -> None:
    file = str(written(folder, telegram_account(GROUP)))
    out, err = called(capsys, "import", "telegram-export", file, code=1)
    assert "--chat -1001 takes it in" in out
    assert "Nothing was imported" in err
    out, _ = called(capsys, "import", "telegram-export", file, "--chat", "1", "--bot", "2")
    assert "Counted 1 message of 2020-09-13 to 2020-09-13, 2 new members, 1 of bots." in out


def test_which_community(capsys: Text, folder: Path) -> None:
    file = str(written(folder, GROUP))
    two = "[communities.one]\n[communities.two]\nspaces = [{ platform = 'sandbox', id = 'x' }]\n"
    config(
        PLAIN + two.replace("[communities.one]\n", "[communities.one]\nspaces = [{ platform = 'sandbox', id = 'y' }]\n")
    )
    _, err = called(capsys, "import", "telegram-export", file, code=2)
    assert "--community: there are one, two" in err
    _, err = called(capsys, "import", "telegram-export", file, "--community", "three", code=2)
    assert "no community 'three'" in err
    out, _ = called(capsys, "import", "telegram-export", file, "--community", "two", "--json")
    assert json.loads(out)["community"] == "two"


def test_a_store_in_memory_is_refused(capsys: Text, folder: Path) -> None:
    config("[coterie]\ndatabase = 'sqlite://'\n" + PLAIN)
    file = str(written(folder, GROUP))
    assert "in memory" in called(capsys, "import", "telegram-export", file, code=2)[1]
    called(capsys, "import", "telegram-export", file, "--db", "sqlite:///other.db")
    assert Path("other.db").exists()


@pytest.mark.parametrize("terminal", [True, False])
def test_how_far_it_is(capsys: Text, folder: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(import_report, "_OFTEN" if terminal else "_SELDOM", -1)
    file = written(folder, GROUP)
    with import_report.Reporter(load_importer("telegram-export"), [file], None, quiet=False, dry=False) as reporter:
        size = file.stat().st_size
        reporter.looking(file, size // 2)
        reporter.begins(file, size // 4)
        reporter.reading(file, size // 2, 1000)
    _, err = capsys.readouterr()
    assert "looking through it, 49 %" in err or "looking through it, 50 %" in err
    assert "goes on at 24 %" in err or "goes on at 25 %" in err
    assert "[############............]  50%  1,000 records" in err
    assert ("\r" in err) is terminal
    assert " left" in err


def test_it_goes_on_where_it_was_stopped(capsys: Text, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STEP_RECORDS", 10)
    bad = telegram_message(5, at=1)
    file = str(written(folder, telegram_chat([bad, *(telegram_message(number) for number in range(10, 60))])))
    with monkeypatch.context() as patch:
        write, steps = engine.Import._write, itertools.count()

        def writing(self: engine.Import, position: int, state: str) -> object:
            if next(steps) == 3:
                raise KeyboardInterrupt
            return write(self, position, state)

        patch.setattr(engine.Import, "_write", writing)
        assert "Stopped" in called(capsys, "import", "telegram-export", file, "--report", "r", code=130)[1]
    out, err = called(capsys, "import", "telegram-export", file, "--report", "r", code=1)
    assert "goes on at" in err
    assert "continued and imported" in out
    assert "50 messages counted of 51 records" in out
    assert len(Path("r").read_text(encoding="utf-8").splitlines()) == 1


MEASURED = """
import sys
from pathlib import Path
from coterie.core.cli.root import run
code = run(["import", "telegram-export", sys.argv[1], "--json"])
# Of this program alone: what resource.getrusage tells began with whoever started it.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(int(peak) // 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak of a process")
def test_memory_does_not_grow_with_the_file(folder: Path, own_points: list[Path]) -> None:
    """60 MB, half of them one group's and half of it a group that is left out, in lines and without."""
    peaks = []
    for megabytes in (1, 60):
        text = "x" * 400
        half = [
            json.dumps(telegram_message(number, number % 500 + 1, at=1_500_000_000 + number * 60, text=text)).encode()
            for number in range(megabytes * 500)
        ]
        body = b",\n".join(half)
        left = json.dumps(telegram_account(telegram_chat([], chat=1), telegram_chat([], chat=2))).encode()
        start, middle, end = left.split(b'"messages": []')
        file = folder / f"{megabytes}.json"
        with file.open("wb") as out:
            for part in (start, b'"messages": [', body, b"]", middle, b'"messages": [', body, b"]", end):
                out.write(part)
        del half, body
        database = f"sqlite:///{folder}/{megabytes}.db"
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                MEASURED.replace('"--json"', f'"--json", "--chat", "1", "--db", "{database}"'),
                file,
            ],
            env=environment(*own_points),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (report,) = json.loads(done.stdout)["files"]
        assert report["messages"] == megabytes * 500
        peaks.append(int(done.stderr.split()[-1]))
    small, large = peaks
    assert large < 200
    assert large - small < 40
