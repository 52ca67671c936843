"""Claims that are handled together: fewer statements, and the same for everybody as one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from coterie.core.api import Statement
from coterie.core.context.prepared import PluginSql
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.redpacket.claims import LOOKS
from coterie.plugins.redpacket.sql import COUNT_LAST, SHARE_OF, TAKE, TAKE_KNOWN
from tests.redpacket_kit import DATABASES, conserved, proved, rich, rows, states

pytestmark = [pytest.mark.coterie(plugins=[RedPacket]), pytest.mark.parametrize("town", DATABASES, indirect=True)]
CROWD = tuple(f"p{number}" for number in range(30))


@pytest.fixture
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database; in the end no packet has lost anything."""
    yield from proved(request, town_factory)


@pytest.fixture
def crowd(town: LiveTown) -> list[Person]:
    """Thirty people before a packet of twenty shares."""
    (alice,) = rich(town, "alice")
    people = town.people(*CROWD)
    for person in people:
        person.says("hi")
    alice.says("/packet 210 20")
    return list(people)


def grab(town: LiveTown, people: list[Person]) -> None:
    """All of them tap before any tap is handled."""
    town.at_once(*(lambda person=person: person.taps("Grab") for person in people))


def takers(town: LiveTown) -> list[tuple[Any, ...]]:
    """The shares that somebody has: number and member."""
    return rows(town, "SELECT number, member_id FROM redpacket_shares WHERE member_id IS NOT NULL ORDER BY number")


def test_a_batch_reads_and_writes_a_packet_once(
    town: LiveTown, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[Statement] = []
    for name in ("one", "all", "run", "many"):
        before = getattr(PluginSql, name)

        def count(self: PluginSql, statement: Statement, *args: Any, before: Any = before, **values: Any) -> Any:
            run.append(statement)
            return before(self, statement, *args, **values)

        monkeypatch.setattr(PluginSql, name, count)
    grab(town, crowd)
    assert [number for number, _ in takers(town)] == list(range(20))
    assert states(town) == [("empty", 20)]
    looked, taken, counted = (sum(statement is each for statement in run) for each in (SHARE_OF, TAKE, COUNT_LAST))
    assert looked == 2 * (LOOKS - 1), "and once more after the last share, which is written at once"
    assert (taken, counted) == (LOOKS, 1)
    assert sum(statement is TAKE_KNOWN for statement in run) == 1


def test_a_share_that_another_process_took_is_nobodys_twice(
    town: LiveTown, crowd: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first write meets no row, as when another process believed that it owned the lane: all is handled again."""
    refused: list[dict[str, Any]] = []
    before = PluginSql.many

    def many(self: PluginSql, statement: Statement, values: list[dict[str, Any]]) -> int:
        if statement is TAKE_KNOWN and not refused:
            refused.extend(values)
            return 0
        return before(self, statement, values)

    monkeypatch.setattr(PluginSql, "many", many)
    grab(town, crowd)
    assert len(refused) == 20 - LOOKS
    assert [number for number, _ in takers(town)] == list(range(20))
    assert len({member for _, member in takers(town)}) == 20
    assert rows(town, "SELECT count(*) FROM transfers WHERE key LIKE 'redpacket:share:%'") == [(20,)]


@pytest.mark.parametrize("seed", range(3))
def test_batches_make_no_difference(town: LiveTown, town_factory: TownFactory, seed: int) -> None:
    """Taps, taps again, withdrawals and questions, one by one and in batches: the same rows, the same money."""
    chance = random.Random(seed)
    others = ("/packet-cancel 1", "/packets", "/packet-verify 1")
    deeds = [(chance.choice(CROWD), chance.choice((*["Grab"] * 12, *others))) for _ in range(120)]
    found = []
    for most, place in ((1, town), (40, town_factory(plugins=[RedPacket]))):
        people = dict(zip(CROWD, rich(place, *CROWD), strict=True))
        left = [(CROWD[0], "/packet 310 31 equal"), *deeds]
        while left:
            now = [left.pop(0) for _ in range(1 if len(left) > len(deeds) else min(len(left), chance.randint(1, most)))]
            place.at_once(*(lambda who=people[name], what=what: _do(who, what) for name, what in now))
        found.append((states(place), [place.balance(who) for who in people.values()]))
        assert conserved(place)
    assert found[0] == found[1]


def _do(who: Person, what: str) -> None:
    if what == "Grab":
        who.taps(what)
    else:
        who.says(what)
