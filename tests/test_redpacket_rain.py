"""Packets that are sent again and again: when they fall, who pays, and what happens when they cannot."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.identity import Identity
from coterie.plugins.privacy import Privacy
from coterie.plugins.redpacket import RedPacket, raining
from coterie.plugins.redpacket.schedule import TooOften, next_due, read_every
from tests.plugin_kit import link, member_id
from tests.privacy_kit import erase
from tests.redpacket_kit import DATABASES, conserved, proved, rich, rows, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def operator(town: LiveTown, points: int = 1000) -> Person:
    """An operator with some points."""
    (olga,) = town.people("olga")
    olga.becomes("operator")
    if points:
        town.grant(olga, points)
    return olga


def fallen(town: LiveTown) -> list[tuple[str, int, int]]:
    """State, packets sent and money given of every rain."""
    return [tuple(row) for row in rows(town, "SELECT state, sent, given FROM redpacket_rains ORDER BY id")]


def begun(town: LiveTown) -> list[str]:
    """When each packet was made, in UTC."""
    made = rows(town, "SELECT created_at FROM redpacket_packets ORDER BY id")
    return [f"{datetime.fromtimestamp(at / 1000, UTC):%m-%d %H:%M}" for (at,) in made]


def budget(town: LiveTown, amount: int) -> None:
    """Fill the community's budget."""

    def fill(ctx: Context) -> None:
        ctx.ledger.transfer(ctx.ledger.issuer(), ctx.ledger.budget(), amount, reason="fill", key=ctx.new_id())

    town.inside(fill, plugin="redpacket")


# -- when


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("20:00", "20:00"), ("8：05", "08:05"), ("6h", "6h"), ("1天", "1天"), ("0 20  * * 1-5", "0 20 * * 1-5")],
)
def test_a_rhythm(typed: str, kept: str) -> None:
    assert read_every(typed, NEW_YEAR) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "often",
        "25:00",
        "20:60",
        "* * *",
        "0 0 31 2 *",
        "61 * * * *",
        "* * * * * *",
        "0 20 * * 1-5 x",
        "0 * * * " * 9,
    ],
)
def test_no_rhythm(typed: str) -> None:
    with pytest.raises(ValueError, match=r"neither|no cron|never"):
        read_every(typed, NEW_YEAR)


@pytest.mark.parametrize("typed", ["9m", "0s", "* * * * *", "*/5 20 * * *", "0,59 0,23 * * *"])
def test_too_often(typed: str) -> None:
    with pytest.raises(TooOften):
        read_every(typed, NEW_YEAR)


@given(
    hours=st.integers(1, 1000),
    passed=st.integers(0, 10**9),
    begun_at=st.integers(0, 10**9),
    zone=st.sampled_from([UTC, BERLIN]),
)
def test_a_length_of_time_counts_from_the_beginning(hours: int, passed: int, begun_at: int, zone: ZoneInfo) -> None:
    start = (NEW_YEAR + timedelta(seconds=begun_at)).astimezone(zone)
    now = (start.astimezone(UTC) + timedelta(seconds=passed)).astimezone(zone)
    due = next_due(f"{hours}h", start, now)
    assert due is not None
    assert timedelta(0) < due - now.astimezone(UTC) <= timedelta(hours=hours)
    assert (due - start.astimezone(UTC)) % timedelta(hours=hours) == timedelta(0)


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        ("20:00", (2026, 3, 28, 21), "2026-03-29T20:00:00+02:00"),
        ("02:30", (2026, 3, 28, 21), "2026-03-29T03:00:00+02:00"),
        ("02:30", (2026, 10, 24, 21), "2026-10-25T02:30:00+02:00"),
        ("30 2 * * *", (2026, 10, 25, 2, 30), "2026-10-26T02:30:00+01:00"),
    ],
)
def test_by_the_clock_where_summer_begins_and_ends(every: str, now: tuple[int, ...], due: str) -> None:
    local = datetime(*now, tzinfo=BERLIN)  # type: ignore[misc, arg-type]
    found = next_due(every, local, local)
    assert found is not None
    assert found.isoformat() == due


# -- what falls


def test_every_day_from_the_owners_wallet(town: LiveTown) -> None:
    olga, bob = operator(town), town.person("bob")
    olga.says("/rain 20:00 100 2 equal Good evening")
    assert olga.sees("🌧 Rain 1 is ordered")
    assert olga.sees("every day at 20:00")
    assert town.balance(olga) == 1000
    town.wait(hours=20)
    assert town.shows("Good evening")
    assert town.balance(olga) == 900
    bob.taps("Grab")
    assert town.balance(bob) == 50
    town.wait(days=2)
    assert begun(town) == ["01-01 20:00", "01-02 20:00", "01-03 20:00"]
    assert town.balance(olga) == 1000 - 50 - 100
    assert fallen(town) == [("on", 3, 300)]
    olga.says("/rains")
    assert olga.sees("3 fallen, 300 points")


