"""Broadcasts: everybody who is meant is written to once, whatever happens meanwhile."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from coterie.core import broadcasts
from coterie.core.api import BroadcastEnded, Button, Card, Context, Plugin, button, command, listens
from coterie.core.knowledge import Broadcast
from coterie.core.platform import Refused, RetryLater, Uncertain
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.identity import Identity
from coterie.plugins.members import Members
from tests.plugin_kit import member_id

NAMES = tuple(f"p{number}" for number in range(9))


class Caller(Plugin):
    """Writes to everybody, and hears of the end."""

    name = "caller"

    @command("call")
    def call(self, ctx: Context, whom: str) -> None:
        ctx.send(ctx.audience(whom), Card(text="News!", buttons=((Button("Thanks", do="thanks"),),)))

    @button("thanks")
    def thanks(self, ctx: Context) -> None:
        ctx.answer("You are welcome")

    @listens(BroadcastEnded)
    def ended(self, event: BroadcastEnded, ctx: Context) -> None:
        if event.plugin == self.name:
            ctx.attributes.set(ctx.operators()[0], "ended", event.state)


pytestmark = pytest.mark.coterie(plugins=[Caller, Members])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two and a window of three, so that nine members take many steps."""
    monkeypatch.setattr(broadcasts, "COLLECTED_AT_ONCE", 2)
    monkeypatch.setattr(broadcasts, "WINDOW", 3)


def gather(town: LiveTown) -> tuple[Person, list[Person]]:
    """Olga, who is an operator, and nine members who have been heard."""
    olga = town.person("olga")
    crowd = list(town.people(*NAMES))
    for person in (olga, *crowd):
        person.says("hello")
    olga.becomes("operator")
    return olga, crowd


def got(town: LiveTown, person: Person) -> int:
    """How often somebody was written to."""
    seen = town.stage.visible(person.persona)
    return sum(message.card is not None and str(message.card.text) == "News!" for message in seen)


def report(town: LiveTown) -> Broadcast:
    """The newest broadcast of the plugin."""
    return town.inside(lambda ctx: ctx.broadcasts.recent()[0], "caller")


def states(town: LiveTown) -> dict[int, str]:
    """What became of each target, by member."""
    query = text("SELECT member_id, state FROM broadcast_targets")
    return dict(town.inside(lambda ctx: [(row[0], row[1]) for row in ctx.db.execute(query)]))


def test_everybody_who_can_and_wants_is_written_to(town: LiveTown) -> None:
    olga, crowd = gather(town)
    crowd[0].says("/quiet")
    crowd[1].joins()
    crowd[1].leaves()
    town.stage.faults.closed_dms.add(crowd[2].persona.key)
    olga.says('/call "not standing:operator"')
    town.wait(minutes=2)
    found = report(town)
    assert found.state == "done"
    assert found.collected
    assert {name: number for name, number in found.counts.items() if number} == {
        "sent": 6,
        "opted_out": 1,
        "gone": 1,
        "failed": 1,
    }
    assert [got(town, person) for person in crowd] == [0, 0, 0, *[1] * 6]
    crowd[5].taps("Thanks")
    assert crowd[5].sees("You are welcome")
    assert town.inside(lambda ctx: ctx.attributes.get(ctx.operators()[0], "ended")) == "done"


def test_who_comes_after_the_start_is_not_meant(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    olga, _ = gather(town)
    town.stage.faults.fail_next(RetryLater(30, everywhere=True))
    olga.says('/call "not left"')
    town.wait(seconds=1)
    late = town.person("late")
    late.says("hello")
    town.wait(minutes=5)
    assert got(town, late) == 0
    assert report(town).total == 10


def test_nobody_is_an_audience_too(town: LiveTown) -> None:
    olga, _ = gather(town)
    olga.says("/call tag:nobody")
    town.wait(minutes=1)
    assert (report(town).state, report(town).total) == ("done", 0)


def test_one_that_is_stopped_goes_on_where_it_was(town: LiveTown) -> None:
    olga, crowd = gather(town)
    town.stage.faults.fail_next(RetryLater(60, everywhere=True))
    olga.says('/call "not standing:operator"')
    identifier = report(town).id
    before = sum(got(town, person) for person in crowd)
    assert town.inside(lambda ctx: ctx.broadcasts.stop(identifier), "caller")
    assert not town.inside(lambda ctx: ctx.broadcasts.stop(identifier), "caller")
    assert not town.inside(lambda ctx: ctx.broadcasts.stop(identifier), "members")
    town.wait(minutes=10)
    assert report(town).state == "stopped"
    assert sum(got(town, person) for person in crowd) <= before + broadcasts.WINDOW < 9
    town.restart()
    assert town.inside(lambda ctx: ctx.broadcasts.resume(identifier), "caller")
    town.wait(minutes=10)
    assert report(town).state == "done"
    assert [got(town, person) for person in crowd] == [1] * 9


def test_one_person_with_two_records_is_written_to_once(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Caller, Members, Identity])
    olga, crowd = gather(town)
    town.stage.faults.fail_next(RetryLater(60, everywhere=True))
    olga.says('/call "not standing:operator"')
    fates = states(town)
    early = next(person for person in crowd if fates[member_id(town, person)] != "pending")
    late = next(person for person in crowd if fates[member_id(town, person)] == "pending")

    def merge(ctx: Context) -> None:
        one, two = (ctx.find_member(each) for each in (member_id_late, member_id_early))
        assert one is not None
        assert two is not None
        ctx.merge_members(one, two)

    member_id_late, member_id_early = member_id(town, late), member_id(town, early)
    town.inside(merge, "identity")
    town.wait(minutes=10)
    assert report(town).state == "done"
    assert got(town, early) + got(town, late) == 1


