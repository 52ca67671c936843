"""Caps, counter-entries and budgets against a model of a few lines, in batches as a lane runs them: keys are guessed to
be new, and a batch in which one was not runs again with look-ups on."""

from __future__ import annotations

import contextlib
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from coterie.storage.ledger import (
    EVERYBODY,
    Account,
    Insufficient,
    KeyReused,
    LedgerError,
    Leg,
    NotReversible,
)
from tests.store_kit import ISSUER, POINTS, SINK, Store, member

MEMBERS = (1, 2, 3)
BUDGET = Account("budget", "events")
PARTIES = (*map(member, MEMBERS), ISSUER, SINK, BUDGET)
REASONS = ("chat", "quiz")
DAYS = ("2026-01-01", "2026-01-02")
KEYS = tuple(f"k{number}" for number in range(12))


@dataclass
class Moved:
    """A transfer of the model."""

    legs: dict[Account, int]
    back: int | None = None


@dataclass
class Books:
    """What the ledger promises, in plain Python."""

    balances: dict[Account, int] = field(default_factory=dict)
    moved: dict[str, Moved] = field(default_factory=dict)
    grants: dict[str, tuple[object, int]] = field(default_factory=dict)
    totals: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def transfer(self, source: Account, target: Account, amount: int, key: str) -> object:
        """Whether it was a repetition, or the class of error."""
        legs = {source: -amount, target: amount}
        if key in self.moved:
            return True if self.moved[key].legs == legs else KeyReused
        return self._move(legs, key) or False

    def grant(
        self, reason: str, day: str, person: int, amount: int, cap: int, all_cap: int | None, source: Account, key: str
    ) -> object:
        """What was granted and whether before, or the class of error."""
        if key in self.grants:
            asked, granted = self.grants[key]
            return (granted, True) if asked == (reason, amount) else KeyReused
        left = cap - self.totals.get((day, reason, person), 0)
        if all_cap is not None:
            left = min(left, all_cap - self.totals.get((day, reason, EVERYBODY), 0))
        granted = max(0, min(amount, left))
        legs = {source: -granted, member(person): granted}
        if granted:
            if key in self.moved:
                return KeyReused
            if (error := self._move(legs, key)) is not None:
                return error
            for whom in (person, EVERYBODY):
                self.totals[day, reason, whom] = self.totals.get((day, reason, whom), 0) + granted
        self.grants[key] = (reason, amount), granted
        return granted, False

    def reverse(self, key: str, up_to: bool) -> object:
        """How much went back and whether before, or the class of error."""
        done = self.moved.get(key)
        if done is None:
            return None
        if done.back is not None:
            return done.back, True
        legs = {account: -amount for account, amount in done.legs.items()}
        for account, amount in list(legs.items()):
            has = self.balances.get(account, 0)
            if account.kind != "issuer" and has + amount < 0:
                if not up_to:
                    return Insufficient
                if not has:
                    return NotReversible
                legs = {each: has if size > 0 else -has for each, size in legs.items()}
        self._move(legs, f"reverse:{key}")
        done.back = max(legs.values())
        return done.back, False

    def _move(self, legs: dict[Account, int], key: str) -> type[LedgerError] | None:
        after = {account: self.balances.get(account, 0) + amount for account, amount in legs.items()}
        if any(amount < 0 for account, amount in after.items() if account.kind != "issuer"):
            return Insufficient
        self.balances |= after
        self.moved[key] = Moved(legs)
        return None


