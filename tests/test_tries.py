"""Wrong codes that a member types, by way of the plugin that links accounts: how their window moves, what is told."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.identity.models import tries
from coterie.plugins.identity.service import wrong_codes

ALLOWED = 3


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Identity], config={"identity": {"tries": ALLOWED}})


def problems(town: LiveTown) -> list[str]:
    return town.inside(lambda ctx: list(wrong_codes.problems(ctx)))


def test_each_try_is_given_back_ten_minutes_after_it(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for said in ("2 tries left", "1 try left", "That was your last"):
        alice.says("/link AAAAAAAA")
        assert alice.sees(said)
        town.wait(minutes=2)
    alice.says("/link AAAAAAAA")
    assert alice.sees("12:10 AM")  # ten minutes after the first
    town.wait(minutes=4)
    alice.says("/link AAAAAAAA")
    assert alice.sees("That was your last")
    alice.says("/link AAAAAAAA")
    assert alice.sees("12:12 AM")  # after the second
    assert problems(town) == []


def test_more_than_are_allowed_are_a_problem(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    for _ in range(ALLOWED):
        alice.says("/link AAAAAAAA")
    assert problems(town) == []

    def one_more(ctx: Context) -> None:
        member = ctx.unit.members.account(ctx.community.id, "sandbox", alice.persona.key)
        assert member is not None
        row = {"community_id": ctx.community.id, "id": 7, "member_id": member.member.id, "at": ctx.instant}
        ctx.db.execute(insert(tries).values(row))

    town.inside(one_more)
    assert problems(town) == [f"Alice sent 4 wrong codes, and {ALLOWED} are allowed"]
