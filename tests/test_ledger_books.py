"""Caps, counter-entries, statements and reports one by one, on both databases, and the proof finding their damage."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from coterie.core.context import Context
from coterie.core.engine.boot import translator_of
from coterie.core.loading import installed_plugins
from coterie.core.testing.kit import TownFactory
from coterie.plugins.identity import Identity
from coterie.storage.books.reports import economy, trial
from coterie.storage.books.sql import OTHER_SIDES, SPENT, STATEMENT
from coterie.storage.ledger import (
    EVERYBODY,
    NEWEST,
    Account,
    Booked,
    Granted,
    Insufficient,
    KeyReused,
    LedgerError,
    Leg,
    NotReversible,
    Reversal,
)
from coterie.storage.proof import verify
from coterie.storage.statement import Statement
from tests.plugin_kit import link
from tests.store_kit import COMMUNITY, ISSUER, NOW, POINTS, SINK, Store, member

ALICE, BOB, CAROL = member(1), member(2), member(3)
BUDGET = Account("budget", "events")
DAY = 86_400_000


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Books with 100 points for Alice."""
    store = Store(migrated_url)
    with store.batch():
        store.move(ISSUER, ALICE, 100, "start")
    yield store
    store.close()


def grant(
    store: Store, key: str, amount: int, cap: int, *, who: int = 1, day: str = "2026-01-01", **more: int
) -> Granted:
    """A grant under a cap."""
    return store.ledger.grant_capped(
        COMMUNITY, ISSUER, who, amount, POINTS, key=key, plugin="p", reason="r", now=NOW, day=day, cap=cap,
        community_cap=more.get("all_cap"),
    )  # fmt: skip


def booked(store: Store, key: str) -> Booked:
    """A transfer that must be there."""
    found = store.ledger.booked(COMMUNITY, key)
    assert found is not None
    return found


def reverse(store: Store, key: str, *, up_to: bool = False) -> Reversal:
    """Take a transfer back."""
    return store.ledger.reverse(COMMUNITY, booked(store, key), plugin="p", reason="undo", now=NOW, up_to=up_to)


# -- caps --------------------------------------------------------------------------------------------------------------


def test_a_cap_gives_what_is_left(store: Store) -> None:
    with store.batch():
        assert [grant(store, key, 4, 10).amount for key in "abcd"] == [4, 4, 2, 0]
    with store.batch():
        assert grant(store, "e", 4, 12).amount == 2, "a higher cap leaves more"
        assert grant(store, "f", 4, 5).amount == 0, "a lower one takes nothing back"
        assert grant(store, "g", 4, 10, day="2026-01-02").amount == 4
        assert grant(store, "h", 9, 10, who=2, all_cap=15).amount == 3, "12 are given on this day"
        assert grant(store, "i", 9, 10, who=2, all_cap=0).amount == 0
        assert store.ledger.granted_on(COMMUNITY, "2026-01-01", "p", "r", POINTS, 1) == 12
        assert store.ledger.granted_on(COMMUNITY, "2026-01-01", "p", "r", POINTS, EVERYBODY) == 15
        assert store.ledger.granted_on(COMMUNITY, "2026-01-03", "p", "r", POINTS, 1) == 0
    assert (store.balance(ALICE), store.balance(BOB)) == (116, 3)
    assert store.problems() == []


def test_a_key_is_asked_one_thing(store: Store) -> None:
    with store.batch():
        assert grant(store, "a", 4, 3) == Granted(3, 4)
        assert grant(store, "a", 4, 3) == Granted(3, 4, repeated=True)
        assert grant(store, "a", 4, 99, day="2026-01-02") == Granted(3, 4, repeated=True), "told again, not given"
        with pytest.raises(KeyReused):
            grant(store, "a", 5, 3)
        with pytest.raises(KeyReused):
            store.move(ISSUER, ALICE, 7, "a")
        with pytest.raises(KeyReused):
            grant(store, "start", 4, 10)
        with pytest.raises(KeyReused, match="without a cap"):
            grant(store, "start", 100, 1000)
        for amount, cap in ((0, 5), (-1, 5), (5, -1), (10**16, 5)):
            with pytest.raises(LedgerError):
                grant(store, "odd", amount, cap)
    assert store.problems() == []


