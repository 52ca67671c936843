"""Rains in simulations: what the simulator says of rows that are wrong, what it found, and that rain falls there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from coterie.core.api import Context, to_datetime
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.play.hosting import recipe_for
from coterie.core.testing.simulate.faults import USUAL
from coterie.core.testing.simulate.running import Plan, generated, replayed
from coterie.plugins.redpacket import RedPacket, simulation_rain
from coterie.plugins.wallet import Wallet
from tests.redpacket_kit import DATABASES, proved, rows

HOUR = 3_600_000
BOUNDS = {"sender_daily": 100, "budget_daily": 50}


def said(ctx: Context) -> list[str]:
    """What the plugin says of its rains."""
    return list(simulation_rain.invariants(ctx))


def begun(town: LiveTown) -> list[str]:
    """When each packet was made, in UTC."""
    made = rows(town, "SELECT created_at FROM redpacket_packets ORDER BY id")
    return [f"{datetime.fromtimestamp(at / 1000, UTC):%m-%d %H:%M}" for (at,) in made]


# -- rows that somebody has meddled with


@pytest.fixture(scope="module")
def meddled() -> Iterator[LiveTown]:
    """A town in which a rain of the community has fallen twice and was stopped, and one of an operator is on."""
    town = LiveTown(plugins=(RedPacket, Wallet), config={"redpacket": BOUNDS})
    town.start()
    olga, bob = town.people("olga", "bob")
    olga.becomes("operator")
    town.grant(olga, 500)
    olga.says("/budget donate community 100 for rainy days")
    olga.says("/rain 12h 20 2 equal time=1h budget=community")
    town.wait(hours=12)
    bob.taps("Grab")
    town.wait(hours=12)
    olga.says("/rain-stop 1")
    olga.says("/rain 1h 10 2 day=30 until=7d Good evening")
    town.wait(hours=2)
    yield town
    town.close()


_FIRST, _SECOND = ("(SELECT min(id) FROM redpacket_rains)", "(SELECT max(id) FROM redpacket_rains)")
_RAIN = "UPDATE redpacket_rains SET {} WHERE id = " + _SECOND
_PACKET = "UPDATE redpacket_packets SET {} WHERE id = (SELECT max(id) FROM redpacket_packets)"
_DAYS = "UPDATE redpacket_days SET amount = {} WHERE source LIKE '{}:%'"


def _waits(which: str, hours: int) -> Callable[[Context], None]:
    def wait(ctx: Context) -> None:
        rain = int(ctx.unit.db.connection.execute(text(f"SELECT {which}")).scalar_one())
        due = ctx.instant + hours * HOUR
        ctx.timers.at(to_datetime(due), "rain", key=rain, rain=rain, due=due)

    return wait


def _spent(ctx: Context) -> None:
    owner = ctx.unit.db.connection.execute(text("SELECT max(owner_id) FROM redpacket_rains")).scalar_one()
    member = ctx.find_member(int(owner))
    assert member is not None
    ctx.ledger.transfer(member, ctx.ledger.sink(), 81, reason="packet", key="0")


WRONG: dict[str, str | Callable[[Context], None]] = {
    "says that 3 packets of 20 fell, and there are 2 with 20": _RAIN.format("sent = 3"),
    "says that 2 packets of 21 fell, and there are 2 with 20": _RAIN.format("given = 21"),
    "says that 2 packets of 20 fell, and there are 1 with 10": _PACKET.format("rain_id = NULL"),
    "says that 2 packets of 20 fell, and days count 2 with 19": _DAYS.format(19, "rain"),
    "gives 10 points each time, and 1 of its packets have something else": _PACKET.format("total = 11"),
    "gave 40, and 37 were taken, are there to be taken or went back": "UPDATE redpacket_packets SET refunded = 7"
    " WHERE refunded = 10",
    "fell 2 times in 1 moments": "UPDATE redpacket_packets SET created_at = 7",
    "gave 20 in a day, and 19 are allowed": _RAIN.format("per_day = 19"),
    "fell before it began": _RAIN.format(f"starts_at = starts_at + 9 * {HOUR}"),
    "fell after its end": _RAIN.format("ends_at = starts_at"),
    "and counts as fallen until None": _RAIN.format("last_at = NULL"),
    "and counts as fallen until 7": _RAIN.format("last_at = 7"),
    "is 'lost', which is no state": _RAIN.format("state = 'lost'"),
    "is on, and nothing will let it fall": "DELETE FROM timers WHERE name = 'rain'",
    "is stopped, and something waits to let it fall": _waits(_FIRST, 1),
    "when it has not begun or has fallen already": _waits(_SECOND, -1),
    "of a rain has 10 points, and nothing was paid for it": "UPDATE transfers SET key = key || '-not'"
    " WHERE key LIKE 'redpacket:packet:%'",
    "of a rain has 11 points, and 10 points was paid for it": _PACKET.format("total = 11"),
    "which is from budget party, was paid by budget community": "UPDATE redpacket_packets SET origin_name = 'party'"
    " WHERE origin = 'budget'",
    "which is from budget party, went to budget community": "UPDATE redpacket_packets SET origin_name = 'party'"
    " WHERE origin = 'budget'",
    "which is from member, was paid by budget community": "UPDATE redpacket_packets SET origin = 'member',"
    " origin_name = ''",
    "the budget:community gave 51 points on 2026-01-02, and 50 are allowed": _DAYS.format(51, "budget"),
    "olga put 101 points into packets on 2026-01-02, and 100 are allowed": _spent,
}


class _TakenBack(Exception):
    """Ends a transaction that must not be kept."""


@pytest.mark.parametrize("sentence", WRONG)
def test_what_is_wrong_with_a_rain_is_said(meddled: LiveTown, sentence: str) -> None:
    assert meddled.inside(said, "redpacket") == []
    found, change = [], WRONG[sentence]

    def meddle(ctx: Context) -> None:
        if isinstance(change, str):
            ctx.unit.db.connection.execute(text(change))
        else:
            change(ctx)
        found.extend(said(ctx))
        raise _TakenBack

    with pytest.raises(_TakenBack):
        meddled.inside(meddle, "redpacket")
    assert any(sentence.casefold() in each.casefold() for each in found), found
    assert meddled.inside(said, "redpacket") == []


# -- what was found with clocks that were put back


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def put_back(town: LiveTown, hours: int) -> None:
    """The computer's clock was wrong."""
    town._host.clock.jump(-hours * HOUR)


