"""The ledger's rules one by one, the proof of the books finding every kind of damage, and the guards underneath."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from coterie.storage.faults import is_conflict
from coterie.storage.ledger import MAX_AMOUNT, MAX_BALANCE, Account, Insufficient, KeyReused, LedgerError, Leg
from coterie.storage.proof import transfer_count, verify
from tests.store_kit import COMMUNITY, ISSUER, NOW, POINTS, SINK, Store, member

ALICE, BOB = member("alice"), member("bob")
ESCROW = Account("escrow", "hold:h")


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Books with 100 points for Alice and 30 of them set aside under ``h``."""
    store = Store(migrated_url)
    with store.batch():
        store.move(ISSUER, ALICE, 100, "start")
        hold(store, 30)
    yield store
    store.close()


def hold(store: Store, amount: int, account: Account = ALICE, currency: str = POINTS, key: str = "h") -> int:
    """Set money aside; returns what is left of it."""
    place = store.ledger.hold(COMMUNITY, account, amount, currency, key=key, plugin="test", reason="test", now=NOW)
    return place.amount - place.captured - place.released


def test_a_key_moves_money_once(store: Store) -> None:
    with store.batch():
        first = store.move(ALICE, BOB, 10, "pay")
        again = store.move(ALICE, BOB, 10, "pay")
    with store.batch():
        later = store.move(ALICE, BOB, 10, "pay")
        assert (first.repeated, again.repeated, later.repeated) == (False, True, True)
        assert first.id == again.id == later.id
        assert transfer_count(store.db) == 3
    assert store.balance(BOB) == 10


def test_a_key_with_another_movement_is_refused(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 10, "pay")
        for source, target, amount, currency in (
            (ALICE, BOB, 11, POINTS),
            (BOB, ALICE, 10, POINTS),
            (ALICE, SINK, 10, POINTS),
            (ALICE, BOB, 10, "gem"),
        ):
            with pytest.raises(KeyReused):
                store.move(source, target, amount, "pay", currency)
        for amount, account, currency in ((31, ALICE, POINTS), (30, BOB, POINTS), (30, ALICE, "gem")):
            with pytest.raises(KeyReused):
                hold(store, amount, account, currency)
        assert hold(store, 30) == 30
    assert (store.balance(ALICE), store.balance(BOB)) == (60, 10)


def test_what_is_not_there_cannot_be_spent(store: Store) -> None:
    with store.batch():
        with pytest.raises(Insufficient) as caught:
            store.move(ALICE, BOB, 71, "pay")
        assert (caught.value.balance, caught.value.needed, caught.value.currency) == (70, 71, POINTS)
        with pytest.raises(Insufficient):
            hold(store, 71, key="h2")
        assert store.move(ALICE, BOB, 70, "pay").repeated is False, "a refused key is free"
    assert (store.balance(ALICE), store.balance(BOB)) == (0, 70)
    assert store.problems() == []


@pytest.mark.parametrize(
    "legs",
    [
        [Leg(ALICE, -5), Leg(BOB, 4)],
        [Leg(ALICE, -5), Leg(ALICE, 5)],
        [Leg(ALICE, 0), Leg(BOB, 0)],
        [Leg(ISSUER, -MAX_AMOUNT - 1), Leg(BOB, MAX_AMOUNT + 1)],
    ],
    ids=["does not sum to zero", "to oneself", "nothing", "too much"],
)
def test_legs_that_make_no_sense(migrated_here: str, legs: list[Leg]) -> None:
    store = Store(migrated_here)
    with store.batch(), pytest.raises(LedgerError):
        store.ledger.transfer(COMMUNITY, legs, POINTS, key="k", plugin="test", reason="test", now=NOW)
    assert store.rows("SELECT count(*) FROM transfers") == [(0,)]
    store.close()