def test_every_six_hours_until_it_ends(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 6h 10 2 until=1d")
    town.wait(days=2)
    assert begun(town) == ["01-01 06:00", "01-01 12:00", "01-01 18:00", "01-02 00:00"]
    assert fallen(town) == [("over", 4, 40)]
    assert rows(town, "SELECT count(*) FROM timers WHERE name = 'rain'") == [(0,)]
    olga.says("/rain-resume 1")
    assert olga.sees("has come to its end")


@pytest.mark.coterie(plugins=[RedPacket], timezone="Asia/Shanghai", locale="zh-Hans")
def test_in_chinese_by_the_communitys_clock(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/红包雨 20:00 88 8 普通 为期=30d 每天=88 晚上好")
    assert olga.sees("1 号红包雨已安排")
    assert olga.sees("每天 20:00")
    town.wait(hours=12)
    assert begun(town) == ["01-01 12:00"]
    assert town.shows("的普通红包")
    assert town.shows("晚上好")


@pytest.mark.coterie(plugins=[RedPacket], timezone="Europe/Berlin")
def test_over_the_beginning_of_summer(town: LiveTown) -> None:
    olga = operator(town)
    olga.says('/rain "30 2 28,29,30 3 *" 10 1')
    town.wait(days=100)
    assert begun(town) == ["03-28 01:30", "03-29 01:00", "03-30 00:30"]


def test_after_an_outage_once(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 20:00 10 2")
    with town.down():
        town.wait(days=5, hours=3)
    town.wait(seconds=1)
    assert begun(town) == ["01-06 03:00"]
    assert fallen(town) == [("on", 1, 10)]
    town.wait(hours=17)
    assert begun(town) == ["01-06 03:00", "01-06 20:00"]


def test_not_after_an_outage_that_outlasts_it(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 20:00 10 2 until=1d")
    with town.down():
        town.wait(days=5)
    town.wait(seconds=1)
    assert fallen(town) == [("over", 0, 0)]


def test_once_for_each_moment(town: LiveTown) -> None:
    """Whoever tells that it is due, and however often."""
    olga = operator(town)
    olga.says("/rain 20:00 10 2")
    ((rain, due),) = [
        (int(found[0]), int(found[1]))
        for (args,) in rows(town, "SELECT args FROM timers WHERE name = 'rain'")
        if (found := re.findall(r"\d+", args))
    ]
    town.wait(hours=19)
    for _ in range(2):
        town.inside(lambda ctx: raining.fall(ctx, rain, due), plugin="redpacket")
    town.inside(lambda ctx: raining.fall(ctx, rain, due - 1), plugin="redpacket")
    town.restart()
    town.wait(hours=2)
    assert fallen(town) == [("on", 1, 10)]
    assert len(states(town)) == 1
    town.wait(days=1)
    assert fallen(town) == [("on", 2, 20)]


def test_it_survives_restarts(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 1h 10 2")
    for _ in range(3):
        town.restart()
        town.wait(hours=1)
    assert fallen(town) == [("on", 3, 30)]


def test_in_several_rooms(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 20:00 10 2 Hello rooms")
    town.room = "market"
    olga.says("/rain-here 1")
    assert olga.sees("Rain 1 falls here, too")
    olga.says("/rain-here 1")
    assert olga.sees("falls here already")
    town.wait(hours=20)
    assert town.shows("Hello rooms", "market")
    assert town.shows("Hello rooms", "general")
    assert len(states(town)) == 1


def test_a_room_that_is_gone(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 20:00 10 2")

    def forget(ctx: Context) -> None:
        ctx.unit.db.connection.exec_driver_sql("UPDATE redpacket_rains SET places = '[7]'")

    town.inside(forget)
    town.wait(hours=20)
    assert fallen(town) == [("stopped", 0, 0)]
    assert olga.sees("none of its rooms is there any more")
    assert town.balance(olga) == 1000


# -- limits


@pytest.mark.parametrize("state", ["on", "stopped"])
def test_money_short_is_said_once(town_factory: TownFactory, state: str) -> None:
    town = town_factory(plugins=[RedPacket], config={"redpacket": {"rain_short": "skip" if state == "on" else "stop"}})
    olga = operator(town, 15)
    olga.says("/rain 1h 10 1 time=7d")
    town.wait(hours=1)
    assert town.balance(olga) == 5
    town.wait(hours=5)
    assert town.transcript().count("it needs 10 points, and you have 5 points") == 1
    assert fallen(town) == [(state, 1, 10)]
    town.grant(olga, 100)
    if state == "stopped":
        town.wait(hours=5)
        olga.says("/rain-resume 1")
        assert olga.sees("Rain 1 goes on")
    town.wait(hours=1)
    assert fallen(town) == [("on", 2, 20)]


def test_most_in_a_day(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 6h 100 2 day=99")
    assert olga.sees("not even one red packet would fall")
    olga.says("/rain 6h 100 2 day=250")
    town.wait(hours=23)
    assert begun(town) == ["01-01 06:00", "01-01 12:00"]
    town.wait(hours=1)
    assert begun(town) == ["01-01 06:00", "01-01 12:00", "01-02 00:00"]


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"sender_daily": 150}})
def test_most_of_a_sender_in_a_day(town: LiveTown) -> None:
    olga = operator(town)
    olga.says("/rain 6h 100 2")
    town.wait(hours=23)
    assert begun(town) == ["01-01 06:00"]
    assert olga.sees("You can put 150 points into red packets in a day; 50 points is left")
    town.wait(hours=1)
    assert len(begun(town)) == 2


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"budget_daily": 150}})
def test_from_the_communitys_budget(town: LiveTown) -> None:
    olga, bob = operator(town), town.person("bob")
    olga.says("/rain 6h 100 2 budget=community")
    assert olga.sees("There is no budget “community”")
    budget(town, 130)
    olga.says("/rain 6h 100 2 equal budget=community")
    assert olga.sees("the community (budget community)")
    town.wait(hours=6)
    assert (town.balance(olga), fallen(town)) == (1000, [("on", 1, 100)])
    bob.taps("Grab")
    town.wait(hours=17)
    assert olga.sees("A budget can give 150 points in red packets in a day; 50 points is left")
    town.wait(hours=1)
    assert len(begun(town)) == 1, "the budget has not enough"
    town.wait(days=1)
    assert town.inside(lambda ctx: ctx.ledger.balance(ctx.ledger.budget())) + 50 <= 130
    assert rows(town, "SELECT act FROM audit_log WHERE plugin = 'redpacket' AND act = 'rain-started'") == [
        ("rain-started",)
    ]


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"rain_members": True}})
def test_members_where_the_operator_allows_it(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    olga = operator(town, 0)
    budget(town, 100)
    alice.says("/rain 1h 10 2 budget=community")
    assert alice.sees("Only operators")
    alice.says("/rain 1h 10 2")
    bob.says("/rain-stop 1")
    assert bob.sees("no rain 1 of yours")
    olga.says("/rain-stop 1")
    assert (
        alice.sees(
            "olga stopped your rain 1",
        )
        if False
        else alice.sees(re.compile("(?i)olga stopped your rain 1"))
    )
    olga.says("/rain-resume 1")
    assert olga.sees("Only who pays for this rain")
    town.wait(hours=3)
    assert fallen(town) == [("stopped", 0, 0)]
    alice.says("/rain-resume 1")
    alice.says("/rain-resume 1")
    assert alice.sees("running already")
    town.wait(hours=1)
    assert fallen(town) == [("on", 1, 10)]
    acts = rows(town, "SELECT act FROM audit_log WHERE plugin = 'redpacket' ORDER BY id")
    assert acts == [("rain-stopped",)]


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"rain_members": True, "budget_daily": 100}})
def test_the_communitys_rain_is_the_operators(town: LiveTown) -> None:
    olga, bob = operator(town, 0), town.person("bob")
    budget(town, 500)
    olga.says("/packet-budget 100 2")
    olga.says("/rain 1d 101 2 budget=community")
    assert olga.sees("A budget can give 100 points in red packets in a day; 100 points is left")
    olga.says("/rain 1d 100 2 budget=community")
    assert olga.sees("Rain 1 is ordered"), "what was given today does not matter tomorrow"
    olga.becomes("member")
    town.wait(days=1)
    assert fallen(town) == [("on", 1, 100)]
    olga.says("/rain-stop 1")
    olga.says("/rain-resume 1")
    assert olga.sees("Only operators")
    bob.becomes("operator")
    bob.says("/rain-resume 1")
    assert bob.sees("Rain 1 goes on")


