"""What tests of referrals share: people who come, codes, and a look at the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import select

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.identity import Identity
from coterie.plugins.referrals import Referrals
from coterie.plugins.referrals.models import referrals
from tests.plugin_kit import member_id

CODE: Final = re.compile(r"/referred (\w{8})")
REWARDS: Final = {"reward": 50, "reward_newcomer": 20}


@contextmanager
def running(**config: Any) -> Iterator[LiveTown]:
    """A town outside of any fixture: hypothesis runs many in one test."""
    town = LiveTown(plugins=[Referrals, Identity], config={"referrals": config})
    town.start()
    try:
        yield town
    finally:
        town.close()


def arrive(town: LiveTown, *names: str) -> tuple[Person, ...]:
    """People who are heard for the first time, one after the other, so that each is younger than those before."""
    people = town.people(*names)
    for person in people:
        person.says("hello")
    return people


def code_of(person: Person) -> str:
    """Somebody's code, as they read it."""
    person.in_dm("/referral")
    return person.sees(CODE)[1]


def brings(referrer: Person, newcomer: Person) -> None:
    """Somebody is said to have brought a newcomer, which is accepted."""
    newcomer.in_dm(f"/referred {code_of(referrer)}")
    assert newcomer.sees("brought you. It counts once")


def brings_to(referrer: Person, newcomer: Person) -> bool:
    """Somebody is said to have brought somebody; whether that is accepted."""
    newcomer.in_dm(f"/referred {code_of(referrer)}")
    found = newcomer.sees(re.compile(r"(Noted: )|This is |You have said|Join the|You brought|came after"))
    return bool(found[1])


def states(town: LiveTown) -> list[str]:
    """What became of each referral, oldest first; with the reason of those that are void."""
    each = referrals.c

    def read(ctx: Context) -> list[str]:
        rows = ctx.db.execute(select(each.state, each.why).order_by(each.id)).all()
        return [f"{state} {why}".strip() for state, why in rows]

    return town.inside(read, "referrals")


def rewards(town: LiveTown) -> list[tuple[int, int]]:
    """The rewards that rows say were paid, to the referrer and to the newcomer; oldest referral first."""
    each = referrals.c

    def read(ctx: Context) -> list[tuple[int, int]]:
        rows = ctx.db.execute(select(each.reward, each.reward_newcomer).order_by(each.id)).all()
        return [(own, other) for own, other in rows]

    return town.inside(read, "referrals")


def shown(person: Person) -> tuple[int, int]:
    """How many of somebody's referrals count, and how many wait, as they read it."""
    person.in_dm("/referral")
    found = person.sees(re.compile(r"brought (nobody)|: (\d+) counts? already, (\d+) waits?"))
    return (0, 0) if found[1] else (int(found[2]), int(found[3]))


def undo(town: LiveTown, person: Person) -> None:
    """Undo the newest merge of somebody, whatever money is missing."""
    member = member_id(town, person)

    def part(ctx: Context) -> None:
        found = ctx.find_member(member)
        assert found is not None
        merge = next(each for each in ctx.merges_of(found) if each.undone_at is None)
        ctx.undo_merge(merge.id, agreed=ctx.preview_undo(merge.id).short)

    town.inside(part, "identity")


def wrong(town: LiveTown) -> list[str]:
    """What the plugin says is wrong with its rows."""

    def ask(ctx: Context) -> list[str]:
        return list(ctx.unit.services.plugins()["referrals"].invariants(ctx))

    return town.inside(ask, "referrals")
