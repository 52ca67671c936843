"""Whoever wants can check a packet: its seal before the end, its seed after it, its ledger at any time."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.redpacket import RedPacket
from tests.redpacket_kit import DATABASES, card, proved, rich, rows

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def test_the_seed_is_told_at_the_end_and_gives_the_seal(town: LiveTown) -> None:
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    alice.says("/packet 100 2")
    shown = re.search(r"seal ([0-9a-f]{16})", card(town).shown())
    assert shown is not None
    bob.says("/packet-verify 1")
    sealed = bob.sees(re.compile(r"Seal \(SHA-256\): ([0-9a-f]{64})"))[1]
    assert bob.sees_not("Seed:")
    assert sealed.startswith(shown[1])
    bob.taps("Grab")
    carol.taps("Grab")
    carol.taps("Check")
    seed = carol.sees(re.compile(r"Seed: ([0-9a-f]{64})"))[1]
    assert carol.sees("Fair: the seal is that of the seed, and all 2 shares follow from it")
    assert hashlib.sha256(f"{seed}:lucky:100:2:1:0".encode()).hexdigest() == sealed


@pytest.mark.parametrize(
    "wishes", ["", "equal", "min=10 max=40", "shares=5,15,25,55", "draw=1m", "draw=1m min=20"], ids=lambda each: each
)
def test_every_split_can_be_checked(town: LiveTown, wishes: str) -> None:
    alice, *others = rich(town, "alice", "bob", "carol", "dave", "erin", "frank")
    alice.says(f"/packet 100 4 {wishes}")
    for person in others[:5] if "draw" in wishes else others[:4]:
        person.taps("Join" if "draw" in wishes else "Grab")
    town.wait(minutes=1)
    alice.says("/packet-verify 1")
    assert alice.sees("Fair: the seal is that of the seed")
    assert sum(town.balance(person) for person in others) == 100
    if "draw" in wishes:
        assert alice.sees("So does the order in which shares were drawn")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE redpacket_packets SET seed = 'ab'", "don’t follow from what was sealed"),
        ("UPDATE redpacket_shares SET amount = amount + 1 - 2 * (number & 1)", "don’t follow from what was sealed"),
        ("UPDATE redpacket_packets SET least = 2", "don’t follow from what was sealed"),
        ("DELETE FROM redpacket_entries WHERE joined_at > 0", "the draw itself can’t be repeated"),
        ("UPDATE redpacket_packets SET seed = ''", "from before they had seeds"),
    ],
)
def test_what_was_changed_is_found_out(town_factory: TownFactory, change: str, says: str) -> None:
    town = town_factory(plugins=[RedPacket])
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 100 2 draw=1m")
    for person in (bob, carol, dave):
        person.taps("Join")
    town.wait(minutes=1)

    def meddle(ctx: Any) -> None:
        ctx.unit.db.connection.exec_driver_sql(change)

    town.inside(meddle)
    bob.says("/packet-verify 1")
    assert bob.sees(says)


def ledger_of(town: LiveTown, number: int) -> list[dict[str, str]]:
    """The ledger as somebody copies it out of the message, page by page."""
    (reader,) = town.people("reader")
    reader.says(f"/packet-ledger {number}")
    found: list[dict[str, str]] = []
    while True:
        shown = [m.card for m in town.stage.messages.values() if m.private_to and m.card and "at,what" in m.shown()][-1]
        found += csv.DictReader(io.StringIO(str(shown.text)))
        if "On" not in shown.labels():
            return found
        reader.taps("On")


def test_the_ledger_tells_of_every_point(town: LiveTown) -> None:
    alice, bob, *crowd = rich(town, "alice", "=bob", *(f"m{number}" for number in range(40)))
    alice.says("/packet 500 60")
    bob.taps("Grab")
    for person in crowd:
        person.taps("Grab")
    town.wait(days=1)
    lines = ledger_of(town, 1)
    assert [line["what"] for line in lines] == ["packet", *(f"share {n}" for n in range(1, 42)), "refund"]
    assert lines[1]["who"].startswith("'="), "no spreadsheet takes a name for a formula"
    assert int(lines[0]["amount"]) == 500
    assert sum(int(line["amount"]) for line in lines[1:]) == -500
    assert [int(line["balance"]) for line in lines] == [
        500 + sum(int(line["amount"]) for line in lines[1:n]) for n in range(1, len(lines) + 1)
    ]
    booked = rows(town, "SELECT amount FROM redpacket_shares WHERE member_id IS NOT NULL ORDER BY number")
    assert [-int(line["amount"]) for line in lines[1:-1]] == [amount for (amount,) in booked]


def test_a_ledger_does_not_tell_of_who_wants_to_stay_unnamed(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3 anonymous")
    assert town.shows("Somebody’s red packet")
    bob.taps("Grab")
    town.wait(days=1)
    assert {line["who"] for line in ledger_of(town, 1)} == {"Somebody", "Bob"}
    bob.says("/packets")
    assert bob.sees(re.compile(r"No\. 1 · .* from Somebody"))
    assert bob.sees_not("Alice")