def test_what_is_rolled_back_counts_for_nothing(store: Store) -> None:
    def fail() -> None:
        with store.batch():
            grant(store, "a", 4, 5)
            store.ledger.flush()
            grant(store, "b", 1, 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.batch():
        assert [grant(store, key, 4, 5).amount for key in "ab"] == [4, 1]
    assert store.problems() == []


def test_the_sums_of_a_day_are_bounded_in_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.books.caps.TOTALS", 2)
    for _ in range(2):
        with store.batch():
            for who in range(10, 20):
                grant(store, f"{who}:{store.ids.next()}", 3, 5, who=who)
        assert len(store.ledger._totals) == 2
    assert [store.balance(member(who)) for who in range(10, 20)] == [5] * 10
    assert store.problems() == []


# -- counter-entries ---------------------------------------------------------------------------------------------------


def test_a_transfer_is_taken_back_once(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 30, "pay")
        first = reverse(store, "pay")
        assert (first.amount, first.repeated) == (30, False)
    with store.batch():
        assert reverse(store, "pay") == Reversal(first.id, 30, repeated=True)
        assert booked(store, "pay").reversed_by == first.id
        back = booked(store, f"reverse:{booked(store, 'pay').id}")
        assert (back.id, back.reason, back.amount) == (first.id, "undo", 30)
    assert (store.balance(ALICE), store.balance(BOB)) == (100, 0)
    assert store.problems() == []


def test_a_counter_entry_is_a_transfer_that_can_be_taken_back(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 30, "pay")
        reverse(store, "pay")
        assert reverse(store, f"reverse:{booked(store, 'pay').id}").amount == 30
    assert (store.balance(ALICE), store.balance(BOB)) == (70, 30)
    assert store.problems() == []


def test_what_the_receiver_has_not_any_more(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 30, "pay")
        store.move(BOB, SINK, 20, "spend")
        with pytest.raises(Insufficient) as caught:
            reverse(store, "pay")
        assert (caught.value.balance, caught.value.needed) == (10, 30)
        assert reverse(store, "pay", up_to=True).amount == 10
        assert reverse(store, "pay").repeated, "the rest is not taken later"
        assert reverse(store, "start", up_to=True).amount == 80
        store.move(ISSUER, CAROL, 5, "again")
        store.move(CAROL, SINK, 5, "gone")
        with pytest.raises(NotReversible) as nothing:
            reverse(store, "again", up_to=True)
        assert nothing.value.why == "nothing"
    assert store.problems() == []


def test_between_more_than_two_it_is_all_or_nothing(store: Store) -> None:
    legs = [Leg(ALICE, -30), Leg(BOB, 20), Leg(CAROL, 10)]
    with store.batch():
        for key in ("one", "two"):
            store.ledger.transfer(COMMUNITY, legs, POINTS, key=key, plugin="p", reason="split", now=NOW)
        assert reverse(store, "one").amount == 30
        store.move(CAROL, SINK, 1, "spend")
        for up_to in (False, True):
            with pytest.raises(Insufficient):
                reverse(store, "two", up_to=up_to)
    assert (store.balance(ALICE), store.balance(BOB), store.balance(CAROL)) == (70, 20, 9)
    assert store.problems() == []


def test_what_something_else_counts_on_is_left_alone(store: Store) -> None:
    box = Account("escrow", "game:1")
    with store.batch():
        store.ledger.hold(COMMUNITY, ALICE, 10, POINTS, key="h", plugin="p", reason="r", now=NOW)
        store.ledger.capture(COMMUNITY, "h", BOB, 4, now=NOW, reason="r")
        store.move(ALICE, box, 5, "stake")
        for key, why in (("hold:h", "hold"), ("capture:h:0:0", "hold"), ("stake", "escrow")):
            with pytest.raises(NotReversible) as caught:
                reverse(store, key)
            assert caught.value.why == why
        stake = booked(store, "stake")
        with pytest.raises(NotReversible):
            store.ledger.mirror(COMMUNITY, stake, escrows="gam")
        assert set(store.ledger.mirror(COMMUNITY, stake, escrows="game")) == {Leg(box, -5), Leg(ALICE, 5)}
        store.move(ALICE, BOB, 1, "pay")
        with pytest.raises(NotReversible) as same:
            store.ledger.mirror(COMMUNITY, booked(store, "pay"), resolve=lambda _: ALICE)
        assert same.value.why == "same"
        assert store.ledger.booked(COMMUNITY, 12345) is None
        assert store.ledger.booked(COMMUNITY, "no such key") is None
    assert store.problems() == []


# -- statements --------------------------------------------------------------------------------------------------------


def test_pages_of_a_statement_join_without_a_gap(store: Store) -> None:
    with store.batch():
        for number in range(1, 8):
            store.move(ALICE, BOB, number, f"k{number}")
        store.move(ISSUER, ALICE, 9, "gem", "gem")
        whole = store.ledger.statement(COMMUNITY, ALICE, POINTS, count=100)
        assert [entry.amount for entry in whole] == [-7, -6, -5, -4, -3, -2, -1, 100]
        assert [entry.balance for entry in whole] == [72, 79, 85, 90, 94, 97, 99, 100]
        assert {entry.others for entry in whole[:-1]} == {(BOB,)}
        pages = []
        before, after = NEWEST, 0
        while page := store.ledger.statement(COMMUNITY, ALICE, POINTS, count=3, before=before, after=after):
            pages += page
            before, after = page[-1].transfer, page[-1].balance - page[-1].amount
        assert pages == whole
        assert after == 0
        assert store.ledger.statement(COMMUNITY, member("nobody"), POINTS) == []


def test_what_was_spent_since(store: Store) -> None:
    with store.batch():
        store.move(ALICE, BOB, 5, "early")
        store.now += DAY
        store.move(ALICE, BOB, 7, "late")
        store.move(BOB, ALICE, 1, "back")
        ledger = store.ledger

        def spent(since: int, reason: str = "test") -> int:
            return ledger.spent(COMMUNITY, ALICE, POINTS, "test", reason, since)

        assert (spent(NOW), spent(NOW + 1), spent(NOW + DAY), spent(NOW + DAY + 1)) == (12, 7, 7, 0)
        assert spent(NOW, "other") == 0
        assert store.ledger.spent(COMMUNITY, member("nobody"), POINTS, "test", "test", NOW) == 0


@pytest.mark.parametrize("statement", [STATEMENT, SPENT, OTHER_SIDES], ids=["lines", "spent", "other sides"])
def test_a_page_reads_an_index(migrated_sqlite: str, statement: Statement) -> None:
    store = Store(migrated_sqlite)
    sql, pick = statement.compiled(store.db.dialect)
    values = {"community_id": 1, "account_id": 1, "before": 9, "count": 9, "transfers": "[1]"}
    values |= {"first": 1, "since": 1, "plugin": "p", "reason": "r", "zero": 0}
    with store.db.transaction():
        store.db._cursor.execute(f"EXPLAIN QUERY PLAN {sql}", pick(values))
        plan = "\n".join(row[3] for row in store.db._cursor.fetchall())
    assert "SCAN postings" not in plan
    assert "SCAN transfers" not in plan
    if statement is not OTHER_SIDES:
        assert "COVERING INDEX ix_postings_account (community_id=? AND account_id=? AND transfer_id" in plan
        assert "SEARCH postings USING PRIMARY KEY (community_id=? AND transfer_id=? AND account_id=?)" in plan
    store.close()


# -- reports -----------------------------------------------------------------------------------------------------------


def test_an_economy_in_figures(store: Store) -> None:
    with store.batch():
        store.now = NOW + DAY
        store.move(ISSUER, BOB, 60, "second day")
        store.move(ALICE, BOB, 40, "pay")
        store.move(ISSUER, BUDGET, 30, "fund")
        store.now = NOW + 2 * DAY
        store.move(BOB, CAROL, 20, "pay again")
        store.move(CAROL, SINK, 10, "spend")
        store.move(ALICE, BOB, 5, "mistake")
        reverse(store, "mistake")
        store.ledger.transfer(
            COMMUNITY, [Leg(BOB, -1), Leg(CAROL, 1)], POINTS, key="m", plugin="core", reason="merge", now=store.now
        )
    with store.engine.connect() as connection:
        lines = {(line.kind, line.accounts, line.balance) for line in trial(connection)}
        assert lines == {("budget", 1, 30), ("issuer", 1, -190), ("member", 3, 150), ("sink", 1, 10)}
        (found,) = economy(connection, COMMUNITY, NOW + 3 * DAY, 3)
        assert found.supply == 180
        assert found.mean_supply == (100 + 190 + 180) / 3
        assert (found.volume, found.payments, found.active) == (65, 3, 3), "without merges and counter-entries"
        assert found.velocity == pytest.approx(65 / (470 / 3))
        assert {(f.plugin, f.minted, f.returned, f.burned, f.unburned, f.net) for f in found.flows} == {
            ("test", 190, 0, 10, 0, 180)
        }
        assert (found.wallets.count, found.wallets.total, found.wallets.top) == (3, 150, 79)
        (late,) = economy(connection, COMMUNITY, NOW + 3 * DAY, 1)
        assert (late.volume, late.mean_supply) == (25, 180)
        assert economy(connection, 99, NOW, 1) == []


# -- the proof ---------------------------------------------------------------------------------------------------------

DAMAGE = {
    "UPDATE capped_totals SET granted = 9 WHERE member_id = 1": ["to member 1, the total says 9"],
    "UPDATE capped_totals SET granted = 9 WHERE member_id = 0": ["to all members, the total says 9"],
    "DELETE FROM capped_totals WHERE member_id = 1": ["the capped grant a gave 4, which no total counts"],
    "UPDATE capped_grants SET granted = 3 WHERE key = 'a'": ["says that it gave 3, its transfer moved 4", "gave 3"],
    "UPDATE capped_grants SET transfer_id = 0 WHERE key = 'a'": ["says that it gave 4, its transfer moved 0"],
    "DELETE FROM capped_grants WHERE key = 'a'": ["gave 0 points", "the total says 4"],
    "UPDATE reversals SET reversal_id = 5": ["transfer 5 takes back 0 of transfer"],
    "UPDATE reversals SET transfer_id = 5": ["of transfer 5, which moved 0"],
}


def test_the_proof_finds_every_damage(store: Store) -> None:
    with store.batch():
        grant(store, "a", 4, 5)
        store.move(ALICE, BOB, 3, "pay")
        reverse(store, "pay")
    assert store.problems() == []
    for statement, expected in DAMAGE.items():
        with store.undone():
            store.db.connection.execute(text(statement))
            found = "\n".join(verify(store.db))
        for words in expected:
            assert words in found, statement
    assert store.problems() == []


# -- people ------------------------------------------------------------------------------------------------------------


def test_a_cap_follows_a_person_through_a_merge(town_factory: TownFactory) -> None:
    """What was given to both records counts for the one that they become, also when it is still in memory."""
    town = town_factory(plugins=[Identity])
    phone, desk = town.people("bob@telegram", "bob@discord")
    phone.says("hello")
    desk.says("hello")

    def give(platform: str, key: str) -> int:
        def book(ctx: Context) -> int:
            account = ctx.unit.members.account(ctx.community.id, platform, "bob")
            assert account is not None
            return ctx.ledger.grant_capped(account.member, 6, reason="r", key=key, cap=10).amount

        return town.inside(book, "identity")

    assert [give("telegram", "a"), give("discord", "b")] == [6, 6]
    link(town, phone, desk)
    assert [give("telegram", "c"), give("discord", "d")] == [0, 0], "12 of 10 are given"
    assert town.balance(phone) == town.balance(desk) == 12
    assert town.ledger_balanced()


# -- words -------------------------------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parent.parent
SILENT = {"level", "activity", "season"}
"""Reasons of plugins that say so elsewhere."""


def reasons_in(folder: Path) -> set[str]:
    """Every ``reason="…"`` that a plugin gives to the ledger."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Attribute) and owner.attr == "ledger":
                    found |= {
                        str(word.value.value)
                        for word in node.keywords
                        if word.arg == "reason" and isinstance(word.value, ast.Constant)
                    }
    return found


def test_every_reason_has_words() -> None:
    for name, point in installed_plugins().items():
        plugin = point.load()()
        folder = ROOT / "plugins" / name
        if not folder.is_dir():
            continue
        translator = translator_of({name: plugin}, "en")
        missing = [each for each in sorted(reasons_in(folder) - SILENT) if not translator.has(name, f"reason-{each}")]
        assert missing == [], f"{name} gives reasons that no statement can tell: add reason-<name> to its texts"
