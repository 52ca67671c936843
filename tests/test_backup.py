"""Backup and restore between all kinds of database: nothing is lost, and the community goes on where it stood."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from coterie.core.loading import installed_plugins, is_built_in
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.scratch import SQLITE
from coterie.storage.copying.archive import BackupError
from coterie.storage.copying.saving import CHUNK
from coterie.storage.engine import open_engine
from coterie.storage.migrate import core_migrations, upgrade_on
from tests.backup_kit import backed_up, contents, manifest_of, moved, restored, stopped, tables
from tests.store_kit import ISSUER, Store, member

PLUGINS = [name for name, point in installed_plugins().items() if is_built_in(point)]
KINDS = ["sqlite", "postgresql"]


WAYS: Final = [
    pytest.param(
        source,
        target,
        marks=[] if source == target == "sqlite" else [pytest.mark.postgres],
        id=f"{source} to {target}",
    )
    for source in KINDS
    for target in KINDS
]
"""From each kind of database into each; what involves no server runs without one."""


@pytest.fixture(name="target")
def target_fixture(request: pytest.FixtureRequest, tmp_path: Path, target_kind: str) -> str:
    """An empty database of the kind that is asked for."""
    return f"sqlite:///{tmp_path}/target.db" if target_kind == "sqlite" else request.getfixturevalue("postgres_url")


def lively(town: LiveTown) -> None:
    """A community in which much is under way."""
    alice, bob, carol = town.people("alice", "bob", "carol@telegram")
    alice.becomes("operator")
    town.grant(alice, 1000)
    town.grant(bob, 5, "GEM")
    alice.says("/packet 100 3 新年快乐 \N{RIGHT-TO-LEFT OVERRIDE}עברית 👩‍👩‍👧")
    bob.taps("Grab")
    for person in (alice, bob, carol):
        person.says("/checkin")
    town.wait(hours=1)


@pytest.mark.parametrize(("source_kind", "target_kind"), WAYS)
def test_a_community_goes_on_where_it_stood(
    request: pytest.FixtureRequest, town_factory: TownFactory, tmp_path: Path, source_kind: str, target: str
) -> None:
    db = SQLITE if source_kind == "sqlite" else request.getfixturevalue("postgres")
    town = town_factory(plugins=PLUGINS, db=db)
    lively(town)
    people = alice, _, carol = town.people("alice", "bob", "carol@telegram")
    balances = [town.balance(person) for person in people]
    source = stopped(town)
    saved = backed_up(source, tmp_path / "a.zip")
    done = restored(saved.file, target)
    before = contents(source)
    assert contents(target) == before
    assert (
        done.rows
        == saved.manifest.rows
        == sum(len(rows) for name, rows in before.items() if not name.startswith("alembic"))
    )
    assert done.findings == []
    assert set(saved.manifest.heads) >= {"core", "checkin", "redpacket"}
    assert saved.foreign == ()

    moved(town, target)
    assert [town.balance(person) for person in people] == balances
    carol.taps("Grab")
    assert town.balance(carol) > balances[2], "a button of before the backup works"
    alice.says("/checkin")
    assert town.balance(alice) == balances[0], "what was done today is not done again"
    town.wait(hours=24)
    assert town.balance(alice) > balances[0], "what is left of the packet came back when its timer fired"
    assert town.ledger_balanced()


@pytest.mark.parametrize("target_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_backup_is_of_one_moment(migrated_url: str, target: str, tmp_path: Path) -> None:
    """Money moves while the backup is written: between any two of its parts, and none of it is in it."""
    store = Store(migrated_url)
    store.write("INSERT INTO communities VALUES (1, 'main', 'Main', 0)")
    with store.batch():
        for number in range(CHUNK // 2):
            store.move(ISSUER, member(number % 7), 1 + number % 3, f"k{number}")
    told: list[str] = []

    def go_on(table: str, done: int, total: int) -> None:
        with store.batch():
            store.move(member(1), member(2), 1, f"meanwhile {len(told)}")
            store.move(ISSUER, member(1), 1, f"more {len(told)}")
        told.append(table)

    before = contents(migrated_url)
    saved = backed_up(migrated_url, tmp_path / "a.zip", progress=go_on)
    assert len(told) >= 4
    assert told.count("postings") == 1
    assert restored(saved.file, target).findings == []
    assert contents(target) == before
    assert len(contents(migrated_url)["transfers"]) == CHUNK // 2 + 2 * len(told)
    assert store.problems() == []
    store.close()


def test_a_store_that_is_older_is_brought_up_to_date(empty_here: str, tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    engine = open_engine(old)
    with engine.begin() as connection:
        upgrade_on(connection, [core_migrations()], {"core": "core_0001"})
        connection.execute(text("INSERT INTO communities VALUES (1, 'main', 'Main', 0)"))
        connection.execute(text("INSERT INTO settings VALUES ('signing_secret', 'abc')"))
    engine.dispose()
    saved = backed_up(old, tmp_path / "a.zip")
    assert saved.manifest.heads == {"core": "core_0001"}
    done = restored(saved.file, empty_here)
    assert done.upgraded == ["core"]
    found = contents(empty_here)
    assert found["communities"] == [(1, "main", "Main", 0)]
    assert found["settings"] == [("signing_secret", "abc")]
    assert found["alembic_version_core"] == [(core_migrations().head,)]


@pytest.mark.parametrize(("source_kind", "target_kind"), WAYS)
def test_a_plugin_that_is_not_installed(
    request: pytest.FixtureRequest, town_factory: TownFactory, tmp_path: Path, source_kind: str, target: str
) -> None:
    db = SQLITE if source_kind == "sqlite" else request.getfixturevalue("postgres")
    town = town_factory(plugins=["checkin", "wallet", "redpacket"], db=db)
    alice, bob = town.people("alice", "bob")
    bob.says("hi")
    town.grant(alice, 100)
    alice.says("/checkin")
    alice.says("/packet 10 2")
    source = stopped(town)
    saved = backed_up(source, tmp_path / "a.zip")
    assert {shape.owner for shape in saved.manifest.tables} == {"core", "checkin", "redpacket"}
    done = restored(saved.file, target, without=frozenset({"checkin", "redpacket"}))
    assert done.plan.raw == ["checkin", "redpacket"]
    assert contents(target) == contents(source)
    moved(town, target)  # it is installed again
    balance = town.balance(alice)
    alice.says("/checkin")
    assert town.balance(alice) == balance
    bob.taps("Grab")
    assert town.balance(bob) > 0
    assert town.ledger_balanced()
    town._host.run(town._host.app.stop())
    restored(saved.file, target, without=frozenset({"checkin"}), skip=frozenset({"redpacket"}), force=True)
    left = {name for name in tables(source) if name.startswith(("redpacket", "alembic_version_redpacket"))}
    assert left
    assert tables(target) == tables(source) - left
    town._host._app = None


def test_a_set_that_is_not_in_a_backup_cannot_be_left_out(migrated_here: str, tmp_path: Path) -> None:
    backed_up(migrated_here, tmp_path / "a.zip")
    with pytest.raises(BackupError, match="has no tables of redpacket; it has those of core"):
        restored(tmp_path / "a.zip", f"sqlite:///{tmp_path}/b.db", skip=frozenset({"redpacket"}))
    with pytest.raises(BackupError, match="without the tables of the core"):
        restored(tmp_path / "a.zip", f"sqlite:///{tmp_path}/b.db", skip=frozenset({"core"}))
    assert manifest_of(tmp_path / "a.zip").rows == 0
