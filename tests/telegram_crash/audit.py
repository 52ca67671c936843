"""What the database says while no process runs."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, text

from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.proof import verify

PACKETS: Final = "SELECT id, sender_id, greeting, total, count, state, taken_count, taken FROM redpacket_packets"
SHARES: Final = "SELECT packet_id, number, amount, member_id FROM redpacket_shares"
REWARDS: Final = (
    "SELECT a.owner, p.amount FROM transfers t JOIN postings p ON p.transfer_id = t.id "
    "JOIN ledger_accounts a ON a.id = p.account_id WHERE t.plugin = 'checkin' AND a.kind = 'member'"
)
BALANCES: Final = "SELECT kind, owner, balance FROM ledger_accounts WHERE currency = 'points'"


@dataclass(frozen=True, slots=True)
class Pool:
    """A packet as it stands; ``sender`` is an account."""

    sender: int
    total: int
    state: str


@dataclass(slots=True)
class Books:
    """One look. People are the numbers of their accounts, payments their amounts, packets their greetings."""

    funded: set[int] = field(default_factory=set)
    pays: Counter[int] = field(default_factory=Counter)
    check_ins: Counter[int] = field(default_factory=Counter)
    rewards: Counter[int] = field(default_factory=Counter)
    packets: dict[str, Pool] = field(default_factory=dict)
    shares: dict[tuple[str, int], int] = field(default_factory=dict)
    balances: dict[int, int] = field(default_factory=dict)
    unsent: int = 0
    """Messages that wait to be sent."""


@contextlib.contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection that only reads."""
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect().execution_options(coterie_read=True) as connection:
            yield connection
    finally:
        engine.dispose()


def audit(url: str) -> Books:
    """Read everything, and check what holds at every instant; raises :class:`AssertionError`."""
    engine = open_engine(url)
    db = LaneConnection(engine)
    try:
        with db.transaction():
            found = _read(db.connection)
            assert verify(db) == []
    finally:
        db.close()
        engine.dispose()
    return found


def unsent(url: str, *, messages: bool = False) -> int:
    """What waits to be sent, while a process runs or not; with ``messages`` edits do not count."""
    with reading(url) as connection:
        found = rows(connection, "SELECT payload FROM outbox WHERE state = 'pending'")
    waiting = [json.loads(row[0]) for row in found]
    return sum(not messages or action["type"] in ("send", "private") for action in waiting)


@contextlib.contextmanager
def held(url: str) -> Iterator[None]:
    """Nothing can be committed on the lanes meanwhile."""
    engine = open_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:  # on SQLite that alone keeps every other writer out
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE event_keys IN ACCESS EXCLUSIVE MODE"))
            yield
    finally:
        engine.dispose()


def rows(connection: Connection, statement: str) -> list[Any]:
    """All rows of a statement."""
    return list(connection.execute(text(statement)).all())


def _read(connection: Connection) -> Books:
    found = Books()
    accounts = {row[0]: int(row[1]) for row in rows(connection, "SELECT member_id, native FROM accounts")}
    balances = {(row[0], row[1]): int(row[2]) for row in rows(connection, BALANCES)}
    found.balances = {accounts[int(owner)]: held for (kind, owner), held in balances.items() if kind == "member"}
    for key, reason, note in rows(connection, "SELECT key, reason, note FROM transfers"):
        if reason == "fund":
            found.funded.add(accounts[int(key.split(":")[2])])
        elif reason == "pay":
            found.pays[int(note.removeprefix("note-"))] += 1
    for owner, amount in rows(connection, REWARDS):
        found.check_ins[accounts[int(owner)]] += 1
        found.rewards[accounts[int(owner)]] += int(amount)
    shares = rows(connection, SHARES)
    for row in rows(connection, PACKETS):
        own = [share for share in shares if share[0] == row[0]]
        _check_packet(row, own, balances[("escrow", f"redpacket:{row[0]}")])
        assert row[2] not in found.packets, f"{row[2]} twice"
        found.packets[row[2]] = Pool(accounts[row[1]], row[3], row[5])
        for _, _, amount, member in own:
            if member is not None:
                found.shares[row[2], accounts[member]] = amount
    outbox = dict(rows(connection, "SELECT state, count(*) FROM outbox GROUP BY state"))
    found.unsent = int(outbox.pop("pending", 0))
    assert not outbox, f"given up: {outbox}"
    return found


def _check_packet(row: Any, shares: list[Any], purse: int) -> None:
    """One packet: its shares, its counters and its purse agree, and nobody has two."""
    _, _, greeting, total, count, state, taken_count, taken = row
    claimed = [share for share in shares if share[3] is not None]
    assert (len(shares), sum(share[2] for share in shares)) == (count, total), greeting
    assert sorted(share[1] for share in claimed) == list(range(taken_count)), f"{greeting}: a gap"
    assert len({share[3] for share in claimed}) == taken_count, f"{greeting}: one share a person"
    assert sum(share[2] for share in claimed) == taken, greeting
    assert (state == "empty") == (taken_count == count), greeting
    assert purse == total - taken, f"{greeting}: the purse holds what is left"


__all__ = ["Books", "audit", "held", "reading", "rows", "unsent"]
