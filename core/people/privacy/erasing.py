"""Erasing a member, in steps that each fit into one transaction on the lane.

First everybody is asked whether anything speaks against it.  Then the accounts are let go: from there on nobody acts as
this member, and whoever comes back is somebody new.  Then each plugin and each part of the core does its own, and says
what became of it; a part that fails undoes nobody else's work and is tried again later.  The row of the erasure says at
every moment what is left, so that it goes on after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from sqlalchemy import inspect

from coterie.core.audit import audit
from coterie.core.errors import Refusal
from coterie.core.people.own import CORE, CORE_TABLES
from coterie.core.people.privacy import leaving, money
from coterie.core.people.privacy.orders import (
    POSTPONED,
    RETRIES,
    Erasure,
    Part,
    end,
    find,
    parts_of,
    put_off,
    records_of,
    report,
)
from coterie.core.people.privacy.rows import AT_ONCE, erase_rows
from coterie.core.people.privacy.scrubbing import Known, Scrubber
from coterie.core.people.privacy.waiting import sweep
from coterie.storage.members import MemberRecord

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.memberdata import MemberTable
    from coterie.core.plugin import Plugin

ACCESS: Final = "core:access"
IDENTITY: Final = "core:identity"
ROWS: Final = "core:rows"
NOTES: Final = "core:notes"
WAITING: Final = "core:waiting"
MONEY: Final = "core:money"
PATIENCE: Final = 600_000
"""Milliseconds for which messages to somebody who is being erased may still arrive; then they are given up."""
ACCESS_PATIENCE: Final = 86_400_000
"""Milliseconds in which the platforms should have taken back roles; then the accounts are let go nevertheless."""
LOOK_AGAIN: Final = 15_000
"""Milliseconds until a part that waits for the outside world looks again."""
OWN_WAY: Final = frozenset({"accounts", "erasures", "transfers"})
"""Tables of the core that a part of their own looks after."""


VERSIONS: Final = "alembic_version_"
"""How the tables begin that tell which plugins have tables."""

EndAccess = Callable[["Context", Sequence[int]], bool]
"""Ends the rights of some records; whether something that Coterie gave still stands on a platform."""


class PartFailed(Exception):
    """A part of an erasure failed, and its transaction with it."""

    def __init__(self, part: str, state: Literal["failed", "refused"], reason: str) -> None:
        super().__init__(f"{part}: {reason}")
        self.part = part
        self.state: Literal["failed", "refused"] = state
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step of a part did: rows met, where it goes on (empty: it is done), or until when it waits."""

    met: int = 0
    position: str = ""
    wait: int = 0


