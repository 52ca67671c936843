"""Filters for people: read or refused clearly, and the same people in SQL as in plain Python, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.engine.boot import translator_of
from coterie.core.knowledge import AttributeValue, stored
from coterie.core.segments import filters, people
from coterie.core.segments.asking import WHOM
from coterie.core.segments.fields import fields_of
from coterie.core.segments.filters import DEEPEST, LONGEST, Filter, FilterError, Not
from coterie.core.segments.model import SegmentField, SegmentScope
from coterie.core.segments.parser import parse
from coterie.core.segments.people import Segments
from coterie.storage.tables import member_notes
from tests.store_kit import NOW, Store

DAY = 86_400_000
COMMUNITY = Community(1, "main", "Main", "en", ZoneInfo("Asia/Shanghai"), time(4), Clock())

# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("tag:vip", filters.Test("tag", "", "=", "vip", 1, 5)),
        ("TAG = vip", filters.Test("tag", "", "=", "vip", 1, 7)),
        ("left", filters.Test("left", "", "", "", 1)),
        ("attribute.City~“New York”", filters.Test("attribute", "City", "~", "New York", 1, 16)),
        ("标签：会员", filters.Test("标签", "", "=", "会员", 1, 4)),
        ("余额≥100", filters.Test("余额", "", ">=", "100", 1, 4)),
        ("balance >= -5", filters.Test("balance", "", ">=", "-5", 1, 12)),
        ("not not a", Not(Not(filters.Test("a", "", "", "", 9)))),
        ("!a", Not(filters.Test("a", "", "", "", 2))),
        ("tag:and", filters.Test("tag", "", "=", "and", 1, 5)),
        ("name:“a)”", filters.Test("name", "", "=", "a)", 1, 6)),
    ],
)
def test_what_is_read(text: str, tree: Filter) -> None:
    assert parse(text) == tree


def test_and_binds_closer_than_or() -> None:
    a, b, c = (filters.Test(name, "", "", "", at) for name, at in (("a", 1), ("b", 6), ("c", 12)))
    assert parse("a or b and c") == filters.Any((a, filters.All((b, c))))
    assert parse("a 或 b 且 c") == parse("a | b & c")


@pytest.mark.parametrize(
    ("text", "key", "at"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("tag:vip and", "expected-test-end", 12),
        ("tag:vip left", "expected-and", 9),
        ("(left", "expected-close-end", 6),
        ("(left]", "expected-close-end", 7),
        ("(left tag", "expected-close", 7),
        ("left)", "expected-and", 5),
        ("tag:", "expected-value-end", 5),
        ("tag:>5", "expected-value", 5),
        ("tag:(x)", "expected-value", 5),
        ("and left", "expected-test", 1),
        ("tag:“x", "open-quote", 5),
        ("（）", "expected-test", 2),
        ("x" * (LONGEST + 1), "too-long", 0),
        ("(" * (DEEPEST + 2) + "left" + ")" * (DEEPEST + 2), "too-deep", DEEPEST + 2),
        ("not " * (DEEPEST + 2) + "left", "too-deep", 4 * (DEEPEST + 1) + 1),
        (" or ".join(["a"] * 101), "too-many", 501),
    ],
)
def test_what_cannot_be_read_says_where(text: str, key: str, at: int) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert (caught.value.key, caught.value.at) == (f"filter-{key}", at)


PIECES = st.sampled_from(
    ["tag", ":", "vip", " ", "(", ")", "and", "or", "not", ">=", "30d", "“", "”", '"', "（", "：", "且", "!", "|", ".",
     "attribute.", "balance", "joined<", "segment:a", "left", "2026-01-01", "%", "\0", "é", "🎉", "\n", "~"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join)))
def test_anything_is_a_filter_or_a_clear_error(text: str) -> None:
    """Whatever is typed: a tree and SQL, or an error with words in every language."""
    segments = Segments(lambda _: _Nothing(), COMMUNITY, fields_of([]), NOW)
    error = None
    try:
        segments.people(text).compile()
        segments._selection(SegmentScope(1, NOW)).counted(text, lambda _: True).compile()
    except FilterError as caught:
        error = caught
    if error is not None:
        assert 0 <= error.at <= len(text) + 1
        for locale in ("en", "zh-Hans", "zh-Hant"):
            said = str(TRANSLATOR.text("core", error.key, locale, error.args))
            assert error.key not in said
            assert "{$" not in said


TRANSLATOR = translator_of({}, "en")


class _Nothing:
    def first(self) -> None:
        return None


# -- people ------------------------------------------------------------------------------------------------------------


@dataclass
class Human:
    """A member, as a filter sees one."""

    id: int
    joined: int
    left: int | None
    merged: bool
    locale: str
    standing: str
    tags: set[str] = field(default_factory=set)
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    balance: int | None = None
    accounts: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """Platform, name, direct chat, bot."""
    quiet: bool = False
    active: list[str] = field(default_factory=list)
    spaces: set[str] = field(default_factory=set)
    notes: int = 0


VALUES: dict[str, tuple[AttributeValue, ...]] = {
    "age": (17, 18, 41),
    "city": ("Paris", "50% off", "上海"),
    "adult": (True, False),
}


def crowd(seed: int, count: int = 30) -> list[Human]:
    """Random people."""
    chance = random.Random(seed)
    found = []
    for number in range(1, count + 1):
        human = Human(
            id=number,
            joined=NOW - chance.randrange(60) * DAY - chance.randrange(DAY),
            left=NOW - chance.randrange(30) * DAY if chance.random() < 0.2 else None,
            merged=chance.random() < 0.1,
            locale=chance.choice(("", "en", "zh-Hans")),
            standing=chance.choice(("member", "member", "operator")),
            quiet=chance.random() < 0.3,
            balance=chance.choice((None, 0, 5, 100, 250)),
            tags={tag for tag in ("vip", "会员", "new") if chance.random() < 0.4},
            notes=chance.choice((0, 0, 1, 2)),
        )
        for name, values in VALUES.items():
            if chance.random() < 0.5:
                human.attributes[name] = chance.choice(values)
        if chance.random() < 0.5:
            human.attributes["born"] = date(2000, 1, chance.randrange(1, 5))
        for platform in ("telegram", "discord"):
            if chance.random() < 0.6:
                dm = f"d{number}" if chance.random() < 0.7 else ""
                human.accounts.append((platform, chance.choice(("Ann", "BOB", "李雷")), dm, chance.random() < 0.1))
                human.spaces |= {space for space in ("hall", "vault") if chance.random() < 0.5}
        human.active = sorted({f"2025-12-{chance.randrange(1, 32):02}" for _ in range(chance.randrange(3))})
        found.append(human)
    return found


def settle_in(store: Store, humans: list[Human]) -> None:
    """The rows of these people."""
    account = 0
    for human in humans:
        merged = 1 if human.merged else None
        store.write(
            "INSERT INTO members (community_id, id, name, locale, standing, created_at, left_at, merged_into)"
            " VALUES (1, :id, 'x', :locale, :standing, :joined, :left, :merged)",
            id=human.id,
            locale=human.locale,
            standing=human.standing,
            joined=human.joined,
            left=human.left,
            merged=merged,
        )
        rows: list[tuple[str, dict[str, Any]]] = [("member_tags", {"tag": tag, "at": 0}) for tag in human.tags]
        rows += [("member_attributes", {"name": n, "at": 0, **stored(v)}) for n, v in human.attributes.items()]
        rows += [("opt_outs", {"at": 0})] * human.quiet
        rows += [("activity", {"day": day, "platform": "x", "messages": 1}) for day in human.active]
        rows += [("member_notes", {"id": human.id * 10 + n, "text": "x", "at": 0}) for n in range(human.notes)]
        for platform, name, dm, bot in human.accounts:
            account += 1
            folded = name.casefold()
            rows.append(
                (
                    "accounts",
                    {"id": account, "platform": platform, "native": str(human.id), "name": name, "folded": folded,
                     "dm": dm, "bot": int(bot), "created_at": 0},
                )
            )  # fmt: skip
            for space in human.spaces:
                row = {"adapter": platform, "space": space, "account_id": account, "joined_at": 0}
                _insert(store, "presences", {"community_id": 1, **row})
        for table, row in rows:
            _insert(store, table, {"community_id": 1, "member_id": human.id, **row})
        if human.balance is not None:
            row = {"kind": "member", "owner": str(human.id), "currency": "points", "balance": human.balance}
            _insert(store, "ledger_accounts", {"community_id": 1, "id": human.id, "created_at": 0, **row})


def _insert(store: Store, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    store.write(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", **row)


def means(human: Human, filter_: Filter, saved: dict[str, str]) -> bool:
    """Whether a filter means somebody, in plain Python."""
    match filter_:
        case Not():
            return not means(human, filter_.part, saved)
        case filters.All():
            return all(means(human, part, saved) for part in filter_.parts)
        case filters.Any():
            return any(means(human, part, saved) for part in filter_.parts)
    test, value = filter_, filter_.value
    if test.operator == "!=":
        return not means(human, filters.Test(test.field, test.name, "=", value), saved)
    match test.field:
        case "segment":
            return means(human, parse(saved[value]), saved)
        case "left":
            return human.left is not None if not test.operator else _moment(human.left, test)
        case "joined":
            return _moment(human.joined, test)
        case "tag":
            return _text(human.tags, test)
        case "locale":
            return _text({human.locale}, test)
        case "standing":
            return _text({human.standing}, test)
        case "platform":
            return _text({platform for platform, *_ in human.accounts}, test)
        case "name":
            return _text({name for _, name, *_ in human.accounts}, test)
        case "space":
            return _text(human.spaces if human.accounts else set(), test)
        case "balance":
            return _ordered(human.balance or 0, test.operator, int(value))
        case "notes":
            return _ordered(human.notes, test.operator, int(value))
        case "accounts":
            return _ordered(len(human.accounts), test.operator, int(value))
        case "quiet":
            return human.quiet
        case "bot":
            return any(bot for *_, bot in human.accounts)
        case "reachable":
            return any(dm and not bot for _, _, dm, bot in human.accounts)
        case "active":
            return _active(human, test)
    return _attribute(human.attributes.get(test.name), test)


def _text(values: set[str], test: filters.Test) -> bool:
    folded, wanted = {each.casefold() for each in values}, test.value.casefold()
    return any(wanted in each for each in folded) if test.operator == "~" else wanted in folded


def _ordered(left: Any, operator: str, right: Any) -> bool:
    greater, equal = bool(left > right), bool(left == right)
    return {"=": equal, "<": not (greater or equal), "<=": not greater, ">": greater, ">=": greater or equal}[operator]


def _moment(value: int | None, test: filters.Test) -> bool:
    if value is None:
        return False
    if test.value.endswith("d"):
        return _ordered(NOW - value, test.operator, int(test.value[:-1]) * DAY)
    return _ordered(COMMUNITY.day_of(value), test.operator, date.fromisoformat(test.value))


def _active(human: Human, test: filters.Test) -> bool:
    if not test.operator:
        return bool(human.active)
    if not test.value.endswith("d"):
        last = human.active[-1] if human.active else ""
        return _ordered(last, test.operator, test.value)
    since = COMMUNITY.day_of(NOW - int(test.value[:-1]) * DAY).isoformat()
    within = any(day >= since for day in human.active)
    return within if test.operator.startswith("<") else not within


def _attribute(value: AttributeValue | None, test: filters.Test) -> bool:
    if value is None or not test.operator:
        return value is not None
    if test.operator in ("=", "~"):
        return _text({str(stored(value)["value"])}, test)
    if "-" in test.value:
        return type(value) is date and _ordered(value, test.operator, date.fromisoformat(test.value))
    return type(value) is int and _ordered(value, test.operator, int(test.value))


ORDER = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
RANGE = st.sampled_from(("<", "<=", ">", ">="))
TESTS = st.one_of(
    st.builds("tag{}{}".format, st.sampled_from((":", "!=", "~")), st.sampled_from(("vip", "会员", "VIP", "i", "x"))),
    st.builds("balance{}{}".format, ORDER, st.sampled_from((-1, 0, 5, 100, 1000))),
    st.builds("notes{}{}".format, ORDER, st.integers(0, 2)),
    st.builds("accounts{}{}".format, ORDER, st.integers(0, 2)),
    st.builds("{}{}{}d".format, st.sampled_from(("joined", "left")), RANGE, st.integers(0, 60)),
    st.builds("{}{}2025-12-{:02}".format, st.sampled_from(("joined", "left")), ORDER, st.integers(1, 31)),
    st.builds("active{}{}d".format, RANGE, st.integers(0, 31)),
    st.builds("active{}2025-12-{:02}".format, RANGE, st.integers(1, 31)),
    st.sampled_from(("left", "quiet", "bot", "reachable", "active", "attribute.city", "platform:telegram")),
    st.sampled_from(
        ("platform!=discord", "name:ann", "name~O", "name:李雷", "locale:zh-hans", "locale:en", "locale:“”")
    ),
    st.sampled_from(("standing:operator", "space:hall", "space!=vault", "segment:guests", "segment!=guests")),
    st.builds("attribute.age{}{}".format, ORDER, st.sampled_from((17, 18, 40))),
    st.builds("attribute.born{}2000-01-{:02}".format, ORDER, st.integers(1, 5)),
    st.sampled_from(("attribute.city:paris", "attribute.city~%", "attribute.city~“0% o”", "attribute.adult:yes")),
)
TEXTS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("{} and {} and {}".format, TESTS, inner, TESTS),
    ),
    max_leaves=8,
)
SAVED = {"guests": "tag:vip or segment:rich", "rich": "balance>=100"}


def _notes(scope: SegmentScope) -> Any:
    """A plugin's own field: how many notes there are about somebody."""
    from sqlalchemy import func

    return (
        select(member_notes.c.member_id, func.count())
        .where(member_notes.c.community_id == scope.community)
        .group_by(member_notes.c.member_id)
    )


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """A store of either kind."""
    opened = Store(migrated_url)
    yield opened
    opened.close()


