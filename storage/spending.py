"""What members have spent in all, of many members in one look."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, func, literal_column, select

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement, any_of
from coterie.storage.tables import holds, ledger_accounts, postings

_b = bindparam
_sinks = ledger_accounts.alias("sinks")
_legs = postings.alias("legs")
_members = (
    ledger_accounts.c.community_id == _b("community_id"),
    ledger_accounts.c.kind == literal_column("'member'"),
    ledger_accounts.c.currency == _b("currency"),
    any_of(ledger_accounts.c.owner, _b("owners")),
)

# A transfer that has a leg on a sink was a purchase, or one taken back: then the member's leg is positive.
TO_SINKS = Statement(
    select(ledger_accounts.c.owner, func.sum(-postings.c.amount))
    .select_from(
        ledger_accounts.join(
            postings,
            (postings.c.community_id == ledger_accounts.c.community_id)
            & (postings.c.account_id == ledger_accounts.c.id),
        )
    )
    .where(
        *_members,
        select(_legs.c.transfer_id)
        .select_from(
            _legs.join(_sinks, (_sinks.c.community_id == _legs.c.community_id) & (_sinks.c.id == _legs.c.account_id))
        )
        .where(
            _legs.c.community_id == postings.c.community_id,
            _legs.c.transfer_id == postings.c.transfer_id,
            _sinks.c.kind == literal_column("'sink'"),
        )
        .exists(),
    )
    .group_by(ledger_accounts.c.owner)
)
CAPTURED = Statement(
    select(ledger_accounts.c.owner, func.sum(holds.c.captured))
    .select_from(
        ledger_accounts.join(
            holds,
            (holds.c.community_id == ledger_accounts.c.community_id) & (holds.c.account_id == ledger_accounts.c.id),
        )
    )
    .where(*_members)
    .group_by(ledger_accounts.c.owner)
)


def spent_by(db: LaneConnection, community: int, members: Iterable[int], currency: str) -> dict[int, int]:
    """What each of these members was charged, and what was captured of their holds (minor units); 0 is left out."""
    owners = db.list_value([str(member) for member in members])
    values = {"community_id": community, "currency": currency, "owners": owners}
    found: dict[int, int] = {}
    for statement in (TO_SINKS, CAPTURED):
        for owner, amount in db.all(statement, values):
            found[int(owner)] = found.get(int(owner), 0) + int(amount)
    return {member: amount for member, amount in found.items() if amount}
