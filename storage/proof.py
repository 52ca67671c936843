"""The proof of the books: what `coterie ledger verify` runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, select

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement
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

UNBALANCED = Statement(
    select(
        postings.c.community_id,
        postings.c.transfer_id,
        ledger_accounts.c.currency,
        func.sum(postings.c.amount).label("total"),
    )
    .select_from(
        postings.join(
            ledger_accounts,
            (ledger_accounts.c.community_id == postings.c.community_id)
            & (ledger_accounts.c.id == postings.c.account_id),
        )
    )
    .group_by(postings.c.community_id, postings.c.transfer_id, ledger_accounts.c.currency)
    .having(func.sum(postings.c.amount) != _b("zero"))
)
# Added up first and joined then: left to itself, SQLite reads all postings of a community for each of its accounts.
_booked = (
    select(postings.c.community_id, postings.c.account_id, func.sum(postings.c.amount).label("amount"))
    .group_by(postings.c.community_id, postings.c.account_id)
    .subquery("booked")
)
WRONG_BALANCE = Statement(
    select(
        ledger_accounts.c.community_id,
        ledger_accounts.c.id,
        ledger_accounts.c.kind,
        ledger_accounts.c.owner,
        ledger_accounts.c.currency,
        ledger_accounts.c.balance,
        func.coalesce(_booked.c.amount, _b("zero")).label("booked"),
    )
    .select_from(
        ledger_accounts.outerjoin(
            _booked,
            (ledger_accounts.c.community_id == _booked.c.community_id) & (ledger_accounts.c.id == _booked.c.account_id),
        )
    )
    .where(ledger_accounts.c.balance != func.coalesce(_booked.c.amount, _b("zero_")))
)
NEGATIVE = Statement(
    select(
        ledger_accounts.c.community_id,
        ledger_accounts.c.kind,
        ledger_accounts.c.owner,
        ledger_accounts.c.currency,
        ledger_accounts.c.balance,
    ).where(ledger_accounts.c.balance < _b("zero"), ledger_accounts.c.kind != _b("issuer"))
)
ORPHANS = Statement(
    select(transfers.c.community_id, transfers.c.id, transfers.c.key).where(
        ~select(postings.c.transfer_id)
        .where(postings.c.community_id == transfers.c.community_id, postings.c.transfer_id == transfers.c.id)
        .exists()
    )
)
STRAYS = Statement(
    select(postings.c.community_id, postings.c.transfer_id, postings.c.account_id, postings.c.amount)
    .select_from(
        postings.outerjoin(
            transfers,
            (transfers.c.community_id == postings.c.community_id) & (transfers.c.id == postings.c.transfer_id),
        ).outerjoin(
            ledger_accounts,
            (ledger_accounts.c.community_id == postings.c.community_id)
            & (ledger_accounts.c.id == postings.c.account_id),
        )
    )
    .where(transfers.c.id.is_(None) | ledger_accounts.c.id.is_(None))
)
_left = holds.c.amount - holds.c.captured - holds.c.released
WRONG_HOLD = Statement(
    select(
        holds.c.community_id, holds.c.key, _left, holds.c.state, func.coalesce(ledger_accounts.c.balance, _b("zero"))
    )
    .select_from(
        holds.outerjoin(
            ledger_accounts,
            (ledger_accounts.c.community_id == holds.c.community_id) & (ledger_accounts.c.id == holds.c.escrow_id),
        )
    )
    .where(
        (func.coalesce(ledger_accounts.c.balance, _b("absent")) != _left)
        | ((holds.c.state == _b("open")) != (_left > _b("zero_")))
    )
)
_came = func.coalesce(func.sum(postings.c.amount), _b("zero"))
WRONG_GRANT = Statement(
    select(capped_grants.c.community_id, capped_grants.c.key, capped_grants.c.granted, _came)
    .select_from(
        capped_grants.outerjoin(
            postings,
            (postings.c.community_id == capped_grants.c.community_id)
            & (postings.c.transfer_id == capped_grants.c.transfer_id)
            & (postings.c.amount > _b("zero_")),
        )
    )
    .group_by(capped_grants.c.community_id, capped_grants.c.key, capped_grants.c.granted)
    .having(capped_grants.c.granted != _came)
)
_day = ("community_id", "day", "plugin", "reason", "currency")


def _wrong_total(*names: str, everybody: bool) -> Statement:
    """Totals that are not the sum of their grants: those of members, or those of all members together."""
    sums = (
        select(*(capped_grants.c[name] for name in names), func.sum(capped_grants.c.granted).label("given"))
        .group_by(*(capped_grants.c[name] for name in names))
        .subquery()
    )
    same = and_(*(sums.c[name] == capped_totals.c[name] for name in names))
    given = func.coalesce(sums.c.given, _b("zero"))
    mine = capped_totals.c.member_id
    shown = (*(capped_totals.c[name] for name in _day), mine, capped_totals.c.granted)
    return Statement(
        select(*shown, given)
        .select_from(capped_totals.outerjoin(sums, same))
        .where(capped_totals.c.granted != given, (mine == _b("nobody")) if everybody else (mine != _b("nobody")))
    )


WRONG_TOTALS = (
    _wrong_total(*_day, "member_id", everybody=False),
    _wrong_total(*_day, everybody=True),
)
_of_day = and_(*(capped_grants.c[name] == capped_totals.c[name] for name in _day))
UNCOUNTED = Statement(
    select(capped_grants.c.community_id, capped_grants.c.key, capped_grants.c.granted)
    .select_from(
        capped_grants.outerjoin(capped_totals, _of_day & (capped_grants.c.member_id == capped_totals.c.member_id))
    )
    .where(capped_totals.c.day.is_(None), capped_grants.c.granted > _b("zero"))
)
_first, _second = postings.alias("first"), postings.alias("second")


def _moved(side: Any, transfer: Any) -> Any:
    """How much a transfer moved, as a scalar of the row around it."""
    return (
        select(func.coalesce(func.sum(side.c.amount), literal_column("0")))
        .where(
            side.c.community_id == reversals.c.community_id,
            side.c.transfer_id == transfer,
            side.c.amount > literal_column("0"),
        )
        .scalar_subquery()
    )


_original, _taken = _moved(_first, reversals.c.transfer_id), _moved(_second, reversals.c.reversal_id)
REVERSED = Statement(
    select(reversals.c.community_id, reversals.c.transfer_id, reversals.c.reversal_id, _original, _taken)
)
COUNTS = Statement(select(func.count()).select_from(transfers))


def verify(db: LaneConnection) -> list[str]:
    """Prove the books; each finding in plain words, none when all is well."""
    found = [
        f"community {c}: transfer {t} sums to {total} {currency} instead of 0"
        for c, t, currency, total in db.all(UNBALANCED, {"zero": 0})
    ]
    found += [
        f"community {c}: account {kind}:{owner} shows {balance} {currency}, its postings sum to {booked}"
        for c, _, kind, owner, currency, balance, booked in db.all(WRONG_BALANCE, {"zero": 0, "zero_": 0})
    ]
    found += [
        f"community {c}: account {kind}:{owner} is below zero: {balance} {currency}"
        for c, kind, owner, currency, balance in db.all(NEGATIVE, {"zero": 0, "issuer": "issuer"})
    ]
    found += [f"community {c}: transfer {t} ({key}) has no postings" for c, t, key in db.all(ORPHANS, {})]
    found += [
        f"community {c}: a posting of {amount} belongs to transfer {t} and account {account}, one of which is missing"
        for c, t, account, amount in db.all(STRAYS, {})
    ]
    found += [
        f"community {c}: hold {key} ({state}) should have {left} in escrow, it has {balance}"
        for c, key, left, state, balance in db.all(WRONG_HOLD, {"zero": 0, "zero_": 0, "absent": -1, "open": "open"})
    ]
    return found + _caps(db) + _reversals(db)


def _caps(db: LaneConnection) -> list[str]:
    found = [
        f"community {c}: the capped grant {key} says that it gave {granted}, its transfer moved {moved}"
        for c, key, granted, moved in db.all(WRONG_GRANT, {"zero": 0, "zero_": 0})
    ]
    found += [
        f"community {c}: {plugin} {reason} gave {given} {currency} on {day} to "
        f"{f'member {member}' if member else 'all members'}, the total says {total}"
        for statement in WRONG_TOTALS
        for c, day, plugin, reason, currency, member, total, given in db.all(statement, {"zero": 0, "nobody": 0})
    ]
    return found + [
        f"community {c}: the capped grant {key} gave {granted}, which no total counts"
        for c, key, granted in db.all(UNCOUNTED, {"zero": 0})
    ]


def _reversals(db: LaneConnection) -> list[str]:
    return [
        f"community {c}: transfer {reversal} takes back {taken} of transfer {transfer}, which moved {original}"
        for c, transfer, reversal, original, taken in db.all(REVERSED, {})
        if not 0 < taken <= original
    ]


def transfer_count(db: LaneConnection) -> int:
    """How many transfers the books hold."""
    row = db.one(COUNTS, {})
    return 0 if row is None else int(row[0])
