"""What operators find, stop and add up of packets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from coterie.core.api import Account, Context, NotAllowed, Statement
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.redpacket import RedPacket, console
from coterie.plugins.redpacket.console import Page, Search
from coterie.plugins.redpacket.rules import Claim
from tests.plugin_kit import member_id
from tests.redpacket_kit import DATABASES, luckiest, proved, rich, rows, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def operator(town: LiveTown) -> Person:
    """An operator who has said something."""
    (olga,) = town.people("olga")
    olga.becomes("operator")
    olga.says("hello")
    return olga


def acting(town: LiveTown, person: Person, look: Any) -> Any:
    """Ask for something as a person."""

    def call(ctx: Context) -> Any:
        ctx.account = ctx.accounts_of(ctx.find_member(member))[0]  # type: ignore[arg-type]
        return look(ctx)

    member = member_id(town, person)
    return town.inside(call, plugin="redpacket")


def numbers(page: Page) -> list[int]:
    """The numbers of the packets on a page."""
    return [row.number for row in page.rows]


def many(town: LiveTown) -> tuple[Person, Person, Person]:
    """Six packets of two people: two of them empty, two called off, two open, one of these a day younger."""
    alice, bob = rich(town, "alice", "bob")
    town.grant(bob, 1000)
    olga = operator(town)
    for number, who in enumerate((alice, bob, alice, bob, alice), start=1):
        who.says(f"/packet {10 * number} 1")
        if number < 3:
            olga.taps("Grab")
        elif number < 5:
            olga.says(f"/packet-cancel {number} test")
    town.wait(hours=23)
    bob.says("/packet 60 1")
    return alice, bob, olga


def test_found_by_whatever(town: LiveTown) -> None:
    alice, bob, olga = many(town)

    def found(**wanted: Any) -> list[int]:
        return numbers(acting(town, olga, lambda ctx: console.search(ctx, Search(**wanted))))

    late = int(rows(town, "SELECT max(created_at) FROM redpacket_packets")[0][0])
    assert found() == [6, 5, 4, 3, 2, 1]
    assert found(state="open") == [6, 5]
    assert found(sender=member_id(town, alice)) == [5, 3, 1]
    assert found(sender=member_id(town, bob), state="empty") == [2]
    assert found(currency="points", state="cancelled") == [4, 3]
    assert found(currency="GEM") == []
    assert found(since=late) == [6]
    assert found(until=late, state="open") == [5]
    assert found(since=late + 1) == []


def test_page_by_page(town: LiveTown) -> None:
    _, _, olga = many(town)
    seen, before = [], console.NEWEST
    while before:
        page = acting(town, olga, lambda ctx, before=before: console.search(ctx, Search(), before, 2))
        assert len(page.rows) == 2
        seen += numbers(page)
        before = page.before
    assert seen == [6, 5, 4, 3, 2, 1]


def test_one_statement_a_page_by_an_index(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[RedPacket], db="sqlite://")
    _, _, olga = many(town)

    def counted(ctx: Context) -> int:
        before = ctx.unit.statements
        console.search(ctx, Search())
        return ctx.unit.statements - before

    assert acting(town, olga, counted) == 1

    def plan(statement: Statement) -> str:
        compiled, _ = statement.compiled(sqlite.dialect())
        values = tuple(1 for _ in range(compiled.count("?")))
        lines = town.inside(
            lambda ctx: ctx.unit.db.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
        )
        return " | ".join(str(line[-1]) for line in lines)

    wanted = {(False, False): "USING PRIMARY KEY", (True, False): "_sender", (False, True): "_state", (True, True): "_"}
    for which, statement in console.LISTS.items():
        found = plan(statement)
        assert "SCAN" not in found, found
        assert "TEMP B-TREE" not in found, found
        assert wanted[which] in found or which == (False, False), found
    for statement in (console.ONE, console.SENT, console.CLAIMED, console.OF_OWN, console.LUCKIEST, console.DAYS):
        found = plan(statement)
        assert "SCAN" not in found, found


def test_stopped_once(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    olga = operator(town)
    alice.says("/packet 100 4 equal")
    bob.taps("Grab")
    assert acting(town, olga, lambda ctx: console.stop(ctx, 1, "enough")) is True
    assert acting(town, olga, lambda ctx: console.stop(ctx, 1, "enough")) is False
    assert acting(town, olga, lambda ctx: console.stop(ctx, 2, "enough")) is False
    assert (town.balance(alice), town.balance(bob), states(town)) == (975, 25, [("cancelled", 1)])
    assert rows(town, "SELECT act, reason FROM audit_log WHERE act = 'packet-cancelled'") == [
        ("packet-cancelled", "enough")
    ]


def test_stopped_by_a_button(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    olga = operator(town)
    alice.says("/packet 100 4 anonymous")
    olga.says("/packet-look 1")
    assert olga.sees("Alice (unnamed)")
    town.at_once(lambda: olga.taps("Stop"), lambda: olga.taps("Stop"))
    assert town.balance(alice) == 1000
    assert olga.sees("Called off")
    assert rows(town, "SELECT count(*) FROM audit_log WHERE act = 'packet-cancelled'") == [(1,)]
    olga.says("/packet-look 9")
    assert olga.sees("doesn’t exist")


def test_for_operators_alone(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 4")
    for words in ("/packet-list", "/packet-look 1", "/packet-stats alice", "/packet-days"):
        bob.says(words)
        assert bob.sees("Only operators")
    member_of_alice = member_id(town, alice)
    for look in (
        lambda ctx: console.search(ctx, Search()),
        lambda ctx: console.look(ctx, 1),
        lambda ctx: console.stop(ctx, 1),
        lambda ctx: console.by_day(ctx, "points"),
        lambda ctx: console.stats_of(ctx, ctx.find_member(member_of_alice), "points"),
    ):
        with pytest.raises(NotAllowed):
            acting(town, bob, look)


def test_sums_of_a_member(town: LiveTown) -> None:
    """Whatever happens, the sums are those of the rows."""
    rng = random.Random(7)
    people = list(town.people("alice", "bob", "carol"))
    olga = operator(town)
    for each in people:
        town.grant(each, 1000)
    for _ in range(12):
        sender, count = rng.choice(people), rng.randint(1, 3)
        sender.says(f"/packet {rng.randint(5, 40)} {count} {rng.choice(('', 'equal'))}")
        for each in rng.sample(people, rng.randint(0, count)):
            each.taps("Grab")
        if rng.random() < 0.3:
            town.wait(hours=25)
    town.wait(hours=25)
    packets = rows(town, "SELECT id, sender_id, total, refunded, state, split FROM redpacket_packets ORDER BY id")
    for each in people:
        member = member_id(town, each)
        found = acting(town, olga, lambda ctx, of=member: console.stats_of(ctx, ctx.find_member(of), "points"))
        own = [packet for packet in packets if packet[1] == member]
        claims = {
            packet[0]: [
                Claim(int(taker), int(amount), 0)
                for taker, amount in rows(
                    town,
                    f"SELECT member_id, amount FROM redpacket_shares WHERE packet_id = {packet[0]}"
                    " AND member_id IS NOT NULL ORDER BY number",
                )
            ]
            for packet in packets
        }
        mine = [claim.amount for taken in claims.values() for claim in taken if claim.member == member]
        crowns = [
            packet for packet in packets if packet[4:] == ("empty", "lucky") and luckiest(claims[packet[0]]) == member
        ]
        assert (found.packets, found.sent, found.returned) == (
            len(own),
            sum(packet[2] for packet in own),
            sum(packet[3] for packet in own),
        )
        assert found.given == found.sent - found.returned
        assert found.to_others == sum(
            claim.amount for packet in own for claim in claims[packet[0]] if claim.member != member
        )
        assert (found.claims, found.claimed, found.best) == (len(mine), sum(mine), max(mine, default=0))
        assert found.luckiest == len(crowns)
        assert town.balance(each) == 1000 - found.given + found.claimed


def test_by_day(town: LiveTown) -> None:
    _, _, olga = many(town)
    town.wait(days=1)
    olga.says("/packet-days")
    assert olga.sees("6: 210 points")
    found = acting(town, olga, lambda ctx: console.by_day(ctx, "points"))
    assert [(each.day, each.packets, each.amount) for each in found] == [(date(2026, 1, 1), 6, 210)]
    assert acting(town, olga, lambda ctx: console.by_day(ctx, "points", "2026-01-01")) == ()


def test_cards(town: LiveTown) -> None:
    _, _, olga = many(town)
    olga.says("/packet-list")
    assert olga.sees("No. 6")
    assert olga.sees("/packet-look with a number")
    olga.says("/packet-list open @bob")
    assert olga.sees("No. 6")
    olga.says("/packet-list empty")
    assert olga.sees("No. 2")
    olga.says("/packet-list all @alice 7 GEM")
    assert olga.sees("No red packets")
    olga.says("/packet-stats @alice")
    assert olga.sees("Red packets of Alice")
    assert olga.sees("3: 90 points")
    for _ in range(8):
        olga.says("/packet-cancel 5 again")
    assert rows(town, "SELECT count(*) FROM audit_log WHERE act = 'packet-cancelled'") == [(3,)]


def test_pages_by_button(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    olga = operator(town)
    for _ in range(10):
        alice.says("/packet 5 1")
    olga.says("/packet-list open alice")
    assert olga.sees("No. 10")
    olga.taps("Older")
    assert olga.sees("No. 2")
    assert olga.sees("No. 1 ·")

    def earlier(ctx: Context) -> None:
        for day in range(1, 21):
            ctx.unit.db.connection.execute(
                text(
                    "INSERT INTO redpacket_days SELECT community_id, :day, source, currency, amount, packets"
                    " FROM redpacket_days WHERE source = 'all' AND day = '2026-01-01'"
                ),
                {"day": f"2025-12-{day:02d}"},
            )

    town.inside(earlier)
    olga.says("/packet-days")
    olga.taps("Older")
    assert olga.sees("Dec 1, 2025")


def test_prizes_and_budgets_say_where_they_are_from(town: LiveTown) -> None:
    olga = operator(town)

    def fill(ctx: Context) -> None:
        ctx.ledger.transfer(ctx.ledger.issuer(), Account("budget", "community"), 100, reason="fill", key=1)

    town.inside(fill, plugin="redpacket")
    olga.says("/packet-budget 50 2")
    olga.says("/packet-look 1")
    assert olga.sees("The community (budget community), ordered by Olga")
    assert acting(town, olga, lambda ctx: console.stats_of(ctx, ctx.member, "points")).packets == 0
