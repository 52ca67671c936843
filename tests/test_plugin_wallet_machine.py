"""Whatever people pay each other, in whatever order and however often it is delivered: the sum never changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown
from coterie.plugins.wallet import Wallet

NAMES = ("alice", "bob", "carol")
FUNDS = 3000


@contextmanager
def running() -> Iterator[LiveTown]:
    """A town outside of any fixture: hypothesis runs many in one test."""
    town = LiveTown(plugins=[Wallet], config={"wallet": {"confirm_above": 500}})
    town.start()
    try:
        yield town
    finally:
        town.close()


class Payments(RuleBasedStateMachine):
    """People pay each other any amount, confirm or not, deliver twice, crash; the sum never changes."""

    names: ClassVar = st.sampled_from(NAMES)

    def __init__(self) -> None:
        super().__init__()
        self._scope = running()
        self.town = self._scope.__enter__()
        for person in self.town.people(*NAMES):
            self.town.grant(person, FUNDS)

    @rule(payer=names, receiver=names, amount=st.integers(-5, 4000), note=st.text(max_size=20))
    def pay(self, payer: str, receiver: str, amount: int, note: str) -> None:
        self.town.person(payer).says(f"/pay {receiver} {amount} {note}")

    @rule(payer=names, taps=st.integers(1, 3))
    def confirm(self, payer: str, taps: int) -> None:
        person = self.town.person(payer)
        try:
            self.town.at_once(*[lambda: person.taps("Pay") for _ in range(taps)])
        except NoSuchButton:
            return

    @rule(payer=names)
    def deliver_again(self, payer: str) -> None:
        if payer in self.town.stage.last_event:
            self.town.duplicate(self.town.person(payer))

    @rule()
    def crash(self) -> None:
        self.town.kill()

    @rule(minutes=st.integers(1, 6))
    def wait(self, minutes: int) -> None:
        self.town.wait(minutes=minutes)

    @invariant()
    def nothing_is_created_or_lost(self) -> None:
        balances = [self.town.balance(person) for person in self.town.people(*NAMES)]
        assert sum(balances) == FUNDS * len(NAMES)
        assert min(balances) >= 0
        assert self.town.ledger_balanced()

    def teardown(self) -> None:
        self._scope.__exit__(None, None, None)


Payments.TestCase.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
TestPayments = Payments.TestCase


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 900)), max_size=8))
@settings(max_examples=10, deadline=None)
def test_payments_that_arrive_together_are_handled_one_by_one(wishes: list[tuple[str, str, int]]) -> None:
    with running() as town:
        for person in town.people(*NAMES):
            town.grant(person, 1000)
        expected = dict.fromkeys(NAMES, 1000)
        for payer, receiver, amount in wishes:
            if payer != receiver and amount <= min(500, expected[payer]):
                expected[payer] -= amount
                expected[receiver] += amount
        town.at_once(
            *[
                lambda payer=payer, receiver=receiver, amount=amount: town.person(payer).says(
                    f"/pay {receiver} {amount}"
                )
                for payer, receiver, amount in wishes
            ]
        )
        assert {name: town.balance(town.person(name)) for name in NAMES} == expected
