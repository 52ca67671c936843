"""Members who pay, set money aside, are merged, separated and taken apart again, against a model of a few lines."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select

from coterie.core.api import CannotUndo, Context, Shortfall
from coterie.core.people.undoing import undo_merge
from coterie.core.testing.kit import LiveTown
from coterie.plugins.checkin import CheckIn
from coterie.plugins.checkin.models import days
from coterie.storage.ledger import Account, Insufficient, KeyReused, Leg
from coterie.storage.proof import verify
from coterie.storage.tables import metadata

CURRENCIES = ("points", "GEM")
ISSUER = Account("issuer", "machine")
CHANGED_FOR_GOOD = {"merges", "merge_rows", "transfers", "postings", "ledger_accounts", "event_keys", "queued_events"}
"""Tables that keep what was: an undoing adds to them and takes nothing away."""

people = st.integers(0, 3)
amounts = st.integers(1, 30)
currencies = st.sampled_from(CURRENCIES)


@dataclass
class Held:
    """Money set aside, and who gets back what is not captured."""

    owner: int
    currency: str
    left: int
    released: int = 0


@dataclass
class Merged:
    """A merge, and what it moved."""

    id: int
    kept: int
    gone: int
    amounts: dict[str, int]
    holds: dict[str, int]
    accounts: set[int]
    undone: bool = False


@dataclass
class Model:
    """What is promised, in plain Python: records by number, whatever their ids."""

    balances: dict[tuple[int, str], int] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)
    accounts: dict[int, int] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    days: dict[int, set[str]] = field(default_factory=dict)
    merges: list[Merged] = field(default_factory=list)

    def root(self, record: int) -> int:
        """The record that a record is a part of."""
        while record in self.parent:
            record = self.parent[record]
        return record

    def of(self, record: int, currency: str) -> int:
        """A balance."""
        return self.balances.get((record, currency), 0)

    def add(self, record: int, currency: str, amount: int) -> None:
        """Change a balance."""
        self.balances[record, currency] = self.of(record, currency) + amount

    def merge(self, merge: int, kept: int, gone: int) -> Merged:
        """Two records become one."""
        moved = {currency: self.of(gone, currency) for currency in CURRENCIES if self.of(gone, currency)}
        for currency, amount in moved.items():
            self.add(gone, currency, -amount)
            self.add(kept, currency, amount)
        holds = {key: each.released for key, each in self.holds.items() if each.owner == gone and each.left}
        for key in holds:
            self.holds[key].owner = kept
        accounts = {account for account, owner in self.accounts.items() if owner == gone}
        self.accounts |= dict.fromkeys(accounts, kept)
        self.parent[gone] = kept
        self.merges.append(Merged(merge, kept, gone, moved, holds, accounts))
        return self.merges[-1]

    def may_undo(self, merge: Merged) -> bool:
        """Whether a merge can be undone."""
        there = any(self.accounts[account] == merge.kept for account in merge.accounts)
        return not merge.undone and merge.kept not in self.parent and (there or not merge.accounts)

    def undo(self, merge: Merged) -> tuple[dict[str, int], dict[str, int]]:
        """What goes back, and what is missing."""
        owed = dict(merge.amounts)
        for key, before in merge.holds.items():
            held = self.holds[key]
            owed[held.currency] = owed.get(held.currency, 0) + held.released - before
            if held.left:
                held.owner = merge.gone
        back = {currency: min(amount, self.of(merge.kept, currency)) for currency, amount in owed.items()}
        for currency, amount in back.items():
            self.add(merge.kept, currency, -amount)
            self.add(merge.gone, currency, amount)
        for account in merge.accounts:
            if self.accounts[account] == merge.kept:
                self.accounts[account] = merge.gone
        merge.undone = True
        del self.parent[merge.gone]
        return (
            {currency: amount for currency, amount in back.items() if amount},
            {currency: amount - back[currency] for currency, amount in owed.items() if amount > back[currency]},
        )


class PeopleMachine(RuleBasedStateMachine):
    """Each example has people of its own in one town."""

    town: ClassVar[LiveTown]
    example: ClassVar[int] = 0

    @initialize()
    def arrive(self) -> None:
        """Four people with an account each and some money."""
        PeopleMachine.example += 1
        self.model = Model()
        self.ids: list[int] = []
        self.natives: dict[int, tuple[str, str]] = {}
        self.keys = 0
        self.paid: list[tuple[str, list[Leg], str]] = []
        for number in range(4):
            native = f"{PeopleMachine.example}-{number}"
            record = self.inside(partial(self._enrol, native))
            self.ids.append(record[0])
            self.natives[record[1]] = ("machine", native)
            self.model.accounts[record[1]] = record[0]
            for currency in CURRENCIES:
                self.grant(number, 20 * (number + 1), currency)

    @staticmethod
    def _enrol(native: str, ctx: Context) -> tuple[int, int]:
        account = ctx.unit.members.enrol(
            ctx.community.id, "machine", native, native, locale="", bot=False, now=ctx.instant
        )
        return account.member.id, account.id

    def inside(self, act: Callable[[Context], Any]) -> Any:
        """Do something in a transaction on the lane."""
        return self.town.inside(act)

    def record(self, number: int) -> int:
        """The record that somebody is now."""
        return self.model.root(self.ids[number % len(self.ids)])

    def key(self) -> str:
        """A key that was never used."""
        self.keys += 1
        return f"{PeopleMachine.example}:{self.keys}"

    # -- money

    def grant(self, number: int, amount: int, currency: str) -> None:
        record, key = self.record(number), self.key()
        self._book(key, [Leg(ISSUER, -amount), Leg(_purse(record), amount)], currency)
        self.model.add(record, currency, amount)

    def _book(self, key: str, legs: list[Leg], currency: str) -> bool:
        def book(ctx: Context) -> bool:
            return ctx.unit.ledger.transfer(
                ctx.community.id, legs, currency, key=key, plugin="machine", reason="machine", now=ctx.instant
            ).repeated

        return bool(self.inside(book))

    @rule(source=people, to=people, amount=amounts, currency=currencies)
    def pay(self, source: int, to: int, amount: int, currency: str) -> None:
        giver, taker = self.record(source), self.record(to)
        if giver == taker:
            return
        legs = [Leg(_purse(giver), -amount), Leg(_purse(taker), amount)]
        key = self.key()
        if self.model.of(giver, currency) < amount:
            with self.refused(Insufficient):
                self._book(key, legs, currency)
            return
        assert not self._book(key, legs, currency)
        self.paid.append((key, legs, currency))
        self.model.add(giver, currency, -amount)
        self.model.add(taker, currency, amount)

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def pay_again(self, data: st.DataObject) -> None:
        """The same key moves nothing twice, also when those who paid have been merged since."""
        key, legs, currency = data.draw(st.sampled_from(self.paid))
        now = [Leg(_purse(self.model.root(int(leg.account.owner))), leg.amount) for leg in legs]
        if now[0].account != now[1].account:
            try:
                assert self._book(key, now, currency)
            except KeyReused:  # a merge was undone since: somebody else had paid
                assert any(merge.undone for merge in self.model.merges)

    @contextlib.contextmanager
    def refused(self, error: type[Exception]) -> Any:
        """Something that must fail and change nothing."""
        with pytest.raises(error):
            yield

    @rule(number=people, amount=amounts, currency=currencies)
    def hold(self, number: int, amount: int, currency: str) -> None:
        record, key = self.record(number), self.key()
        if self.model.of(record, currency) < amount:
            return

        def hold(ctx: Context) -> None:
            ctx.unit.ledger.hold(
                ctx.community.id, _purse(record), amount, currency, key=key, plugin="m", reason="m", now=ctx.instant
            )

        self.inside(hold)
        self.model.add(record, currency, -amount)
        self.model.holds[key] = Held(record, currency, amount)

    @precondition(lambda self: any(each.left for each in self.model.holds.values()))
    @rule(data=st.data(), to=st.none() | people)
    def settle(self, data: st.DataObject, to: int | None) -> None:
        """Pay some of what is held on, or give it back."""
        key = data.draw(st.sampled_from([key for key, each in self.model.holds.items() if each.left]))
        held = self.model.holds[key]
        amount = data.draw(st.integers(1, held.left))
        target = held.owner if to is None else self.record(to)

        def settle(ctx: Context) -> None:
            ledger, place = ctx.unit.ledger, {"now": ctx.instant, "reason": "m"}
            if to is None:
                ledger.release(ctx.community.id, key, amount, **place)  # type: ignore[arg-type]
            else:
                ledger.capture(ctx.community.id, key, _purse(target), amount, **place)  # type: ignore[arg-type]

        self.inside(settle)
        held.left -= amount
        held.released += amount if to is None else 0
        self.model.add(target, held.currency, amount)

    # -- people

    @rule(number=people, day=st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03"]))
    def check_in(self, number: int, day: str) -> None:
        """A row of a plugin."""
        record = self.record(number)
        mine = self.model.days.setdefault(record, set())
        if day not in mine:
            mine.add(day)
            values = {"member_id": record, "day": day, "at": 1}
            self.inside(lambda ctx: ctx.db.execute(insert(days).values(community_id=ctx.community.id, **values)))

    def _merge(self, kept: int, gone: int) -> Merged:
        def merge(ctx: Context) -> Any:
            found = ctx.find_member(kept), ctx.find_member(gone)
            assert found[0] is not None
            assert found[1] is not None
            return ctx.merge_members(*found)  # type: ignore[arg-type]

        done = self.inside(merge)
        model = self.model.merge(done.id, kept, gone)
        assert done.amounts == model.amounts
        assert set(done.accounts) == model.accounts
        return model

    @rule(kept=people, gone=people)
    def merge(self, kept: int, gone: int) -> None:
        first, second = self.record(kept), self.record(gone)
        if first != second:
            self._merge(first, second)
            self.model.days[first] = self.model.days.get(first, set()) | self.model.days.pop(second, set())

    @rule(kept=people, gone=people)
    def merge_and_undo(self, kept: int, gone: int) -> None:
        """A merge that is undone at once has changed nothing."""
        first, second = self.record(kept), self.record(gone)
        if first == second:
            return
        before = self.inside(_everything)
        merge = self._merge(first, second)
        assert self.inside(_everything) != before
        self._undo(merge)
        assert self.inside(_everything) == before

    @precondition(lambda self: self.model.merges)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        merge = data.draw(st.sampled_from(self.model.merges))
        if not self.model.may_undo(merge):
            with self.refused(CannotUndo):
                self.inside(lambda ctx: ctx.preview_undo(merge.id))
            with self.refused(CannotUndo):
                self.inside(lambda ctx: ctx.undo_merge(merge.id, agreed=dict.fromkeys(CURRENCIES, 10**9)))
            return
        self._undo(merge)
        self.model.days = self.inside(self._days)  # what the rows become is told by tests of its own

    def _undo(self, merge: Merged) -> None:
        preview = self.inside(lambda ctx: ctx.preview_undo(merge.id))
        back, short = self.model.undo(merge)
        assert (dict(preview.returned), dict(preview.short)) == (back, short)
        if short:
            with self.refused(Shortfall):
                self.inside(lambda ctx: ctx.undo_merge(merge.id))
        done = self.inside(lambda ctx: undo_merge(ctx.unit, ctx.community.id, merge.id, actor=0, agreed=short))
        assert (dict(done.returned), dict(done.short), done.stuck) == (back, short, 0)

    @rule(data=st.data())
    def separate(self, data: st.DataObject) -> None:
        """An account begins anew, with nothing."""
        account = data.draw(st.sampled_from(sorted(self.natives)))
        owner = self.model.accounts[account]
        several = list(self.model.accounts.values()).count(owner) > 1

        def separate(ctx: Context) -> int:
            found = ctx.find_account(account)
            assert found is not None
            return ctx.separate(found).id

        if not several:
            with self.refused(ValueError):
                self.inside(separate)
            return
        record = self.inside(separate)
        self.ids.append(record)
        self.model.accounts[account] = record

    @rule()
    def restart(self) -> None:
        """Nothing of this lives in memory alone."""
        self.town.restart()

    # -- what holds at every moment

    @invariant()
    def everything_is_where_it_should_be(self) -> None:
        balances, accounts, records, checked_in = self.inside(self._look)
        assert balances == {place: amount for place, amount in self.model.balances.items() if amount}
        assert accounts == self.model.accounts
        assert records == {record: self.model.root(record) for record in self.ids}
        assert checked_in == {record: mine for record, mine in self.model.days.items() if mine}

    def _look(self, ctx: Context) -> tuple[Any, ...]:
        """Balances, who has which account, what each record is a part of, and the rows of a plugin."""
        balances: dict[tuple[int, str], int] = {}
        for record in self.ids:
            for currency, amount in ctx.unit.ledger.currencies(ctx.community.id, _purse(record)).items():
                assert amount >= 0
                balances |= {(record, currency): amount} if amount else {}
        accounts = {}
        for account in self.natives:
            found = ctx.find_account(account)
            assert found is not None
            assert found in ctx.accounts_of(found.member)
            accounts[account] = found.member.id
        records = {}
        for record in self.ids:
            member = ctx.find_member(record)
            assert member is not None
            assert record in ctx.records_of(member)
            records[record] = member.id
        return balances, accounts, records, self._days(ctx)

    def _days(self, ctx: Context) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for member, day in ctx.db.execute(select(days.c.member_id, days.c.day).where(days.c.member_id.in_(self.ids))):
            found.setdefault(member, set()).add(day)
        return found

    def teardown(self) -> None:
        assert self.inside(lambda ctx: verify(ctx.unit.db)) == []


def _purse(record: int) -> Account:
    return Account("member", str(record))


def _everything(ctx: Context) -> dict[str, Any]:
    """Every row that an undoing has to restore, and every balance."""
    ctx.unit.ledger.flush()
    tables = [each for each in metadata.sorted_tables if each.name not in CHANGED_FOR_GOOD]
    found: dict[str, Any] = {
        each.name: sorted(map(tuple, ctx.db.execute(select(each)).all()), key=repr) for each in (*tables, days)
    }
    books = metadata.tables["ledger_accounts"]
    found["balances"] = sorted(
        map(tuple, ctx.db.execute(select(books.c.owner, books.c.currency, books.c.balance).where(books.c.balance != 0)))
    )
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        pytest.param("sqlite", 40, id="sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", 10, id="postgresql", marks=pytest.mark.postgres),
    ],
)
def test_merges_and_undoings_keep_their_promises(request: pytest.FixtureRequest, kind: str, examples: int) -> None:
    url = "sqlite://" if kind == "sqlite" else str(request.getfixturevalue("postgres"))
    PeopleMachine.town = LiveTown(plugins=[CheckIn], db=url)
    PeopleMachine.town.start()
    try:
        run_state_machine_as_test(
            PeopleMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                derandomize=True,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
    finally:
        PeopleMachine.town.close()
