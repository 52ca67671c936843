"""The ledger's statements."""

from __future__ import annotations

from sqlalchemy import FromClause, Subquery, bindparam, func, insert, literal_column, select, update

from coterie.storage.statement import Statement, any_of, insertion
from coterie.storage.tables import (
    capped_grants,
    capped_totals,
    holds,
    ledger_accounts,
    postings,
    reversals,
    transfers,
)

_b = bindparam

FIND_ACCOUNT = Statement(
    select(ledger_accounts.c.id, ledger_accounts.c.balance).where(
        ledger_accounts.c.community_id == _b("community_id"),
        ledger_accounts.c.kind == _b("kind"),
        ledger_accounts.c.owner == _b("owner"),
        ledger_accounts.c.currency == _b("currency"),
    )
)
ADD_ACCOUNT = insertion(ledger_accounts, "community_id", "id", "kind", "owner", "currency", "created_at")
APPLY = Statement(
    update(ledger_accounts)
    .where(ledger_accounts.c.community_id == _b("community_id"), ledger_accounts.c.id == _b("id_"))
    .values(balance=ledger_accounts.c.balance + _b("delta"))
)
FIND_TRANSFER = Statement(
    select(transfers.c.id).where(transfers.c.community_id == _b("community_id"), transfers.c.key == _b("key"))
)
ADD_TRANSFER = insertion(transfers, "community_id", "id", "key", "plugin", "reason", "note", "actor", "at")
ADD_POSTING = insertion(postings, "community_id", "transfer_id", "account_id", "amount")
POSTINGS_OF = Statement(
    select(ledger_accounts.c.kind, ledger_accounts.c.owner, ledger_accounts.c.currency, postings.c.amount)
    .select_from(
        postings.join(
            ledger_accounts,
            (ledger_accounts.c.community_id == postings.c.community_id)
            & (ledger_accounts.c.id == postings.c.account_id),
        )
    )
    .where(postings.c.community_id == _b("community_id"), postings.c.transfer_id == _b("transfer_id"))
)
TOP = Statement(
    select(ledger_accounts.c.owner, ledger_accounts.c.balance)
    .where(
        ledger_accounts.c.community_id == _b("community_id"),
        ledger_accounts.c.kind == literal_column("'member'"),  # as the partial index says it
        ledger_accounts.c.currency == _b("currency"),
        ledger_accounts.c.balance > _b("least"),
    )
    .order_by(ledger_accounts.c.balance.desc(), ledger_accounts.c.id)
    .limit(_b("count"))
)
CURRENCIES = Statement(
    select(ledger_accounts.c.currency, ledger_accounts.c.balance)
    .where(
        ledger_accounts.c.community_id == _b("community_id"),
        ledger_accounts.c.kind == _b("kind"),
        ledger_accounts.c.owner == _b("owner"),
    )
    .order_by(ledger_accounts.c.currency)
)
FIND_HOLD = Statement(
    select(
        holds.c.id,
        holds.c.plugin,
        holds.c.amount,
        holds.c.captured,
        holds.c.released,
        holds.c.state,
        holds.c.account_id,
        holds.c.escrow_id,
    ).where(holds.c.community_id == _b("community_id"), holds.c.key == _b("key"))
)
ADD_HOLD = insertion(holds, "community_id", "id", "key", "plugin", "account_id", "escrow_id", "amount", "at")
MOVE_HOLD = Statement(
    update(holds)
    .where(holds.c.community_id == _b("community_id"), holds.c.id == _b("id_"))
    .values(captured=_b("captured"), released=_b("released"), state=_b("state"))
)
_HOLD = (holds.c.id, holds.c.amount, holds.c.captured, holds.c.released, holds.c.state)
HOLD = Statement(select(*_HOLD).where(holds.c.community_id == _b("community_id"), holds.c.id == _b("id")))
OPEN_HOLDS_OF = Statement(
    select(*_HOLD, ledger_accounts.c.currency)
    .select_from(
        holds.join(
            ledger_accounts,
            (ledger_accounts.c.community_id == holds.c.community_id) & (ledger_accounts.c.id == holds.c.account_id),
        )
    )
    .where(
        holds.c.community_id == _b("community_id"),
        holds.c.state == _b("state"),
        ledger_accounts.c.kind == _b("kind"),
        ledger_accounts.c.owner == _b("owner"),
    )
    .order_by(holds.c.id)
)
GIVE_HOLD = Statement(
    update(holds)
    .where(holds.c.community_id == _b("community_id"), holds.c.id == _b("id_"))
    .values(account_id=_b("account_id"))
)
ACCOUNT_OWNER = Statement(
    select(ledger_accounts.c.kind, ledger_accounts.c.owner, ledger_accounts.c.currency).where(
        ledger_accounts.c.community_id == _b("community_id"), ledger_accounts.c.id == _b("id")
    )
)
OWNERS = Statement(
    select(ledger_accounts.c.owner, ledger_accounts.c.currency, ledger_accounts.c.balance)
    .where(ledger_accounts.c.community_id == _b("community_id"), ledger_accounts.c.kind == _b("kind"))
    .order_by(ledger_accounts.c.owner, ledger_accounts.c.currency)
)