@pytest.mark.coterie(plugins=[RedPacket])
def test_what_fell_late_does_not_fall_again_after_the_clock_was_put_back(town: LiveTown) -> None:
    (olga,) = town.people("olga")
    olga.becomes("operator")
    town.grant(olga, 100)
    olga.says("/rain 1h 10 2 time=7d")
    with town.down():
        town.wait(hours=6, minutes=30)
    town.wait(seconds=1)
    assert begun(town) == ["01-01 06:30"]
    put_back(town, 1)
    olga.says("/rain-stop 1")
    olga.says("/rain-resume 1")
    assert olga.sees("7:00 AM")
    town.wait(hours=1, minutes=15)
    assert begun(town) == ["01-01 06:30"]
    town.wait(minutes=15)
    assert begun(town) == ["01-01 06:30", "01-01 07:00"]


@pytest.mark.coterie(plugins=[RedPacket])
def test_nothing_falls_before_it_was_ordered_whatever_the_clock_says(town: LiveTown) -> None:
    (olga,) = town.people("olga")
    olga.becomes("operator")
    town.grant(olga, 100)
    town.wait(hours=20, minutes=30)
    olga.says("/rain 20:00 10 2 time=7d")
    put_back(town, 1)
    olga.says("/rain-stop 1")
    olga.says("/rain-resume 1")
    town.wait(hours=2)
    assert begun(town) == []
    town.wait(days=1)
    assert begun(town) == ["01-02 20:00"]


HISTORIES = {
    "a rain falls late while the clock is put back": """amber is operator
give amber 500
amber: /rain 1h 10 1 time=7d
fault: plugin redpacket off
wait 6h
fault: plugin redpacket on
wait 40m
fault: clock -1h
amber: /rain-stop 1
amber: /rain-resume 1
wait 3h""",
    "a rain is resumed at an hour before it was ordered": """amber is operator
give amber 500
wait 20h
wait 10m
amber: /rain 20:00 10 1 time=7d
fault: clock -1h
amber: /rain-stop 1
amber: /rain-resume 1
wait 3h""",
}


@pytest.mark.sqlite("a history is found on files")
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_what_was_found_holds_now(history: str) -> None:
    outcome = replayed(recipe_for(simulation=True), 1, history.splitlines())
    assert (outcome.problems, outcome.impossible) == ([], 0)


# -- rain in simulations


@pytest.mark.sqlite("what a seed brings does not depend on the database")
def test_rain_falls_in_simulations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody orders some, it falls, and there is nothing to say of it."""
    fallen: dict[int, int] = {}
    look = simulation_rain._rain

    def noted(ctx: Context, rain: simulation_rain._Rain) -> Iterator[str]:
        fallen[rain.id] = rain.sent
        yield from look(ctx, rain)

    monkeypatch.setattr(simulation_rain, "_rain", noted)
    recipe = recipe_for(simulation=True)
    for seed in range(1, 5):
        assert generated(recipe, seed, Plan(100, USUAL, ("redpacket",))).problems == []
    assert len(fallen) >= 3
    assert sum(fallen.values()) >= 10
