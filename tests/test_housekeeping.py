"""Old rows are forgotten; payments' keys never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coterie.core.api import Context
from coterie.core.config import RetentionConfig
from coterie.core.engine.housekeeping import Housekeeping
from coterie.core.testing.kit import LiveTown
from coterie.storage.journal import ADD_KEY


@pytest.mark.coterie(plugins=[])
def test_keys_are_forgotten_after_a_week_but_payments_are_not(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")

    def remember(ctx: Context) -> None:
        ctx.unit.db.run(ADD_KEY, {"community_id": ctx.community.id, "key": "pay:telegram:c1", "at": ctx.instant})

    town.inside(remember)
    town.wait(days=6)
    assert forgotten(town) == 0
    town.wait(days=2)
    alice.says("still here")
    assert forgotten(town) == 1
    town.inside(lambda ctx: known(ctx, "pay:telegram:c1"))


def known(ctx: Context, key: str) -> None:
    assert ctx.unit.journal.known(ctx.community.id, [key]) == {key}


def forgotten(town: LiveTown) -> int:
    """One round of housekeeping on a running town."""
    return town._run(lambda app: Housekeeping(app.clock, app._on_store).round())


def test_a_week_is_longer_than_any_platform_delivers_again() -> None:
    assert RetentionConfig().event_keys >= timedelta(hours=48)