def test_sums_stay_inside_64_bits(store: Store) -> None:
    """The database would turn an overflow into an error, or (SQLite) into a float."""
    with store.batch():
        store.ledger.balance(COMMUNITY, ISSUER, POINTS)
    store.write("UPDATE ledger_accounts SET balance = :b WHERE kind = 'issuer'", b=-MAX_BALANCE + 5)
    store.ledger.forget()
    with store.batch():
        with pytest.raises(LedgerError, match="cannot hold more"):
            store.move(ISSUER, BOB, 6, "six")
        store.move(ISSUER, BOB, 5, "five")
    assert store.balance(ISSUER) == -MAX_BALANCE


def test_a_hold_in_parts(store: Store) -> None:
    ledger = store.ledger
    with store.batch():
        assert ledger.capture(COMMUNITY, "h", BOB, 12, now=NOW, reason="r").state == "open"
        assert ledger.release(COMMUNITY, "h", 8, now=NOW, reason="r").state == "open"
        with pytest.raises(LedgerError, match="10 left, 11 was asked"):
            ledger.capture(COMMUNITY, "h", BOB, 11, now=NOW, reason="r")
    with store.batch():
        done = ledger.capture(COMMUNITY, "h", BOB, now=NOW, reason="r")
        assert (done.amount, done.captured, done.released, done.state) == (30, 22, 8, "captured")
        assert ledger.release(COMMUNITY, "h", now=NOW, reason="r") == done, "giving back what has ended is harmless"
        with pytest.raises(LedgerError, match="has ended"):
            ledger.capture(COMMUNITY, "h", BOB, 1, now=NOW, reason="r")
        with pytest.raises(LedgerError, match="no hold"):
            ledger.release(COMMUNITY, "unknown", now=NOW, reason="r")
    assert (store.balance(ALICE), store.balance(BOB), store.balance(ESCROW)) == (78, 22, 0)
    assert store.problems() == []


def test_a_hold_follows_a_merge(store: Store) -> None:
    with store.batch():
        ((found, currency),) = store.ledger.open_holds(COMMUNITY, ALICE)
        store.ledger.give_hold(COMMUNITY, found.id, BOB, currency, NOW)
        assert store.ledger.open_holds(COMMUNITY, BOB) == [(store.ledger.hold_by_id(COMMUNITY, found.id), POINTS)]
        store.ledger.release(COMMUNITY, "h", now=NOW, reason="r")
    assert (store.balance(ALICE), store.balance(BOB)) == (70, 30)
    assert store.problems() == []


def test_what_is_rolled_back_never_was(store: Store) -> None:
    def fail() -> None:
        with store.batch():
            store.move(ALICE, BOB, 10, "pay")
            store.ledger.capture(COMMUNITY, "h", member("carol"), now=NOW, reason="r")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.ledger.balance(COMMUNITY, ALICE, POINTS) == 70
    with store.batch():
        assert store.move(ALICE, BOB, 10, "pay").repeated is False
        assert hold(store, 30) == 30
    assert store.problems() == []


def test_lists_see_what_was_just_booked(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 10, "pay")
        store.move(ISSUER, BOB, 3, "gem", "gem")
        assert store.ledger.top(COMMUNITY, POINTS, 5) == [("alice", 60), ("bob", 10)]
        assert store.ledger.top(COMMUNITY, POINTS, 1) == [("alice", 60)]
        assert store.ledger.currencies(COMMUNITY, BOB) == {"gem": 3, "points": 10}
        assert store.ledger.currencies(COMMUNITY, member("nobody")) == {}


def test_communities_do_not_mix(store: Store) -> None:
    with store.batch():
        store.community = 2
        store.move(ISSUER, ALICE, 5, "start")
        assert store.ledger.balance(2, ALICE, POINTS) == 5
        assert store.ledger.balance(COMMUNITY, ALICE, POINTS) == 70
        assert store.ledger.find_hold(2, "h") is None


