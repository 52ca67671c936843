"""What is kept no longer than its period; leavers go slowly, and only where somebody said so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from coterie.core.api import Context
from coterie.core.audit import audit
from coterie.core.config import RetentionConfig
from coterie.core.engine.housekeeping import Housekeeping
from coterie.core.engine.retention import Retention
from coterie.core.testing.kit import LiveTown
from coterie.storage import retention as statements
from coterie.storage.tables import audit_log, erasures, members, messages
from tests.plugin_kit import member_id

pytestmark = pytest.mark.coterie(plugins=["checkin"])


def round_of(town: LiveTown, **kept: object) -> None:
    """One round of housekeeping under other periods than the default."""
    config = RetentionConfig.model_validate(kept)

    async def go(app: object) -> int:
        from coterie.core.app import App

        assert isinstance(app, App)
        retention = Retention(app.clock, config, app.directory.communities, app._on_lane)
        return await Housekeeping(app.clock, app._on_store, config, retention).round()

    town._run(go)
    town.wait(seconds=1)


def count(town: LiveTown, table: Table) -> int:
    return town.inside(lambda ctx: int(ctx.db.scalar(select(func.count()).select_from(table)) or 0))


def test_old_messages_and_acts_are_forgotten(town: LiveTown) -> None:
    (alice,) = town.people("alice")

    def act(ctx: Context) -> None:
        audit(ctx.unit, ctx.community.id, plugin="checkin", act="test", details={})

    for _ in range(3):
        alice.says("/streak")
        town.inside(act)
    town.wait(days=40)
    alice.says("/streak")
    town.inside(act)
    round_of(town)
    assert (count(town, messages), count(town, audit_log)) == (4, 4)
    round_of(town, messages=timedelta(days=30), audit=timedelta(days=30))
    assert (count(town, messages), count(town, audit_log)) == (1, 1)


def test_the_first_id_of_an_instant_is_not_after_it() -> None:
    assert statements.first_id(0) == 0
    assert statements.first_id(1_767_225_600_000) < statements.first_id(1_767_225_600_001)


def test_nobody_is_erased_for_having_left_unless_it_is_configured(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/checkin")
    alice.leaves()
    town.wait(days=400)
    round_of(town)
    assert count(town, erasures) == 0


def test_leavers_go_after_their_time_at_most_so_many_a_day(town: LiveTown) -> None:
    people = town.people("alice", "bob", "carol", "dave", "boss")
    for each in people:
        each.says("/checkin")
    boss = frozenset({("sandbox", people[4].persona.who.id)})
    town.inside(lambda ctx: setattr(ctx.community, "operators", boss))
    people[4].says("/checkin")
    for each in (*people[:3], people[4]):
        each.leaves()
        town.wait(hours=1)
    town.wait(days=30)
    left = {member_id(town, each) for each in people[:3]}
    stay = {member_id(town, each) for each in people[3:]}
    kept = {"leavers": timedelta(days=30), "leavers_percent": 40}
    round_of(town, **kept)
    assert len(erased(town)) == 2, "40 % of five"
    round_of(town, **kept)
    assert len(erased(town)) == 2, "not more on the same day"
    assert member_id(town, people[2]) in left, "who left first goes first"
    town.wait(days=1)
    round_of(town, **kept)
    assert erased(town) == left
    town.wait(days=1)
    round_of(town, **kept)
    assert erased(town) == left
    assert {member_id(town, each) for each in people[3:]} == stay
    assert town.ledger_balanced()


def test_at_least_one_goes_and_who_came_back_does_not(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    for each in (alice, bob):
        each.says("/checkin")
        each.leaves()
    town.wait(days=20)
    bob.joins()
    round_of(town, leavers=timedelta(days=7), leavers_percent=0.5)
    assert len(erased(town)) == 1
    assert town.balance(bob) == 10


def erased(town: LiveTown) -> set[int]:
    """Who has been erased."""
    done = select(members.c.id).where(members.c.name.like("Former member %"))
    return set(town.inside(lambda ctx: list(ctx.db.scalars(done))))
