"""Red packets in SQLite as bots usually keep them: SQLAlchemy's async layer over aiosqlite, one transaction a claim.

Runs in a peer's environment. ``plain`` is the way of the tutorials: read the row, look, write it back. ``careful``
takes the database before it looks, as SQLAlchemy's page on SQLite advises for transactions that must not meet, and has
one connection, with which SQLite is fastest.
"""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import UniqueConstraint, event, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BUSY = 60
"""Seconds that a connection waits for another's write."""


class Base(DeclarativeBase):
    """The tables."""


class Packet(Base):
    """Money for a room."""

    __tablename__ = "packets"
    id: Mapped[int] = mapped_column(primary_key=True)
    shares: Mapped[int]
    left: Mapped[int]


class Claim(Base):
    """A share that somebody took."""

    __tablename__ = "claims"
    __table_args__ = (UniqueConstraint("packet_id", "member"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int]
    member: Mapped[str]
    amount: Mapped[int]


class Wallet(Base):
    """What a member has."""

    __tablename__ = "wallets"
    member: Mapped[str] = mapped_column(primary_key=True)
    balance: Mapped[int]


class Packets:
    """The store of a peer's bot."""

    def __init__(self, path: str, careful: bool) -> None:
        options: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY} if careful else {}
        self.engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": BUSY}, **options)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.latest = 0

        @event.listens_for(self.engine.sync_engine, "connect")
        def _connected(connection: Any, _: Any) -> None:
            if careful:
                connection.isolation_level = None  # SQLite's driver begins nothing by itself
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-16000", "wal_autocheckpoint=4000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        if careful:

            @event.listens_for(self.engine.sync_engine, "begin")
            def _begun(connection: Any) -> None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def open(self, members: int = 0) -> None:
        """Make the tables, and members who have a wallet already."""
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with self.sessions.begin() as session:
            session.add_all(Wallet(member=str(number), balance=0) for number in range(members))

    async def fund(self, total: int, shares: int) -> int:
        """A new packet; its number."""
        async with self.sessions.begin() as session:
            packet = Packet(shares=shares, left=total)
            session.add(packet)
            await session.flush()
            self.latest = packet.id
        return self.latest

    async def claim(self, number: int, member: str) -> str:
        """Take a share by luck; what the member is told."""
        async with self.sessions.begin() as session:
            packet = await session.get_one(Packet, number)
            if await session.scalar(select(Claim).where(Claim.packet_id == number, Claim.member == member)):
                return "You have your share already."
            if packet.shares == 0:
                return "The packet is empty."
            amount = share(packet.left, packet.shares)
            packet.shares -= 1
            packet.left -= amount
            session.add(Claim(packet_id=number, member=member, amount=amount))
            wallet = await session.get(Wallet, member)
            if wallet is None:
                session.add(Wallet(member=member, balance=amount))
            else:
                wallet.balance += amount
        return f"You got {amount} points."

    async def paid(self) -> dict[str, int]:
        """What the latest packet paid."""
        async with self.sessions() as session:
            counts = select(func.count(), func.sum(Claim.amount), func.count(Claim.member.distinct()))
            row = (await session.execute(counts.where(Claim.packet_id == self.latest))).one()
        return {"shares": row[0], "amount": row[1] or 0, "twice": row[0] - row[2]}


def share(left: int, shares: int) -> int:
    """One share by luck: at least 1, up to twice the mean, and so that 1 stays for everybody else."""
    return left if shares == 1 else random.randint(1, max(1, min(left - shares + 1, 2 * left // shares)))
