"""Engines, and the lane's own connection: writes go through few :class:`LaneConnection` objects, one a thread."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    RootTransaction,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError

from coterie.storage.faults import StoreMismatch, StoreUnavailable, raise_translated
from coterie.storage.statement import Row, Statement

LONGEST_LOG: Final = 16_000
"""Pages of SQLite's log from which a commit copies them into the file itself; there should be no need for it
(:mod:`~coterie.storage.checkpoints`)."""
BUSY_SECONDS: Final = 10
"""How long a connection waits for another process's write lock on SQLite."""


def parse_url(url: str) -> URL:
    """A database address; plain ``postgresql://`` means the psycopg 3 driver. Raises :class:`ValueError` for
    unsupported kinds.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(
            f"database {parsed.get_backend_name()!r} is not supported: use sqlite:///FILE or postgresql://…"
        )
    if parsed.database in (None, "", ":memory:"):
        raise ValueError(
            "an in-memory SQLite database cannot be shared by threads: give a file, as in sqlite:///coterie.db"
        )
    return parsed


def open_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for lanes, readers and migrations; connections begin transactions explicitly (``BEGIN IMMEDIATE`` on
    SQLite).
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "cached_statements": 1024},
            pool_size=pool_size,
            max_overflow=4,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(
            parsed,
            paramstyle="format",
            pool_size=pool_size,
            max_overflow=4,
            connect_args={"connect_timeout": 5, "fallback_application_name": "coterie"},
        )
    except ModuleNotFoundError as error:
        raise StoreMismatch("PostgreSQL needs the driver psycopg: pip install 'coterie[postgres]'") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below starts transactions, the driver never does
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "cache_size=-16000",
        "temp_store=MEMORY",
        f"wal_autocheckpoint={LONGEST_LOG}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        return  # a lane has begun it already
    readonly = connection.get_execution_options().get("coterie_read", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address, or ``None`` for another database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


class LaneConnection:
    """One connection for one thread: its cursor for the core's statements, SQLAlchemy's view of it for plugins."""

    _begin: ClassVar[str] = "BEGIN IMMEDIATE"
    """What begins a transaction on SQLite."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._connection: Connection | None = None
        self._shared: RootTransaction | None = None
        self._driver: Any = None
        self._cursor: Any = None
        self._unanswered = contextlib.ExitStack()
        """Open while statements are sent without waiting for their answers."""
        self._reading = False

    @classmethod
    def over(cls, connection: Connection) -> LaneConnection:
        """A view of a connection in a transaction; both stay in the hands of whoever opened them."""
        lane = cls(connection.engine)
        lane._connection, lane._driver = connection, connection.connection
        lane._cursor = lane._driver.cursor()
        return lane

    def open(self) -> None:
        """Connect, if it is not connected; raises :class:`StoreUnavailable`."""
        if self._connection is not None:
            return
        try:
            self._connection = self.engine.connect()
            self._driver = self._connection.connection
            self._cursor = self._driver.cursor()
        except DBAPIError as error:
            self.close()
            raise StoreUnavailable(f"the database cannot be opened: {error.orig}") from error

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection, inside the transaction that is open."""
        self.open()
        assert self._connection is not None
        if self._shared is None:
            self._shared = self._connection.begin()
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction around everything inside; a connection that broke is given up, the next use opens a fresh one.

        It is begun and ended on the driver itself; SQLAlchemy takes part from when :attr:`connection` is asked for.
        """
        self.open()
        try:
            if self.is_sqlite:
                if self._reading:  # whatever read alone was ended in the middle
                    self._execute("PRAGMA query_only=OFF")
                    self._reading = False
                self._execute(self._begin)
            yield
            self._commit()
        except BaseException as error:
            self._undo(error)
            raise
        finally:
            self._shared = None

    def _execute(self, sql: str) -> None:
        try:
            self._cursor.execute(sql)
        except Exception as error:
            raise_translated(error)

    def _commit(self) -> None:
        try:
            if self._shared is not None:
                self._shared.commit()
            else:
                self._driver.commit()
            self._unanswered.close()
        except Exception as error:
            raise_translated(error)

    def _undo(self, error: BaseException) -> None:
        with contextlib.suppress(Exception):  # what they answered does not matter any more
            self._unanswered.close()
        try:
            shared = self._shared  # a commit that failed has ended it already
            if shared is not None and self._connection is not None and self._connection.get_transaction() is shared:
                shared.rollback()
            self._driver.rollback()  # also where SQLAlchemy believes that nothing is left to roll back
        except Exception:
            self.close()  # what cannot be rolled back is given up; the database rolls back by itself
        self._recover(error)

    def _recover(self, error: BaseException) -> None:
        connection = self._connection
        if connection is None:
            return
        broken = (
            connection.invalidated
            or connection.closed
            or getattr(connection.connection.driver_connection, "broken", False)
        )
        if broken or isinstance(error, StoreUnavailable):
            self.close()

    def run(self, statement: Statement, values: Mapping[str, Any]) -> Any:
        """Execute and return the driver's cursor."""
        sql, pick = statement.compiled(self.dialect)
        cursor = self._cursor
        try:
            cursor.execute(sql, pick(values))
        except Exception as error:
            raise_translated(error)
        return cursor

    def one(self, statement: Statement, values: Mapping[str, Any]) -> Row | None:
        """The first row, or ``None``."""
        row: Row | None = self.run(statement, values).fetchone()
        return row

    def all(self, statement: Statement, values: Mapping[str, Any]) -> list[Row]:
        """All rows."""
        rows: list[Row] = self.run(statement, values).fetchall()
        return rows

    def many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute once for each row of values; returns how many rows were met, -1 where that is not known yet."""
        if not rows:
            return 0
        cursor = self._cursor
        sql, pick = statement.compiled(self.dialect)
        try:
            if len(rows) == 1:
                cursor.execute(sql, pick(rows[0]))
            elif self.is_sqlite or not self._in_bulk(statement, rows):
                cursor.executemany(sql, list(map(pick, rows)))
        except Exception as error:
            raise_translated(error)
        return int(cursor.rowcount)

    def _in_bulk(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> bool:
        bulk = statement.bulk(self.dialect)
        arrays = None if bulk is None else bulk.arrays(rows)
        if bulk is None or arrays is None:
            return False
        self._cursor.execute(bulk.sql, arrays)
        return True

    def gather(self) -> None:
        """From here to the end of the transaction, send statements without waiting for the answer of each.

        PostgreSQL then takes them and the commit in one round trip; what it refuses is raised when the transaction
        ends.  Nothing can be read any more.
        """
        if not self.is_sqlite:
            self._unanswered.enter_context(self._driver.driver_connection.pipeline())

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Let the database refuse every change inside, within the transaction that is open."""
        if self.is_sqlite:
            self._reading = True
            self._execute("PRAGMA query_only=ON")
        else:
            self._execute("SAVEPOINT coterie_reading")
            self._execute("SET LOCAL transaction_read_only = on")
        try:
            yield
        finally:
            if self.is_sqlite:
                self._execute("PRAGMA query_only=OFF")
                self._reading = False
            else:
                self._execute("ROLLBACK TO SAVEPOINT coterie_reading")
                self._execute("RELEASE SAVEPOINT coterie_reading")

    def list_value(self, values: Iterable[Any]) -> Any:
        """A list as the one parameter that :class:`any_of` takes."""
        return json.dumps(list(values)) if self.is_sqlite else list(values)

    def intact(self) -> bool:
        """Whether the transaction is still open and takes statements: no failed statement has broken or ended it."""
        driver = None if self._driver is None else self._driver.driver_connection
        if driver is None:
            return False
        return bool(driver.in_transaction if self.is_sqlite else driver.info.transaction_status.name == "INTRANS")

    def interrupt(self) -> None:
        """Stop a running statement, from another thread."""
        if self._connection is None:
            return
        driver = self._connection.connection.driver_connection
        with contextlib.suppress(Exception):
            if self.is_sqlite:
                driver.interrupt()  # type: ignore[union-attr]
            else:
                driver.cancel()  # type: ignore[union-attr]

    def close(self) -> None:
        """Give the connection back; the next use opens a fresh one."""
        connection, self._connection, self._cursor, self._driver = self._connection, None, None, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.invalidate()
            with contextlib.suppress(Exception):
                connection.close()