def segments_in(store: Store, connection: Any) -> Segments:
    """Segments over a connection, with a field that a plugin contributes."""
    fields = fields_of([("plug", [SegmentField("notes", "number", _notes, default=0, single=True)])])
    return Segments(connection.execute, COMMUNITY, fields, NOW)


@pytest.mark.parametrize("few", [0, 20_000])
def test_sql_means_the_same_people_as_plain_python(store: Store, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random filters over random people: listed, counted by sets and one by one, and asked about each."""
    monkeypatch.setattr(people, "FEW", few)
    humans = crowd(7)
    settle_in(store, humans)
    present = [human for human in humans if not human.merged]
    with store.engine.connect() as connection:
        segments = segments_in(store, connection)
        for name, text in reversed(SAVED.items()):
            segments.save(name, text, identifier=len(name), author=0)

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(TEXTS)
        def check(text: str) -> None:
            tree = parse(text)
            expected = [human.id for human in present if means(human, tree, SAVED)]
            found = [identifier for identifier, _ in segments.page(text, limit=1000)]
            assert found == expected
            assert segments.count(text) == len(expected)
            for human in humans[:3]:
                assert segments.has(human.id, text) == (human.id in expected)
                asked = segments.asked(text)
                assert asked is None or bool(store.db.one(asked.statement, {WHOM: human.id})) == (human.id in expected)

        check()
        connection.rollback()


def test_segments_cannot_contain_themselves(store: Store) -> None:
    with store.engine.connect() as connection:
        segments = segments_in(store, connection)
        segments.save("a", "left", identifier=1, author=0)
        segments.save("b", "segment:a and quiet", identifier=2, author=0)
        segments.save("c", "not segment:b", identifier=3, author=0)
        for text in ("segment:a", "segment:b", "quiet or (not segment:c)", "SEGMENT:C"):
            with pytest.raises(FilterError, match="cycle"):
                segments.save("A", text, identifier=4, author=0)
        with pytest.raises(FilterError, match="in-use"):
            segments.delete("b")
        assert segments.delete("c")
        assert not segments.delete("c")
        segments.save("a", "quiet", identifier=5, author=0)
        assert [(each.name, each.filter) for each in segments.all()] == [("a", "quiet"), ("b", "segment:a and quiet")]
        connection.rollback()


def test_segments_inside_each_other_are_bounded(store: Store) -> None:
    """Eight levels, and a hundred conditions in all: no few words become a query without end."""
    with store.engine.connect() as connection:
        segments = segments_in(store, connection)
        segments.save("s0", "left or quiet", identifier=100, author=0)
        for level in range(1, 5):
            segments.save(f"s{level}", f"segment:s{level - 1} or segment:s{level - 1}", identifier=level, author=0)
        with pytest.raises(FilterError, match="too-many"):
            segments.save("s5", "segment:s4 or segment:s4", identifier=6, author=0)
        segments.save("t0", "left", identifier=20, author=0)
        for level in range(1, 8):
            segments.save(f"t{level}", f"not segment:t{level - 1}", identifier=20 + level, author=0)
        with pytest.raises(FilterError, match="too-deep"):
            segments.people("segment:t7 and segment:t7", saving="x")
        connection.rollback()


def test_everything_typed_is_a_parameter(store: Store) -> None:
    """No value stands in the SQL itself."""
    with store.engine.connect() as connection:
        query = segments_in(store, connection).people("tag:“x'; DROP TABLE members; --” and attribute.a:1 or name~%_")
        assert "DROP" not in str(query.compile(connection))
        connection.execute(query)