def test_a_segment_that_is_gone_ends_it(town: LiveTown) -> None:
    olga, _ = gather(town)
    olga.says("/segment save all not left")

    def start_and_forget(ctx: Context) -> None:
        ctx.send(ctx.segment("all"), "News!")
        ctx.segments.delete("all")

    town.inside(start_and_forget, "caller")
    town.wait(minutes=1)
    assert report(town).state == "failed"


def test_a_preview_is_sent_once_and_shows_its_progress(town: LiveTown) -> None:
    olga, crowd = gather(town)
    olga.in_dm('/broadcast "not standing:operator" News!')
    assert olga.sees("This goes to 9 members")
    olga.taps("Send")
    assert olga.sees("Broadcast: ")
    town.wait(minutes=1)
    assert olga.sees("Broadcast: done")
    assert olga.sees("Sent: 9")
    olga.taps("Send")
    assert olga.sees("started already")
    town.wait(minutes=1)
    assert [got(town, person) for person in crowd] == [1] * 9


def test_an_operator_stops_it_by_the_button(town: LiveTown) -> None:
    olga, crowd = gather(town)
    olga.in_dm('/broadcast "not standing:operator" News!')
    town.stage.faults.closed_dms |= {person.persona.key for person in crowd[:1]}
    town.at_once(lambda: olga.taps("Send"))
    town.wait(minutes=1)
    olga.in_dm("/broadcasts")
    assert olga.sees("8 of 9")


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        *(("sqlite", seed) for seed in range(12)),
        *(pytest.param("postgresql", seed, marks=pytest.mark.postgres) for seed in range(2)),
    ],
)
def test_no_crash_writes_twice_and_all_come_to_an_end(
    seed: int, kind: str, town_factory: TownFactory, request: pytest.FixtureRequest
) -> None:
    """Kills, restarts, faults, stops, merges of time: in the end every target has its fate, and nobody got it twice."""
    db = request.getfixturevalue("postgres") if kind == "postgresql" else None
    chance = random.Random(seed)
    town = town_factory(plugins=[Caller, Members], seed=seed, db=db)
    olga, crowd = gather(town)
    town.at_once(lambda: olga.says('/call "not standing:operator"'))
    identifier = report(town).id
    faults = town.stage.faults
    acts = (
        lambda: town.kill(),
        lambda: town.restart(),
        lambda: town.wait(seconds=chance.choice((0.2, 1, 5, 61))),
        lambda: faults.fail_next(RetryLater(chance.choice((1, 20)), everywhere=chance.random() < 0.5)),
        lambda: faults.fail_next(Refused("blocked"), verb="send"),
        lambda: faults.fail_next(Uncertain("no answer"), verb="send", happened=chance.random() < 0.5),
        lambda: town.inside(lambda ctx: ctx.broadcasts.stop(identifier), "caller"),
        lambda: town.inside(lambda ctx: ctx.broadcasts.resume(identifier), "caller"),
        lambda: chance.choice(crowd).says(chance.choice(("/quiet", "/quiet no"))),
        lambda: town.at_once(lambda: chance.choice(crowd).says("hello"), town.kill),
    )
    for _ in range(25):
        chance.choice(acts)()
        assert max(got(town, person) for person in crowd) <= 1
    faults.queue.clear()
    town.inside(lambda ctx: ctx.broadcasts.resume(identifier), "caller")
    town.wait(hours=2)
    found = report(town)
    assert found.state == "done"
    assert (found.open, found.total) == (0, 9)
    fates = states(town)
    for person in crowd:
        fate = fates[member_id(town, person)]
        assert got(town, person) == (fate == "sent") or (fate == "unknown" and got(town, person) <= 1), fate
