"""What the store says, while a process runs or not."""

from __future__ import annotations

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, text

from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.proof import verify
from tests.killing.hearing import Key

PACKETS: Final = "SELECT id, sender_id, greeting, total, count, state, taken_count, taken FROM redpacket_packets"
SHARES: Final = "SELECT packet_id, number, amount, member_id FROM redpacket_shares ORDER BY packet_id, number"
MOVEMENTS: Final = (
    "SELECT a.owner, t.plugin, t.reason, t.note, p.amount FROM postings p "
    "JOIN transfers t ON t.community_id = p.community_id AND t.id = p.transfer_id "
    "JOIN ledger_accounts a ON a.community_id = p.community_id AND a.id = p.account_id "
    "WHERE a.kind = 'member' AND a.currency = 'points' ORDER BY p.transfer_id"
)
BALANCES: Final = "SELECT kind, owner, balance FROM ledger_accounts WHERE currency = 'points'"

END_OTHERS: Final = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
"""Waits up to ten seconds for each."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A packet as it stands; ``sender`` is an account."""

    sender: int
    total: int
    count: int
    state: str
    taken: int
    """How many shares are taken."""


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
    moments: dict[Key, int] = field(default_factory=dict)
    """What somebody had right after a payment or a check-in of theirs, by how they are told of it in short."""
    posts: list[tuple[str, str]] = field(default_factory=list)
    """Where the messages are that the store knows of: channels and ids, as the adapter writes them."""
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


@contextlib.contextmanager
def proved(url: str) -> Iterator[Connection]:
    """A connection on which everything is of one moment; :class:`AssertionError` if the ledger does not add up."""
    engine = open_engine(url)
    db = LaneConnection(engine)
    try:
        with db.transaction():
            if db.connection.dialect.name == "postgresql":  # where each statement would see a moment of its own
                db.connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield db.connection
            assert verify(db) == []
    finally:
        db.close()
        engine.dispose()


def audit(url: str) -> Books:
    """Read everything, and check what holds at every instant; raises :class:`AssertionError`."""
    with proved(url) as connection:
        return _read(connection)


def unsent(url: str, *, messages: bool = False) -> int:
    """What waits to be sent; with ``messages`` edits do not count."""
    with reading(url) as connection:
        found = rows(connection, "SELECT payload FROM outbox WHERE state = 'pending'")
    waiting = [json.loads(row[0]) for row in found]
    return sum(not messages or action["type"] in ("send", "private") for action in waiting)


@contextlib.contextmanager
def held(url: str, *, undone: bool = True) -> Iterator[None]:
    """Nothing can be committed on the lanes meanwhile.

    PostgreSQL may have been handed a whole batch by then, with its COMMIT in the same round trip, and would carry it
    out after the death of the process that sent it.  With ``undone`` it does not: the batch is as if it had not come.
    """
    engine = open_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:  # on SQLite that alone keeps every other writer out
            postgres = connection.dialect.name == "postgresql"
            if postgres:
                connection.execute(text("LOCK TABLE event_keys IN ACCESS EXCLUSIVE MODE"))
            yield
            if postgres and undone:
                rows(connection, END_OTHERS)
    finally:
        engine.dispose()


def rows(connection: Connection, statement: str) -> list[Any]:
    """All rows of a statement."""
    return list(connection.execute(text(statement)).all())


def check_packet(row: Sequence[Any], shares: Sequence[Sequence[Any]], purse: int) -> None:
    """One packet (a row of :data:`PACKETS`): its shares (number, amount, who has it), its counters and its purse agree,
    and nobody has two; raises :class:`AssertionError`.
    """
    _, _, greeting, total, count, state, taken_count, taken = row
    claimed = [share for share in shares if share[2] is not None]
    assert (len(shares), sum(share[1] for share in shares)) == (count, total), greeting
    assert [share[0] for share in claimed] == list(range(taken_count)), f"{greeting}: shares go out without a gap"
    assert len({share[2] for share in claimed}) == taken_count, f"{greeting}: one share a person"
    assert sum(share[1] for share in claimed) == taken, greeting
    assert (state == "empty") == (taken_count == count), greeting
    assert purse == (0 if state == "expired" else total - taken), f"{greeting}: the purse holds what is left"


def _read(connection: Connection) -> Books:
    found, wallets = Books(), Counter[int]()
    accounts = {row[0]: int(row[1]) for row in rows(connection, "SELECT member_id, native FROM accounts")}
    balances = {(row[0], row[1]): int(row[2]) for row in rows(connection, BALANCES)}
    found.balances = {accounts[int(owner)]: held for (kind, owner), held in balances.items() if kind == "member"}
    for owner, *movement in rows(connection, MOVEMENTS):
        _read_movement(found, wallets, accounts[int(owner)], *movement)
    assert wallets == Counter(found.balances), "a balance is what was moved"
    shares: dict[int, list[Any]] = defaultdict(list)
    for packet, *share in rows(connection, SHARES):
        shares[packet].append(share)
    for row in rows(connection, PACKETS):
        packet, sender, greeting, total, count, state, taken, _ = row
        check_packet(row, shares[packet], balances["escrow", f"redpacket:{packet}"])
        assert greeting not in found.packets, f"{greeting} twice"
        found.packets[greeting] = Pool(accounts[sender], total, count, state, taken)
        found.shares |= {(greeting, accounts[who]): amount for _, amount, who in shares[packet] if who is not None}
    for place, native in rows(connection, "SELECT place, native FROM messages"):
        found.posts.append((json.loads(place)["channel"], native))
    outbox = dict(rows(connection, "SELECT state, count(*) FROM outbox GROUP BY state"))
    found.unsent = int(outbox.pop("pending", 0))
    assert not outbox, f"given up: {outbox}"
    failed = rows(connection, "SELECT plugin, hook, error FROM dead_letters")
    assert not failed, f"{len(failed)} calls of plugins failed, and so had no effect: {failed[0]}"
    return found


def _read_movement(
    found: Books, wallets: Counter[int], who: int, plugin: str, reason: str, note: str, amount: int
) -> None:
    """What moved somebody's money, in the order in which it did."""
    wallets[who] += amount
    if reason == "fund":
        found.funded.add(who)
    elif reason == "pay" and amount < 0:
        assert note == f"note-{-amount}", f"{note} moved {amount}"
        found.pays[-amount] += 1
        found.moments[who, f"paid {-amount}"] = wallets[who]
    elif plugin == "checkin":
        found.check_ins[who] += 1
        found.rewards[who] += amount
        found.moments[who, f"checked in for {amount}"] = wallets[who]


__all__ = [
    "BALANCES",
    "PACKETS",
    "SHARES",
    "Books",
    "audit",
    "check_packet",
    "held",
    "proved",
    "reading",
    "rows",
    "unsent",
]
