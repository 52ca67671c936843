"""Who is an operator: whom the configuration names, and whom a space that they are in says to be one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from coterie.core.api import Context, MemberLeft, Plugin, StandingChanged, Where, Who
from coterie.core.events import Event, MemberJoined, Standing
from coterie.core.people.standings import settle_community
from coterie.core.testing.kit import LiveTown, TownFactory

HEARD: list[tuple[str, str]] = []
CLUB = {"club": {"targets": [{"space": "cellar", "join": True}]}}


class Watcher(Plugin):
    """Hears of standings."""

    name = "watcher"

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        HEARD.append((ctx.member.name, event.standing))
        assert ctx.member.standing == event.standing

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        HEARD.append((ctx.member.name, f"left as {ctx.member.standing}"))


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    HEARD.clear()
    found = town_factory(plugins=[Watcher], access=CLUB)
    found.stage.club("cellar")
    return found


def tell(town: LiveTown, who: str, standing: Standing, space: str = "town", platform: str = "sandbox") -> None:
    """A space says what somebody is there."""
    where = Where("sandbox", space, space)
    event = StandingChanged(
        key=town.stage.next_key(), who=Who(platform, who, who.title()), where=where, standing=standing
    )
    town.act(lambda: town.stage.hand_in(event))


def standing_of(town: LiveTown, who: str, platform: str = "sandbox") -> str:
    def look(ctx: Context) -> str:
        account = ctx.unit.members.account(ctx.community.id, platform, who)
        assert account is not None
        return account.member.standing

    return town.inside(look)


def test_one_space_takes_nothing_that_another_gave(town: LiveTown) -> None:
    tell(town, "ann", "operator")
    tell(town, "ann", "operator", "cellar")
    tell(town, "ann", "member", "cellar")
    assert standing_of(town, "ann") == "operator"
    assert HEARD == [("Ann", "operator")]
    tell(town, "ann", "member")
    assert standing_of(town, "ann") == "member"
    assert HEARD == [("Ann", "operator"), ("Ann", "member")]


def test_leaving_ends_what_a_space_gave(town: LiveTown) -> None:
    tell(town, "ann", "operator", "cellar")
    (ann,) = town.people("ann")
    ann.joins()
    town.act(lambda: town.stage.quit(ann.persona, "cellar"))
    assert HEARD == [("Ann", "operator"), ("Ann", "left as member"), ("Ann", "member")]
    town.act(lambda: town.stage.enter(ann.persona, "cellar"))
    assert standing_of(town, "ann") == "member"
    tell(town, "ann", "operator", "cellar")
    town.restart()
    assert standing_of(town, "ann") == "operator"


def test_whom_the_configuration_names_stays_whatever_spaces_say(town: LiveTown) -> None:
    (ann,) = town.people("ann")
    ann.joins()
    community = town._host.app.store.communities[0]
    community.operators = frozenset({("sandbox", "ann")})
    ann.says("hello")
    assert standing_of(town, "ann") == "operator"
    tell(town, "ann", "operator")
    tell(town, "ann", "member")
    ann.leaves()
    assert standing_of(town, "ann") == "operator"
    assert HEARD == [("Ann", "left as operator")]
    community.operators = frozenset()
    town.inside(lambda ctx: settle_community(ctx.unit, ctx.community.id))
    assert standing_of(town, "ann") == "member"
    community.operators = frozenset({("sandbox", "ann")})
    town.inside(lambda ctx: settle_community(ctx.unit, ctx.community.id))
    assert standing_of(town, "ann") == "operator"


def test_a_standing_without_a_space_says_nothing(town: LiveTown) -> None:
    event = StandingChanged(key="k", who=Who("sandbox", "ann", "Ann"), standing="operator")
    town.act(lambda: town.stage.hand_in(event))
    assert standing_of(town, "ann") == "member"


def test_who_runs_a_space_counts_as_in_it(town: LiveTown) -> None:
    tell(town, "ann", "operator")
    (ann,) = town.people("ann")
    ann.joins()
    there = "SELECT count(*) FROM presences WHERE left_at IS NULL"
    assert town.inside(lambda ctx: ctx.db.scalar(text(there))) == 1


# -- against a model

people = st.integers(0, 2)
SPACES = ("town", "cellar")


class StandingsMachine(RuleBasedStateMachine):
    """People with accounts of their own who come, go, are promoted, merged, unmerged and separated."""

    town: ClassVar[LiveTown]
    example: ClassVar[int] = 0

    @initialize()
    def arrive(self) -> None:
        """Three people; the configuration names one of them."""
        StandingsMachine.example += 1
        self.natives = [f"{StandingsMachine.example}-{number}" for number in range(3)]
        self.runs: dict[tuple[int, str], bool] = {}
        self.merges: list[int] = []
        self.community = self.town._host.app.store.communities[0]
        self.community.operators = frozenset()
        for number in range(3):
            self.hand_in(MemberJoined, number, "town")

    def hand_in(self, kind: Callable[..., Event], number: int, space: str, **more: Any) -> None:
        stage, native = self.town.stage, self.natives[number]
        where = Where("sandbox", space, space)
        event = kind(key=stage.next_key(), who=Who("machine", native, native), where=where, **more)
        self.town.act(lambda: stage.hand_in(event))

    @rule(number=people, space=st.sampled_from(SPACES), standing=st.sampled_from(["member", "operator"]))
    def told(self, number: int, space: str, standing: Standing) -> None:
        self.hand_in(StandingChanged, number, space, standing=standing)
        self.runs[number, space] = standing == "operator"

    @rule(number=people, space=st.sampled_from(SPACES))
    def leaves(self, number: int, space: str) -> None:
        self.hand_in(MemberLeft, number, space)
        self.runs[number, space] = False

    @rule(number=people, space=st.sampled_from(SPACES))
    def joins(self, number: int, space: str) -> None:
        self.hand_in(MemberJoined, number, space)

    @rule(number=people)
    def named(self, number: int) -> None:
        """Another configuration, as after a restart."""
        account = ("machine", self.natives[number])
        self.community.operators ^= {account}
        self.town.inside(lambda ctx: settle_community(ctx.unit, ctx.community.id))

    @rule(first=people, second=people)
    def merged(self, first: int, second: int) -> None:
        def merge(ctx: Context) -> int:
            kept, gone = (self.account(ctx, number).member for number in (first, second))
            return 0 if kept is gone else ctx.merge_members(kept, gone).id

        done = self.town.inside(merge)
        self.merges += [done] if done else []

    @rule()
    def undone(self) -> None:
        if self.merges:
            merge = self.merges.pop()
            self.town.inside(lambda ctx: ctx.undo_merge(merge) if ctx.preview_undo(merge) else None)

    @rule(number=people)
    def separated(self, number: int) -> None:
        def separate(ctx: Context) -> bool:
            account = self.account(ctx, number)
            if len(ctx.accounts_of(account.member)) < 2:
                return False
            ctx.separate(account)
            return True

        if self.town.inside(separate):
            self.merges.clear()  # what can be undone after that is told by other tests

    @rule()
    def restarted(self) -> None:
        operators = self.community.operators
        self.town.restart()
        self.community = self.town._host.app.store.communities[0]
        self.community.operators = operators
        self.town.inside(lambda ctx: settle_community(ctx.unit, ctx.community.id))

    def account(self, ctx: Context, number: int) -> Any:
        account = ctx.unit.members.account(ctx.community.id, "machine", self.natives[number])
        assert account is not None
        return account

    @invariant()
    def a_member_is_what_the_accounts_are(self) -> None:
        def look(ctx: Context) -> None:
            accounts = [self.account(ctx, number) for number in range(3)]
            for account in accounts:
                mine = [number for number, each in enumerate(accounts) if each.member is account.member]
                runs = any(self.runs.get((number, space)) for number in mine for space in SPACES)
                named = any(("machine", self.natives[number]) in self.community.operators for number in mine)
                assert account.member.standing == ("operator" if runs or named else "member")
                row = ctx.db.scalar(text("SELECT standing FROM members WHERE id = :id"), {"id": account.member.id})
                assert row == account.member.standing

        self.town.inside(look)


def test_standings_follow_the_model(town_factory: TownFactory) -> None:
    StandingsMachine.town = town_factory(access=CLUB)
    run_state_machine_as_test(
        StandingsMachine,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
