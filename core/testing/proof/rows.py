"""What the core's own rows must say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import String, bindparam, cast, func, literal_column, select

from coterie.storage.engine import LaneConnection
from coterie.storage.proof import NEGATIVE, WRONG_HOLD
from coterie.storage.statement import Statement
from coterie.storage.tables import (
    accounts,
    dead_letters,
    event_keys,
    holds,
    ledger_accounts,
    outbox,
    queued_events,
    tasks,
    timers,
)

_ZERO: Final[Any] = literal_column("0")
_b = bindparam

SUMS: Final = Statement(
    select(ledger_accounts.c.currency, func.sum(ledger_accounts.c.balance))
    .group_by(ledger_accounts.c.currency)
    .having(func.sum(ledger_accounts.c.balance) != _ZERO)
)
DEAD: Final = Statement(
    select(dead_letters.c.id, dead_letters.c.plugin, dead_letters.c.hook, dead_letters.c.error)
    .where(dead_letters.c.id > _b("after"))
    .order_by(dead_letters.c.id)
)
NEXT_TIMER: Final = Statement(select(func.min(timers.c.due)))
PENDING: Final = Statement(
    select(outbox.c.id, outbox.c.plugin, outbox.c.not_before)
    .where(outbox.c.state == literal_column("'pending'"))
    .order_by(outbox.c.id)
)
OVERDUE_TIMERS: Final = Statement(
    select(timers.c.plugin, timers.c.name, timers.c.due).where(timers.c.due <= _b("now")).order_by(timers.c.id)
)
OVERDUE_EVENTS: Final = Statement(
    select(queued_events.c.plugin, queued_events.c.hook)
    .where(queued_events.c.not_before <= _b("now"))
    .order_by(queued_events.c.id)
)
TASKS: Final = Statement(select(tasks.c.plugin, tasks.c.name).order_by(tasks.c.id))
KEYS: Final = Statement(select(event_keys.c.key))
ESCROWS: Final = Statement(
    select(ledger_accounts.c.owner, ledger_accounts.c.currency, ledger_accounts.c.balance, holds.c.key)
    .select_from(
        ledger_accounts.outerjoin(
            holds,
            (holds.c.community_id == ledger_accounts.c.community_id)
            & (holds.c.escrow_id == ledger_accounts.c.id)
            & (holds.c.state == literal_column("'open'")),
        )
    )
    .where(ledger_accounts.c.kind == literal_column("'escrow'"), ledger_accounts.c.balance > _ZERO)
    .order_by(ledger_accounts.c.id)
)
WALLETS: Final = Statement(
    select(accounts.c.platform, accounts.c.native, ledger_accounts.c.currency, ledger_accounts.c.balance).where(
        ledger_accounts.c.community_id == accounts.c.community_id,
        ledger_accounts.c.kind == literal_column("'member'"),
        ledger_accounts.c.owner == cast(accounts.c.member_id, String(20)),
    )
)


def money(db: LaneConnection) -> Iterator[str]:
    """What is wrong with the books at first sight; :func:`coterie.storage.proof.verify` proves them."""
    for currency, total in db.all(SUMS, {}):
        yield f"all accounts of {currency} together have {total}, not 0"
    for _, kind, owner, currency, balance in db.all(NEGATIVE, {"zero": 0, "issuer": "issuer"}):
        yield f"the account {kind}:{owner} is below zero: {balance} {currency}"
    for _, key, left, state, balance in db.all(WRONG_HOLD, {"zero": 0, "zero_": 0, "absent": -1, "open": "open"}):
        yield f"the hold {key} ({state}) should have {left} in escrow, it has {balance}"


def waiting(db: LaneConnection, now: int) -> Iterator[str]:
    """What still waits although all is quiet and its moment is over."""
    for _, plugin, _ in db.all(PENDING, {}):
        yield f"a message of {plugin} waits in the outbox although all is quiet"
    for plugin, name, due in db.all(OVERDUE_TIMERS, {"now": now}):
        yield f"the timer {plugin} {name} was due at {due} and has not fired"
    for plugin, hook in db.all(OVERDUE_EVENTS, {"now": now}):
        yield f"an event that was put off for {plugin} {hook} was never offered again"
    for plugin, name in db.all(TASKS, {}):
        yield f"the task {plugin} {name} has not ended"


def acknowledged(db: LaneConnection, keys: dict[str, None]) -> Iterator[str]:
    """Events that a platform was told are done, and of which the database knows nothing."""
    known = {row[0] for row in db.all(KEYS, {})}
    for key in keys:
        if key not in known:
            yield f"{key} was acknowledged, and the database does not know it"


def money_put_away(db: LaneConnection, owned: dict[str, set[int]]) -> Iterator[str]:
    """Money in escrow that belongs to nothing: to no open hold, and to no row of the plugin by its id.

    ``owned`` has the ids of all rows by plugin.
    """
    for owner, currency, balance, hold in db.all(ESCROWS, {}):
        plugin, _, thing = owner.partition(":")
        if hold is None and not (thing.isdecimal() and int(thing) in owned.get(plugin, set())):
            yield f"{balance} {currency} are put away as {owner}, which is nothing"
