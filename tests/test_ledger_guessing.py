"""Keys are guessed to be new: what a lane says must be the same as if it had looked every one of them up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coterie.core.api import Plugin, command
from coterie.core.context import Context
from coterie.core.engine.work import books_changed
from coterie.core.testing.kit import LiveTown
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.journal import ADD_QUEUED
from coterie.storage.ledger import Insufficient, Ledger, Leg
from tests.store_kit import ISSUER, NOW, SINK, Store, member

ALICE = member("alice")


class Once(Plugin):
    """Spends, collects and lists under fixed keys."""

    name = "once"

    @command("spend")
    def spend(self, ctx: Context, key: str, amount: int) -> None:
        done = ctx.ledger.charge(ctx.member, amount, reason="spend", key=key)
        ctx.answer("spent before" if done.repeated else f"spent {amount}")

    @command("collect")
    def collect(self, ctx: Context, key: str) -> None:
        done = ctx.ledger.grant_capped(ctx.member, 4, reason="collect", key=key, cap=10)
        ctx.answer(f"collected {done.amount}{' before' if done.repeated else ''}")

    @command("listed")
    def listed(self, ctx: Context, key: str) -> None:
        """The list is read in the middle of the event: what was booked is written then."""
        done = ctx.ledger.grant(ctx.member, 1, reason="listed", key=key)
        ctx.answer(f"{ctx.ledger.balances(ctx.member)['points']} {done.repeated}")


pytestmark = pytest.mark.coterie(plugins=[Once])


def test_what_was_booked_is_not_refused_for_want_of_money(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.grant(alice, 10)
    alice.says("/spend rent 10")
    assert alice.sees("spent 10")
    alice.says("/spend rent 10")
    assert alice.sees("spent before")
    alice.says("/spend food 1")
    assert alice.sees("You have 0 points, and this needs 1 point.")
    assert town.ledger_balanced()


def test_one_repetition_among_many_costs_nobody_anything(town: LiveTown) -> None:
    people = town.people("alice", "bob", "carol", "dave")
    for person in people:
        town.grant(person, 10)
    people[0].says("/spend a 3")
    town.at_once(*[lambda person=person: person.says("/spend a 3") for person in people])
    assert people[0].sees("spent before")
    assert all(person.sees("spent 3") for person in people[1:])
    assert [town.balance(person) for person in people] == [7, 7, 7, 7]
    town.at_once(*[lambda: people[0].says("/spend b 3") for _ in range(3)])
    assert town.balance(people[0]) == 4
    assert town.ledger_balanced()


def test_a_grant_under_a_cap_tells_the_same_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for key, answer in (("a", "4"), ("b", "4"), ("c", "2"), ("d", "0")):
        alice.says(f"/collect {key}")
        assert alice.sees(f"collected {answer}")
    town.restart()
    for key, answer in (("d", "0"), ("c", "2"), ("a", "4")):
        alice.says(f"/collect {key}")
        assert alice.sees(f"collected {answer} before")
    assert town.balance(alice) == 10
    town.wait(hours=24)
    alice.says("/collect d")
    assert alice.sees("collected 0 before")
    alice.says("/collect e")
    assert alice.sees("collected 4")
    assert town.ledger_balanced()


def test_a_repetition_that_shows_inside_the_handler_is_not_the_plugin_s_fault(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/listed a")
    assert alice.sees("1 False")
    alice.says("/listed a")
    assert alice.sees("1 True")
    alice.says("/listed b")
    assert alice.sees("2 False")


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Books with 10 points for Alice, on a ledger that guesses."""
    store = Store(migrated_url)
    with store.batch():
        store.move(ISSUER, ALICE, 10, "start")
    store.ledger.guess = True
    yield store
    store.close()


def test_a_wrong_guess_is_known_as_one(store: Store) -> None:
    with pytest.raises(Exception), store.batch():  # noqa: B017, PT011 - each driver has its own
        store.move(ISSUER, ALICE, 10, "start")
    assert store.ledger.take_clash()
    assert not store.ledger.take_clash(), "asking takes it away"
    store.ledger.guess = False
    with store.batch():
        assert store.move(ISSUER, ALICE, 10, "start").repeated
    assert store.balance(ALICE) == 10
    assert store.problems() == []


def test_another_error_is_no_wrong_guess(store: Store) -> None:
    with pytest.raises(Insufficient), store.batch():
        store.move(ALICE, SINK, 11, "much")
    assert not store.ledger.take_clash()


def test_a_source_whose_keys_come_again_is_looked_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.books.booking.WARY", 2)
    store.ledger.guess = False
    with store.batch():
        assert store.move(ISSUER, ALICE, 10, "start").repeated
    store.ledger.guess = True
    with store.batch():
        assert store.move(ISSUER, ALICE, 10, "start").repeated, "looked up, though others would be guessed"
        assert not store.move(ALICE, SINK, 1, "one").repeated
        assert not store.move(ALICE, SINK, 1, "two").repeated
    with pytest.raises(Exception), store.batch():  # noqa: B017, PT011 - trusted again by now
        store.move(ALICE, SINK, 1, "one")
    assert store.ledger.take_clash()
    assert store.balance(ALICE) == 8


def test_what_another_process_books_is_heard(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.grant(alice, 10)
    alice.says("/spend a 1")
    home, whose = town.inside(lambda ctx: (ctx.community.id, ctx.unit.members.named(ctx.community.id, "Alice")[0]))
    engine = open_engine(town.inside(lambda ctx: ctx.unit.db.engine.url.render_as_string(hide_password=False)))
    lane = LaneConnection(engine)
    ids = IdMaker(lambda: NOW, node=77)
    with lane.transaction():
        ledger = Ledger(lane, ids)
        legs = [Leg(member(whose), -5), Leg(SINK, 5)]
        ledger.transfer(home, legs, "points", key="elsewhere", plugin="core", reason="r", now=NOW)
        ledger.flush()
        lane.run(ADD_QUEUED, books_changed(home, ids.next(), NOW))
    lane.close()
    engine.dispose()
    town._run(lambda app: app.put_off.fire())  # what a process does every minute
    assert town.balance(alice) == 4
    assert town.inside(lambda ctx: ctx.ledger.balance(member(whose))) == 4
    alice.says("/spend b 5")
    assert alice.sees("You have 4 points, and this needs 5 points.")
