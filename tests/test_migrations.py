"""Migrations: from nothing, from half-way, from a newer program, and by several processes at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect, text

from coterie.core.engine.boot import migrations_of
from coterie.core.loading import installed_plugins
from coterie.core.plugin import Plugin
from coterie.storage.engine import open_engine
from coterie.storage.faults import StoreMismatch
from coterie.storage.migrate import Migrations, Status, core_migrations, differences, head_of, status, upgrade

FIRST = "op.create_table('demo_things', sa.Column('id', sa.Integer(), primary_key=True))"
SECOND = "op.add_column('demo_things', sa.Column('size', sa.Integer(), nullable=True))"
THIRD = "op.create_table('demo_more', sa.Column('id', sa.Integer(), primary_key=True))"
BROKEN = "op.execute('INSERT INTO demo_things (id) VALUES (1)')\n    raise ZeroDivisionError('half-way')"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def demo(folder: Path, *steps: str) -> Migrations:
    """The migrations of a plugin called demo, one revision a step."""
    folder.mkdir(exist_ok=True)
    for number, step in enumerate(steps, 1):
        before = f'"demo_{number - 1:04}"' if number > 1 else None
        (folder / f"{number:04}_step.py").write_text(
            f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'demo_{number:04}'\n"
            f"down_revision = {before}\n\n\ndef upgrade() -> None:\n    {step}\n",
            encoding="utf-8",
        )
    metadata = MetaData()
    Table("demo_things", metadata, Column("id", Integer, primary_key=True), Column("size", Integer))
    return Migrations("demo", folder, metadata)


def tables(engine: Engine) -> set[str]:
    """The tables of the database."""
    return set(inspect(engine).get_table_names())


def built_in() -> list[Migrations]:
    """The sets of the core and of every built-in plugin with tables."""
    loaded: list[type[Plugin]] = [point.load() for point in installed_plugins().values()]
    return migrations_of({plugin.name: plugin() for plugin in loaded})


def test_from_nothing_and_again(engine: Engine, tmp_path: Path) -> None:
    sets = [core_migrations(), demo(tmp_path / "demo", FIRST, SECOND)]
    assert [each.current for each in status(engine, sets)] == [None, None]
    assert [done.name for done in upgrade(engine, sets)] == ["core", "demo"]
    assert {"members", "ledger_accounts", "demo_things", "alembic_version_core", "alembic_version_demo"} <= tables(
        engine
    )
    assert all(each.up_to_date for each in status(engine, sets))
    assert upgrade(engine, sets) == []


def test_the_core_and_every_plugin_agree_with_their_revisions(engine: Engine) -> None:
    sets = built_in()
    assert len(sets) > 4
    upgrade(engine, sets)
    for each in sets:
        assert differences(engine, each, lambda name, each=each: name in each.metadata.tables) == [], each.name  # type: ignore[misc]


def test_a_difference_is_found(engine: Engine, tmp_path: Path) -> None:
    each = demo(tmp_path / "demo", FIRST)
    upgrade(engine, [each])
    found = differences(engine, each, lambda name: name in each.metadata.tables)
    assert [(kind, table, column.name) for kind, _, table, column in found] == [("add_column", "demo_things", "size")]


def test_one_step_at_a_time(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine, [demo(tmp_path / "old", FIRST)])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO demo_things (id) VALUES (7)"))
    newer = demo(tmp_path / "new", FIRST, SECOND, THIRD)
    assert upgrade(engine, [newer]) == [Status("demo", "demo_0001", "demo_0003")]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, size FROM demo_things")).all() == [(7, None)]
    assert "demo_more" in tables(engine)


@pytest.mark.parametrize("steps", [(FIRST, BROKEN), (FIRST, SECOND, THIRD, BROKEN)], ids=["second", "fourth"])
@pytest.mark.parametrize("start", [0, 1], ids=["from nothing", "from the first"])
def test_a_failure_leaves_nothing_behind(engine: Engine, tmp_path: Path, steps: tuple[str, ...], start: int) -> None:
    upgrade(engine, [demo(tmp_path / "demo", *steps[:start])])
    before = tables(engine)
    broken = demo(tmp_path / "demo", *steps)
    with pytest.raises(ZeroDivisionError):
        upgrade(engine, [broken])
    assert tables(engine) == before
    assert status(engine, [broken])[0].current == ("demo_0001" if start else None)
    if start:
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM demo_things")).scalar_one() == 0
    mended = demo(tmp_path / "demo", *steps[:-1], "pass")
    assert [done.name for done in upgrade(engine, [mended])] == ["demo"]


def test_a_newer_store_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine, [demo(tmp_path / "new", FIRST, SECOND, THIRD)])
    before = tables(engine)
    with pytest.raises(StoreMismatch, match=r"demo tables are at demo_0003.*newer version"):
        upgrade(engine, [core_migrations(), demo(tmp_path / "old", FIRST)])
    assert tables(engine) == before, "nothing was begun"


def test_a_plugin_goes_and_comes_back(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine, [core_migrations(), demo(tmp_path / "demo", FIRST)])
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO demo_things (id) VALUES (7)"))
    assert upgrade(engine, [core_migrations()]) == []
    assert [done.current for done in upgrade(engine, [core_migrations(), demo(tmp_path / "demo", FIRST, SECOND)])] == [
        "demo_0001"
    ]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, size FROM demo_things")).all() == [(7, None)]


def test_revisions_that_do_not_form_a_line(tmp_path: Path) -> None:
    assert head_of(tmp_path / "nowhere") is None
    assert head_of(demo(tmp_path / "demo", FIRST, SECOND).folder) == "demo_0002"
    (tmp_path / "demo" / "0003_other.py").write_text('revision: str = "other"\ndown_revision: str = "demo_0001"\n')
    with pytest.raises(StoreMismatch, match="several heads"):
        head_of(tmp_path / "demo")


# -- other processes

UPGRADE = """
import sys
from coterie.storage.engine import open_engine
from coterie.storage.migrate import core_migrations, status, upgrade
engine = open_engine(sys.argv[1])
upgrade(engine, [core_migrations()])
assert status(engine, [core_migrations()])[0].up_to_date
print("alembic" in sys.modules)
"""


def start(url: str) -> subprocess.Popen[str]:
    """Another process that migrates."""
    return subprocess.Popen(
        [sys.executable, "-c", UPGRADE, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """How it ended."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out.strip(), err


def test_an_up_to_date_store_does_not_load_alembic(migrated_url: str) -> None:
    assert ended(start(migrated_url)) == (0, "False", "")


def test_several_processes_migrate_at_once(database_url: str) -> None:
    results: list[Any] = [ended(process) for process in [start(database_url) for _ in range(3)]]
    assert [(code, err) for code, _, err in results] == [(0, "")] * 3
    engine = open_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version_core")).scalar_one() == 1
    engine.dispose()
