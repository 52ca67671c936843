"""Who was in a space before anybody knew of it is no newcomer; whoever came while nobody listened is."""

from __future__ import annotations

import pytest

from coterie.core.api import Context, MemberJoined, Plugin
from coterie.core.events import Where, Who
from coterie.core.testing.kit import LiveTown, TownFactory

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


def present(town: LiveTown) -> int:
    return len(town.inside(lambda ctx: ctx.unit.members.presences(ctx.community.id, "sandbox", "town", 0, 100)))


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
