"""Prepared statements, settings, and the lane's connection when the store breaks under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, literal_column, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from coterie.storage import settings
from coterie.storage.engine import LaneConnection, open_engine, parse_url
from coterie.storage.faults import StoreUnavailable, exhausted, is_conflict, store_fault
from coterie.storage.journal import KNOWN_KEYS
from coterie.storage.statement import Statement, any_of
from coterie.storage.tables import event_keys, members
from tests.store_kit import NOW, Store

_b = bindparam
ADD = Statement(insert(event_keys).values(community_id=_b("community_id"), key=_b("key"), at=_b("at")))
KEYS = Statement(select(event_keys.c.key).where(event_keys.c.community_id == 1).order_by(event_keys.c.key))


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    store = Store(migrated_url)
    yield store
    store.close()


def add(store: Store, *keys: str) -> None:
    """Write event keys in a transaction of their own."""
    with store.db.transaction():
        store.db.many(ADD, [{"community_id": 1, "key": key, "at": NOW} for key in keys])


def keys(store: Store) -> list[str]:
    """What the database holds."""
    return [row[0] for row in store.rows("SELECT key FROM event_keys ORDER BY key")]


# -- settings


def test_settings_are_kept(store: Store) -> None:
    with store.db.transaction():
        assert settings.read(store.db, "colour") is None
        settings.write(store.db, "colour", "red")
        settings.write(store.db, "colour", "blue")
        secret = settings.signing_secret(store.db)
    with store.db.transaction():
        assert settings.read(store.db, "colour") == "blue"
        assert settings.signing_secret(store.db) == secret
    assert len(secret) == 32


# -- statements


def test_a_statement_is_compiled_for_each_dialect() -> None:
    table = members.c
    statement = Statement(
        update(members)
        .where(table.community_id == _b("community"), table.id == _b("id_"), table.standing == "member")
        .values(name=_b("name"), left_at=None)
    )
    values = {"community": 1, "id_": 2, "name": "Ada"}
    lite, pick = statement.compiled(sqlite.dialect())
    assert lite == (
        "UPDATE members SET name=?, left_at=?"
        " WHERE members.community_id = ? AND members.id = ? AND members.standing = ?"
    )
    assert pick(values) == ("Ada", None, 1, 2, "member")
    full, pick = statement.compiled(postgresql.psycopg.dialect(paramstyle="format"))  # type: ignore[no-untyped-call]
    assert "members.standing = %s" in full
    assert pick(values) == ("Ada", None, 1, 2, "member")
    assert statement.compiled(sqlite.dialect())[0] is lite, "compiled once"


def test_parameters_of_every_number(store: Store) -> None:
    add(store, "a", "b", "c")
    none = Statement(select(literal_column("1")))
    one = Statement(select(event_keys.c.at).where(event_keys.c.key == _b("key")))
    listed = Statement(select(event_keys.c.key).where(any_of(event_keys.c.key, _b("keys"))).order_by(event_keys.c.key))
    with store.db.transaction():
        assert store.db.one(none, {}) == (1,)
        assert store.db.one(one, {"key": "b", "unused": 1}) == (NOW,)
        assert store.db.one(one, {"key": "z"}) is None
        assert store.db.all(listed, {"keys": store.db.list_value(["c", "a", "'; DROP TABLE"])}) == [("a",), ("c",)]
        assert store.db.all(listed, {"keys": store.db.list_value([])}) == []
        store.db.many(ADD, [])
        with pytest.raises(KeyError):
            store.db.one(one, {})


@pytest.mark.parametrize(
    ("url", "problem"),
    [("mysql://h/d", "not supported"), ("sqlite://", "in-memory"), ("sqlite:///:memory:", "in-memory")],
)
def test_addresses_that_cannot_work(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_url(url)


# -- when the store breaks


@pytest.mark.sqlite("the size of a file is limited by a pragma")
def test_a_full_disk(migrated_sqlite: str) -> None:
    store = Store(migrated_sqlite)
    add(store, "before")
    with store.db.transaction():
        pages = store.db.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    store.db.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    store.db.connection.rollback()
    with pytest.raises(StoreUnavailable, match="full"):
        add(store, *(f"{number:0200}" for number in range(500)))
    assert keys(store) == ["before"]
    add(store, "after")  # a fresh connection, which has room again
    assert keys(store) == ["after", "before"]
    store.close()


@pytest.mark.sqlite("one writer locks the whole file")
def test_a_locked_database(migrated_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.engine.BUSY_SECONDS", 0)
    store = Store(migrated_sqlite)
    with store.engine.begin() as other:
        other.execute(text("INSERT INTO event_keys VALUES (1, 'other', 0)"))
        with pytest.raises(StoreUnavailable, match="locked"):
            add(store, "mine")
        assert keys(store) == [], "readers are not disturbed"
    add(store, "mine")
    assert keys(store) == ["mine", "other"]
    store.close()


def test_no_database_at_all(postgres: str, tmp_path: Any) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder/x.db", "postgresql://postgres@127.0.0.1:1/nothing"):
        engine = open_engine(url)
        db = LaneConnection(engine)
        with pytest.raises(StoreUnavailable, match="cannot be opened"), db.transaction():
            pass
        engine.dispose()


def _terminate(store: Store) -> None:
    """What a restart of the server does to every connection of this database but the asking one."""
    store.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["between", "inside", "before the commit"])
@pytest.mark.parametrize("shared", [False, True], ids=["driver", "with a session"])
def test_postgresql_kills_the_backend(migrated_postgres: str, moment: str, shared: bool) -> None:
    store = Store(migrated_postgres)
    add(store, "before")

    def lost() -> None:
        if moment == "between":
            _terminate(store)
        with store.db.transaction():
            if shared:
                store.db.connection.execute(text("SELECT 1"))
            store.db.run(ADD, {"community_id": 1, "key": "lost", "at": NOW})
            if moment != "between":
                _terminate(store)
            if moment == "inside":
                store.db.run(ADD, {"community_id": 1, "key": "lost too", "at": NOW})

    with pytest.raises(Exception, match=r"terminat|closed|lost|server") as caught:
        lost()
    assert store_fault(caught.value)
    assert isinstance(caught.value, StoreUnavailable) or shared
    assert keys(store) == ["before"]
    add(store, "after")  # by itself, on a fresh connection
    assert keys(store) == ["after", "before"]
    store.close()


@pytest.mark.postgres
def test_a_server_that_only_reads_is_no_fault_of_the_data(postgres_url: str) -> None:
    """What a lane meets after a fail-over to a server that is still a replica."""
    store = Store(postgres_url)
    name = store.rows("SELECT current_database()")[0][0]
    store.write(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store.db.close()
    store.engine.dispose()
    with pytest.raises(StoreUnavailable, match="read-only"):
        add(store, "mine")
    store.close()


def test_mistakes_in_sql_are_not_the_stores_fault(store: Store) -> None:
    for statement in ("SELEKT 1", "SELECT * FROM nowhere", "SELECT nothing FROM members"):
        with pytest.raises(Exception) as caught, store.undone():  # noqa: PT011 - what it is depends on the driver
            store.db.connection.execute(text(statement))
        assert not store_fault(caught.value), statement
        assert not is_conflict(caught.value), statement
    add(store, "fine")
    assert keys(store) == ["fine"]


def test_conflicts_are_told_from_faults(store: Store) -> None:
    add(store, "twice")
    with pytest.raises(Exception) as caught:  # noqa: PT011
        add(store, "twice")
    assert is_conflict(caught.value)
    assert not store_fault(caught.value)
    assert not exhausted(caught.value)
    assert caught.value.__cause__ is not caught.value, "a chain of causes that somebody follows has an end"
    drop = Statement(delete(event_keys).where(event_keys.c.key == _b("key")))
    with store.db.transaction():
        assert store.db.run(drop, {"key": "twice"}).rowcount == 1
    assert keys(store) == []


def test_a_circle_of_causes_is_walked_once() -> None:
    first, second = RuntimeError("a"), RuntimeError("b")
    first.__cause__, second.__cause__ = second, first
    assert not exhausted(first)


def test_an_error_of_the_data_is_not_its_own_cause(store: Store) -> None:
    add(store, "twice")
    with pytest.raises(Exception, match=r"(?i)unique|duplicate") as caught:
        add(store, "twice")
    assert is_conflict(caught.value)
    assert caught.value.__cause__ is not caught.value


def test_known_keys_are_looked_up_and_not_searched_for(store: Store) -> None:
    sql, _ = KNOWN_KEYS.compiled(store.engine.dialect)
    assert "= 1" not in sql, "a condition as a number keeps SQLite from using the index"
    if store.db.is_sqlite:
        with store.db.transaction():
            plan = store.db.all(Statement(text(f"EXPLAIN QUERY PLAN {sql}".replace("?", "''"))), {})
        assert any("community_id=? AND key=?" in row[3] for row in plan), plan
