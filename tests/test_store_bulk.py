"""Many rows at once: the ways that are faster on PostgreSQL write the same as one row after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Float, bindparam, cast, delete, insert, literal_column, select, update

from coterie.storage.activity import ADD_ACTIVITY
from coterie.storage.engine import open_engine
from coterie.storage.member_sql import ADD_MEMBER, SET_LEFT
from coterie.storage.statement import Statement
from coterie.storage.tables import dead_letters, ledger_accounts
from tests.store_kit import COMMUNITY, Store

_b = bindparam
NAMES = ("community_id", "id", "event_key", "plugin", "hook", "error", "payload", "at")
ADD = Statement(insert(dead_letters).values({name: _b(name) for name in NAMES}))
ALL = Statement(select(*(dead_letters.c[name] for name in NAMES)).order_by(dead_letters.c.id))
CLEAR = Statement(delete(dead_letters))
DROP = Statement(
    delete(dead_letters).where(dead_letters.c.community_id == _b("community_id"), dead_letters.c.id == _b("id"))
)
SHIFT = Statement(
    update(dead_letters)
    .where(dead_letters.c.community_id == _b("community_id"), dead_letters.c.id == _b("id_"))
    .values(at=dead_letters.c.at + _b("delta"), error=_b("error"))
)
MANY = 32
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
"""What a text column may hold: all but NUL and halves of surrogate pairs."""
ROWS = st.lists(st.tuples(TEXT, TEXT, st.integers(-(2**63), 2**62)), max_size=40)


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    found = Store(migrated_url)
    yield found
    found.close()


@given(values=ROWS, delta=st.integers(-1000, 1000))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_arrive_as_they_are(store: Store, values: list[tuple[str, str, int]], delta: int) -> None:
    rows: list[dict[str, Any]] = [
        dict(zip(NAMES, (COMMUNITY, number, str(number), "p", "h", error, payload, at // 2), strict=True))
        for number, (error, payload, at) in enumerate(values)
    ]
    with store.batch():
        store.db.run(CLEAR, {})
        store.db.many(ADD, rows)
    with store.batch():
        found = store.db.all(ALL, {})
    assert found == [tuple(row[name] for name in NAMES) for row in rows]
    moves = [
        {"community_id": COMMUNITY, "id_": row["id"], "delta": delta, "error": f"{row['error']}\t\\N"}
        for row in rows[::2] + rows[1::2]
    ]
    with store.batch():
        store.db.many(SHIFT, moves)
    with store.batch():
        after = store.db.all(ALL, {})
    assert [(row[5], row[7]) for row in after] == [(f"{row['error']}\t\\N", row["at"] + delta) for row in rows]


@pytest.mark.parametrize("count", [1, 3, MANY])
def test_gathered_statements_are_all_there(store: Store, count: int) -> None:
    rows = [dict(zip(NAMES, (COMMUNITY, n, str(n), "p", "h", "", "", n), strict=True)) for n in range(count)]
    with store.batch():
        store.db.gather()
        store.db.many(ADD, rows[:1])
        store.db.many(ADD, rows[1:])
        store.db.many(SHIFT, [{"community_id": COMMUNITY, "id_": 0, "delta": 7, "error": "moved"}])
    assert store.rows("SELECT count(*), max(error) FROM dead_letters") == [(count, "moved")]


@pytest.mark.parametrize("count", [1, MANY])
def test_what_breaks_a_rule_in_bulk_undoes_all_of_it(store: Store, count: int) -> None:
    rows = [dict(zip(NAMES, (COMMUNITY, n, str(n), "p", "h", "", "", n), strict=True)) for n in range(count)]

    def twice() -> None:
        with store.batch():
            store.db.gather()
            store.db.many(ADD, rows)
            store.db.many(ADD, rows[-1:])

    with pytest.raises(Exception, match=r"(?i)unique"):
        twice()
    assert store.rows("SELECT count(*) FROM dead_letters") == [(0,)]
    with store.batch():
        store.db.many(ADD, rows)
    assert store.rows("SELECT count(*) FROM dead_letters") == [(count,)], "the connection is as good as before"


def test_rows_that_are_met_twice_are_changed_twice(store: Store) -> None:
    rows = [
        {"community_id": COMMUNITY, "day": f"2026-01-{day:02}", "member_id": member, "platform": "p"}
        | {"messages": 1, "reactions": day}
        for day, member in ((1, 7), (2, 7), (1, 8), (1, 7))
    ]
    moves = [{"community_id": COMMUNITY, "id_": 0, "delta": 7, "error": error} for error in ("first", "last")]
    with store.batch():
        store.db.many(ADD_ACTIVITY, rows)
        store.db.many(ADD_ACTIVITY, rows[1:3])
        store.db.run(ADD, dict(zip(NAMES, (COMMUNITY, 0, "0", "p", "h", "", "", 0), strict=True)))
        store.db.many(SHIFT, moves)
    assert store.rows("SELECT day, member_id, messages, reactions FROM activity ORDER BY day, member_id") == [
        ("2026-01-01", 7, 2, 2),
        ("2026-01-01", 8, 2, 2),
        ("2026-01-02", 7, 2, 4),
    ]
    assert store.rows("SELECT at, error FROM dead_letters") == [(14, "last")]


def test_rows_are_deleted_together(store: Store) -> None:
    rows = [dict(zip(NAMES, (COMMUNITY, n, str(n), "p", "h", "", "", n), strict=True)) for n in range(MANY)]
    with store.batch():
        store.db.many(ADD, rows)
        store.db.many(DROP, [{"community_id": COMMUNITY, "id": n} for n in (*range(1, MANY), 1, MANY + 5)])
    assert store.rows("SELECT id FROM dead_letters") == [(0,)]


def test_nothing_and_too_much_are_what_they_are_for_one_row(store: Store) -> None:
    places = [{"community_id": COMMUNITY, "id_": n, "left_at": left} for n, left in ((7, None), (8, 5))]
    people = [
        {"community_id": COMMUNITY, "id": n, "name": "", "locale": "", "standing": "", "created_at": 1} for n in (7, 8)
    ]
    with store.batch():
        store.db.many(ADD_MEMBER, [row | {"heard_account": 0} for row in people])
        store.db.many(SET_LEFT, places)
    assert store.rows("SELECT id, left_at FROM members ORDER BY id") == [(7, None), (8, 5)]
    if store.db.is_sqlite:
        return
    with pytest.raises(Exception, match="too long"), store.batch():
        store.db.many(
            ADD, [dict(zip(NAMES, (COMMUNITY, n, "", "p" * 65, "h", "", "", n), strict=True)) for n in (1, 2)]
        )


def test_what_has_no_bulk_way_says_so() -> None:
    dialect = open_engine("postgresql://nobody@nowhere/nothing").dialect
    fixed = Statement(insert(dead_letters).values(community_id=1, id=_b("id"), at=literal_column("0")))
    assert fixed.bulk(dialect) is None
    assert CLEAR.bulk(dialect) is None
    assert ALL.bulk(dialect) is None
    assert ADD.bulk(dialect) is not None
    everywhere = Statement(update(ledger_accounts).values(balance=_b("balance"), kind=_b("kind")))
    assert everywhere.bulk(dialect) is None, "an update of all rows is not one of each row"
    either = delete(dead_letters).where((dead_letters.c.id == _b("id")) | (dead_letters.c.at == _b("at")))
    assert Statement(either).bulk(dialect) is None, "neither name alone tells which row is meant"
    real = Statement(update(dead_letters).where(dead_letters.c.id == _b("id_")).values(at=cast(_b("at"), Float)))
    assert real.bulk(dialect) is None, "only numbers and texts are written as arrays"
