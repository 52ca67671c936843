"""`coterie db`, `ledger` and `events`: looking after the store."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.ledger import Account, Ledger, Leg
from tests.cli_kit import (
    PLAIN,
    Text,
    called,
    config,
    folder_fixture,  # noqa: F401 - pytest finds it here
    on,
    own_points_fixture,  # noqa: F401
    rows,
    written,
)

pytestmark = pytest.mark.usefixtures("folder")


def test_migrations_are_shown_and_run(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    out, _ = called(capsys, "db", "status", "--json", code=1)
    assert {each["name"]: each["state"] for each in json.loads(out)} == {"core": "behind", "checkin": "behind"}
    assert "checkin: from nothing to " in called(capsys, "db", "upgrade")[0]
    assert called(capsys, "db", "upgrade")[0] == "Everything is up to date.\n"
    assert "up to date" in called(capsys, "db", "status")[0]


def books(url: str) -> None:
    """A store with three transfers in its books."""
    engine = open_engine(url)
    lane = LaneConnection(engine)
    ledger = Ledger(lane, IdMaker(lambda: 1_767_225_600_000))
    try:
        with lane.transaction():
            for number in range(3):
                legs = [Leg(Account("issuer", "operator"), -5), Leg(Account("member", "7"), 5)]
                ledger.transfer(1, legs, "points", key=f"k{number}", plugin="core", reason="test", now=1)
            ledger.flush()
    finally:
        lane.close()
        engine.dispose()


def test_the_books_are_proved(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    books(empty_here)
    assert called(capsys, "ledger", "verify")[0] == (
        "The books are in order: 3 transfers, 6 postings, 2 accounts, 0 holds.\n"
    )
    written(empty_here, "UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'member'")
    out, _ = called(capsys, "ledger", "verify", code=1)
    assert "account member:7 shows 16 points, its postings sum to 15" in out
    assert "1 finding in 3 transfers" in out
    found = json.loads(called(capsys, "ledger", "verify", "--json", code=1)[0])
    assert found["balanced"] is False
    assert found["counts"]["transfers"] == 3


def test_the_books_are_proved_while_somebody_writes(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    books(empty_here)
    engine = open_engine(empty_here)
    with engine.connect() as writer:
        writer.exec_driver_sql("UPDATE ledger_accounts SET balance = 99 WHERE kind = 'member'")
        assert "in order" in called(capsys, "ledger", "verify")[0], "only what is committed counts"
    engine.dispose()


def test_the_books_can_be_proved_whatever_is_wrong_with_the_plugins(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    config(on(empty_here) + "reward = 'no number'\n[plugins.probe-gone]\n")
    assert "in order" in called(capsys, "ledger", "verify")[0]
    assert "No plugin has missed an event." in called(capsys, "events", "dead")[0]


@pytest.mark.parametrize("words", [["ledger", "verify"], ["events", "dead"]], ids=" ".join)
def test_a_store_that_is_not_there_is_not_made(capsys: Text, words: list[str]) -> None:
    config(PLAIN)
    called(capsys, "db", "status", code=1)
    _, err = called(capsys, *words, code=1)
    assert "There is no store yet" in err
    assert [each.name for each in Path().iterdir()] == ["plugins.toml"]
    sqlite3.connect("empty.db").close()
    assert "run `coterie db upgrade` first" in called(capsys, *words, "--db", "sqlite:///empty.db", code=1)[1]
    assert "in memory" in called(capsys, *words, "--db", "sqlite://", code=1)[1]
    Path("plugins.toml").unlink()
    assert "name a configuration with -c, or a store with --db" in called(capsys, *words, code=2)[1]


def test_dead_letters_are_listed(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    written(
        empty_here,
        "INSERT INTO communities (id, name, title, created_at) VALUES (1, 'main', '', 0), (2, 'owls', '', 0)",
        *(
            "INSERT INTO dead_letters (community_id, id, event_key, plugin, hook, error, payload, at) VALUES"
            f" ({community}, {number}, 'k{number}', 'checkin', 'on_message', 'ValueError: {number}', '{{}}', 0)"
            for number, community in enumerate((1, 1, 2))
        ),
    )
    out, _ = called(capsys, "events", "dead", "--community", "main")
    lines = out.splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["1", "0"], "newest first"
    assert lines[1].startswith("1   1970-01-01 00:00:00  main       checkin  on_message  k1")
    found = json.loads(called(capsys, "events", "dead", "--json", "--limit", "1")[0])
    assert [(each["community"], each["event_key"], each["payload"]) for each in found] == [("owls", "k2", "{}")]
    assert "it knows main, owls" in called(capsys, "events", "dead", "--community", "x", code=1)[1]


def test_a_dead_letter_is_offered_again(capsys: Text, empty_here: str) -> None:
    config(on(empty_here))
    called(capsys, "db", "upgrade")
    written(
        empty_here,
        "INSERT INTO communities (id, name, title, created_at) VALUES (1, 'main', '', 0)",
        "INSERT INTO dead_letters VALUES (1, 7, 'k', 'checkin', 'on_message', 'ValueError: 0', '{}', 5)",
    )
    assert "with the id 8" in called(capsys, "events", "retry", "7", "8", code=1)[1]
    assert "1 put in line" in called(capsys, "events", "retry", "7")[0]
    assert "No plugin has missed an event." in called(capsys, "events", "dead")[0]
    queued = rows(empty_here, "SELECT community_id, payload, plugin, hook, attempts FROM queued_events")
    assert queued == [(1, "{}", "checkin", "on_message", 0)]


def test_a_store_on_postgresql(capsys: Text, postgres_url: str) -> None:
    config(PLAIN)
    assert "checkin: from nothing to " in called(capsys, "db", "upgrade", "--db", postgres_url)[0]
    assert "waits" not in called(capsys, "db", "status", "--db", postgres_url)[0]
    books(postgres_url)
    assert "in order: 3 transfers" in called(capsys, "ledger", "verify", "--db", postgres_url)[0]
    assert "No plugin has missed an event." in called(capsys, "events", "dead", "--db", postgres_url)[0]
