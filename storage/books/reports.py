"""What an economy looks like: trial balance, supply, flows, velocity, concentration. Only reads.

Amounts are in minor units.  Sums that could pass 64 bits, and everything that has to see one wallet after the other,
are added up here and not in the database; rows are streamed, so memory does not grow with the number of wallets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    literal_column,
    select,
)

from coterie.storage.ids import least_at
from coterie.storage.tables import ledger_accounts, postings, reversals, transfers

DAY: Final = 86_400_000
"""Milliseconds."""
_ALL: Final[ColumnElement[int]] = literal_column(str(2**40), BigInteger)
"""A limit that none reaches: with one, SQLite does not dissolve a subquery, after which it would read postings by their
primary key where the account's index is meant."""
HELD: Final = ("member", "escrow", "budget")
"""Kinds of accounts whose money is in the world: it came from an issuer and is in no sink."""

_a, _p, _t = ledger_accounts.c, postings.c, transfers.c


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the trial balance: all accounts of a kind in a currency."""

    community: int
    currency: str
    kind: str
    accounts: int
    balance: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What a plugin brought into the world for a reason, and what it took out of it, in a period.

    ``minted`` left issuers, ``returned`` went back to them, ``burned`` went into sinks, ``unburned`` came back.
    """

    currency: str
    plugin: str
    reason: str
    minted: int
    returned: int
    burned: int
    unburned: int

    @property
    def net(self) -> int:
        """By how much there is more in the world."""
        return self.minted - self.returned - self.burned + self.unburned


@dataclass(frozen=True, slots=True)
class Wallets:
    """How money is spread over the wallets that hold some."""

    count: int
    total: int
    gini: float
    top: int
    """What the richest hundredth (at least one wallet) has together."""

    @property
    def top_share(self) -> float:
        """The share of the richest hundredth, from 0 to 1."""
        return self.top / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Economy:
    """One currency of one community in a period of whole days."""

    currency: str
    held: dict[str, int]
    minted: int
    burned: int
    flows: tuple[Flow, ...]
    volume: int
    payments: int
    active: int
    mean_supply: float
    wallets: Wallets

    @property
    def supply(self) -> int:
        """What is in the world: in wallets, escrows and budgets."""
        return sum(self.held.values())

    @property
    def velocity(self) -> float:
        """How often a unit changed hands in the period: V = T / M of Fisher's equation of exchange, with T the volume
        of payments between members and M the mean supply (I. Fisher, The Purchasing Power of Money, 1911, ch. 2).
        """
        return self.volume / self.mean_supply if self.mean_supply else 0.0


def trial(db: Connection) -> list[Line]:
    """Every community's accounts by currency and kind; the balances of a currency sum to zero."""
    query = (
        select(_a.community_id, _a.currency, _a.kind, func.count(), func.sum(_a.balance))
        .group_by(_a.community_id, _a.currency, _a.kind)
        .order_by(_a.community_id, _a.currency, _a.kind)
    )
    rows = db.execute(query)
    return [Line(home, currency, kind, number, int(total)) for home, currency, kind, number, total in rows]


def economy(db: Connection, community: int, now: int, days: int) -> list[Economy]:
    """Every currency of a community over the ``days`` up to ``now`` (milliseconds)."""
    since = now - days * DAY
    lines = [line for line in trial(db) if line.community == community]
    flows, nets = _flows(db, community, since, now)
    payments = _payments(db, community, since, now)
    active = _active(db, community, since)
    found = []
    for currency in sorted({line.currency for line in lines}):
        kinds = {line.kind: line.balance for line in lines if line.currency == currency}
        held = {kind: kinds.get(kind, 0) for kind in HELD}
        volume, count = payments.get(currency, (0, 0))
        found.append(
            Economy(
                currency,
                held,
                -kinds.get("issuer", 0),
                kinds.get("sink", 0),
                tuple(flow for flow in flows if flow.currency == currency),
                volume,
                count,
                active.get(currency, 0),
                mean_supply(sum(held.values()), nets.get(currency, {}), days),
                _wallets(db, community, currency),
            )
        )
    return found


def mean_supply(supply: int, nets: dict[int, int], days: int) -> float:
    """The mean of what was in the world at the end of each day, from what is there now and the change of each day
    (0 is the oldest).
    """
    total = 0
    for day in range(days - 1, -1, -1):
        total += supply
        supply -= nets.get(day, 0)
    return total / days


def gini(ascending: Iterable[int], count: int) -> float:
    """The Gini coefficient of ``count`` positive amounts, 0 for all alike, towards 1 for one that has everything.

    G = 2 Σ i·xᵢ / (n Σ xᵢ) - (n + 1) / n over amounts in ascending order (P. M. Dixon et al., Bootstrapping the Gini
    coefficient of inequality, Ecology 68, 1987, eq. 2, without the correction n / (n - 1)).
    """
    total = weighted = 0
    for rank, amount in enumerate(ascending, 1):
        total += amount
        weighted += rank * amount
    if not total:
        return 0.0
    # One division at the end: the sums are whole numbers of any size.
    return (2 * weighted - (count + 1) * total) / (count * total)


