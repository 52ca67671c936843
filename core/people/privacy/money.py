"""Somebody's money and what the books say about it: notes are emptied, holds end, the balance goes to the sink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import String, bindparam, literal_column, select, update

from coterie.storage.ledger import Account, Leg
from coterie.storage.statement import Statement, any_of
from coterie.storage.tables import holds, ledger_accounts, postings, transfers

if TYPE_CHECKING:
    from coterie.core.unit import Unit

AT_ONCE: Final = 2_000
"""Transfers whose notes are emptied in one transaction."""
LOOKED_AT: Final = 20_000
"""Transfers that are looked through in one transaction for those that somebody made in another's name."""
SINK: Final = Account("sink", "erase")
"""Where the money of people who are erased goes."""

_b = bindparam
_a, _t = ledger_accounts.c, transfers.c
_EMPTY: Final = literal_column("''", String)

ACCOUNTS = Statement(
    select(_a.id)
    .where(_a.community_id == _b("community_id"), _a.kind == literal_column("'member'"), any_of(_a.owner, _b("owners")))
    .order_by(_a.id)
)
TRANSFERS = Statement(
    select(postings.c.transfer_id)
    .where(
        postings.c.community_id == _b("community_id"),
        postings.c.account_id == _b("account"),
        postings.c.transfer_id > _b("after"),
    )
    .order_by(postings.c.transfer_id)
    .limit(literal_column(str(AT_ONCE)))
)
EMPTY_THESE = Statement(
    update(transfers)
    .where(_t.community_id == _b("community_id"), any_of(_t.id, _b("ids")), _t.note != _EMPTY)
    .values(note=_EMPTY)
)
UP_TO = Statement(
    select(_t.id)
    .where(_t.community_id == _b("community_id"), _t.id > _b("after"))
    .order_by(_t.id)
    .offset(literal_column(str(LOOKED_AT)))
    .limit(literal_column("1"))
)
EMPTY_MADE_BY = Statement(
    update(transfers)
    .where(
        _t.community_id == _b("community_id"),
        _t.id > _b("after"),
        _t.id <= _b("up_to"),
        any_of(_t.actor, _b("actors")),
        _t.note != _EMPTY,
    )
    .values(note=_EMPTY)
)
OPEN_HOLDS = Statement(
    select(holds.c.key)
    .where(
        holds.c.community_id == _b("community_id"),
        any_of(holds.c.account_id, _b("accounts")),
        holds.c.state == literal_column("'open'"),
    )
    .order_by(holds.c.id)
)
_LAST: Final = 2**63 - 1


def empty_notes(unit: Unit, community: int, records: Sequence[int], position: str) -> tuple[int, str]:
    """Empty the notes of transfers to, from and made by these records, a part at a time.

    ``position`` is where the last call stopped, empty at first; returns how many were emptied, and the next position,
    empty when all is done.
    """
    unit.ledger.flush()
    db = unit.db
    accounts = _accounts(unit, community, records)
    index, after = (int(part) for part in (position or "0:0").split(":"))
    if index < len(accounts):
        found = db.all(TRANSFERS, {"community_id": community, "account": accounts[index], "after": after})
        ids = db.list_value(identifier for (identifier,) in found)
        met = db.run(EMPTY_THESE, {"community_id": community, "ids": ids}).rowcount
        return met, f"{index}:{found[-1][0]}" if len(found) == AT_ONCE else f"{index + 1}:0"
    row = db.one(UP_TO, {"community_id": community, "after": after})
    last = _LAST if row is None else int(row[0])
    values = {"community_id": community, "after": after, "up_to": last, "actors": db.list_value(records)}
    met = db.run(EMPTY_MADE_BY, values).rowcount
    return met, "" if row is None else f"{index}:{last}"


def give_up(unit: Unit, community: int, records: Sequence[int], erasure: int) -> int:
    """End what is held for these records, and book their balances to the sink; returns how many were booked."""
    accounts = unit.db.list_value(_accounts(unit, community, records))
    for (key,) in unit.db.all(OPEN_HOLDS, {"community_id": community, "accounts": accounts}):
        unit.ledger.release(community, key, now=unit.now, reason="erase")
    count = 0
    for record in records:
        source = Account("member", str(record))
        for currency, amount in sorted(unit.ledger.currencies(community, source).items()):
            if amount:
                count += 1
                unit.ledger.transfer(
                    community,
                    [Leg(source, -amount), Leg(SINK, amount)],
                    currency,
                    # Money may come in after a first try: each movement is one of its own.
                    key=f"core:erase:{erasure}:{unit.services.ids.next()}",
                    plugin="core",
                    reason="erase",
                    now=unit.now,
                )
    return count


def _accounts(unit: Unit, community: int, records: Sequence[int]) -> list[int]:
    owners = unit.db.list_value(str(record) for record in records)
    return [identifier for (identifier,) in unit.db.all(ACCOUNTS, {"community_id": community, "owners": owners})]
