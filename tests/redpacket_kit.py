"""Towns with red packets on either database, and what must hold in them at every instant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.api import Context
from coterie.core.events import TimerDue
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.people import Message
from coterie.core.testing.person import Person
from coterie.core.testing.pytest_plugin import marked
from coterie.plugins.redpacket.rules import Claim
from tests.plugin_kit import all_translated

DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.postgres),
]


def proved(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on the database of the request; in the end the books are proved, and no packet has lost anything."""
    db = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    town = town_factory(db=db, **marked(request.node))
    yield town
    assert conserved(town)
    assert all_translated(town)


def rows(town: LiveTown, statement: str) -> list[tuple[Any, ...]]:
    """Rows of the database."""

    def read(ctx: Context) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in ctx.unit.db.connection.execute(text(statement))]

    return town.inside(read)


def conserved(town: LiveTown) -> bool:
    """Whether what was taken, what is left and what went back is what was put in."""
    assert town.ledger_balanced()
    purses = dict(rows(town, "SELECT owner, balance FROM ledger_accounts WHERE kind = 'escrow'"))
    packets = rows(town, "SELECT id, total, taken, refunded, state FROM redpacket_packets")
    for packet, total, taken, refunded, state in packets:
        shares = rows(town, f"SELECT amount, member_id FROM redpacket_shares WHERE packet_id = {packet}")
        assert sum(amount for amount, _ in shares) == total
        assert sum(amount for amount, member in shares if member) == taken
        assert purses[f"redpacket:{packet}"] == (total - taken if state == "open" else 0)
        assert taken + refunded + purses[f"redpacket:{packet}"] == total
    return True


def states(town: LiveTown) -> list[tuple[str, int]]:
    """State and number of shares taken of every packet, oldest first."""
    return [(row[0], row[1]) for row in rows(town, "SELECT state, taken_count FROM redpacket_packets ORDER BY id")]


def rich(town: LiveTown, *names: str) -> list[Person]:
    """People of whom the first one has 1,000 points."""
    people = list(town.people(*names))
    town.grant(people[0], 1000)
    return people


def card(town: LiveTown) -> Message:
    """The newest card of the room."""
    return [message for message in town.stage.room("general").messages if message.card and not message.private_to][-1]


def expiry(town: LiveTown) -> TimerDue:
    """The expiry of the only packet, as the timer would hand it in."""
    ((timer, due, args),) = rows(town, "SELECT id, due, args FROM timers")
    packet = int(re.findall(r"\d+", args)[0])
    return TimerDue(key="", timer=timer, plugin="redpacket", name="expire", args={"packet": packet}, due=due)


def ring(town: LiveTown, event: TimerDue) -> None:
    """Hand an expiry in now, whatever the clock says."""
    app = town._host.app
    town.act(lambda: app._submit_to(app.store.communities[0].id, event))


def luckiest(claims: Sequence[Claim]) -> int | None:
    """Who got most (the earlier one of two), from claims in the order of taking; ``None`` without a contest."""
    if len(claims) < 2:
        return None
    return max(claims, key=lambda claim: claim.amount).member