class BooksMachine(RuleBasedStateMachine):
    """Each example has a community of its own in one store; acts wait until their batch runs."""

    store: ClassVar[Store]
    community: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        BooksMachine.community += 1
        self.store.community = BooksMachine.community
        self.store.ledger._wary.clear()  # each example learns for itself which keys come again
        self.books = Books()
        self.waiting: list[tuple[Any, ...]] = []
        for party in (*map(member, MEMBERS[:2]), BUDGET):
            self.waiting.append(("transfer", ISSUER, party, 40, f"start:{party.kind}:{party.owner}"))
        self.run()

    @rule(
        parties=st.lists(st.sampled_from(PARTIES), min_size=2, max_size=2, unique=True),
        amount=st.integers(1, 30),
        key=st.sampled_from(KEYS),
    )
    def transfer(self, parties: list[Account], amount: int, key: str) -> None:
        self.waiting.append(("transfer", *parties, amount, key))

    @rule(
        reason=st.sampled_from(REASONS),
        day=st.sampled_from(DAYS),
        person=st.sampled_from(MEMBERS),
        amount=st.integers(1, 12),
        cap=st.sampled_from((0, 5, 20)),
        all_cap=st.sampled_from((None, 8, 30)),
        source=st.sampled_from((ISSUER, BUDGET)),
        key=st.sampled_from(KEYS),
    )
    def grant(self, **asked: Any) -> None:
        order = ("reason", "day", "person", "amount", "cap", "all_cap", "source", "key")
        self.waiting.append(("grant", *(asked[name] for name in order)))

    @rule(key=st.sampled_from(KEYS), up_to=st.booleans())
    def reverse(self, key: str, up_to: bool) -> None:
        self.waiting.append(("reverse", key, up_to))

    @rule()
    def flush(self) -> None:
        """Somebody asks for a list in the middle of a batch."""
        self.waiting.append(("flush",))

    @rule()
    def again(self) -> None:
        """All of it is delivered twice."""
        self.waiting += self.waiting

    @rule()
    def roll_back(self) -> None:
        """A handler fails: the batch runs for nothing, and will run again."""
        with contextlib.suppress(_Undone, Exception), self.store.batch():
            self.store.ledger.guess = True
            self._answers()
            raise _Undone
        self.store.ledger.guess = False
        self.store.ledger.take_clash()

    @rule()
    def run(self) -> None:
        """What a lane does with a batch."""
        expected = [self._expected(act) for act in self.waiting]
        for guess in (True, False):
            self.store.ledger.guess = guess
            try:
                with self.store.batch():
                    found = self._answers()
                break
            except Exception:
                assert guess
                assert self.store.ledger.take_clash(), "nothing but a wrong guess may fail"
            finally:
                self.store.ledger.guess = False
        assert found == expected, self.waiting
        self.waiting = []

    def _expected(self, act: tuple[Any, ...]) -> object:
        return None if act[0] == "flush" else getattr(self.books, act[0])(*deepcopy(act[1:]))

    def _answers(self) -> list[object]:
        return [self._answer(act) for act in self.waiting]

    def _answer(self, act: tuple[Any, ...]) -> object:
        ledger, community, now = self.store.ledger, self.store.community, self.store.now
        name, *args = act
        try:
            if name == "flush":
                return ledger.flush()  # type: ignore[func-returns-value]
            if name == "transfer":
                source, target, amount, key = args
                legs = [Leg(source, -amount), Leg(target, amount)]
                return ledger.transfer(community, legs, POINTS, key=key, plugin="test", reason="move", now=now).repeated
            if name == "grant":
                reason, day, person, amount, cap, all_cap, source, key = args
                done = ledger.grant_capped(
                    community, source, person, amount, POINTS, key=key, plugin="test", reason=reason, now=now,
                    day=day, cap=cap, community_cap=all_cap,
                )  # fmt: skip
                return done.amount, done.repeated
            key, up_to = args
            booked = ledger.booked(community, key)
            if booked is None:
                return None
            back = ledger.reverse(community, booked, plugin="test", reason="undo", now=now, up_to=up_to)
        except LedgerError as error:
            return type(error)
        return back.amount, back.repeated

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        rows = self.store.rows(
            "SELECT kind, owner, balance FROM ledger_accounts WHERE community_id = :community AND balance <> 0",
            community=self.store.community,
        )
        assert sum(amount for *_, amount in rows) == 0
        assert {Account(kind, owner): amount for kind, owner, amount in rows} == {
            account: amount for account, amount in self.books.balances.items() if amount
        }
        totals = self.store.rows(
            "SELECT day, reason, member_id, granted FROM capped_totals WHERE community_id = :community AND granted > 0",
            community=self.store.community,
        )
        assert {(day, reason, whom): granted for day, reason, whom, granted in totals} == self.books.totals
        for (_, _, whom), granted in self.books.totals.items():
            assert granted <= (20 if whom != EVERYBODY else 60)

    def teardown(self) -> None:
        self.run()
        assert self.store.problems() == []


class _Undone(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "examples"),
    [
        pytest.param("migrated_sqlite", 80, id="sqlite"),
        pytest.param("migrated_postgres", 15, id="postgresql", marks=pytest.mark.postgres),
    ],
)
def test_caps_and_counter_entries_keep_their_promises(
    request: pytest.FixtureRequest, address: str, examples: int
) -> None:
    store = BooksMachine.store = Store(request.getfixturevalue(address))
    BooksMachine.community = 0
    try:
        run_state_machine_as_test(
            BooksMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
    finally:
        store.close()
