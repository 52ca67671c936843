"""Chance in simulations: each firing of a timer has its own, and the same again when it is played again."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from coterie.core.api import Context
from coterie.core.testing.play.hosting import recipe_for
from coterie.core.testing.simulate.running import replayed
from coterie.plugins.redpacket import simulation_rain
from coterie.plugins.redpacket.models import packets

RAIN = "amber is operator\ngive amber 500\namber: /rain 1h 10 3\namber: /rain 1h 10 3\nwait 3h"


def seeds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The seeds of all packets of a rainy evening, oldest first."""
    found: list[str] = []

    def look(ctx: Context) -> tuple[str, ...]:
        connection: Connection = ctx.unit.db.connection
        found[:] = connection.execute(select(packets.c.seed).order_by(packets.c.id)).scalars()
        return ()

    monkeypatch.setattr(simulation_rain, "invariants", look)
    assert replayed(recipe_for(simulation=True), 1, RAIN.splitlines()).problems == []
    return found


@pytest.mark.sqlite("what a seed brings does not depend on the database")
def test_each_packet_of_a_rain_has_a_seed_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seeds(monkeypatch)
    assert len(found) > 6
    assert len({*found}) == len(found)
    assert found == seeds(monkeypatch)
