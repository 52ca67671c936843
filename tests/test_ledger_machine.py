"""The ledger against a model of a few lines: random movements in batches that commit, roll back and are replayed."""

from __future__ import annotations

import contextlib
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from coterie.storage.ledger import Account, Insufficient, KeyReused, LedgerError, Leg
from tests.store_kit import ISSUER, POINTS, SINK, Store, member

ACCOUNTS = (member(1), member(2), member(3), ISSUER, SINK, Account("budget", "community"), Account("escrow", "test:1"))
HOLDERS = tuple(account for account in ACCOUNTS if account.kind == "member")
CURRENCIES = (POINTS, "gem")

accounts = st.sampled_from(ACCOUNTS)
currencies = st.sampled_from(CURRENCIES)
amounts = st.integers(1, 40)
keys = st.sampled_from([f"k{number}" for number in range(20)])
hold_keys = st.sampled_from(["h1", "h2", "h3"])


@dataclass
class HoldModel:
    """Money set aside."""

    account: Account
    currency: str
    amount: int
    captured: int = 0
    released: int = 0

    @property
    def left(self) -> int:
        """What is still set aside."""
        return self.amount - self.captured - self.released

    def seen(self) -> tuple[int, int, int, str]:
        """What the ledger should answer."""
        return self.amount, self.captured, self.released, self.state

    state: str = "open"


@dataclass
class Books:
    """What the ledger promises, in plain Python."""

    balances: dict[tuple[Account, str], int] = field(default_factory=dict)
    keys: dict[str, object] = field(default_factory=dict)
    holds: dict[str, HoldModel] = field(default_factory=dict)

    def transfer(self, legs: list[Leg], currency: str, key: str) -> object:
        """Whether it was a repetition, or the class of error."""
        content = (currency, frozenset((leg.account, leg.amount) for leg in legs))
        if key in self.keys:
            return True if self.keys[key] == content else KeyReused
        after = {leg.account: self.balances.get((leg.account, currency), 0) + leg.amount for leg in legs}
        if any(amount < 0 for account, amount in after.items() if account.kind != "issuer"):
            return Insufficient
        self.keys[key] = content
        self.balances |= {(account, currency): amount for account, amount in after.items()}
        return False

    def hold(self, account: Account, amount: int, currency: str, key: str) -> object:
        """The hold as it is, or the class of error."""
        found = self.holds.get(key)
        if found is not None:
            same = (found.account, found.amount, found.currency) == (account, amount, currency)
            return found.seen() if same else KeyReused
        if self.balances.get((account, currency), 0) < amount:
            return Insufficient
        self.balances[account, currency] -= amount
        self.holds[key] = HoldModel(account, currency, amount)
        return self.holds[key].seen()

    def settle(self, key: str, to: Account | None, amount: int | None) -> object:
        """Pay a hold on (or back, without ``to``)."""
        found = self.holds.get(key)
        if found is None:
            return LedgerError
        if found.state != "open":
            return found.seen() if to is None and amount is None else LedgerError
        amount = found.left if amount is None else amount
        if amount > found.left:
            return LedgerError
        place = (to or found.account, found.currency)
        self.balances[place] = self.balances.get(place, 0) + amount
        if to is None:
            found.released += amount
        else:
            found.captured += amount
        if not found.left:
            found.state = "released" if to is None else "captured"
        return found.seen()


