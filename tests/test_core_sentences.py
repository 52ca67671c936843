"""Mutes that last longer than a platform's longest, and bans that a platform does not end: the core sees to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.actions import Ban, Mute, Unban, Unmute
from coterie.core.api import AccountModerated, Context, MemberRef, Plugin, command
from coterie.core.platform import Delivery
from coterie.core.testing import NotPermitted, Person
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.verbs import TownPlatform

LONGEST = 28
"""Days for which the platform of this module mutes at most."""
ASKED: list[Any] = []


class Judge(Plugin):
    """Mutes and bans."""

    name = "judge"

    @command("do")
    def do(self, ctx: Context, verb: str, whom: MemberRef, days: int = 0) -> None:
        """Do something about a member."""
        more: dict[str, Any] = {"for_": timedelta(days=days) if days else None} if verb in ("mute", "ban") else {}
        getattr(ctx, verb)(ctx.member_of(whom), reason="why", **more)


@pytest.fixture
def town(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> LiveTown:
    """A town that mutes for 28 days at most, and bans for ever."""
    ASKED.clear()
    monkeypatch.setattr(TownPlatform, "longest_mute", LONGEST * 86_400)
    monkeypatch.setattr(TownPlatform, "bans_end", False)
    mute, ban = TownPlatform.mute, TownPlatform.ban

    async def short_mute(self: TownPlatform, action: Mute, delivery: Delivery) -> str:
        ASKED.append(action)
        assert action.until
        assert action.until - self.stage.clock.now() <= LONGEST * 86_400_000
        return await mute(self, action, delivery)

    async def endless_ban(self: TownPlatform, action: Ban, delivery: Delivery) -> str:
        ASKED.append(action)
        return await ban(self, Ban(where=action.where, to=action.to), delivery)

    for name in ("unmute", "unban"):
        monkeypatch.setattr(TownPlatform, name, _noted(getattr(TownPlatform, name)))
    monkeypatch.setattr(TownPlatform, "mute", short_mute)
    monkeypatch.setattr(TownPlatform, "ban", endless_ban)
    return town_factory(plugins=[Judge])


def _noted(verb: Any) -> Any:
    async def noted(self: TownPlatform, action: Any, delivery: Delivery) -> str:
        ASKED.append(action)
        done: str = await verb(self, action, delivery)
        return done

    return noted


@pytest.fixture
def people(town: LiveTown) -> tuple[Person, Person]:
    boss, bob = town.people("boss", "bob")
    for person in (boss, bob):
        person.joins()
    boss.becomes("operator")
    return boss, bob


def timers(town: LiveTown) -> int:
    return int(town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM timers"))) or 0)


def test_a_short_mute_is_the_platforms_own(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob 28")
    assert timers(town) == 0
    town.wait(days=28)
    assert not bob.muted


def test_a_long_mute_is_renewed_to_its_end_also_over_restarts(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob 100")
    for _ in range(9):
        town.wait(days=11)
        town.restart()
        assert bob.muted
    town.wait(hours=23)
    assert bob.muted
    town.wait(hours=1)
    assert not bob.muted
    assert timers(town) == 0
    assert len([action for action in ASKED if isinstance(action, Mute)]) == 4
    assert all(action.reason == "why" for action in ASKED)


def test_a_mute_without_an_end_goes_on_until_it_is_lifted(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob")
    town.wait(days=400)
    assert bob.muted
    boss.says("/do unmute bob")
    assert not bob.muted
    assert timers(town) == 0
    town.wait(days=60)
    assert not bob.muted


def test_a_shorter_mute_takes_the_place_of_a_longer_one(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob 100")
    boss.says("/do mute bob 2")
    assert timers(town) == 0
    town.wait(days=2)
    assert not bob.muted


def test_who_is_away_is_muted_again_on_return(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob 100")
    bob.leaves()
    town.wait(days=60)
    assert not bob.muted
    assert len(ASKED) == 1
    bob.joins()
    assert bob.muted
    with pytest.raises(NotPermitted):
        bob.says("hello")
    bob.leaves()
    town.wait(days=50)
    assert timers(town) == 0
    bob.joins()
    assert not bob.muted


def test_a_person_who_lifts_it_means_all_of_it(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do mute bob 100")
    late = AccountModerated(key="late", at=1, who=bob.persona.who, where=town.stage.home.where, deed="unmute")
    town.act(lambda: town.stage.hand_in(late))
    assert timers(town) == 1, "that was about an earlier mute"
    boss.moderates(bob, "mute", timedelta(days=1))
    assert timers(town) == 1
    boss.moderates(bob, "unmute")
    assert timers(town) == 0
    town.wait(days=40)
    assert not bob.muted


def test_a_ban_is_lifted_at_its_end(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do ban bob 7")
    town.wait(days=6)
    town.restart()
    with pytest.raises(NotPermitted):
        bob.joins()
    town.wait(days=1)
    bob.joins()
    assert [type(action) for action in ASKED] == [Ban, Unban]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_ban_that_was_lifted_early_is_not_lifted_twice(
    town: LiveTown, people: tuple[Person, Person], by_hand: bool
) -> None:
    boss, bob = people
    boss.says("/do ban bob 7")
    if by_hand:
        boss.moderates(bob, "unban")
    else:
        boss.says("/do unban bob")
    assert timers(town) == 0
    bob.joins()
    boss.moderates(bob, "ban")
    town.wait(days=8)
    assert bob.banned, "this is a person's, for ever"


def test_a_ban_for_ever_is_never_lifted(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, bob = people
    boss.says("/do ban bob 7")
    boss.says("/do ban bob")
    assert timers(town) == 0
    town.wait(days=400)
    assert bob.banned


def test_what_waits_for_somebody_who_was_erased_ends(town: LiveTown, people: tuple[Person, Person]) -> None:
    boss, _ = people
    boss.says("/do ban bob 7")
    town.inside(lambda ctx: ctx.db.execute(text("DELETE FROM accounts WHERE native = 'bob'")))
    town.restart()
    town.wait(days=7)
    assert [type(action) for action in ASKED] == [Ban]
    assert timers(town) == 0
    assert not any(isinstance(action, Unmute) for action in ASKED)
