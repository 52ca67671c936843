"""The plugin that shows and grants accesses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.access import Access
from coterie.plugins.access.rules import WRONG, read_until
from tests.access_kit import Tiers, end, give, roles, stopped
from tests.plugin_kit import all_translated, language_problems, tap_as

ACCESS = {
    "gold": {"title": "Gold", "targets": [{"role": "r-gold"}]},
    "club": {"title": "Club", "targets": [{"space": "club", "join": True}]},
}
pytestmark = pytest.mark.coterie(plugins=[Access, Tiers], access=ACCESS)


@pytest.fixture
def people(town: LiveTown) -> tuple[Person, Person]:
    """Olga, who is an operator, and Bob, who is not."""
    olga, bob = town.people("olga", "bob")
    for person in (olga, bob):
        person.says("hello")
    olga.becomes("operator")
    return olga, bob


def test_words() -> None:
    assert language_problems(Access) == []


def test_an_operator_gives_for_a_while_and_ends(town: LiveTown, people: tuple[Person, Person]) -> None:
    olga, bob = people
    olga.says("/access-give @bob gold 30d for the summer fair")
    assert olga.sees("Bob has Gold until")
    assert roles(bob) == [{"r-gold"}]
    bob.says("/access")
    assert bob.sees("Gold: until Jan 31, 2026")
    olga.says("/access @bob")
    assert olga.sees("Gold by access (operator:")
    assert olga.sees("for the summer fair")
    olga.says("/access-end @bob GOLD a mistake")
    assert olga.sees("Gold is no longer granted to Bob")
    assert roles(bob) == [set()]
    olga.says("/access @bob")
    assert olga.sees("Bob has no access now.")
    assert olga.sees("a mistake")
    assert all_translated(town)


def test_forever_and_until_a_day(town: LiveTown, people: tuple[Person, Person]) -> None:
    olga, bob = people
    olga.says("/授权 @bob gold 永久 老朋友")
    assert olga.sees("Bob now has Gold.")
    bob.says("/权限")
    assert bob.sees("no end")
    olga.says("/access-give @bob gold 2026-01-03 only until then")
    town.wait(days=3, hours=-1)
    assert roles(bob) == [{"r-gold"}], "the last day is included"
    town.wait(hours=1)
    assert roles(bob) == [set()]
    assert all_translated(town)


def test_another_operator_may_end_it_and_what_was_earned_stays(town: LiveTown, people: tuple[Person, Person]) -> None:
    olga, bob = people
    (otto,) = town.people("otto")
    otto.says("hello")
    otto.becomes("operator")
    give(town, "bob", source="order-1")
    olga.says("/access-give @bob gold 30d a present")
    otto.says("/access-end @bob gold enough")
    assert otto.sees("Bob keeps it because of: tiers")
    assert roles(bob) == [{"r-gold"}]
    otto.says("/access-end @bob gold enough")
    assert otto.sees("No operator has given Gold to Bob")
    end(town, "bob", source="order-1")
    assert roles(bob) == [set()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/access-give @bob silver 30d why", "There is no access silver. There are: gold"),
        ("/access-give @bob gold yesterday why", "yesterday is no end in the future"),
        ("/access-give @bob gold 2025-12-31 why", "2025-12-31 is no end in the future"),
        ("/access-give @bob gold 9999-12-31 why", "9999-12-31 is no end in the future"),
        ("/access-give @bob gold 0d why", "0d is no end in the future"),
        ("/access-give @bob gold 30d", "reason"),
        ("/access-give @nobody gold 30d why", "nobody"),
        ("/access-end @bob gold why", "No operator has given Gold to Bob"),
    ],
)
def test_mistakes_change_nothing(town: LiveTown, people: tuple[Person, Person], words: str, said: str) -> None:
    olga, bob = people
    olga.says(words)
    assert olga.sees(said)
    assert roles(bob) == [set()]
    assert all_translated(town)


def test_members_see_only_themselves(town: LiveTown, people: tuple[Person, Person]) -> None:
    olga, bob = people
    bob.says("/access @olga")
    assert bob.sees("Only operators")
    bob.says("/access-give @bob gold forever because")
    assert bob.sees("Only operators")
    bob.says("/access")
    assert bob.sees("You have no special access here yet.")
    assert olga.sees_not("special access")


def test_a_new_link_makes_the_old_one_useless(town: LiveTown, people: tuple[Person, Person]) -> None:
    _, bob = people
    give(town, "bob", access="club")
    (first,) = town.stage.links
    bob.says("/access")
    bob.taps("Link to Club")
    assert bob.sees("I have sent you a new link")
    assert first not in town.stage.links
    bob.follows("Open Club")
    assert town.stage.club("club") == {"bob"}
    bob.taps("Link to Club")
    assert bob.sees("There is no link to send")
    town.act(lambda: town.stage.quit(bob.persona, "club"))
    bob.taps("Link to Club")
    bob.follows("Open Club")
    assert town.stage.club("club") == {"bob"}
    end(town, "bob", access="club")
    bob.taps("Link to Club")
    assert bob.sees("There is no link to send")
    with pytest.raises(NoSuchButton):
        bob.follows("Open Club")


def test_operators_confirm_a_mass_change(town: LiveTown, people: tuple[Person, Person]) -> None:
    olga, bob = people
    names = [f"p{number}" for number in range(20)]
    crowd = town.people(*names)
    give(town, *names)
    end(town, *names[:8])
    assert olga.sees("I was about to take Gold from 8 accounts. At most 5 in an hour pass")
    tap_as(town, bob, "Take it from all 8", olga)
    assert roles(*crowd) == [{"r-gold"}] * 20
    town.restart()
    olga.taps("Take it from all 8")
    assert olga.sees("I go on with Gold.")
    assert roles(*crowd) == [set()] * 8 + [{"r-gold"}] * 12
    assert stopped(town) == []
    assert all_translated(town)


def test_until() -> None:
    assert read_until("30d") == timedelta(days=30)
    assert read_until(" 2026-12-31 ") == date(2026, 12, 31)
    assert read_until("Forever") is None
    for wrong in ("", "0d", "soon", "2026-13-01", "-3d", "99999999d"):
        assert read_until(wrong) is WRONG
