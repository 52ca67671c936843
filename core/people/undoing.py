"""Merges taken back: what the one record had brought is its own again, what came since stays with the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from coterie.core.errors import Refusal
from coterie.core.events import MergeUndone
from coterie.core.people.merging import purse, rows_of, settle_rows
from coterie.core.people.own import CORE
from coterie.core.people.restoring import restore_people
from coterie.core.unit import Unit
from coterie.storage.ledger import Leg
from coterie.storage.members import AccountRecord, MemberRecord
from coterie.storage.merges import Journaled, MergeJournal, MergeRecord, change_of, journaled

UNDO_WITHIN: Final = timedelta(days=30)
"""How long a merge can be undone; after that nobody knows any more what it did."""


class CannotUndo(Refusal):
    """A merge cannot be undone; the message says why."""


class Shortfall(CannotUndo):
    """Some of the money is gone, and nobody agreed to that; ``amounts`` is what is missing, by currency (minor
    units).
    """

    def __init__(self, amounts: Mapping[str, int]) -> None:
        super().__init__("merge-short", namespace="core")
        self.amounts = amounts


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing a merge would give back: accounts, money by currency (minor units) with what is ``short`` of it,
    what is still ``held``, and how many rows by plugin.
    """

    merge: MergeRecord
    accounts: tuple[AccountRecord, ...]
    returned: Mapping[str, int]
    short: Mapping[str, int]
    held: Mapping[str, int]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a merge gave back; ``stuck`` rows could not be, and stay with the record that was kept."""

    merge: int
    kept: MemberRecord
    gone: MemberRecord
    accounts: tuple[int, ...]
    returned: Mapping[str, int]
    short: Mapping[str, int]
    stuck: int


def merges_of(unit: Unit, member: MemberRecord) -> list[MergeRecord]:
    """The merges in which a record was kept, undone ones too; the newest first."""
    return [merge for merge in MergeJournal(unit.db, member.community).of(member.id) if merge.kept == member.id]


def preview_undo(unit: Unit, community: int, merge: int) -> UndoPreview:
    """What :func:`undo_merge` would do now; raises :class:`CannotUndo`."""
    settle_rows(unit)
    journal = MergeJournal(unit.db, community)
    record, kept = _undoable(unit, journal, community, merge)
    owed, held = _owed(unit, community, record, journal.rows(merge))
    returned = {currency: min(amount, _balance(unit, kept, currency)) for currency, amount in owed.items()}
    short = {currency: amount - returned[currency] for currency, amount in owed.items() if amount > returned[currency]}
    rows = {plugin: count for plugin, count in journal.counts(merge).items() if plugin != CORE}
    return UndoPreview(record, _accounts(unit, kept, record), _some(returned), short, held, rows)


def undo_merge(
    unit: Unit, community: int, merge: int, *, actor: int, agreed: Mapping[str, int] | None = None
) -> Undone:
    """Take a merge back, once.

    Money goes back as far as it is still there: raises :class:`Shortfall` when more is missing than was ``agreed``
    (minor units by currency), and :class:`CannotUndo` for a merge that is unknown, undone, older than
    :data:`UNDO_WITHIN`, or of a record that was merged itself since.
    """
    seen = preview_undo(unit, community, merge)
    if any(missing > (agreed or {}).get(currency, 0) for currency, missing in seen.short.items()):
        raise Shortfall(seen.short)
    unit.writes += 1
    journal = MergeJournal(unit.db, community)
    record, kept = _undoable(unit, journal, community, merge)
    rows = journal.rows(merge)
    gone = unit.members.revive(kept, record.gone)
    _give_back(unit, kept, gone, record, seen.returned, actor)
    _return_holds(unit, gone, rows)
    stuck = _return_rows(unit, record, [row for row in rows if row.act != "hold"])
    for account in seen.accounts:
        unit.members.move_account(account, gone)
    restore_people(unit, record, kept, gone)
    journal.end(merge, now=unit.now, actor=actor, returned=seen.returned)
    _adopt(unit, journal, kept, rows)
    unit.emit(MergeUndone(key=f"unmerge:{merge}", kept=kept.id, gone=gone.id, merge=merge))
    accounts = tuple(account.id for account in seen.accounts)
    return Undone(merge, kept, gone, accounts, seen.returned, seen.short, stuck)


def _undoable(unit: Unit, journal: MergeJournal, community: int, merge: int) -> tuple[MergeRecord, MemberRecord]:
    """The merge and the record that was kept; raises :class:`CannotUndo`."""
    record = journal.find(merge)
    kept = None if record is None else unit.members.member(community, record.kept)
    if record is None or kept is None:
        raise CannotUndo("merge-unknown", namespace="core")
    if record.undone_at is not None:
        raise CannotUndo("merge-undone", namespace="core")
    if unit.now - record.at > UNDO_WITHIN // timedelta(milliseconds=1):
        raise CannotUndo("merge-too-late", namespace="core", days=UNDO_WITHIN.days)
    if kept.id != record.kept:  # what it had is a part of a third record now, which has to be taken apart first
        raise CannotUndo("merge-inside", namespace="core", name=kept.name)
    if record.accounts and not _accounts(unit, kept, record):
        raise CannotUndo("merge-no-account", namespace="core")
    return record, kept


def _accounts(unit: Unit, kept: MemberRecord, record: MergeRecord) -> tuple[AccountRecord, ...]:
    """The accounts that came with a merge and are still there."""
    return tuple(each for each in unit.members.accounts_of(kept.community, kept.id) if each.id in record.accounts)


# -- money


def _balance(unit: Unit, member: MemberRecord, currency: str) -> int:
    return unit.ledger.balance(member.community, purse(member.id), currency)


def _some(amounts: Mapping[str, int]) -> dict[str, int]:
    return {currency: amount for currency, amount in amounts.items() if amount}


def _owed(
    unit: Unit, community: int, record: MergeRecord, rows: list[Journaled]
) -> tuple[dict[str, int], dict[str, int]]:
    """What the record that was kept owes the other one, and what is still held of the other one's money.

    Owed is what was moved, and what came back since of what had been held.
    """
    owed, held = dict(record.amounts), dict[str, int]()
    for row in rows:
        hold = unit.ledger.hold_by_id(community, int(row.key)) if row.act == "hold" else None
        if hold is None:
            continue
        currency, before = row.image, int(row.before)
        owed[currency] = owed.get(currency, 0) + hold.released - before
        if hold.state == "open":
            held[currency] = held.get(currency, 0) + hold.amount - hold.captured - hold.released
    return owed, held


def _give_back(
    unit: Unit, kept: MemberRecord, gone: MemberRecord, record: MergeRecord, amounts: Mapping[str, int], actor: int
) -> None:
    for currency, amount in sorted(amounts.items()):
        unit.ledger.transfer(
            kept.community,
            [Leg(purse(kept.id), -amount), Leg(purse(gone.id), amount)],
            currency,
            key=f"core:unmerge:{record.id}:{currency}",
            plugin=CORE,
            reason="unmerge",
            now=unit.now,
            actor=actor,
        )


def _return_holds(unit: Unit, gone: MemberRecord, rows: list[Journaled]) -> None:
    """What is still held goes back to the record that had set it aside, should it go back."""
    for row in rows:
        hold = unit.ledger.hold_by_id(gone.community, int(row.key)) if row.act == "hold" else None
        if hold is not None and hold.state == "open":
            unit.ledger.give_hold(gone.community, hold.id, purse(gone.id), row.image, unit.now)


# -- rows


def _return_rows(unit: Unit, record: MergeRecord, rows: list[Journaled]) -> int:
    """Take row after row back, the last one first; returns how many could not be."""
    tables = {(each.table.name, each.column): (each.table, table) for _, each, table in rows_of(unit)}
    stuck = 0
    for place, group in groupby(reversed(rows), key=lambda row: (row.table, row.column)):
        found, changed = tables.get(place), list(group)
        if found is None:  # the plugin is not installed any more
            stuck += len(changed)
            continue
        table, work = found
        changes = [change_of(table, row) for row in reversed(changed)]
        stuck += work.undo(unit.db.connection, record.gone, record.kept, changes)
    return stuck


def _adopt(unit: Unit, journal: MergeJournal, kept: MemberRecord, undone: list[Journaled]) -> None:
    """What other records had beside rows that have just gone back is the record's own row now: it had been left, or
    united with those.
    """
    went = {(row.table, row.column, row.key) for row in undone if row.act == "move"}
    others = [each for each in journal.of(kept.id) if each.kept == kept.id and each.undone_at is None]
    tables = rows_of(unit) if went else []
    for other in reversed(others):
        written = journal.rows(other.id)
        for plugin, declared, table in tables:
            place = (declared.table.name, declared.column)
            for row in written:
                if row.act == "unite" and (row.table, row.column) == place and (*place, row.key) in went:
                    change = table.reclaim(unit.db.connection, kept.id, change_of(declared.table, row))
                    if change is not None:
                        journal.rewrite(other.id, journaled(plugin, declared.table, place[1], change, row.number))
            if table.leaves:
                changes = table.move(unit.db.connection, kept.community, other.gone, kept.id)
                done = [journaled(plugin, declared.table, declared.column, change) for change in changes]
                journal.add_rows(other.id, other.gone, done)