def test_who_may_not(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    alice.says("/rain 1h 10 2")
    assert alice.sees("Only operators can let it rain here")
    assert fallen(town) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("5m 10 2", "every 10 minutes at most"),
        ("sometimes 10 2", "is no time"),
        ("1h 10 20", "at least 20 points"),
        ("1h 10 2 for=@bob", "A rain is for everybody"),
        ("1h 10 2 until=5m", "It would never fall"),
        ("1h 10 2 until=soon", "must be a length of time"),
        ("1h 10 2 day=many", "must be a whole number"),
        ("1h 10 2 colour=red", "I don’t know “colour”"),
    ],
)
def test_what_cannot_be(town_factory: TownFactory, words: str, said: str) -> None:
    town = town_factory(plugins=[RedPacket])
    town.person("bob").says("hi")
    olga = operator(town)
    olga.says(f"/rain {words}")
    assert olga.sees(said)
    assert fallen(town) == []


def test_at_most_ten_at_a_time(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[RedPacket])
    olga = operator(town)
    for _ in range(11):
        olga.says("/rain 1d 10 2")
    assert olga.sees("You can have 10 rains at a time")
    assert len(fallen(town)) == 10
    olga.says("/rains")
    assert olga.sees("No. 10")
    olga.taps("Older")
    assert olga.sees("No. 2")


