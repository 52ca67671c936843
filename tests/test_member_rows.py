"""Rows that go from one record to another and back: whatever they are, a merge undone at once has changed nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from coterie.core.memberdata import MemberTable
from coterie.storage.member_rows import Change, Counts, MemberRows, returned, united_value
from coterie.storage.merges import change_of, journaled
from tests.store_kit import Store

metadata = MetaData()


def table(name: str, *parts: Any) -> Table:
    return Table(f"rows_{name}", metadata, Column("community_id", BigInteger, nullable=False), *parts)


def big(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


days = table(
    "days", big("member_id"), Column("day", String(10)), PrimaryKeyConstraint("community_id", "member_id", "day")
)
totals = table(
    "totals",
    big("member_id"),
    Column("season", String(10)),
    big("xp", nullable=True),
    big("best", nullable=True),
    big("first", nullable=True),
    Column("title", String(10)),
    PrimaryKeyConstraint("community_id", "season", "member_id"),
    CheckConstraint("xp >= 0"),
)
shares = table(
    "shares",
    big("packet"),
    Column("number", Integer),
    big("member_id", nullable=True),
    PrimaryKeyConstraint("community_id", "packet", "number"),
    UniqueConstraint("community_id", "packet", "member_id"),
)
things = table(
    "things", big("id"), big("member_id"), big("by", nullable=True), PrimaryKeyConstraint("community_id", "id")
)
pairs = table("pairs", big("one"), big("two"), PrimaryKeyConstraint("community_id", "one", "two"))
slots = table(
    "slots",
    big("id"),
    big("member_id"),
    Column("slot", Integer, nullable=True),
    Column("uses", Integer),
    PrimaryKeyConstraint("community_id", "id"),
    Index("ix_rows_slots", "community_id", "member_id", "slot", unique=True),
)
DECLARED: Final = (
    MemberTable(days),
    MemberTable(totals, unite={"xp": "sum", "best": "max", "first": "min", "title": "keep"}),
    MemberTable(shares, merge="leave"),
    MemberTable(things),
    MemberTable(things, "by"),
    MemberTable(pairs, "one"),
    MemberTable(pairs, "two"),
    MemberTable(slots, unite={"uses": "sum"}),
)
Rows = dict[str, list[tuple[Any, ...]]]
Journal = list[tuple[MemberRows, list[Change]]]

members = st.integers(1, 3)
some = st.integers(0, 5)
maybe = st.none() | some


def contents() -> st.SearchStrategy[Rows]:
    """Rows of three members, by table; the first columns of each row are its key."""

    def of(key: int, *columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
        return st.lists(st.tuples(*columns), max_size=6, unique_by=lambda row: row[:key])

    return st.fixed_dictionaries(
        {
            "days": of(2, members, st.sampled_from("abc")),
            "totals": of(2, members, st.sampled_from("ab"), maybe, maybe, maybe, st.sampled_from("xyz")),
            "things": of(1, some, members, st.none() | members),
            "pairs": of(2, members, members),
            "shares": st.lists(
                st.tuples(st.integers(1, 2), some, st.none() | members),
                max_size=6,
                unique_by=(lambda row: row[:2], lambda row: (row[0], row[2] or -row[1] - 1)),
            ),
            "slots": st.lists(
                st.tuples(some, members, st.none() | some, some),
                max_size=6,
                unique_by=(lambda row: row[0], lambda row: (row[1], row[0] - 100 if row[2] is None else row[2])),
            ),
        }
    )


class Place:
    """A community of its own in one store, with the tables of this page."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        metadata.create_all(self.store.engine)
        self.community = 0

    def fill(self, rows: Rows) -> None:
        """A fresh community with these rows."""
        self.community += 1
        with self.store.batch():
            for name, values in rows.items():
                for row in values:
                    self.add(metadata.tables[f"rows_{name}"], *row)

    def add(self, where: Table, *values: Any) -> None:
        """One more row."""
        self.store.db.connection.execute(insert(where).values((self.community, *values)))

    def all(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the community."""
        with self.store.undone():
            found = self.store.db.connection
            return {
                each.name: sorted(
                    (tuple(row) for row in found.execute(select(each).where(each.c.community_id == self.community))),
                    key=repr,
                )
                for each in metadata.tables.values()
            }

    def merge(self, kept: int, gone: int) -> Journal:
        """Move everything, as it is written down and read again."""
        done: Journal = []
        with self.store.batch():
            for declared in DECLARED:
                rows = MemberRows(declared)
                changes = rows.move(self.store.db.connection, self.community, gone, kept)
                written = [journaled("test", declared.table, declared.column, change) for change in changes]
                done.append((rows, [change_of(declared.table, row) for row in written]))
        return done

    def undo(self, kept: int, gone: int, done: Journal) -> int:
        """Take all of it back; returns how many rows could not be."""
        with self.store.batch():
            return sum(
                rows.undo(self.store.db.connection, gone, kept, changes) for rows, changes in reversed(done) if changes
            )

    def write(self, statement: Any) -> None:
        """Change rows."""
        with self.store.batch():
            self.store.db.connection.execute(statement)


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    place = Place(database_url)
    yield place
    place.store.close()


on_one_store = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# -- properties


@on_one_store
@given(contents())
def test_a_merge_that_is_undone_changed_nothing(place: Place, rows: Rows) -> None:
    place.fill(rows)
    before = place.all()
    done = place.merge(1, 2)
    assert place.undo(1, 2, done) == 0
    assert place.all() == before


@on_one_store
@given(contents())
def test_nothing_names_the_record_that_went_unless_it_was_left(place: Place, rows: Rows) -> None:
    place.fill(rows)
    with place.store.undone():
        connection = place.store.db.connection
        counted = [MemberRows(each).counts(connection, place.community, 2, 1) for each in DECLARED[:4]]
    done = place.merge(1, 2)
    for each in (*DECLARED[:2], *DECLARED[3:]):
        assert not any(row[list(each.table.c.keys()).index(each.column)] == 2 for row in place.all()[each.table.name])
    taken = {(row[1], row[3]) for row in place.all()["rows_shares"]}
    assert all((packet, 1) in taken for packet, member in taken if member == 2)
    acts = [[change.act for change in changes] for _, changes in done[:4]]
    assert [(each.moved, each.united) for each in counted] == [
        (all_.count("move"), all_.count("unite")) for all_ in acts
    ]
    assert counted[2].left == sum(member == 2 for _, member in taken)


@on_one_store
@given(contents(), st.booleans())
def test_two_merges_are_undone_in_either_order(place: Place, rows: Rows, newest_first: bool) -> None:
    place.fill(rows)
    before = place.all()
    done = {2: place.merge(1, 2), 3: place.merge(1, 3)}
    for gone in (3, 2) if newest_first else (2, 3):
        assert place.undo(1, gone, done[gone]) == 0
    after = place.all()
    if newest_first:
        assert after == before
    else:
        assert [row for row in after["rows_totals"] if row[1] != 1] == [
            row for row in before["rows_totals"] if row[1] != 1
        ]
        assert after["rows_days"] == before["rows_days"]
        assert after["rows_slots"] == before["rows_slots"]
        assert {(row[2], row[3]) for row in after["rows_totals"] if row[1] == 1 and row[3]} == {
            (row[2], row[3]) for row in before["rows_totals"] if row[1] == 1 and row[3]
        }


@on_one_store
@given(contents(), st.integers(0, 2**32))
def test_what_happens_meanwhile_is_neither_lost_nor_doubled(place: Place, rows: Rows, seed: int) -> None:
    place.fill(rows)
    chance = random.Random(seed)
    owned = {(row[1], row[2]): row[3] or 0 for row in place.all()["rows_totals"]}
    done = place.merge(1, 2)
    spent = set()
    for row in place.all()["rows_totals"]:
        if row[1] == 1 and chance.random() < 0.7:
            change = chance.randint(-10, 10)
            spent |= {row[2]} if change < 0 else set()
            key = [totals.c.community_id == place.community, totals.c.member_id == 1, totals.c.season == row[2]]
            place.write(update(totals).where(*key).values(xp=max(0, (row[3] or 0) + change), title="new"))
    between = place.all()
    assert place.undo(1, 2, done) == 0
    after = place.all()
    for season in "ab":
        assert _xp(between, season) == _xp(after, season)
        theirs = next((row[3] or 0 for row in after["rows_totals"] if row[1:3] == (2, season)), 0)
        assert theirs <= owned.get((2, season), 0)
        assert theirs == owned.get((2, season), 0) or season in spent
    assert {name: len(each) for name, each in after.items() if name != "rows_totals"} == {
        f"rows_{name}": len(each) for name, each in rows.items() if name != "totals"
    }


def _xp(rows: Rows, season: str) -> int:
    return sum(row[3] or 0 for row in rows["rows_totals"] if row[2] == season)


# -- one by one


def totals_of(place: Place, member: int) -> list[tuple[Any, ...]]:
    return [row[2:] for row in place.all()["rows_totals"] if row[1] == member]


def test_a_counter_that_was_spent_is_shared_out_without_making_any(place: Place) -> None:
    place.fill({"totals": [(1, "a", 10, 3, 5, "x"), (2, "a", 20, 9, 4, "y")]})
    done = place.merge(1, 2)
    assert totals_of(place, 1) == [("a", 30, 9, 4, "x")]
    place.write(update(totals).where(totals.c.community_id == place.community).values(xp=5))
    place.undo(1, 2, done)
    assert totals_of(place, 1) == [("a", 0, 3, 5, "x")]
    assert totals_of(place, 2) == [("a", 5, 9, 4, "y")]


def test_a_counted_row_that_moved_is_parted_and_a_thing_goes_back_as_it_is(place: Place) -> None:
    place.fill({"totals": [(2, "a", 20, 9, 4, "y")], "things": [(1, 2, None)]})
    done = place.merge(1, 2)
    place.write(update(totals).where(totals.c.community_id == place.community).values(xp=25, best=11))
    place.write(update(things).where(things.c.community_id == place.community).values(by=3))
    place.undo(1, 2, done)
    assert totals_of(place, 1) == [("a", 5, 11, 4, "y")]
    assert totals_of(place, 2) == [("a", 20, 9, 4, "y")]
    assert place.all()["rows_things"] == [(place.community, 1, 2, 3)]


def test_what_was_deleted_since_stays_deleted(place: Place) -> None:
    place.fill({"totals": [(2, "a", 2, 2, 2, "y")], "days": [(2, "a")], "things": [(1, 2, 2)]})
    done = place.merge(1, 2)
    for each in (totals, days, things):
        place.write(each.delete().where(each.c.community_id == place.community))
    assert place.undo(1, 2, done) == 0
    assert all(not rows for rows in place.all().values())


def test_a_row_that_the_merge_dropped_comes_back_without_what_is_not_there(place: Place) -> None:
    place.fill({"totals": [(1, "a", 1, 1, 1, "x"), (2, "a", 2, 2, 2, "y")], "days": [(1, "a"), (2, "a")]})
    done = place.merge(1, 2)
    for each in (totals, days):
        place.write(each.delete().where(each.c.community_id == place.community))
    assert place.undo(1, 2, done) == 0
    assert totals_of(place, 2) == [("a", 0, 2, 2, "y")]
    assert place.all()["rows_days"] == [(place.community, 2, "a")]


def test_a_row_stands_by_itself_when_the_one_that_it_was_united_with_goes_back(place: Place) -> None:
    place.fill({"days": [(2, "a"), (3, "a")], "slots": [(1, 2, 7, 0), (2, 3, 7, 0)]})
    first, second = place.merge(1, 2), place.merge(1, 3)
    assert [row[1:] for row in place.all()["rows_days"]] == [(1, "a")]
    place.undo(1, 2, first)
    with place.store.batch():
        again = [
            (rows, [found for each in changes if (found := rows.reclaim(place.store.db.connection, 1, each))])
            for rows, changes in second
        ]
    assert [row[1:] for row in place.all()["rows_days"]] == [(1, "a"), (2, "a")]
    assert place.undo(1, 3, again) == 0
    assert [row[1:] for row in place.all()["rows_days"]] == [(2, "a"), (3, "a")]


def test_a_row_that_went_back_whole_leaves_no_sums_to_one_that_was_united_with_it(place: Place) -> None:
    place.fill({"totals": [(2, "a", 20, 9, 4, "y"), (3, "a", 5, 9, 4, "z")]})
    first, second = place.merge(1, 2), place.merge(1, 3)
    place.write(update(totals).where(totals.c.community_id == place.community).values(xp=20))
    place.undo(1, 2, first)
    assert totals_of(place, 1) == []
    with place.store.batch():
        again = [
            (rows, [found for each in changes if (found := rows.reclaim(place.store.db.connection, 1, each))])
            for rows, changes in second
        ]
    assert totals_of(place, 1) == [("a", 0, 9, 4, "z")]
    assert place.undo(1, 3, again) == 0
    assert [totals_of(place, each) for each in (1, 2, 3)] == [[], [("a", 20, 9, 4, "y")], [("a", 0, 9, 4, "z")]]


def test_a_thing_that_went_on_to_somebody_else_stays_there(place: Place) -> None:
    place.fill({"things": [(1, 2, None), (2, 2, None)]})
    done = place.merge(1, 2)
    place.write(update(things).where(things.c.community_id == place.community, things.c.id == 1).values(member_id=3))
    assert place.undo(1, 2, done) == 0
    assert [row[1:3] for row in place.all()["rows_things"]] == [(1, 3), (2, 2)]


def test_one_row_that_cannot_go_back_does_not_hold_the_others(place: Place) -> None:
    place.fill({"days": [(2, "a"), (2, "b")], "totals": [(1, "a", 1, 1, 1, "x"), (2, "a", 2, 2, 2, "y")]})
    done = place.merge(1, 2)
    with place.store.batch():
        place.add(days, 2, "b")
        place.add(totals, 2, "a", 7, 7, 7, "z")
    assert place.undo(1, 2, done) == 2
    assert [row[1:] for row in place.all()["rows_days"]] == [(1, "b"), (2, "a"), (2, "b")]
    assert totals_of(place, 1) == [("a", 3, 2, 1, "x")], "as much as before: nothing was given twice"
    assert totals_of(place, 2) == [("a", 7, 7, 7, "z")]


def test_where_the_image_breaks_a_rule_only_sums_go_back(database_url: str) -> None:
    strict = table(
        "strict",
        big("member_id"),
        big("xp"),
        big("now"),
        big("best"),
        PrimaryKeyConstraint("community_id", "member_id"),
        CheckConstraint("now <= best"),
    )
    try:
        place = Place(database_url)
        place.community = 1
        with place.store.batch():
            place.add(strict, 1, 1, 1, 1)
            place.add(strict, 2, 2, 2, 9)
            rows = MemberRows(MemberTable(strict, unite={"xp": "sum", "best": "max"}))
            done = [(rows, rows.move(place.store.db.connection, 1, 2, 1))]
        place.write(update(strict).values(now=8))
        assert place.undo(1, 2, done) == 0
        assert place.all()["rows_strict"] == [(1, 1, 1, 8, 9), (1, 2, 2, 2, 9)]
        place.store.close()
    finally:
        metadata.remove(strict)


def test_values_without_a_json_of_their_own_are_kept(database_url: str) -> None:
    import datetime

    from sqlalchemy import Boolean, DateTime, LargeBinary, Numeric

    odd = table(
        "odd",
        big("member_id"),
        Column("data", LargeBinary),
        Column("yes", Boolean),
        Column("when", DateTime),
        Column("price", Numeric(10, 2)),
        PrimaryKeyConstraint("community_id", "member_id"),
    )
    try:
        place = Place(database_url)
        place.community = 1
        import decimal

        when = datetime.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as such a column has it
        with place.store.batch():
            place.add(odd, 1, b"a", True, when, decimal.Decimal("1.50"))
            place.add(odd, 2, b"\x00\xff", False, when, decimal.Decimal("2.25"))
        before = place.all()
        with place.store.batch():
            rows = MemberRows(MemberTable(odd))
            changes = rows.move(place.store.db.connection, 1, 2, 1)
            read = [change_of(odd, journaled("test", odd, "member_id", change)) for change in changes]
            assert read == changes
            rows.undo(place.store.db.connection, 2, 1, read)
        assert place.all() == before
        place.store.close()
    finally:
        metadata.remove(odd)


def test_how_columns_are_united() -> None:
    assert [united_value(how, 3, 5) for how in ("sum", "max", "min")] == [8, 5, 3]
    assert [united_value(how, None, 5) for how in ("sum", "max", "min")] == [5, 5, 5]
    assert united_value("sum", 3, None) == 3
    assert [returned(5, now) for now in (9, 5, 3, 0, -2, None)] == [5, 5, 3, 0, 0, 0]
    assert [returned(brought, 9) for brought in (None, 0, -4)] == [None, 0, -4]
    with pytest.raises(ValueError, match="'newest'"):
        united_value("newest", 1, 2)


def test_declarations_are_checked() -> None:
    with pytest.raises(ValueError, match="rows_days has no column nobody, nothing"):
        MemberTable(days, "nobody", unite={"nothing": "sum"})
    partial = table(
        "partial",
        big("id"),
        big("member_id"),
        PrimaryKeyConstraint("id"),
        Index("ix_partial", "member_id", unique=True, sqlite_where=days.c.day),
    )
    try:
        with pytest.raises(TypeError, match="partial unique index ix_partial"):
            MemberRows(MemberTable(partial)).check()
    finally:
        metadata.remove(partial)


def test_counts_of_nothing() -> None:
    assert Counts() == Counts(0, 0, 0)