class LedgerMachine(RuleBasedStateMachine):
    """Each example has a community of its own in one store; a batch is open all the time."""

    store: ClassVar[Store]
    community: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        LedgerMachine.community += 1
        self.store.community = LedgerMachine.community
        self.ledger = self.store.ledger
        self.committed = Books()
        self.books = Books()
        self.done: list[tuple[Any, ...]] = []
        self._begin()
        for holder in HOLDERS[:2]:
            for currency in CURRENCIES:
                self.perform("transfer", [Leg(ISSUER, -100), Leg(holder, 100)], currency, f"start:{holder}:{currency}")

    # -- what is asked of the ledger, and what the model says

    def perform(self, *act: Any) -> None:
        """Ask the ledger and the model the same, and compare."""
        self.done.append(act)
        name, *args = act
        expected = getattr(self.books, name)(*args)
        try:
            found = getattr(self, f"_{name}")(*args)
        except LedgerError as error:
            found = type(error)
        assert found == expected, act

    def _transfer(self, legs: list[Leg], currency: str, key: str) -> bool:
        place = {"plugin": "test", "reason": "test", "now": self.store.now}
        return self.ledger.transfer(self.store.community, legs, currency, key=key, **place).repeated  # type: ignore[arg-type]

    def _hold(self, account: Account, amount: int, currency: str, key: str) -> tuple[Any, ...]:
        place = {"plugin": "test", "reason": "test", "now": self.store.now}
        found = self.ledger.hold(self.store.community, account, amount, currency, key=key, **place)  # type: ignore[arg-type]
        return found.amount, found.captured, found.released, found.state

    def _settle(self, key: str, to: Account | None, amount: int | None) -> tuple[Any, ...]:
        community, now = self.store.community, self.store.now
        if to is None:
            found = self.ledger.release(community, key, amount, now=now, reason="test")
        else:
            found = self.ledger.capture(community, key, to, amount, now=now, reason="test")
        return found.amount, found.captured, found.released, found.state

    # -- movements

    @rule(to=st.sampled_from(HOLDERS), amount=st.integers(1, 500), currency=currencies, key=keys)
    def grant(self, to: Account, amount: int, currency: str, key: str) -> None:
        self.perform("transfer", [Leg(ISSUER, -amount), Leg(to, amount)], currency, f"grant:{key}:{to.owner}")

    @rule(
        parties=st.lists(accounts, min_size=2, max_size=2, unique=True), amount=amounts, currency=currencies, key=keys
    )
    def transfer(self, parties: list[Account], amount: int, currency: str, key: str) -> None:
        self.perform("transfer", [Leg(parties[0], -amount), Leg(parties[1], amount)], currency, key)

    @rule(
        parties=st.lists(accounts, min_size=3, max_size=5, unique=True),
        parts=st.lists(st.integers(-40, 40).filter(bool), min_size=4, max_size=4),
        currency=currencies,
        key=keys,
    )
    def book(self, parties: list[Account], parts: list[int], currency: str, key: str) -> None:
        parts = parts[: len(parties) - 1]
        if sum(parts):
            legs = [Leg(account, amount) for account, amount in zip(parties, [*parts, -sum(parts)], strict=True)]
            self.perform("transfer", legs, currency, key)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        """What was asked before is asked again, word for word."""
        self.perform(*data.draw(st.sampled_from(self.done)))

    @rule(account=st.sampled_from(HOLDERS), amount=amounts, currency=currencies, key=hold_keys)
    def hold(self, account: Account, amount: int, currency: str, key: str) -> None:
        self.perform("hold", account, amount, currency, key)

    @precondition(lambda self: self.books.holds)
    @rule(key=hold_keys, to=accounts, amount=st.none() | amounts)
    def capture(self, key: str, to: Account, amount: int | None) -> None:
        self.perform("settle", key, to, amount)

    @precondition(lambda self: self.books.holds)
    @rule(key=hold_keys, amount=st.none() | amounts)
    def release(self, key: str, amount: int | None) -> None:
        self.perform("settle", key, None, amount)

    # -- batches

    def _begin(self) -> None:
        self._open = self.store.db.transaction()
        self._open.__enter__()

    def _roll_back(self) -> None:
        with contextlib.suppress(_Undone):
            self._open.__exit__(_Undone, _Undone(), None)
        self.ledger.forget()
        self.books = deepcopy(self.committed)

    @rule()
    def flush(self) -> None:
        self.ledger.flush()

    @rule()
    def commit(self) -> None:
        self.ledger.flush()
        self._open.__exit__(None, None, None)
        self.committed, self.done = deepcopy(self.books), []
        assert self._in_database() == {place: amount for place, amount in self.books.balances.items() if amount}
        self._begin()

    @rule()
    def roll_back(self) -> None:
        self._roll_back()
        self.done = []
        self._begin()

    @rule()
    def replay(self) -> None:
        """What a lane does when a handler of the batch fails: all of it again, from the rows."""
        self._roll_back()
        done, self.done = self.done, []
        self._begin()
        for act in done:
            self.perform(*act)

    # -- what holds at every moment

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        held = dict.fromkeys(CURRENCIES, 0)
        for hold in self.books.holds.values():
            held[hold.currency] += hold.left
        for currency in CURRENCIES:
            found = {account: self.ledger.balance(self.store.community, account, currency) for account in ACCOUNTS}
            assert sum(found.values()) + held[currency] == 0
            assert all(amount >= 0 for account, amount in found.items() if account.kind != "issuer")
            assert found == {account: self.books.balances.get((account, currency), 0) for account in ACCOUNTS}

    def _in_database(self) -> dict[tuple[Account, str], int]:
        found = self.store.rows(
            "SELECT kind, owner, currency, balance FROM ledger_accounts"
            " WHERE community_id = :community AND balance <> 0 AND owner NOT LIKE 'hold:%'",
            community=self.store.community,
        )
        return {(Account(kind, owner), currency): amount for kind, owner, currency, amount in found}

    def teardown(self) -> None:
        self.ledger.flush()
        self._open.__exit__(None, None, None)
        assert self.store.problems() == []


class _Undone(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "examples"),
    [
        pytest.param("migrated_sqlite", 60, id="sqlite", marks=pytest.mark.sqlite),
        pytest.param("migrated_postgres", 20, id="postgresql", marks=pytest.mark.postgres),
    ],
)
def test_the_ledger_keeps_its_promises(request: pytest.FixtureRequest, address: str, examples: int) -> None:
    store = Store(request.getfixturevalue(address))
    LedgerMachine.store = store
    try:
        run_state_machine_as_test(
            LedgerMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
    finally:
        store.close()