class Eraser:
    """Erases members of the communities of one process."""

    def __init__(
        self,
        plugins: Mapping[str, Plugin],
        end_access: EndAccess = lambda _ctx, _records: False,
        *,
        patience: int = PATIENCE,
    ) -> None:
        self._plugins = plugins
        self._end_access = end_access
        self._patience = patience
        self._missing: tuple[str, ...] | None = None

    def parts(self, ctx: Context) -> list[str]:
        """The parts in their order: money last, for what plugins give back goes to the sink, too."""
        off = (name for name, _ in self._declared(ctx) if name not in self._plugins and name != CORE)
        return [ACCESS, IDENTITY, *self._plugins, *dict.fromkeys(off), *self._gone(ctx), ROWS, NOTES, WAITING, MONEY]

    def step(self, ctx: Context, erasure: int, tried: frozenset[str]) -> bool:
        """Do the next step, leaving out the parts that were ``tried`` in this round; whether there are more.

        Raises :class:`PartFailed`; the caller tells :meth:`failed` in a transaction of its own.
        """
        found = find(ctx.unit.db, ctx.community.id, erasure)
        if found is None or not found.live or found.not_before > ctx.unit.now:
            return False
        if not found.begun and (reason := self._objection(ctx, found)):
            put_off(ctx.unit.db, found, "postponed", reason, ctx.unit.now + POSTPONED)
            return False
        parts = parts_of(ctx.unit.db, found)
        left = [name for name in self.parts(ctx) if name not in parts or parts[name].state != "done"]
        for name in left:
            if name not in tried:
                return self._part(ctx, found, name, parts)
        if left:
            self._later(ctx, found, left)
        else:
            self._end(ctx, found)
        return False

    def failed(self, ctx: Context, erasure: int, failure: PartFailed) -> None:
        """Write down that a part failed; what it did was rolled back."""
        found = find(ctx.unit.db, ctx.community.id, erasure)
        if found is not None:
            before = parts_of(ctx.unit.db, found).get(failure.part, Part("failed"))
            part = Part(failure.state, failure.reason, before.met, before.position)
            report(ctx.unit.db, found, failure.part, part, ctx.unit.now)

    def reasons(self, ctx: Context, member: MemberRecord) -> str:
        """What speaks against erasing a member now, in the words of whoever said it first; empty for nothing."""
        if payments := leaving.waiting_payments(ctx, member):
            return str(ctx.t_core("erase-payment", plugins=payments))
        for name, plugin in self._plugins.items():
            if name not in ctx.community.configs:
                continue
            ctx.plugin = name
            try:
                said = plugin.decide_erase(member, ctx)
            except Exception as error:
                said = (
                    f"{type(error).__name__}: {error}"  # who cannot answer may have a reason: nothing is lost by time
                )
            if said:
                return f"{name}: {said}"
        return ""

    def _declared(self, ctx: Context) -> Sequence[tuple[str, MemberTable]]:
        return ctx.unit.services.member_tables(ctx.unit.db.connection)

    def _gone(self, ctx: Context) -> tuple[str, ...]:
        """Plugins that have tables here and are not installed any more: what they keep is not known."""
        if self._missing is None:
            names = inspect(ctx.unit.db.connection).get_table_names()
            there = {name.removeprefix(VERSIONS) for name in names if name.startswith(VERSIONS)}
            self._missing = tuple(
                sorted(there - {CORE} - self._plugins.keys() - entry_points(group="coterie.plugins").names)
            )
        return self._missing

    # -- before and after

    def _objection(self, ctx: Context, erasure: Erasure) -> str:
        member = ctx.find_member(erasure.member)
        return "" if erasure.forced or member is None else self.reasons(ctx, member)

    def _later(self, ctx: Context, erasure: Erasure, left: list[str]) -> None:
        until = ctx.unit.now + RETRIES[min(erasure.tries, len(RETRIES) - 1)]
        reason = ", ".join(left)
        put_off(ctx.unit.db, erasure, "open", reason, until, tries=erasure.tries + 1)

    def _end(self, ctx: Context, erasure: Erasure) -> None:
        end(ctx.unit.db, erasure, ctx.unit.now)
        details = {"why": erasure.why}
        audit(
            ctx.unit,
            ctx.community.id,
            plugin="core",
            act="member-erased",
            actor=0 if erasure.asked_by == erasure.member else erasure.asked_by,
            member=erasure.member,
            details=details,
        )

    # -- one part

    def _part(self, ctx: Context, erasure: Erasure, name: str, parts: Mapping[str, Part]) -> bool:
        unit, before = ctx.unit, parts.get(name, Part("underway"))
        unit.writes += 1
        try:
            outcome = self._run(ctx, erasure, name, before)
            unit.flush_session()
        except Refusal as refusal:
            raise PartFailed(name, "refused", _words(ctx, refusal)) from refusal
        except Exception as error:
            raise PartFailed(name, "failed", f"{type(error).__name__}: {error}") from error
        more = bool(outcome.position or outcome.wait)
        part = Part("underway" if more else "done", "", before.met + outcome.met, outcome.position)
        report(unit.db, erasure, name, part, unit.now)
        if name != MONEY and MONEY in parts:
            # What a plugin gives back at a later try goes to the sink, too.
            report(unit.db, erasure, MONEY, replace(parts[MONEY], state="underway"), unit.now)
        if outcome.wait:
            put_off(unit.db, erasure, "open", name, outcome.wait)
        return not outcome.wait

    def _run(self, ctx: Context, erasure: Erasure, name: str, before: Part) -> Outcome:
        community, unit = erasure.community, ctx.unit
        if name == ACCESS:
            stands = self._end_access(ctx, records_of(unit.db, community, erasure.member))
            began = int(before.position or unit.now)
            if stands and unit.now < began + ACCESS_PATIENCE:
                return Outcome(0, str(began), unit.now + LOOK_AGAIN)
            return Outcome()
        if name == IDENTITY:
            return Outcome(leaving.let_go(ctx, erasure))
        known = msgspec.json.decode(erasure.known, type=Known)
        if name == ROWS:
            tables = tuple(each for each in CORE_TABLES if each.table.name not in OWN_WAY)
            return self._rows(ctx, erasure, known, tables, before)
        if name == NOTES:
            return Outcome(*money.empty_notes(unit, community, known.records, before.position))
        if name == WAITING:
            patient = unit.now < erasure.asked_at + self._patience
            done, position = sweep(unit.db, community, Scrubber(known), before.position, patient=patient)
            unit.aftermath.withdrawn += done.withdrawn
            # What waits is looked for again from the beginning, and so is what arrived while it was given up.
            again = done.waits or done.withdrawn
            return Outcome(done.met, "", unit.now + LOOK_AGAIN) if again else Outcome(done.met, position)
        if name == MONEY:
            return Outcome(money.give_up(unit, community, known.records, erasure.id))
        return self._plugin(ctx, erasure, known, name, before)

    def _plugin(self, ctx: Context, erasure: Erasure, known: Known, name: str, before: Part) -> Outcome:
        """A plugin's own part, then its declared rows; of one that is off the rows alone."""
        if name in self._gone(ctx):
            if not erasure.forced:
                raise LookupError("its tables are there, but it is not installed: install it, or erase with --force")
            return Outcome()
        tables = tuple(each for owner, each in self._declared(ctx) if owner == name)
        if before.position:
            return self._rows(ctx, erasure, known, tables, before)
        leaving.note_texts(ctx, erasure, known, tables)
        if name in self._plugins and name in ctx.community.configs:
            ctx.plugin = name
            member = MemberRecord(erasure.community, erasure.member, known.name, "", "member", True)
            self._plugins[name].erase_member(member, ctx)
        return Outcome(0, "rows" if tables else "")

    def _rows(
        self, ctx: Context, erasure: Erasure, known: Known, tables: tuple[MemberTable, ...], before: Part
    ) -> Outcome:
        if not before.position:
            leaving.note_texts(ctx, erasure, known, tables)
        met = erase_rows(ctx.unit.db, tables, erasure.community, known.records)
        return Outcome(met, "rows" if met >= AT_ONCE else "")


def _words(ctx: Context, refusal: Refusal) -> str:
    said = ctx.t_core if refusal.namespace == "core" else ctx.t
    return str(said(refusal.key, **refusal.args))
