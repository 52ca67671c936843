"""Looking: what would have to change for some members, from the rows and, where it was asked, from the platforms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from coterie.core.access.diff import Applied, Step, compare
from coterie.core.config.communities import Slot
from coterie.core.events import Who
from coterie.core.platform import Holdings
from coterie.core.rights import Rights
from coterie.storage.access import Grants
from coterie.storage.applied import AppliedRows
from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Row

Seen = Mapping[int, Mapping[tuple[str, str], Holdings]]
"""What the platforms told: by account, then by platform and space."""
NOTHING_SEEN: Final[Seen] = {}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of a member; ``adapter`` serves it."""

    id: int
    member: int
    platform: str
    native: str
    name: str
    adapter: str
    dm: str

    @property
    def who(self) -> Who:
        """The account as its platform names it."""
        return Who(self.platform, self.native, self.name)


@dataclass(frozen=True, slots=True)
class Finding:
    """A step, and whose account it is about."""

    account: AccountRow
    step: Step


@dataclass(frozen=True, slots=True)
class People:
    """Some members: the accesses that they have now, their accounts, and what is known of those."""

    having: Mapping[int, frozenset[str]]
    accounts: tuple[AccountRow, ...]
    applied: Mapping[int, tuple[Applied, ...]]


def people(db: LaneConnection, community: int, members: Sequence[int], now: int) -> People:
    """Read some members in three statements."""
    rows = AppliedRows(db)
    having: dict[int, set[str]] = {}
    for grant in Grants(db).open(community, members):
        if grant.until > now:
            having.setdefault(grant.member, set()).add(grant.access)
    accounts = tuple(_account(row) for row in rows.accounts_of(community, members))
    applied: dict[int, list[Applied]] = {}
    for row in rows.of(community, [account.id for account in accounts]):
        applied.setdefault(row[0], []).append(applied_of(row))
    return People(
        {member: frozenset(names) for member, names in having.items()},
        accounts,
        {account: tuple(known) for account, known in applied.items()},
    )


def look(found: People, rights: Rights, seen: Seen, now: int, asked: int = 0) -> list[Finding]:
    """What would have to change for these members; the platforms were ``asked`` what was ``seen`` at that instant."""
    wanted: dict[frozenset[str], Any] = {}
    findings = []
    for account in found.accounts:
        having = found.having.get(account.member, frozenset())
        if having not in wanted:
            wanted[having] = rights.wanted(having)
        here = {slot: want for slot, want in wanted[having].items() if slot.platform == account.adapter}
        steps = compare(here, found.applied.get(account.id, ()), seen.get(account.id, {}), now, asked)
        findings += [Finding(account, _reachable(step, account)) for step in steps]
    return findings


def _reachable(step: Step, account: AccountRow) -> Step:
    """An invitation waits for a direct chat."""
    if step.act == "give" and step.slot.kind == "join" and not account.dm:
        return replace(step, act="wait", why="no-chat")
    return step


def spaces_of(found: People, rights: Rights) -> dict[tuple[str, str], list[AccountRow]]:
    """Which accounts have to be looked up in which space (platform, native id)."""
    asked: dict[tuple[str, str], list[AccountRow]] = {}
    places: dict[frozenset[str], set[tuple[str, str]]] = {}
    for account in found.accounts:
        having = found.having.get(account.member, frozenset())
        if having not in places:
            places[having] = {(slot.platform, slot.space) for slot in rights.wanted(having)}
        known = {(each.slot.platform, each.slot.space) for each in found.applied.get(account.id, ())}
        for place in sorted(places[having] | known):
            if place[0] == account.adapter:
                asked.setdefault(place, []).append(account)
    return asked


def applied_of(row: Row) -> Applied:
    """What is known of a slot, from its row."""
    _, adapter, space, kind, target, value, access, state, mark, action, attempts, not_before, reason, since = row
    slot = Slot(adapter, space, kind, target)
    return Applied(slot, state, access, mark, value, action, attempts, not_before, reason, since)


def row_of(community: int, account: int, known: Applied) -> dict[str, Any]:
    """The row of what is known of a slot."""
    return {
        **key_of(community, account, known.slot),
        "value": known.value,
        "access": known.access,
        "state": known.state,
        "mark": known.mark,
        "action": known.busy,
        "attempts": known.attempts,
        "not_before": known.retry_at,
        "reason": known.reason[:500],
        "since": known.since,
    }


def key_of(community: int, account: int, slot: Slot) -> dict[str, Any]:
    """The primary key of a slot's row."""
    return {
        "community_id": community,
        "account_id": account,
        "adapter": slot.platform,
        "space": slot.space,
        "kind": slot.kind,
        "target": slot.target,
    }


def _account(row: Row) -> AccountRow:
    identifier, member, platform, native, name, adapter, dm = row
    return AccountRow(identifier, member, platform, native, name, adapter or platform, dm)
