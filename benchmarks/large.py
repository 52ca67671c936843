"""A community as large as is asked for: members, accounts, and books that balance; always the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.segments import fill_postgres, fill_sqlite
from coterie.storage.engine import open_engine
from coterie.storage.ids import least_at
from coterie.storage.migrate import core_migrations, upgrade

NOW: Final = 1_767_225_600_000
EARNED: Final = 5
"""Transfers to each member; each has two postings."""
_STEP: Final = 7919
"""A prime: members earn in an order that no index likes."""
_CACHE: Final = Path(__file__).resolve().parent.parent / "build" / "bench"
Row = tuple[Any, ...]


def native(number: int) -> str:
    """The platform's id of a member's account; members are numbered from 1."""
    return f"m{number}"


def _gain(member: int, earning: int) -> int:
    return 1 + (member * 7 + earning * 13) % 997


def balance_of(member: int) -> int:
    """What a member has in the end."""
    return sum(_gain(member, earning) for earning in range(EARNED))


def tables(members: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[Row]]]:
    """Each table, its columns and its rows; ``members`` is no multiple of 7919."""
    people, issuer = range(1, members + 1), members + 1
    yield "communities", ("id", "name", "title", "created_at"), iter([(1, "main", "Main", NOW)])
    yield (
        "members",
        ("community_id", "id", "name", "created_at", "heard_account"),
        ((1, n, f"Member {n}", NOW, n) for n in people),
    )
    yield (
        "accounts",
        ("community_id", "id", "member_id", "platform", "native", "name", "folded", "adapter", "created_at"),
        ((1, n, n, "sandbox", native(n), f"Member {n}", f"member {n}", "sandbox", NOW) for n in people),
    )
    account = ("community_id", "id", "kind", "owner", "currency", "balance", "created_at")
    yield "ledger_accounts", account, ((1, n, "member", str(n), "points", balance_of(n), NOW) for n in people)
    minted = -sum(map(balance_of, people))
    yield "ledger_accounts", account, iter([(1, issuer, "issuer", "bench", "points", minted, NOW)])
    total = members * EARNED

    def earned() -> Iterator[tuple[int, int, int]]:
        for number in range(total):
            earning, place = divmod(number, members)
            member = (place * _STEP + earning) % members + 1
            yield number, member, _gain(member, earning)

    def moment(number: int) -> int:
        return NOW - total + number

    yield (
        "transfers",
        ("community_id", "id", "key", "plugin", "reason", "at"),
        ((1, least_at(moment(n)), f"bench:{n}:{member}", "bench", "earned", moment(n)) for n, member, _ in earned()),
    )
    yield (
        "postings",
        ("community_id", "transfer_id", "account_id", "amount"),
        (
            (1, least_at(moment(number)), place, amount)
            for number, member, gain in earned()
            for place, amount in ((member, gain), (issuer, -gain))
        ),
    )


def build(url: str, members: int) -> int:
    """Make the core's tables in an empty database and fill them; the number of rows."""
    engine = open_engine(url)
    upgrade(engine, [core_migrations()])
    fill = (fill_sqlite if engine.dialect.name == "sqlite" else fill_postgres)(url)
    count = 0

    def counted(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    for table, columns, rows in tables(members):
        fill(table, columns, counted(rows))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize")
    engine.dispose()
    return count


def kept(members: int) -> Path:
    """A SQLite store of that size under ``build/``, made at the first use and after a migration; not to be changed."""
    file = _CACHE / f"large-{members}-{core_migrations().head}.db"
    if not file.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        build(f"sqlite:///{part}", members)
        part.replace(file)
    return file