@pytest.mark.coterie(plugins=[RedPacket, Identity], config={"redpacket": {"rain_members": True}})
def test_the_owner_became_somebody_else(town: LiveTown) -> None:
    other, alice = rich(town, "alice@discord", "alice@telegram")
    town.grant(alice, 100)
    alice.says("/rain 1h 10 2")
    link(town, other, alice)
    town.wait(hours=1)
    assert fallen(town) == [("on", 1, 10)]
    assert town.balance(other) == 1090
    other.says("/rain-stop 1")
    assert other.sees("Rain 1 is stopped")


@pytest.mark.coterie(plugins=[RedPacket, Privacy])
def test_the_owner_is_erased(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    alice.becomes("operator")
    alice.says("/rain 1h 10 2 qxgreeting")
    alice.becomes("member")
    erase(town, member_id(town, alice))
    town.wait(hours=3)
    assert fallen(town) == [("over", 0, 0)]
    assert rows(town, "SELECT plan FROM redpacket_rains") == [("",)]


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"rain_members": True}})
def test_members_who_may_no_more(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    alice.says("/rain 1h 10 2")

    def forbid(ctx: Context) -> None:
        settings = ctx.community.configs["redpacket"]
        ctx.community.configs["redpacket"] = settings.model_copy(update={"rain_members": False})

    town.inside(forbid)
    town.wait(hours=1)
    assert fallen(town) == [("on", 0, 0)]
    assert alice.sees("Only operators can let it rain here")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_rows_agree(town_factory: TownFactory, seed: int) -> None:
    """Each rain has sent as many packets as there are of it, at most one for each moment, and waits while it is on."""
    rng = random.Random(seed)
    town = town_factory(plugins=[RedPacket], config={"redpacket": {"rain_members": True}})
    people = [*rich(town, "alice", "bob"), operator(town, 300)]
    town.grant(people[1], 100)
    acts: list[Callable[[Person], object]] = [
        lambda who: who.says(
            f"/rain {rng.choice(('1h', '6h', '03:30', '1d'))} {rng.randint(2, 60)} 2 "
            f"{rng.choice(('', 'equal', 'day=60', 'until=2d', 'draw=30m'))}"
        ),
        lambda who: who.says(f"/rain-stop {rng.randint(1, 4)}"),
        lambda who: who.says(f"/rain-resume {rng.randint(1, 4)}"),
        lambda who: town.wait(hours=rng.randint(1, 30)),
        lambda who: town.restart(),
        lambda who: town.grant(who, rng.randint(1, 100)),
    ]
    for _ in range(40):
        rng.choice(acts)(rng.choice(people))
        rains = rows(town, "SELECT id, state, sent, given FROM redpacket_rains ORDER BY id")
        waiting = [int(key) for (key,) in rows(town, "SELECT key FROM timers WHERE name = 'rain' ORDER BY key")]
        assert sorted(waiting) == [rain for rain, state, _, _ in rains if state == "on"]
        for rain, _, sent, money in rains:
            made = rows(town, f"SELECT created_at, total FROM redpacket_packets WHERE rain_id = {rain}")
            assert len({at for at, _ in made}) == len(made) == sent
            assert sum(total for _, total in made) == money
    assert conserved(town)
