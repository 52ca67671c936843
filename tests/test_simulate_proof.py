"""What proves a simulation: it only looks, and gives plugins that were off the time to hear what they missed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from coterie.core.testing.proof.looking import Looking
from coterie.core.testing.proof.missed import CATCH_UP, Missed
from coterie.core.testing.scratch import scratch
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.tables import merges


@pytest.fixture
def url() -> Iterator[str]:
    found = scratch()
    yield found.url
    found.remove()


@pytest.fixture
def db(url: str) -> Iterator[LaneConnection]:
    engine = open_engine(url)
    found = LaneConnection(engine)
    yield found
    found.close()
    engine.dispose()


def merge(db: LaneConnection, number: int) -> None:
    """Write a merge of two records down."""
    row = {"community_id": 1, "id": number, "kept_id": 1, "gone_id": 2, "plugin": "identity", "actor": 0, "at": 0}
    with db.transaction():
        db.connection.execute(insert(merges).values(**row, accounts="[]", amounts="{}", before="{}"))


def test_who_looks_can_change_nothing(url: str) -> None:
    engine = open_engine(url)
    looking = Looking(engine)
    for _ in range(2):  # neither at first nor later
        with pytest.raises(DBAPIError):
            merge(looking, 1)
    looking.close()
    engine.dispose()


def test_a_plugin_that_was_off_has_a_day_for_what_it_missed(db: LaneConnection) -> None:
    missed, both = Missed(), ("gate", "levels")

    def look(on: tuple[str, ...], now: int) -> frozenset[str]:
        with db.transaction():
            return missed.look(db, on, now)

    assert look(both, 0) == frozenset()
    merge(db, 1)
    assert look(both, 1) == frozenset(), "both were on and heard of it"
    assert look(("gate",), 2) == frozenset()
    assert look(both, 3) == frozenset(), "levels missed nothing"
    assert look(("gate",), 4) == frozenset()
    merge(db, 2)
    assert look(("gate",), 5) == frozenset()
    assert look(both, 6) == {"levels"}
    assert look(both, 5 + CATCH_UP) == {"levels"}
    assert look(both, 6 + CATCH_UP) == frozenset()
