"""Member data for operators: profiles, tags, notes, attributes, segments, the log."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from coterie.core.cli.play import run_play
from coterie.core.context import Context
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.person import Person
from coterie.plugins.members import Members
from tests.plugin_kit import SCENARIOS, all_translated, language_problems, member_id, tap_as

pytestmark = pytest.mark.coterie(plugins=[Members])


@pytest.fixture
def people(town: LiveTown) -> tuple[Person, Person, Person]:
    """Olga, who is an operator, and two members who have been heard."""
    olga, bob, carol = town.people("olga", "bob", "carol")
    for person in (olga, bob, carol):
        person.says("hello")
    olga.becomes("operator")
    return olga, bob, carol


def log(town: LiveTown) -> list[tuple[str, int, str, str]]:
    """The audit log: act, member, details, reason."""
    query = text("SELECT act, member_id, details, reason FROM audit_log ORDER BY id")
    return town.inside(lambda ctx: [tuple(row) for row in ctx.db.execute(query)])


# -- one member --------------------------------------------------------------------------------------------------------


def test_a_profile_shows_what_is_known(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, bob, carol = people
    town.grant(bob, 120)
    olga.says("/tag add @bob VIP")
    assert olga.sees("Bob now has the tag vip.")
    olga.says("/attribute @bob city New York")
    assert olga.sees("city of Bob is now New York.")
    olga.says("/attribute @bob age 41")
    olga.says("/attribute @bob adult yes")
    olga.says("/attribute @bob born 1984-02-03")
    olga.in_dm("/note @bob <b>kind</b> @everyone")
    assert olga.sees("Your note about Bob is saved.")
    olga.says("/member @bob")
    for part in ("sandbox: Bob", "120 points", "#vip", "New York", "41", "yes", "1984", "<b>kind</b> @everyone"):
        assert olga.sees(part)
    assert carol.sees_not("kind")
    assert bob.sees_not("kind")
    olga.says("/notes @bob")
    assert olga.sees("<b>kind</b> @everyone")
    assert all_translated(town)


def test_a_tag_comes_and_goes(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, *_ = people
    olga.says("/tag add @bob #会员")
    assert olga.sees("Bob now has the tag 会员.")
    olga.says("/tag add @bob 会员")
    assert olga.sees("has the tag 会员 already")
    olga.says("/tag remove @bob 会员")
    assert olga.sees("no longer has the tag 会员")
    olga.says("/tag remove @bob 会员")
    assert olga.sees("doesn’t have the tag")
    olga.says('/tag add @bob "a b"')
    assert olga.sees("can’t be a tag")


@pytest.mark.coterie(
    plugins=[Members],
    config={"members": {"attributes": {"age": "int", "born": "date", "vip": "bool"}, "free_attributes": False}},
)
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("age 12", "age of Bob is now 12."),
        ("AGE twelve", "age must be a whole number, not “twelve”."),
        ("born 2001-02-30", "born must be a date"),
        ("vip 是", "vip of Bob is now yes."),
        ("vip maybe", "vip must be yes or no"),
        ("size 12", "There is no attribute size here. You can use: age, born, vip"),
        ("1size 12", "can’t name an attribute"),
        ("age", "Bob no longer has the attribute age."),
    ],
)
def test_listed_attributes_keep_their_kind(town: LiveTown, people: tuple[Person, ...], line: str, answer: str) -> None:
    olga, *_ = people
    olga.says(f"/attribute @bob {line}")
    assert olga.sees(answer)


def test_members_may_do_nothing_of_it(town: LiveTown, people: tuple[Person, ...]) -> None:
    _, bob, _ = people
    for line in ("/member @carol", "/tag add @carol x", "/note @carol x", "/attribute @carol x y", "/audit"):
        bob.says(line)
        assert bob.sees("Only operators can do this.")
    assert log(town) == []


# -- many members ------------------------------------------------------------------------------------------------------


def test_many_are_tagged_after_a_question(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, bob, _ = people
    olga.says("/tag-all add regular not standing:operator")
    assert olga.sees("Put the tag regular on 2 members (not standing:operator)?")
    tap_as(town, bob, "Do it", olga)
    assert bob.sees("This button is for someone else.")
    olga.taps("Do it")
    assert olga.sees("Done: 2 members were changed.")
    olga.says("/segment show tag:regular")
    assert olga.sees("2 members")
    olga.says("/attribute-all level 3 tag:regular")
    olga.taps("Do it")
    assert olga.sees("Done: 2 members")
    olga.says("/segment show attribute.level>=3 and name:bob")
    assert olga.sees("1 member\nAmong them: Bob")
    olga.says("/tag-all remove regular name:bob")
    olga.taps("Do it")
    olga.says("/segment show tag:regular")
    assert olga.sees("1 member\nAmong them: Carol")
    olga.says("/tag-all add x name:nobody")
    assert olga.sees("Nobody fits name:nobody.")


@pytest.mark.coterie(plugins=[Members], config={"members": {"bulk_max": 1}})
def test_too_many_at_once_are_refused(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, *_ = people
    olga.says("/tag-all add x not left")
    assert olga.sees("That would be 3 members, and at most 1 can be changed at once.")


# -- segments ----------------------------------------------------------------------------------------------------------


def test_segments_are_saved_and_named_by_others(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, *_ = people
    town.grant(people[1], 100)
    olga.says("/segment save rich balance>=100")
    assert olga.sees("1 member\nAmong them: Bob")
    olga.says("/segment save others not segment:rich")
    assert olga.sees("2 members")
    olga.says("/segment save rich segment:others")
    assert olga.sees("would contain itself")
    olga.says("/segment delete rich")
    assert olga.sees("rich is used by other segments: others.")
    olga.says("/segment list")
    assert olga.sees("balance>=100")
    olga.says("/segment delete others")
    olga.says("/segment delete rich")
    assert olga.sees("The segment rich is gone.")
    olga.says("/segment show rich")
    assert olga.sees("I don’t know “rich”")
    olga.says("/segment save tag tag:x")
    assert olga.sees("is a word of filters already")
    olga.says("/segment save x tag:x and")
    assert olga.sees("At character 10: I expected a condition")


def test_a_plugin_asks_whether_somebody_is_in_a_segment(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, bob, carol = people
    olga.says("/tag add @bob vip")
    olga.says("/segment save vips tag:vip and not left")
    ids = member_id(town, bob), member_id(town, carol)

    def ask(ctx: Context) -> list[bool]:
        members = [ctx.find_member(each) for each in ids]
        return [ctx.in_segment(m, f) for m in members if m is not None for f in ("vips", "not tag:vip")]

    assert town.inside(ask) == [True, False, False, True]


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_has_a_row_for_each_act(town: LiveTown, people: tuple[Person, ...]) -> None:
    olga, bob, _ = people
    olga.says("/tag add @bob vip")
    town.duplicate(olga)
    olga.says("/tag add @bob vip")  # refused
    olga.says("/tag add @nobody vip")  # refused
    olga.says("/tag-all add x name:bob")
    olga.taps("Do it")
    bob_id = member_id(town, bob)
    assert [(act, member) for act, member, *_ in log(town)] == [("tag", bob_id), ("tag-all", 0), ("tag-all", 0)]
    assert '"tag":"vip"' in log(town)[0][2]
    olga.says("/audit @bob")
    assert olga.sees(re.compile(r"Olga tag → Bob act=add member=@bob tag=vip"))
    assert olga.sees_not("tag-all")
    for _ in range(11):
        olga.says("/notes @bob")
    olga.says("/audit notes")
    olga.taps("Older")
    assert olga.sees("Olga notes → Bob")


# -- quiet and words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
def test_every_command_answers_in_each_language(town: LiveTown, locale: str) -> None:
    olga, bob = town.person("olga", locale), town.person("bob", locale)
    bob.says("hi")
    olga.says("hi")
    olga.becomes("operator")
    for line in (
        "/tag add @bob vip",
        "/attribute @bob city x",
        "/attribute @bob city",
        "/note @bob x",
        "/notes @bob",
        "/member @bob",
        "/tag-all add a tag:vip",
        "/attribute-all a b tag:vip",
        "/segment save v tag:vip",
        "/segment list",
        "/segment delete v",
        "/broadcast tag:vip hello",
        "/broadcasts",
        "/audit",
        "/quiet",
        "/quiet off",
    ):
        olga.says(line)
        assert olga.sees(re.compile("[一-鿿]" if locale != "en" else "[a-z]"))
    wrong = ["(", "tag", "tag:", "x:y", "left:1", "balance:x", "joined:x", "joined>x", "attribute", "tag.x:y", "a|and"]
    for word in [*wrong, '"']:
        olga.says(f"/segment show {word}")
        assert olga.sees(re.compile("第|空|没有|沒有" if locale != "en" else "At character"))
    assert all_translated(town)


def test_it_is_written_in_every_language() -> None:
    assert language_problems(Members) == []


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_play(SCENARIOS / "members.play", enable=["coterie.plugins.members:Members"])
    assert code == 0, capsys.readouterr().out
