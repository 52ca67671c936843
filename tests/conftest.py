"""What tests share: a fresh database of either kind, and what happens when a service is missing.

The suite runs on SQLite, or with ``COTERIE_TEST_DATABASE=postgresql://…`` (``make test-postgres``) on PostgreSQL. Tests
that ask for both kinds run on SQLite only where the suite does; the mark ``sqlite(reason)`` is for those about SQLite.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from coterie.core.testing.scratch import VARIABLE

# A run says the same every time; `--hypothesis-profile=free` looks for what nobody has tried yet.
# How long an example takes says something about the machine (the first one builds tables), not about the code.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", _PATIENT, derandomize=True)
settings.register_profile("free", _PATIENT, derandomize=False)
settings.load_profile("fixed")

POSTGRES: Final = os.environ.get("COTERIE_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
"""A server on which this user may create databases."""


def missing(service: str) -> NoReturn:
    """Skip a test whose service is not there; fail it where services are required (COTERIE_REQUIRE_SERVICES=1)."""
    if os.environ.get("COTERIE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{service}, and COTERIE_REQUIRE_SERVICES is set")
    pytest.skip(service)


BOTH: Final = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.postgres),
]
"""Parameters of what runs on both kinds of database, however the suite runs."""


STORELESS: Final = (
    *("test_benchmarks", "test_cli_authors", "test_commands", "test_config", "test_currencies", "test_discord_"),
    *(
        "test_docs_testing",
        "test_engine_hooks",
        "test_fuzz",
        "test_i18n",
        "test_killing",
        "test_loading",
        "test_logs",
        "test_outside_plugin",
    ),
    *("test_pacing", "test_packaging", "test_parameters", "test_play_command", "test_play_grammar", "test_play_runner"),
    *("test_play_properties", "test_playground", "test_plugin_levels_rules", "test_redpacket_playground"),
    *("test_redpacket_rules", "test_redpacket_wishes", "test_sandbox", "test_sender", "test_simulate_runs"),
    *("test_simulate_faults", "test_simulated"),
    *("test_telegram_", "test_text", "test_tokens"),
)
"""Beginnings of the files whose tests open no store, or ask nothing that depends on which: one run says all."""
WHOLE: Final = (
    *("test_discord_app", "test_discord_crash", "test_discord_durable", "test_discord_members", "test_discord_shop"),
    *("test_telegram_app", "test_telegram_crash", "test_telegram_joining", "test_telegram_payments"),
)
"""Adapters know the core alone; of their tests, these have whole applications, which lose nothing on either store."""


def on_postgres() -> bool:
    """Whether this run of the suite is on PostgreSQL."""
    return bool(os.environ.get(VARIABLE))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, skip what is about SQLite, and leave out tests that open no store and the twins of tests that run
    on PostgreSQL anyway.
    """
    if not on_postgres():
        return
    twins = []
    for item in items:
        if item.path.name.startswith(STORELESS) and not item.path.name.startswith(WHOLE):
            twins.append(item)
            continue
        mark = item.get_closest_marker("sqlite")
        if mark is not None and mark.args:
            item.add_marker(pytest.mark.skip(reason=f"about SQLite: {mark.args[0]}"))
        elif mark is not None:
            twins.append(item)
    config.hook.pytest_deselected(items=twins)
    items[:] = [item for item in items if item not in set(twins)]


@pytest.fixture(scope="session", autouse=True)
def _database_of_this_process() -> Iterator[None]:
    """On PostgreSQL, a database of each test process's own, so that nothing is left behind whatever happens in it."""
    if not on_postgres():
        yield
        return
    server = os.environ[VARIABLE]
    with scratch_database(server) as url:
        os.environ[VARIABLE] = url
        yield
    os.environ[VARIABLE] = server


def on_server(statement: str, server: str = POSTGRES) -> None:
    """Run one statement on the server itself, outside any transaction."""
    import psycopg

    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of the PostgreSQL server."""
    try:
        on_server("SELECT 1")
    except ImportError:
        missing("the driver psycopg is not installed")
    except Exception as error:
        missing(f"PostgreSQL does not answer: {error}")
    return POSTGRES


@contextmanager
def scratch_database(postgres: str) -> Iterator[str]:
    """A fresh database on the PostgreSQL server, dropped afterwards."""
    from sqlalchemy import make_url

    name = f"coterie_test_{uuid.uuid4().hex[:12]}"
    on_server(f"CREATE DATABASE {name}", postgres)
    try:
        yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    finally:
        on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", postgres)


@pytest.fixture(scope="session")
def _bare_postgres(postgres: str) -> Iterator[str]:
    """A database without tables, for one test after the other: making one takes a while."""
    with scratch_database(postgres) as url:
        yield url


@pytest.fixture
def postgres_url(_bare_postgres: str) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    yield _bare_postgres
    on_server(f"ALTER DATABASE {_bare_postgres.rpartition('/')[2]} RESET ALL")
    _clean(_bare_postgres, ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"])


@pytest.fixture(scope="session")
def _shared_postgres(postgres: str) -> Iterator[str]:
    """A database with the core's tables, for one test after the other."""
    with scratch_database(postgres) as url:
        _migrate(url)
        yield url


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the core's tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "coterie.db"
    _migrate(f"sqlite:///{file}")
    return file


def _migrate(url: str) -> None:
    from coterie.storage.engine import open_engine
    from coterie.storage.migrate import core_migrations, upgrade

    engine = open_engine(url)
    upgrade(engine, [core_migrations()])
    engine.dispose()


def _clean(url: str, statements: Iterable[str]) -> None:
    """Run statements when every connection that a test left behind is gone."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("; ".join(statements).encode())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/coterie.db"


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database: every test that asks for it runs on SQLite and on PostgreSQL."""
    found: Any = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return str(found)


@pytest.fixture
def empty_here(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database of the kind that the suite runs on."""
    return str(request.getfixturevalue("postgres_url" if on_postgres() else "sqlite_url"))


@pytest.fixture
def migrated_here(request: pytest.FixtureRequest) -> str:
    """A database of the kind that the suite runs on, with the core's tables and no rows."""
    return str(request.getfixturevalue("migrated_postgres" if on_postgres() else "migrated_sqlite"))


@pytest.fixture
def migrated_postgres(_shared_postgres: str) -> Iterator[str]:
    """A PostgreSQL database that has the core's tables, and no rows."""
    from coterie.storage.tables import metadata

    yield _shared_postgres
    _clean(_shared_postgres, (f"DELETE FROM {name}" for name in metadata.tables))


@pytest.fixture
def migrated_sqlite(_sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite file that has the core's tables, and no rows."""
    shutil.copyfile(_sqlite_template, tmp_path / "coterie.db")
    return f"sqlite:///{tmp_path}/coterie.db"


@pytest.fixture(params=BOTH)
def migrated_url(request: pytest.FixtureRequest) -> str:
    """A database of either kind that has the core's tables, and no rows."""
    found: Any = request.getfixturevalue("migrated_sqlite" if request.param == "sqlite" else "migrated_postgres")
    return str(found)
