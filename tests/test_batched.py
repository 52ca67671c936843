"""Rows that many events of one batch want: read once, written once, and never seen as they are not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from coterie.core.api import Batched, Context, MessagePosted, Where, Who
from coterie.core.app import App
from coterie.core.context.batched import BatchKey
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from tests.applause import Applause, Claps, applause

pytestmark = pytest.mark.coterie(plugins=[Applause])
HALL = Where("sandbox", "general", "town")
NAMES = tuple(f"p{number}" for number in range(12))
DEEDS = ("/clap", "/clap 2", "/clap-no", "/clap-badly", "/clap-twice", "/hush", "/count", "/rows", "/clap-aloud")


def claps(town: LiveTown) -> dict[int, int]:
    """What the table says of every act."""
    query = select(applause.c.act, applause.c.claps).order_by(applause.c.act)
    return town.inside(lambda ctx: {int(act): int(count) for act, count in ctx.db.execute(query)})


def together(town: LiveTown, people: Sequence[Person], deeds: Sequence[str]) -> None:
    """Everybody says something, and all of it is handled in one batch."""
    town.at_once(*(lambda who=who, what=what: who.says(what) for who, what in zip(people, deeds, strict=False)))


@contextmanager
def flushes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many claps each write has written down."""
    written: list[int] = []
    before = Claps.flush

    def flush(self: Claps) -> None:
        written.append(self.count)
        before(self)

    with monkeypatch.context() as patch:
        patch.setattr(Claps, "flush", flush)
        yield written


def test_a_row_is_written_once_for_all_who_want_it(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    people = town.people(*NAMES)
    together(town, people, ["hi"] * len(people))
    with flushes(monkeypatch) as written:
        together(town, people, ["/clap"] * len(people))
    assert written == [12]
    assert claps(town) == {1: 12}
    for number, who in enumerate(people, 1):
        assert who.sees(f"clap {number}")


def test_who_only_looks_writes_nothing(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    with flushes(monkeypatch) as written:
        town.inside(lambda ctx: ctx.batched(Claps, 1).count)
    assert written == []
    assert claps(town) == {}


@pytest.mark.parametrize("look", ["count", "rows"])
def test_other_statements_of_the_plugin_see_what_was_owed(town: LiveTown, look: str) -> None:
    people = town.people(*NAMES[:4])
    together(town, people, ["/clap", "/clap", f"/{look}", "/clap"])
    assert people[2].sees(f"{look} 2")
    assert claps(town) == {1: 3}


def test_what_others_change_meanwhile_is_known(town: LiveTown) -> None:
    people = town.people(*NAMES[:4])
    together(town, people, ["/clap", "/hush", "/clap", "/clap-twice"])
    assert people[2].sees("clap 1")
    assert people[3].sees("2 and 3")
    assert claps(town) == {1: 3}


def test_who_thinks_better_of_it_has_not_clapped(town: LiveTown) -> None:
    people = town.people(*NAMES[:3])
    together(town, people, ["/clap", "/clap-no", "/clap"])
    assert people[1].sees("no longer works")
    assert claps(town) == {1: 2}
    assert [town.balance(who) for who in people] == [1, 0, 1]


def test_who_breaks_loses_nothing_of_the_others(town: LiveTown) -> None:
    people = town.people(*NAMES[:5])
    with town.failures() as failures:
        together(town, people, ["/clap", "/clap", "/clap-badly", "/clap", "/clap"])
    assert [str(failure) for failure in failures] == ["a broken hand"]
    assert claps(town) == {1: 4}


def test_a_write_that_fails_is_the_fault_of_the_handler_that_owed_it(
    town: LiveTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = town.people(*NAMES[:3])
    monkeypatch.setattr(Claps, "flush", lambda _: 1 // 0)
    with town.failures() as failures:
        together(town, people, ["/clap", "hello", "/clap"])
    assert {type(failure) for failure in failures} == {ZeroDivisionError}
    assert people[0].sees("Something went wrong on our side")
    assert [town.balance(who) for who in people] == [0, 0, 0]
    assert claps(town) == {}
    monkeypatch.undo()
    people[1].says("/clap")
    assert claps(town) == {1: 1}


def test_handlers_of_events_share_nothing_with_commands(town: LiveTown) -> None:
    people = town.people(*NAMES[:3])
    together(town, people, ["/clap-aloud"] * 3)
    assert claps(town) == {1: 3, 99: 3}


def test_the_core_sees_what_was_owed(town: LiveTown) -> None:
    def look(ctx: Context) -> dict[BatchKey, Batched]:
        ctx.batched(Claps, 7).clap()
        ctx.segments.has(0, "balance>=0")
        return dict(ctx.unit.batched)

    assert town.inside(look) == {}
    assert claps(town) == {7: 1}


def test_a_question_to_the_lane_comes_after_what_is_owed(town: LiveTown) -> None:
    (ann,) = town.people("ann")
    ann.says("hi")

    async def both(app: App) -> int:
        posted = MessagePosted(key="clap", who=Who("sandbox", "ann", "Ann"), where=HALL, text="/clap 5")
        _, found = await asyncio.gather(app.submit(posted), app.on_lane(None, _claps_of_five))
        return int(found)

    assert town._run(both) == 1


def _claps_of_five(ctx: Context) -> int:
    return int(ctx.unit.db.connection.execute(select(applause.c.claps).where(applause.c.act == 5)).scalar_one())


@pytest.mark.parametrize("seed", range(4))
def test_batches_make_no_difference(town_factory: TownFactory, seed: int) -> None:
    """The same deeds one by one and in batches: everybody reads the same, and the rows are the same."""
    chance = random.Random(seed)
    deeds = [(chance.choice(NAMES), chance.choice(DEEDS)) for _ in range(60)]
    told = []
    for most in (1, 25):
        town = town_factory(plugins=[Applause])
        people = dict(zip(NAMES, town.people(*NAMES), strict=True))
        left = list(deeds)
        with town.failures() as failures:
            while left:
                now = [left.pop(0) for _ in range(min(len(left), chance.randint(1, most)))]
                together(town, [people[name] for name, _ in now], [deed for _, deed in now])
        assert {str(failure) for failure in failures} <= {"a broken hand"}
        shown = [message.shown() for message in town.stage.room("general").messages]
        room = [each for each in shown if "Coterie" in each]
        told.append((claps(town), [town.balance(who) for who in people.values()], room))
        assert town.ledger_balanced()
    assert told[0] == told[1]
