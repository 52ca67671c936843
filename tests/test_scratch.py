"""Databases of tests: of the kind that was asked for, empty whatever the test before did, and gone in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from coterie.core.testing.scratch import SQLITE, VARIABLE, scratch
from coterie.plugins.checkin import CheckIn
from coterie.storage.engine import open_engine
from tests.conftest import scratch_database


@pytest.fixture(name="server", scope="module")
def server_fixture(postgres: str) -> Iterator[str]:
    """The address of a server, with nothing of ours in it."""
    with scratch_database(postgres) as url:
        yield url


ADD = "INSERT INTO settings VALUES ('left', 'behind')"


def changed(url: str, *statements: str) -> None:
    """Change a database."""
    engine = open_engine(url, pool_size=1)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def answer(url: str, statement: str) -> object:
    """The one value that a statement finds."""
    engine = open_engine(url, pool_size=1)
    with engine.connect() as connection:
        found: object = connection.execute(text(statement)).scalar_one()
    engine.dispose()
    return found


def test_a_file_where_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    one, other = scratch(), scratch([CheckIn()])
    assert one.url.startswith("sqlite:///")
    changed(one.url, ADD)
    assert answer(other.url, "SELECT count(*) FROM settings") == 0
    assert answer(other.url, "SELECT count(*) FROM checkin_days") == 0
    file = Path(one.url.removeprefix("sqlite:///"))
    assert file.exists()
    one.remove()
    one.remove()
    other.remove()
    assert not file.exists()


def test_an_address_that_is_neither() -> None:
    with pytest.raises(ValueError, match=r"not mysql:…"):
        scratch(db="mysql://h/x")


@pytest.mark.postgres
def test_the_environment_chooses_and_a_test_may_differ(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv(VARIABLE, server)
    chosen, differs = scratch(), scratch(db=SQLITE)
    assert (chosen.url.partition(":")[0], differs.url.partition(":")[0]) == ("postgresql", "sqlite")
    assert answer(chosen.url, "SHOW synchronous_commit") == "off"
    chosen.remove()
    differs.remove()


@pytest.mark.postgres
def test_a_schema_is_lent_again_and_empty(server: str) -> None:
    first = scratch(db=server)
    changed(first.url, ADD)
    beside = scratch(db=server)
    assert answer(beside.url, "SELECT count(*) FROM settings") == 0, "two at once do not see each other"
    first.remove()
    first.remove()
    again, third = scratch(db=server), scratch(db=server)
    assert again.url == first.url, "it was made for the first"
    assert third.url not in (first.url, beside.url), "however often it was given up"
    assert answer(again.url, "SELECT count(*) FROM settings") == 0
    assert answer(again.url, "SELECT count(*) FROM alembic_version_core") == 1
    for each in (again, beside, third):
        each.remove()


@pytest.mark.postgres
def test_what_a_test_left_open_is_closed(server: str) -> None:
    first = scratch(db=server)
    engine = open_engine(first.url)
    left = engine.connect()
    left.execute(text(ADD))
    first.remove()
    again = scratch(db=server)
    assert again.url == first.url
    assert answer(again.url, "SELECT count(*) FROM settings") == 0
    again.remove()
    left.invalidate()
    left.close()
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (a int)",
        "DROP TABLE pauses",
        "ALTER TABLE pauses ADD b int",
        "CREATE INDEX i ON pauses (since)",
    ],
)
def test_a_schema_of_another_shape_is_not_lent_again(server: str, change: str) -> None:
    first = scratch(db=server)
    changed(first.url, change)
    first.remove()
    name = first.url.rpartition("=")[2]
    assert answer(server, f"SELECT count(*) FROM pg_namespace WHERE nspname = '{name}'") == 0
    again = scratch(db=server)
    assert again.url != first.url
    again.remove()


@pytest.mark.postgres
def test_tables_that_refer_to_each_other(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a plugin may have them: emptied together, numbers start again."""
    folder = tmp_path / "cousins"
    (folder / "migrations").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from sqlalchemy import MetaData\nfrom coterie.core.api import Plugin\n"
        "class Cousins(Plugin):\n    name = 'cousins'\n    metadata = MetaData()\n"
    )
    (folder / "migrations" / "0001_first.py").write_text(
        "from alembic import op\nrevision = 'cousins_0001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE cousins_a (id serial PRIMARY KEY)')\n"
        "    op.execute('CREATE TABLE cousins_b (id int REFERENCES cousins_a)')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from cousins import Cousins  # type: ignore[import-not-found]

    for _ in range(2):
        found = scratch([Cousins()], server)
        changed(found.url, "INSERT INTO cousins_a DEFAULT VALUES", "INSERT INTO cousins_b VALUES (1)")
        assert answer(found.url, "SELECT max(id) FROM cousins_a") == 1
        found.remove()
