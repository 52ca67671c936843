"""A migrated store with nothing above it: one lane connection and what lives on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine, text

from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.journal import Journal
from coterie.storage.ledger import Account, Ledger, Leg, Transfer
from coterie.storage.members import Members
from coterie.storage.migrate import core_migrations, upgrade
from coterie.storage.presences import Presences
from coterie.storage.proof import verify

COMMUNITY = 1
POINTS = "points"
NOW = 1_767_225_600_000


class Store:
    """The core's tables in one database, used as a lane uses them."""

    def __init__(self, url: str, *, community: int = COMMUNITY, node: int = 0) -> None:
        self.url = url
        self.community = community
        self.engine: Engine = open_engine(url, pool_size=4)
        upgrade(self.engine, [core_migrations()])
        self.now = NOW
        self.ids = IdMaker(lambda: self.now, node)
        self.db = LaneConnection(self.engine)
        self.db.open()
        self.ledger = Ledger(self.db, self.ids)
        self.members = Members(self.db, self.ids)
        self.presences = Presences(self.db, self.members)
        self.journal = Journal(self.db)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One batch: flushed and committed at its end, or rolled back and forgotten."""
        try:
            with self.db.transaction():
                yield
                self.ledger.flush()
                self.journal.flush()
        except BaseException:
            self.ledger.forget()
            self.members.forget()
            self.presences.forget()
            raise
        finally:
            self.journal.reset()
        self.ledger.trim()
        self.members.trim()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A transaction that is rolled back at its end."""
        with suppress(_Undone), self.db.transaction():
            yield
            raise _Undone

    def move(self, source: Account, target: Account, amount: int, key: str, currency: str = POINTS) -> Transfer:
        """A transfer between two accounts."""
        return self.ledger.transfer(
            self.community,
            [Leg(source, -amount), Leg(target, amount)],
            currency,
            key=key,
            plugin="test",
            reason="test",
            now=self.now,
        )

    def balance(self, account: Account, currency: str = POINTS) -> int:
        """What the database says, whatever the cache holds."""
        rows = self.rows(
            "SELECT balance FROM ledger_accounts WHERE kind = :kind AND owner = :owner AND currency = :currency",
            kind=account.kind,
            owner=account.owner,
            currency=currency,
        )
        return int(rows[0][0]) if rows else 0

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows read on another connection."""
        with self.engine.connect().execution_options(coterie_read=True) as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def write(self, statement: str, **values: Any) -> None:
        """Change rows behind everybody's back, on another connection."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def problems(self) -> list[str]:
        """What the proof of the books finds."""
        with self.db.transaction():
            return verify(self.db)

    def close(self) -> None:
        """Give every connection back."""
        self.db.close()
        self.engine.dispose()


def member(name: object) -> Account:
    """A member's account."""
    return Account("member", str(name))


ISSUER = Account("issuer", "test")
SINK = Account("sink", "test")


class _Undone(Exception):
    pass
