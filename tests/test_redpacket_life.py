"""From a packet's first moment to its one end, on both databases: whoever calls it off, goes away, or is erased."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core.cli.play import run_play
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.privacy import Privacy
from coterie.plugins.redpacket import RedPacket
from tests.plugin_kit import link, member_id
from tests.privacy_kit import erase
from tests.redpacket_kit import DATABASES, card, conserved, expiry, proved, rich, ring, rows, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def budget(town: LiveTown) -> int:
    """What the community itself has."""
    return town.inside(lambda ctx: ctx.ledger.balance(ctx.ledger.budget()))


def test_called_off_by_the_sender_while_nobody_has_a_share(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    bob.says("/packet-cancel 1")
    assert bob.sees("Only operators")
    alice.says("/packet-cancel")
    assert alice.sees("Red packet 1 is called off: 100 points went back")
    assert town.balance(alice) == 1000
    assert town.shows("Called off: 100 points went back to the sender")
    assert town.shows_not("Grab")
    alice.says("/packet-cancel 1")
    assert alice.sees("has ended already")
    alice.says("/packet-cancel")
    assert alice.sees("doesn’t exist any more")
    assert states(town) == [("cancelled", 0)]
    assert rows(town, "SELECT count(*) FROM timers") == [(0,)]


def test_not_called_off_once_somebody_has_a_share(town: LiveTown) -> None:
    alice, bob, olga = rich(town, "alice", "bob", "olga")
    olga.becomes("operator")
    alice.says("/packet 100 3")
    bob.taps("Grab")
    alice.says("/packet-cancel 1")
    assert alice.sees("Somebody has a share of it already")
    left = 100 - town.balance(bob)
    olga.says("/packet-cancel 1 not today")
    assert olga.sees(f"called off: {left} points went back")
    assert alice.sees(f"Your red packet 1 was called off: {left} points came back to you")
    assert town.balance(alice) == 900 + left
    assert states(town) == [("cancelled", 1)]
    assert rows(town, "SELECT act, reason FROM audit_log WHERE act = 'packet-cancelled'") == [
        ("packet-cancelled", "not today")
    ]


def test_what_a_button_of_one_that_was_called_off_says(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    message = card(town)
    assert message.card is not None
    token = message.card.buttons[0][0].token
    alice.says("/packet-cancel")
    town.act(lambda: town.stage.tap_token(bob.persona, "general", token, message.id))
    assert bob.sees("This red packet was called off")


@pytest.mark.parametrize("first", ["tap", "cancel", "expiry"])
def test_three_ends_in_one_moment(town: LiveTown, first: str) -> None:
    """The last share, the expiry and the sender who calls it off: exactly one of them happens."""
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 1")
    event = expiry(town)
    acts = {
        "tap": lambda: bob.taps("Grab"),
        "cancel": lambda: alice.says("/packet-cancel 1"),
        "expiry": lambda: ring(town, event),
    }
    town.at_once(acts.pop(first), *acts.values())
    ((state, taken),) = states(town)
    assert state == {"tap": "empty", "cancel": "cancelled", "expiry": "expired"}[first]
    assert (town.balance(bob), town.balance(alice)) == (100 * taken, 1000 - 100 * taken)
    town.wait(days=2)
    assert town.balance(bob) + town.balance(alice) == 1000


def test_as_long_as_the_sender_wants(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    alice.says("/packet 100 3 time=2h")
    town.wait(hours=1)
    assert states(town) == [("open", 0)]
    town.wait(hours=1)
    assert states(town) == [("expired", 0)]
    for words in ("time=30s", "time=8d", "draw=5s"):
        alice.says(f"/packet 100 3 {words}")
        assert alice.sees(re.compile("That can be from .* to 7 days"))


def test_the_sender_has_left(town: LiveTown) -> None:
    """Who comes back finds the money in their wallet."""
    alice, _ = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    alice.leaves()
    town.wait(days=1)
    assert (town.balance(alice), states(town)) == (1000, [("expired", 0)])


@pytest.mark.coterie(plugins=[RedPacket, Privacy])
def test_the_sender_is_erased_in_between(town: LiveTown) -> None:
    """The packet ends, what is left is the community's, and what people have they keep."""
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3 qxgreeting")
    alice.says("/packet 50 2 phrase=qxphrase")
    alice.says("/packet 60 2 draw=1h")
    bob.taps("Join")
    bob.taps("Grab")
    bob.fills({"phrase": "qxphrase"})
    share = town.balance(bob)
    assert share
    erase(town, member_id(town, alice))
    assert {state for state, _ in states(town)} == {"cancelled"}
    assert budget(town) == 100 + 50 + 60 - share
    assert town.balance(bob) == share
    assert rows(town, "SELECT DISTINCT greeting, terms, phrase FROM redpacket_packets") == [("", "", "")]
    town.wait(days=2)
    assert conserved(town)


def test_a_sender_whom_nobody_knows_any_more(town: LiveTown) -> None:
    """Rows that somebody meddled with by hand: the money is not stuck, it is the community's."""
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    bob.taps("Grab")

    def forget(ctx: object) -> None:
        ctx.unit.db.connection.exec_driver_sql("UPDATE redpacket_packets SET sender_id = 7")  # type: ignore[attr-defined]

    town.inside(forget)
    town.wait(days=1)
    assert states(town) == [("expired", 1)]
    assert budget(town) == 100 - town.balance(bob)
    assert town.shows("went to the community")


@pytest.mark.coterie(plugins=[RedPacket, Identity])
def test_the_sender_became_somebody_else_in_between(town: LiveTown) -> None:
    alice, other = rich(town, "alice@telegram", "alice@discord")
    alice.says("/packet 100 3")
    link(town, other, alice)
    town.wait(days=1)
    assert town.balance(other) == 1000


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"sender_daily": 150, "community_daily": 220}})
def test_daily_limits(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    town.grant(bob, 500)
    alice.says("/packet 100 3")
    alice.says("/packet 51 3")
    assert alice.sees("You can put 150 points into red packets in a day; 50 points is left for today")
    alice.says("/packet 50 3")
    bob.says("/packet 71 2")
    assert bob.sees("Everybody together can put 220 points into red packets in a day; 70 points is left")
    bob.says("/packet 70 2")
    assert len(states(town)) == 3
    town.wait(days=1)
    alice.says("/packet 150 3")
    assert len(states(town)) == 4


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"earliest": "3s"}})
def test_nobody_is_faster_than_a_person(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    bob.taps("Grab")
    assert bob.sees("look at it for 3 seconds first")
    town.wait(seconds=3)
    bob.taps("Grab")
    assert bob.sees("You got")


def test_called_off_unseen_while_the_clock_goes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found by the simulator: after a restart the change of a card stood before the card itself, and both waited."""
    file = tmp_path / "found.play"
    steps = ("give dmitri 100", "fault: clock -2m", "fault: platform down 10m", "dmitri: /packet 44 2", "restart")
    ends = ("dmitri: /packet-cancel", "restart", "wait 20m", 'expect room shows "Called off: 44 points"')
    file.write_text("\n".join((*steps, *ends)), encoding="utf-8")
    assert run_play(file) == 0, capsys.readouterr().out
