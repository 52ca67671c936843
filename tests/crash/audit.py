"""What the database says when no process runs: packets, shares, wallets, and whether they agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, text

from coterie.storage.engine import open_engine
from tests.crash.scene import FUNDS
from tests.killing.books import BALANCES, PACKETS, SHARES, check_packet, proved, rows

DAY: Final = 86_400_000
FUNDED: Final = "SELECT key FROM transfers WHERE reason = 'fund'"


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it stands; ``sender`` is a name."""

    id: int
    sender: str
    state: str
    left: int


@dataclass(slots=True)
class Audit:
    """One look at the database. ``packets`` are by greeting, ``shares`` are amounts by greeting and member's name."""

    packets: dict[str, Packet] = field(default_factory=dict)
    shares: dict[tuple[str, str], int] = field(default_factory=dict)
    timers: set[tuple[str, str]] = field(default_factory=set)
    """Names and keys of those that wait."""
    pending: int = 0
    """Messages that wait to be sent."""

    def keys(self, timer: str) -> set[str]:
        """The keys of the waiting timers of one name."""
        return {key for name, key in self.timers if name == timer}


def audit(url: str) -> Audit:
    """Read everything and check what holds at every instant; raises :class:`AssertionError`."""
    with proved(url) as connection:
        return _read(connection)


def _read(connection: Connection) -> Audit:
    found = Audit(timers={(row[0], row[1]) for row in rows(connection, "SELECT name, key FROM timers")})
    names: dict[int, str] = {row[0]: row[1] for row in rows(connection, "SELECT member_id, native FROM accounts")}
    balances = {(row[0], row[1]): int(row[2]) for row in rows(connection, BALANCES)}
    wallets: dict[str, int] = defaultdict(int)
    for (key,) in rows(connection, FUNDED):
        wallets[names[int(key.split(":")[2])]] += FUNDS
    shares: dict[int, list[Any]] = defaultdict(list)
    for row in rows(connection, SHARES):
        shares[row[0]].append(row[1:])
    for row in rows(connection, PACKETS):
        greeting, packet = row[2], Packet(row[0], names[row[1]], row[5], row[3] - row[7])
        check_packet(row, shares[packet.id], balances[("escrow", f"redpacket:{packet.id}")])
        found.packets[greeting] = packet
        wallets[packet.sender] -= row[7] if packet.state == "expired" else row[3]
        for _, amount, member in shares[packet.id]:
            if member is not None:
                found.shares[greeting, names[member]] = amount
                wallets[names[member]] += amount
    for member, name in names.items():
        assert balances.get(("member", str(member)), 0) == wallets[name], f"the wallet of {name}"
    outbox = dict(rows(connection, "SELECT state, count(*) FROM outbox GROUP BY state"))
    found.pending = outbox.pop("pending", 0)
    assert not outbox, "nothing was given up"
    return found


def a_day_passes(url: str) -> None:
    """Move everything that is due into the past, as if no process had run for a day."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE timers SET due = due - :day"), {"day": DAY + 1})
        connection.execute(text("UPDATE redpacket_packets SET expires_at = expires_at - :day"), {"day": DAY + 1})
    engine.dispose()
