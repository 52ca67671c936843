"""Red packets, on both databases: nobody takes two, nothing is lost, whatever comes at the same time or in between."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from coterie.core.platform import Refused, Uncertain
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.redpacket import RedPacket
from tests.plugin_kit import link
from tests.redpacket_kit import DATABASES, card, conserved, expiry, proved, rich, ring, rows, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def test_from_the_first_share_to_the_last(town: LiveTown) -> None:
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol@telegram", "dave@discord")
    alice.says("/packet 100 3 Happy new year")
    assert town.balance(alice) == 900
    assert town.shows("Happy new year")
    assert town.shows("0 of 3")
    for number, person in enumerate((bob, carol, alice), 1):
        person.taps("Grab")
        assert person.sees(re.compile(r"You got [\d,]+ points? from the red packet"))
        assert town.shows(f"{number} of 3")
        assert conserved(town)
    assert town.shows("Empty: every share is taken")
    assert town.shows("luckiest draw")
    assert sum(town.balance(person) for person in (alice, bob, carol)) == 1000
    assert town.shows_not("Grab")
    assert rows(town, "SELECT count(*) FROM timers") == [(0,)]
    assert states(town) == [("empty", 3)]
    assert town.balance(dave) == 0


def test_one_share_a_person(town: LiveTown) -> None:
    """However often and fast somebody taps, and however often the platform tells of it."""
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 10")
    town.stage.faults.duplicates = 3
    town.at_once(*[lambda: bob.taps("Grab")] * 10)
    share = town.balance(bob)
    assert share >= 1
    assert bob.sees(re.compile(rf"You already took {share} points?"))
    town.duplicate(bob)
    town.kill()
    bob.taps("Grab")
    assert bob.sees("You already took")
    assert (town.balance(bob), states(town)) == (share, [("open", 1)])


@pytest.mark.coterie(plugins=[RedPacket, Identity])
def test_two_accounts_are_one_person(town: LiveTown) -> None:
    alice, bob, other = rich(town, "alice", "bob@telegram", "bob@discord")
    alice.says("/packet 100 10")
    bob.taps("Grab")
    share = town.balance(bob)
    link(town, bob, other)
    other.taps("Grab")
    assert other.sees("You already took")
    assert town.balance(other) == share
    assert states(town) == [("open", 1)]


def test_two_hundred_at_once_are_one_card(town: LiveTown) -> None:
    alice, *crowd = rich(town, "alice", *(f"m{number}" for number in range(200)))
    alice.says("/packet 1000 100")
    message = card(town)
    town.at_once(*[lambda person=person: person.taps("Grab") for person in crowd])
    shares = [amount for (amount,) in rows(town, "SELECT balance FROM ledger_accounts WHERE kind = 'member'")]
    assert sum(shares) == 1000
    assert states(town) == [("empty", 100)]
    assert sum(bool(re.search("You got", seen.words())) for seen in town.stage.messages.values()) == 100
    assert sum("Too late" in seen.words() for seen in town.stage.messages.values()) == 100
    assert message.edits == 1
    assert town.shows("100 of 100")


@pytest.mark.parametrize("first", ["tap", "expiry"])
def test_the_last_share_and_the_expiry_in_one_moment(town: LiveTown, first: str) -> None:
    """Exactly one of the two happens, whichever is handled first; both are in the same batch."""
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 1")
    event = expiry(town)
    acts = [lambda: bob.taps("Grab"), lambda: ring(town, event), lambda: ring(town, event)]
    town.at_once(*(acts if first == "tap" else [*acts[1:], acts[0]]))
    if first == "tap":
        assert (town.balance(alice), town.balance(bob)) == (900, 100)
        assert town.shows("Empty")
    else:
        assert (town.balance(alice), town.balance(bob)) == (1000, 0)
        assert bob.sees("This red packet has expired")
        assert town.shows("100 points went back to the sender")
    town.wait(hours=25)
    assert town.balance(alice) + town.balance(bob) == 1000


def test_what_nobody_took_goes_back_once(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3")
    bob.taps("Grab")
    share, event = town.balance(bob), expiry(town)
    town.wait(hours=23)
    town.restart()
    assert town.balance(alice) == 900
    town.wait(hours=1)
    assert town.balance(alice) == 1000 - share
    assert alice.sees(f"Your red packet has expired: {100 - share} points came back to you")
    town.at_once(lambda: ring(town, event), lambda: ring(town, event))
    town.kill()
    town.wait(days=2)
    assert town.balance(alice) == 1000 - share
    assert town.shows(f"Expired: {100 - share} points went back")


def test_a_restart_in_the_middle(town: LiveTown) -> None:
    """The button of the very first card works after a restart and after a crash, and after every edit."""
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 100 3")
    message = card(town)
    assert message.card is not None
    token = message.card.buttons[0][0].token
    bob.taps("Grab")
    town.restart()
    town.act(lambda: town.stage.tap_token(carol.persona, "general", token, message.id))
    assert carol.sees("You got")
    town.kill()
    town.act(lambda: town.stage.tap_token(carol.persona, "general", token, message.id))
    assert carol.sees("You already took")
    town.at_once(lambda: dave.taps("Grab"), town.kill)
    assert states(town) == [("open", 2)], "the last tap was not committed"
    town.duplicate(dave)
    assert states(town) == [("empty", 3)], "so the platform delivers it again"
    assert town.balance(bob) + town.balance(carol) + town.balance(dave) == 100


def test_a_packet_that_cannot_be_shown_comes_back_at_once(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    town.stage.faults.fail_next(Refused("no rights here"), verb="send")
    alice.says("/packet 100 2")
    assert town.balance(alice) == 1000
    assert alice.sees("could not be shown there: 100 points came back to you")
    assert states(town) == [("expired", 0)]
    assert rows(town, "SELECT count(*) FROM timers") == [(0,)]


def test_a_packet_of_which_nobody_knows_whether_it_is_shown(town: LiveTown) -> None:
    """The answer was lost: the packet stays, and what nobody takes comes back after a day."""
    alice, bob = rich(town, "alice", "bob")
    town.stage.faults.fail_next(Uncertain("the answer was lost"), times=5, verb="send", happened=True)
    alice.says("/packet 100 2")
    town.wait(minutes=5)
    bob.taps("Grab")
    share = town.balance(bob)
    assert share >= 1
    town.wait(days=1)
    assert town.balance(alice) == 1000 - share


MARKET = {"platform": "sandbox", "id": "market", "space": "town"}


@pytest.fixture(params=DATABASES)
def wide(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town in which every packet is shown in the market, too."""
    db = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    town = town_factory(plugins=[RedPacket, Identity], config={"redpacket": {"rooms": [MARKET]}}, db=db)
    yield town
    assert conserved(town)