# -- daily caps

_total = (
    (capped_totals.c.community_id == _b("community_id"))
    & (capped_totals.c.day == _b("day_"))
    & (capped_totals.c.plugin == _b("plugin_"))
    & (capped_totals.c.reason == _b("reason_"))
    & (capped_totals.c.currency == _b("currency_"))
    & (capped_totals.c.member_id == _b("member_id_"))
)
FIND_TOTAL = Statement(select(capped_totals.c.granted).where(_total))
ADD_TOTAL = Statement(
    insert(capped_totals).values(
        community_id=_b("community_id"),
        day=_b("day_"),
        plugin=_b("plugin_"),
        reason=_b("reason_"),
        currency=_b("currency_"),
        member_id=_b("member_id_"),
    )
)
APPLY_TOTAL = Statement(update(capped_totals).where(_total).values(granted=capped_totals.c.granted + _b("delta")))
FIND_CAPPED = Statement(
    select(
        capped_grants.c.plugin,
        capped_grants.c.reason,
        capped_grants.c.currency,
        capped_grants.c.asked,
        capped_grants.c.granted,
    ).where(capped_grants.c.community_id == _b("community_id"), capped_grants.c.key == _b("key"))
)
ADD_CAPPED = Statement(insert(capped_grants).values({column.name: _b(column.name) for column in capped_grants.columns}))

# -- counter-entries

TRANSFER = Statement(
    select(
        transfers.c.key,
        transfers.c.plugin,
        transfers.c.reason,
        transfers.c.note,
        transfers.c.actor,
        transfers.c.at,
        reversals.c.reversal_id,
    )
    .select_from(
        transfers.outerjoin(
            reversals,
            (reversals.c.community_id == transfers.c.community_id) & (reversals.c.transfer_id == transfers.c.id),
        )
    )
    .where(transfers.c.community_id == _b("community_id"), transfers.c.id == _b("id"))
)
ADD_REVERSAL = insertion(reversals, "community_id", "transfer_id", "reversal_id")

# -- statements

# The ids alone come first: they stand in the index, and SQLite, which else believes the primary key to be as good as
# that (it is a walk through everybody's postings), has no choice then.
_mine = (postings.c.community_id == _b("community_id")) & (postings.c.account_id == _b("account_id"))


def _with_transfers(ids: Subquery) -> FromClause:
    """An account's postings with these transfer ids, and their transfers."""
    return ids.join(postings, _mine & (postings.c.transfer_id == ids.c.transfer_id)).join(
        transfers, (transfers.c.community_id == _b("community_id")) & (transfers.c.id == ids.c.transfer_id)
    )


_page = (
    select(postings.c.transfer_id)
    .where(_mine, postings.c.transfer_id < _b("before"))
    .order_by(postings.c.transfer_id.desc())
    .limit(_b("count"))
    .subquery()
)
STATEMENT = Statement(
    select(
        _page.c.transfer_id,
        postings.c.amount,
        transfers.c.at,
        transfers.c.plugin,
        transfers.c.reason,
        transfers.c.note,
    )
    .select_from(_with_transfers(_page))
    .order_by(_page.c.transfer_id.desc())
)
OTHER_SIDES = Statement(
    select(postings.c.transfer_id, ledger_accounts.c.kind, ledger_accounts.c.owner)
    .select_from(
        postings.join(
            ledger_accounts,
            (ledger_accounts.c.community_id == postings.c.community_id)
            & (ledger_accounts.c.id == postings.c.account_id),
        )
    )
    .where(
        postings.c.community_id == _b("community_id"),
        any_of(postings.c.transfer_id, _b("transfers")),
        postings.c.account_id != _b("account_id"),
    )
    .order_by(postings.c.transfer_id, postings.c.account_id)
)
_since = (
    select(postings.c.transfer_id)
    .where(_mine, postings.c.transfer_id >= _b("first"))
    .limit(literal_column(str(2**40)))  # keeps SQLite from dissolving the subquery
    .subquery()
)
SPENT = Statement(
    select(func.coalesce(func.sum(postings.c.amount), _b("zero")))
    .select_from(_with_transfers(_since))
    .where(
        postings.c.amount < literal_column("0"),
        transfers.c.at >= _b("since"),
        transfers.c.plugin == _b("plugin"),
        transfers.c.reason == _b("reason"),
    )
)