def _flows(db: Connection, community: int, since: int, now: int) -> tuple[list[Flow], dict[str, dict[int, int]]]:
    """What came and went by plugin and reason, and by currency and day how much more there was in the world."""
    sums: defaultdict[tuple[str, str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    nets: defaultdict[str, dict[int, int]] = defaultdict(dict)
    ends = select(_a.id, _a.kind, _a.currency).where(_a.community_id == community, _a.kind.in_(("issuer", "sink")))
    for account, kind, currency in db.execute(ends).all():
        for plugin, reason, number, out, back in db.execute(_of_account(community, account, since, now)):
            went, came = int(out), int(back)
            before = sums[currency, plugin, reason].get(kind, (0, 0))
            sums[currency, plugin, reason][kind] = before[0] + went, before[1] + came
            nets[currency][int(number)] = nets[currency].get(int(number), 0) + went - came
    flows = []
    for (currency, plugin, reason), kinds in sorted(sums.items()):
        minted, returned = kinds.get("issuer", (0, 0))
        unburned, burned = kinds.get("sink", (0, 0))
        flows.append(Flow(currency, plugin, reason, minted, returned, burned, unburned))
    return flows, nets


def _of_account(community: int, account: int, since: int, now: int) -> Select[Any]:
    """What left an account and what came, by plugin, reason and day of the period."""
    ids = (
        select(_p.transfer_id)
        # Ids are ordered by time, and with them nothing older is read.
        .where(_p.community_id == community, _p.account_id == account, _p.transfer_id >= least_at(since))
        .limit(_ALL)
        .subquery()
    )
    # Written out, not bound: PostgreSQL would take two parameters of the same value for two expressions.
    start, length = (literal_column(str(value), BigInteger) for value in (since, DAY))
    day = (_t.at - start) // length
    return (
        select(
            _t.plugin,
            _t.reason,
            day,
            func.sum(case((_p.amount < 0, -_p.amount), else_=0)),
            func.sum(case((_p.amount > 0, _p.amount), else_=0)),
        )
        .select_from(
            ids.join(transfers, (_t.community_id == community) & (_t.id == ids.c.transfer_id)).join(
                postings,
                (_p.community_id == community) & (_p.transfer_id == ids.c.transfer_id) & (_p.account_id == account),
            )
        )
        .where(_t.at >= since, _t.at < now)
        .group_by(_t.plugin, _t.reason, day)
    )


def _payments(db: Connection, community: int, since: int, now: int) -> dict[str, tuple[int, int]]:
    """Volume and number of what members paid members, without merges and counter-entries."""
    members = select(_a.id).where(_a.community_id == community, _a.kind == "member")
    paid = (
        select(_p.transfer_id)
        .distinct()
        .where(_p.community_id == community, _p.transfer_id >= least_at(since), _p.amount < 0)
        .where(_p.account_id.in_(members))
        .limit(_ALL)
        .subquery()
    )
    taken_back = exists().where(reversals.c.community_id == community, reversals.c.reversal_id == _t.id)
    came = (
        select(_p.transfer_id, _p.account_id, _p.amount)
        .select_from(
            paid.join(transfers, (_t.community_id == community) & (_t.id == paid.c.transfer_id)).join(
                postings, (_p.community_id == community) & (_p.transfer_id == paid.c.transfer_id)
            )
        )
        .where(_p.amount > 0, _t.plugin != "core", _t.at >= since, _t.at < now, ~taken_back)
        .limit(_ALL)
        .subquery()
    )
    query = (
        select(_a.currency, func.sum(came.c.amount), func.count(distinct(came.c.transfer_id)))
        .select_from(came.join(ledger_accounts, (_a.community_id == community) & (_a.id == came.c.account_id)))
        .where(_a.kind == "member")
        .group_by(_a.currency)
    )
    return {currency: (int(volume), int(count)) for currency, volume, count in db.execute(query)}


def _active(db: Connection, community: int, since: int) -> dict[str, int]:
    """How many wallets something came into or went out of."""
    moved = (
        select(_p.transfer_id)
        .where(_p.community_id == community, _p.account_id == _a.id, _p.transfer_id >= least_at(since))
        .exists()
    )
    query = (
        select(_a.currency, func.count())
        .where(_a.community_id == community, _a.kind == "member", moved)
        .group_by(_a.currency)
    )
    return {currency: int(count) for currency, count in db.execute(query)}


def _wallets(db: Connection, community: int, currency: str) -> Wallets:
    mine: Any = and_(_a.community_id == community, _a.currency == currency, _a.kind == "member", _a.balance > 0)
    count = int(db.scalar(select(func.count()).select_from(ledger_accounts).where(mine)) or 0)
    first_of_top = count - max(1, count // 100)
    sums = {"total": 0, "top": 0}

    def stream() -> Iterator[int]:
        query = select(_a.balance).where(mine).order_by(_a.balance)
        rows = db.execution_options(stream_results=True, yield_per=10_000).execute(query)
        for number, (balance,) in enumerate(rows):
            sums["total"] += balance
            if number >= first_of_top:
                sums["top"] += balance
            yield balance

    spread = gini(stream(), count) if count else 0.0
    return Wallets(count, sums["total"], spread, sums["top"])
