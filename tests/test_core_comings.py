"""Who was in a space before anybody knew of it is no newcomer; whoever came while nobody listened is.  Who writes is
in."""

from __future__ import annotations

import pytest

from coterie.core.api import Context, Event, MemberJoined, MemberLeft, MessagePosted, Plugin
from coterie.core.events import CommandCalled, Where, Who
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.members import MemberRecord

HEARD: list[str] = []
DAY = 86_400_000
SQUARE = Where("sandbox", "general", "town")


class Doorman(Plugin):
    """Greets newcomers."""

    name = "doorman"

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        HEARD.append(ctx.member.name)


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    HEARD.clear()
    return town_factory(plugins=[Doorman])


def comes(town: LiveTown, name: str, ago: int = 0, where: Where = SQUARE) -> None:
    """Somebody is told to have come so many milliseconds ago; 0: the platform does not say when."""
    at = town.stage.clock.now() - ago if ago else 0
    event = MemberJoined(key=f"came:{name}:{where.space}:{at}", at=at, who=Who("sandbox", name, name), where=where)
    town.act(lambda: town.stage.hand_in(event))


def told(town: LiveTown, event: Event) -> None:
    town.act(lambda: town.stage.hand_in(event))


def goes(town: LiveTown, name: str, where: Where = SQUARE) -> None:
    key = f"went:{name}:{where.space}:{town.stage.clock.now()}"
    told(town, MemberLeft(key=key, who=Who("sandbox", name, name), where=where))


def writes(town: LiveTown, name: str, ago: int = 0, where: Where = SQUARE, *, comment: bool = False) -> None:
    """Somebody wrote something so many milliseconds ago, of which we hear now."""
    at = town.stage.clock.now() - ago
    key = f"wrote:{name}:{where.space}:{at}:{comment}"
    event = MessagePosted(key=key, at=at, who=Who("sandbox", name, name), where=where, text="hello", comment=comment)
    told(town, event)


def has_left(town: LiveTown, name: str) -> bool:
    def look(ctx: Context) -> bool:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
        assert account is not None
        return account.member.left

    return town.inside(look)


def since(town: LiveTown) -> dict[str, int]:
    """Who is in the town, and since when as far as anybody told."""
    rows = town.inside(lambda ctx: ctx.unit.presences.inside(ctx.community.id, "sandbox", "town", 0, 100))
    return {row[1]: row[3] for row in rows}


def present(town: LiveTown) -> int:
    return len(town.inside(lambda ctx: ctx.unit.presences.inside(ctx.community.id, "sandbox", "town", 0, 100)))


def test_a_full_space_that_is_new_here_has_members_and_no_newcomers(town: LiveTown) -> None:
    for number in range(5):
        comes(town, f"Old {number}", ago=100 * DAY + number)
    assert HEARD == []
    assert present(town) == 5
    comes(town, "New", ago=1000)
    assert HEARD == ["New"]


def test_who_came_while_nobody_listened_is_greeted_afterwards(town: LiveTown) -> None:
    comes(town, "First")
    town.wait(days=3)
    comes(town, "During", ago=DAY)
    comes(town, "Before", ago=30 * DAY)
    assert HEARD == ["First", "During"]


def test_a_restart_does_not_forget_since_when_a_space_is_known(town: LiveTown) -> None:
    comes(town, "First", ago=100 * DAY)
    town.wait(days=3)
    town.kill()
    comes(town, "During", ago=DAY)
    comes(town, "Before", ago=30 * DAY)
    assert HEARD == ["During"]


def test_each_space_is_known_since_its_own_day(town: LiveTown) -> None:
    comes(town, "First")
    town.wait(days=3)
    comes(town, "Elsewhere", ago=DAY, where=Where("sandbox", "annex", "annex"))
    assert HEARD == ["First"]
    comes(town, "Undated", where=Where("sandbox", "annex", "annex"))
    assert HEARD == ["First", "Undated"]


# -- who writes is in


def test_who_writes_is_in_and_nobody_is_greeted(town: LiveTown) -> None:
    writes(town, "Old")
    told(town, CommandCalled(key="c", name="nothing", at=5, who=Who("sandbox", "Other", "Other"), where=SQUARE))
    assert since(town) == {"Old": 0, "Other": 0}
    assert HEARD == []


def test_who_writes_elsewhere_is_in_no_space(town: LiveTown) -> None:
    writes(town, "Direct", where=Where("sandbox", "dm:Direct", "", "dm"))
    writes(town, "Guest", comment=True)
    assert since(town) == {}


def test_who_wrote_before_it_was_told_that_they_came_is_greeted_once(town: LiveTown) -> None:
    writes(town, "Quick")
    comes(town, "Quick")
    comes(town, "Quick", ago=1)
    assert HEARD == ["Quick"]
    assert since(town)["Quick"] > 0


def test_a_space_that_talks_is_not_new_to_those_who_came_long_ago(town: LiveTown) -> None:
    """Whoever wrote first must not make newcomers of all the others, when the platform lists them."""
    writes(town, "Old 0")
    for number in range(3):
        comes(town, f"Old {number}", ago=100 * DAY + number)
    assert HEARD == []


def test_who_left_and_writes_again_is_back(town: LiveTown) -> None:
    comes(town, "Bob")
    town.wait(minutes=1)
    goes(town, "Bob")
    writes(town, "Bob", ago=30_000)
    assert since(town) == {}, "an old message, that came late"
    town.wait(minutes=1)
    writes(town, "Bob")
    assert has_left(town, "Bob"), "the platform's clock may be ahead of ours"
    town.wait(minutes=5)
    writes(town, "Bob")
    assert since(town) == {"Bob": 0}
    assert not has_left(town, "Bob")
    goes(town, "Bob")
    assert has_left(town, "Bob")
    assert HEARD == ["Bob"]


def test_a_person_whose_other_account_writes_somewhere_is_not_gone(town: LiveTown) -> None:
    annex = Where("sandbox", "annex", "annex")
    writes(town, "Bob", where=annex)
    comes(town, "Rob")
    town.inside(lambda ctx: ctx.unit.members.merge(member_of(ctx, "Bob"), member_of(ctx, "Rob")))
    goes(town, "Rob")
    assert not has_left(town, "Rob"), "they are in the annex"
    goes(town, "Bob", where=annex)
    assert has_left(town, "Rob")


def member_of(ctx: Context, name: str) -> MemberRecord:
    account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
    assert account is not None
    return account.member


def test_who_comes_back_is_in_since_then(town: LiveTown) -> None:
    """An adapter that compares lists would otherwise take the second stay for a return that nobody had told of."""
    comes(town, "Bob")
    first = since(town)["Bob"]
    town.wait(days=1)
    goes(town, "Bob")
    town.wait(days=1)
    comes(town, "Bob", ago=1)
    assert since(town)["Bob"] == first + 2 * DAY