def test_the_cache_is_bounded_and_forgets_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.books.booking.CACHED", 3)
    with store.batch():
        for number in range(10):
            store.move(ISSUER, member(number), number + 1, f"start:{number}")
    assert len(store.ledger._balances) == 3
    with store.batch():
        for number in range(10):
            store.move(member(number), SINK, 1, f"spend:{number}")
        assert [store.ledger.balance(COMMUNITY, member(number), POINTS) for number in range(10)] == list(range(10))
    assert store.problems() == []


def test_the_check_bites_when_the_cache_lies(store: Store) -> None:
    """Another process spent the money: this one still believes that it is there."""
    with store.batch():
        assert store.ledger.balance(COMMUNITY, ALICE, POINTS) == 70
        store.move(ALICE, BOB, 1, "warm")
    other = Store(store.url, node=2)
    with other.batch():
        other.move(ALICE, SINK, 60, "elsewhere")
    other.close()
    with pytest.raises(Exception, match="funded") as caught, store.batch():
        store.move(ALICE, BOB, 20, "pay")
    assert is_conflict(caught.value)
    with store.batch(), pytest.raises(Insufficient):  # forgotten, and read anew
        store.move(ALICE, BOB, 20, "pay")
    assert (store.balance(ALICE), store.balance(BOB)) == (9, 1)
    assert store.problems() == []


DAMAGE = {
    "a posting was changed": (
        "UPDATE postings SET amount = 101 WHERE amount = 100",
        ["sums to 1 points", "postings sum"],
    ),
    "a posting is gone": ("DELETE FROM postings WHERE amount = 100", ["sums to -100 points", "postings sum to -30"]),
    "a balance was changed": (
        "UPDATE ledger_accounts SET balance = 75 WHERE owner = 'alice'",
        ["account member:alice shows 75 points, its postings sum to 70"],
    ),
    "a transfer has no postings": (
        "DELETE FROM postings WHERE amount IN (30, -30)",
        ["has no postings", "shows 70 points, its postings sum to 100"],
    ),
    "a transfer is gone": ("DELETE FROM transfers WHERE key = 'start'", ["one of which is missing"]),
    "an account is gone": ("DELETE FROM ledger_accounts WHERE owner = 'alice'", ["one of which is missing"]),
    "a hold says less": ("UPDATE holds SET captured = 4", ["hold h (open) should have 26 in escrow, it has 30"]),
    "a hold says that it ended": ("UPDATE holds SET state = 'captured'", ["hold h (captured) should have 30"]),
    "a hold says that it is open": ("UPDATE holds SET released = 30", ["hold h (open) should have 0"]),
    "a hold has no escrow": ("DELETE FROM ledger_accounts WHERE kind = 'escrow'", ["hold h (open) should have 30"]),
    "an account is of another currency": (
        "UPDATE ledger_accounts SET currency = 'gem' WHERE owner = 'alice'",
        ["sums to -100 points", "sums to 100 gem"],
    ),
}


def test_the_proof_finds_every_damage(store: Store) -> None:
    assert store.problems() == []
    for damage, (statement, expected) in DAMAGE.items():
        with store.undone():
            store.db.connection.execute(text(statement))
            found = "\n".join(verify(store.db))
        for words in expected:
            assert words in found, damage
    assert store.problems() == []


@pytest.mark.sqlite("only there can a CHECK be switched off")
def test_the_proof_finds_an_account_below_zero(migrated_sqlite: str) -> None:
    """Only where the CHECK is not there: the database itself refuses it otherwise."""
    store = Store(migrated_sqlite)
    with store.batch():
        store.move(ISSUER, ALICE, 1, "start")
    with pytest.raises(Exception, match="funded"):
        store.write("UPDATE ledger_accounts SET balance = -1 WHERE owner = 'alice'")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        connection.exec_driver_sql("UPDATE ledger_accounts SET balance = -1 WHERE owner = 'alice'")
        connection.commit()
    assert any("account member:alice is below zero: -1 points" in problem for problem in store.problems())
    store.close()
