"""Two member records become one: accounts, wallet, standing, and every row that names the one that goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.core.events import MembersMerged
from coterie.core.memberdata import MemberTable
from coterie.core.people.own import CORE
from coterie.core.people.standings import settle_standing
from coterie.core.unit import Unit
from coterie.storage.ledger import Account, Leg
from coterie.storage.member_rows import Counts, MemberRows
from coterie.storage.members import MemberRecord
from coterie.storage.merges import PERSON, Journaled, MergeJournal, MergeRecord, journaled


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge moved: the ids of accounts, and amounts by currency (minor units)."""

    kept: int
    gone: int
    accounts: tuple[int, ...]
    amounts: Mapping[str, int]
    id: int = 0


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would move: names of accounts with their platform, amounts and open holds by currency (minor
    units), and rows by plugin.
    """

    accounts: tuple[tuple[str, str], ...]
    amounts: Mapping[str, int]
    held: Mapping[str, int]
    rows: Mapping[str, Counts]


def purse(member: int) -> Account:
    """The wallet of a record."""
    return Account("member", str(member))


def rows_of(unit: Unit) -> list[tuple[str, MemberTable, MemberRows]]:
    """Every column whose rows a merge moves: whose it is, what is declared, and what works on it."""
    declared = unit.services.member_tables(unit.db.connection)
    return [(plugin, each, MemberRows(each)) for plugin, each in declared if each.merge != "stay"]


def settle_rows(unit: Unit) -> None:
    """What was changed and not yet written is written now, and what sessions know of rows is read again later."""
    unit.ledger.reread()  # what a day has given is counted in rows that move
    unit.activity.flush()
    if unit.session is not None:
        unit.session.flush()
        unit.session.expire_all()


def preview_merge(unit: Unit, kept: MemberRecord, gone: MemberRecord) -> MergePreview:
    """What :func:`merge_members` would do now."""
    settle_rows(unit)
    connection = unit.db.connection
    rows: dict[str, Counts] = {}
    for plugin, _, table in rows_of(unit):
        found = table.counts(connection, gone.community, gone.id, kept.id)
        sofar = rows.get(plugin, Counts())
        rows[plugin] = Counts(sofar.moved + found.moved, sofar.united + found.united, sofar.left + found.left)
    accounts = unit.members.accounts_of(gone.community, gone.id)
    return MergePreview(
        tuple((account.name, account.platform) for account in accounts),
        _balances(unit, gone),
        _held(unit, gone),
        {plugin: found for plugin, found in rows.items() if found != Counts()},
    )


def merge_members(unit: Unit, kept: MemberRecord, gone: MemberRecord, *, actor: int, plugin: str) -> Merge:
    """Move all that ``gone`` has to ``kept`` and make it known; from now on the id of ``gone`` means ``kept``.

    Each step is written down, so that it can be undone.  Raises :class:`ValueError` for one and the same member.
    """
    if kept.id == gone.id:
        raise ValueError(f"member {kept.id} cannot be merged with itself")
    unit.writes += 1
    settle_rows(unit)
    merge = unit.services.ids.next()
    journal = MergeJournal(unit.db, gone.community)
    before = _person(unit, kept)
    amounts = _move_money(unit, kept, gone, merge, actor)
    done = _give_holds(unit, kept, gone)
    for owner, declared, table in rows_of(unit):
        changes = table.move(unit.db.connection, gone.community, gone.id, kept.id)
        done += [journaled(owner, declared.table, declared.column, change) for change in changes]
    accounts = unit.members.merge(kept, gone)
    settle_standing(unit, kept)
    names = {account.id: account.name for account in accounts}
    journal.add(
        MergeRecord(merge, kept.id, gone.id, plugin, actor, unit.now, names, amounts, before, None, 0, {}),
    )
    journal.add_rows(merge, gone.id, done)
    unit.emit(MembersMerged(key=f"merge:{merge}", kept=kept.id, gone=gone.id, merge=merge))
    return Merge(kept.id, gone.id, tuple(names), amounts, merge)


def _person(unit: Unit, member: MemberRecord) -> dict[str, str | int | None]:
    """A record as it is written, for the day on which it is to be like that again."""
    row = unit.db.one(PERSON, {"community_id": member.community, "id": member.id})
    if row is None:
        raise LookupError(f"community {member.community} has no member {member.id}")
    return dict(zip(("name", "locale", "standing", "left_at", "heard"), row, strict=True))


def _balances(unit: Unit, member: MemberRecord) -> dict[str, int]:
    found = unit.ledger.currencies(member.community, purse(member.id))
    return {currency: amount for currency, amount in found.items() if amount}


def _move_money(unit: Unit, kept: MemberRecord, gone: MemberRecord, merge: int, actor: int) -> dict[str, int]:
    """Balances move by transfers, each with a key of this merge."""
    amounts = _balances(unit, gone)
    for currency, amount in amounts.items():
        unit.ledger.transfer(
            gone.community,
            [Leg(purse(gone.id), -amount), Leg(purse(kept.id), amount)],
            currency,
            key=f"core:merge:{merge}:{currency}",
            plugin=CORE,
            reason="merge",
            now=unit.now,
            actor=actor,
        )
    return amounts


def _held(unit: Unit, member: MemberRecord) -> dict[str, int]:
    held: dict[str, int] = {}
    for hold, currency in unit.ledger.open_holds(member.community, purse(member.id)):
        held[currency] = held.get(currency, 0) + hold.amount - hold.captured - hold.released
    return held


def _give_holds(unit: Unit, kept: MemberRecord, gone: MemberRecord) -> list[Journaled]:
    """Open holds give back to ``kept`` what is not captured; each is written down with what had been given back."""
    done = []
    for hold, currency in unit.ledger.open_holds(gone.community, purse(gone.id)):
        unit.ledger.give_hold(gone.community, hold.id, purse(kept.id), currency, unit.now)
        done.append(Journaled(CORE, "holds", "account_id", "hold", str(hold.id), currency, str(hold.released), ""))
    return done
