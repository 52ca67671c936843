"""Packets that the community pays, and packets that other plugins give as prizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from coterie.core.api import Account, Context, Plugin, PrizeChanged, PrizeOffered, Where, listens
from coterie.core.cli.play import run_play
from coterie.core.platform import Refused
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.privacy import Privacy
from coterie.plugins.redpacket import RedPacket
from tests.plugin_kit import member_id
from tests.privacy_kit import erase
from tests.redpacket_kit import DATABASES, conserved, proved, rows, states
from tests.test_docs import block, plugin_of

__all__ = ["plugin_of"]

HEARD: list[PrizeChanged] = []


class Contest(Plugin):
    """Gives prizes, and keeps what it hears of them."""

    name: ClassVar[str] = "contest"

    @listens(PrizeChanged)
    def told(self, event: PrizeChanged, ctx: Context) -> None:
        if event.giver == self.name:
            HEARD.append(event)


pytestmark = pytest.mark.coterie(plugins=[RedPacket, Contest])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    HEARD.clear()
    yield from proved(request, town_factory)


def host(town: LiveTown) -> Person:
    """An operator who has said something in the room."""
    (olga,) = town.people("olga")
    olga.becomes("operator")
    olga.says("hello")
    return olga


def fill(town: LiveTown, account: Account, amount: int, currency: str = "points") -> None:
    """New money for an account."""

    def move(ctx: Context) -> None:
        ctx.ledger.transfer(ctx.ledger.issuer(), account, amount, reason="fill", key=ctx.new_id(), currency=currency)

    town.inside(move, plugin="contest")


def has(town: LiveTown, account: Account, currency: str = "points") -> int:
    """What an account has."""
    return town.inside(lambda ctx: ctx.ledger.balance(account, currency))


BUDGET = Account("budget", "prizes")
POT = Account("escrow", "contest:pot")


def offer(town: LiveTown, olga: Person, **values: Any) -> PrizeChanged:
    """Offer a prize; what the plugin is told at once."""
    member, before = member_id(town, olga), len(HEARD)
    channel = town.inside(lambda ctx: ctx.channel_id(Where("sandbox", "general", "town")))
    given: dict[str, Any] = {
        "key": "first", "giver": "contest", "source": BUDGET, "total": 30, "count": 3, "member": member,
        "channel": channel,
    }  # fmt: skip
    town.inside(lambda ctx: ctx.emit(PrizeOffered(**(given | values))), plugin="contest")
    return HEARD[before]


def test_from_a_budget_to_its_last_share(town: LiveTown) -> None:
    olga, (bob, carol) = host(town), town.people("bob", "carol")
    fill(town, BUDGET, 100)
    told = offer(town, olga, count=2, wishes="equal Well done")
    assert (told.state, told.number, told.total, told.why) == ("open", 1, 30, "")
    assert town.shows("The community’s red packet, equal shares")
    assert town.shows("Well done")
    bob.taps("Grab")
    carol.taps("Grab")
    assert (HEARD[-1].state, HEARD[-1].takers, HEARD[-1].taken, HEARD[-1].returned) == ("empty", 2, 30, 0)
    assert HEARD[-1].packet == told.packet
    assert len(HEARD) == 2
    assert has(town, BUDGET) == 70


@pytest.mark.parametrize("source", [BUDGET, POT], ids=["budget", "escrow"])
def test_what_is_left_goes_back_to_who_paid(town_factory: TownFactory, source: Account) -> None:
    HEARD.clear()
    town = town_factory(plugins=[RedPacket, Contest])
    olga, bob = host(town), town.person("bob")
    fill(town, source, 100)
    offer(town, olga, source=source, wishes="equal")
    bob.taps("Grab")
    town.wait(days=2)
    assert (HEARD[-1].state, HEARD[-1].takers, HEARD[-1].taken, HEARD[-1].returned) == ("expired", 1, 10, 20)
    assert has(town, source) == 90
    assert town.shows("went to the community" if source is BUDGET else "went back to the sender")
    assert conserved(town)


def test_given_twice_is_given_once(town: LiveTown) -> None:
    olga, bob = host(town), town.person("bob")
    fill(town, BUDGET, 100)
    first = offer(town, olga)
    assert offer(town, olga) == first
    town.restart()
    bob.taps("Grab")
    again = offer(town, olga, total=50)
    assert (again.packet, again.total, again.takers, again.state) == (first.packet, 30, 1, "open")
    other = offer(town, olga, key="second")
    assert other.packet != first.packet
    assert has(town, BUDGET) == 40
    olga.says("/packet-cancel 1 enough")
    assert HEARD[-1].state == "cancelled"
    assert offer(town, olga).state == "cancelled"
    assert len(states(town)) == 2


def test_keys_of_two_givers_are_two(town: LiveTown) -> None:
    olga = host(town)
    fill(town, BUDGET, 100)
    offer(town, olga)

    def other(ctx: Context) -> None:
        member, channel = ctx.operators()[0].id, ctx.channel_id(Where("sandbox", "general", "town"))
        ctx.emit(
            PrizeOffered(key="first", giver="quiz", source=BUDGET, total=5, count=1, member=member, channel=channel)
        )

    town.inside(other, plugin="contest")
    assert len(states(town)) == 2
    assert len(HEARD) == 1


def test_for_the_winners_alone(town: LiveTown) -> None:
    olga, (bob, carol) = host(town), town.people("bob", "carol")
    bob.says("hi")
    carol.says("hi")
    fill(town, BUDGET, 100)
    winners = (member_id(town, bob),)
    assert "for fewer shares" in offer(town, olga, members=winners).why
    assert offer(town, olga, members=winners, count=1).state == "open"
    carol.taps("Grab")
    assert carol.sees("for somebody else")
    bob.taps("Grab")
    assert town.balance(bob) == 30


def test_in_another_currency(town: LiveTown) -> None:
    olga, bob = host(town), town.person("bob")
    fill(town, BUDGET, 100, "GEM")
    assert offer(town, olga, currency="GEM", count=1).state == "open"
    bob.taps("Grab")
    assert town.balance(bob, "GEM") == 30
    assert has(town, BUDGET, "GEM") == 70


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "needs 30 points, and there is 0 points"),
        ({"total": 10**9}, "can hold at most"),
        ({"total": 2}, "at least 3 points"),
        ({"total": 0}, "can’t be given"),
        ({"count": 0}, "can’t be given"),
        ({"wishes": "colour=red"}, "I don’t know “colour”"),
        ({"wishes": "tag=" + "x" * 300}, "can’t be given"),
        ({"source": Account("issuer", "contest")}, "can’t be given"),
        ({"source": Account("escrow", "auction:7")}, "can’t be given"),
        ({"source": Account("member", "7")}, "can’t be given"),
        ({"member": 7}, "can’t be given"),
        ({"channel": 7}, "The room for the prize is not there"),
        ({"key": "x" * 128}, "can’t be given"),
    ],
)
def test_refused(town_factory: TownFactory, values: dict[str, Any], why: str) -> None:
    HEARD.clear()
    town = town_factory(plugins=[RedPacket, Contest])
    olga = host(town)
    told = offer(town, olga, **values)
    assert told.state == "refused"
    assert why in told.why
    assert states(town) == []
    fill(town, BUDGET, 100)
    assert offer(town, olga).state == "open", "the same key can be offered again"


def test_shown_nowhere(town: LiveTown) -> None:
    """It goes back at once, and the giver hears of that."""
    olga = host(town)
    fill(town, POT, 30)
    town.stage.faults.fail_next(Refused("no rights here"), verb="send")
    offer(town, olga, source=POT)
    assert [told.state for told in HEARD] == ["open", "expired"]
    assert HEARD[-1].returned == has(town, POT) == 30


@pytest.mark.coterie(plugins=[RedPacket, Contest, Privacy])
def test_the_host_is_erased(town: LiveTown) -> None:
    olga = host(town)
    fill(town, POT, 30)
    offer(town, olga, source=POT)
    olga.becomes("member")
    erase(town, member_id(town, olga))
    assert HEARD[-1].state == "cancelled"
    assert has(town, POT) == 30


def test_the_one_in_whose_name_it_is_cannot_take_it_back(town: LiveTown) -> None:
    olga = host(town)
    fill(town, BUDGET, 30)
    offer(town, olga)
    olga.becomes("member")
    olga.says("/packet-cancel 1")
    assert olga.sees("Only operators")
    olga.says("/packets")
    assert olga.sees("None so far")


def test_the_authors_example(plugin_of: Callable[[str, str], type[Plugin]], town_factory: TownFactory) -> None:
    riddle = plugin_of(block("docs/red-packets.md", "python", "class Riddle"), "Riddle")
    town = town_factory(plugins=[riddle, RedPacket])
    olga, bob = host(town), town.person("bob")
    olga.says("/riddle 1")
    assert olga.sees("No prize for round-1. The prize needs 30 points, and there is 0 points.")
    fill(town, Account("budget", "riddles"), 30)
    olga.says("/riddle 1")
    assert olga.sees("The prize of round-1 is red packet 1.")
    assert town.shows("Round 1")
    bob.taps("Grab")
    bob.fills({"answer": "Piano"})
    assert bob.sees("You got")
    olga.says("/riddle 1")
    assert len(states(town)) == 1
    town.wait(days=1)
    assert olga.sees(f"1 knew the answer of round-1, {30 - town.balance(bob)} went back")


def test_the_scenario_of_the_authors_example(
    plugin_of: Callable[[str, str], type[Plugin]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    riddle = plugin_of(block("docs/red-packets.md", "python", "class Riddle"), "Riddle")
    file = tmp_path / "riddle.play"
    file.write_text(block("docs/red-packets.md", "text", "/riddle 1"), encoding="utf-8")
    code = run_play(file, enable=[f"{riddle.__module__}:Riddle", "redpacket", "wallet"])
    assert code == 0, "".join(capsys.readouterr())


# -- from the community


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"budget_daily": 150}})
def test_operators_send_from_a_budget(town: LiveTown) -> None:
    olga, bob = host(town), town.person("bob")
    community = Account("budget", "community")

    def put(ctx: Context) -> None:
        ctx.ledger.transfer(ctx.ledger.issuer(), community, 500, reason="fill", key=1)

    town.inside(put, plugin="redpacket")
    bob.says("/packet-budget 100 2")
    assert bob.sees("Only operators")
    olga.says("/packet-budget 100 2 equal On the house")
    assert town.shows("The community’s red packet, equal shares")
    bob.taps("Grab")
    olga.says("/packet-budget 60 2")
    assert olga.sees("A budget can give 150 points in red packets in a day; 50 points is left for today")
    town.wait(days=1)
    assert town.shows("50 points went to the community")
    assert has(town, community) == 450
    olga.says("/packet-budget 150 2")
    assert has(town, community) == 300
    kept = rows(town, "SELECT act FROM audit_log WHERE plugin = 'redpacket' ORDER BY id")
    assert kept == [("packet-budget",), ("packet-budget",)]