def faces(town: LiveTown) -> list[str]:
    """The packet's cards as they stand, in the room where it was sent and in the market."""
    rooms = (town.stage.room(name).messages for name in ("general", "market"))
    return [[m for m in messages if m.card and not m.private_to][-1].shown() for messages in rooms]


def test_one_packet_in_two_rooms_is_one_pool_and_one_share_a_person(wide: LiveTown) -> None:
    alice, bob, carol = rich(wide, "alice", "bob", "carol@telegram")
    double = wide.person("bob@discord")
    link(wide, bob, double)
    alice.says("/packet 100 3 Everywhere")
    bob.taps("Grab", room="market")
    double.taps("Grab", room="general")
    assert double.sees("You already took")
    carol.taps("Grab", room="general")
    here, there = faces(wide)
    assert "2 of 3" in here
    assert here == there, "both cards follow"
    alice.taps("Grab", room="market")
    assert ["Empty: every share is taken" in face for face in faces(wide)] == [True, True]
    assert wide.balance(alice) + wide.balance(bob) + wide.balance(carol) == 1000
    assert states(wide) == [("empty", 3)]


def test_a_packet_that_one_of_its_rooms_refuses_lives_in_the_other(wide: LiveTown) -> None:
    alice, bob = rich(wide, "alice", "bob")
    wide.stage.faults.fail_next(Refused("no rights here"), verb="send")
    alice.says("/packet 100 2")
    assert states(wide) == [("open", 0)]
    bob.taps("Grab")
    assert states(wide) == [("open", 1)]


def test_a_packet_that_all_rooms_refuse_comes_back_once(wide: LiveTown) -> None:
    (alice,) = rich(wide, "alice")
    wide.stage.faults.fail_next(Refused("no rights here"), times=2, verb="send")
    alice.says("/packet 100 2")
    assert wide.balance(alice) == 1000
    assert states(wide) == [("expired", 0)]


def test_a_packet_sent_in_one_of_the_rooms_is_shown_there_once(wide: LiveTown) -> None:
    alice, *_ = rich(wide, "alice")
    alice.says("/packet 100 2 Here", room="market")
    shown = [m for m in wide.stage.room("market").messages if m.card and not m.private_to]
    assert len(shown) == 1
