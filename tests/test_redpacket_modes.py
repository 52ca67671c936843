"""Packets of every kind, on both databases: for somebody, with a phrase or a question, drawn, with conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.identity import Identity
from coterie.plugins.redpacket import RedPacket
from tests.plugin_kit import link, member_id
from tests.redpacket_kit import DATABASES, card, conserved, proved, rich, rows, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


# -- one person, one share


@pytest.mark.coterie(plugins=[RedPacket, Identity], config={"redpacket": {"max_shares": 2000}})
def test_a_thousand_taps_at_once_of_people_with_two_accounts(town: LiveTown) -> None:
    """250 people tap twice on Telegram and twice on Discord in one moment: everybody has one share, and 50 are left."""
    (alice,) = rich(town, "alice")
    here = town.people(*(f"p{number}@telegram" for number in range(250)))
    there = town.people(*(f"p{number}@discord" for number in range(250)))
    for person in (*here, *there):
        person.says("hi")

    def unite(ctx: Any) -> None:
        for pair in zip(here, there, strict=True):
            names = [person.persona.who for person in pair]
            kept, gone = (ctx.unit.members.account(ctx.community.id, who.platform, who.id).member for who in names)
            ctx.merge_members(kept, gone)

    town.inside(unite)
    alice.says("/packet 900 300")
    taps = [lambda person=person: person.taps("Grab") for pair in zip(here, there, strict=True) for person in pair] * 2
    assert len(taps) == 1000
    town.at_once(*taps)
    assert states(town) == [("open", 250)]
    taken = "SELECT count(*), count(DISTINCT member_id) FROM redpacket_shares WHERE member_id IS NOT NULL"
    assert rows(town, taken) == [(250, 250)]
    assert rows(town, "SELECT count(*) FROM transfers WHERE key LIKE 'redpacket:share:%'") == [(250,)]
    said = [message.words() for message in town.stage.messages.values() if message.private_to]
    assert sum("You got" in words for words in said) == 250
    assert sum("You already took" in words for words in said) == 750


# -- for somebody


def test_for_one(town: LiveTown) -> None:
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    bob.says("hi")
    alice.says("/packet-for 100 @bob Thank you")
    assert town.shows("for somebody special")
    assert town.shows("For: Bob")
    carol.taps("Grab")
    assert carol.sees("This red packet is for somebody else")
    bob.taps("Grab")
    assert (town.balance(bob), town.balance(carol)) == (100, 0)


@pytest.mark.coterie(plugins=[RedPacket], locale="zh-Hans")
def test_for_several(town: LiveTown) -> None:
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    for person in (bob, carol):
        person.says("hi")
    alice.says("/专属红包 100 @bob @carol 普通 辛苦了")
    assert town.shows("Alice 的专属红包")
    assert town.shows("辛苦了")
    for person in (dave, bob, carol):
        person.taps("抢红包")
    assert dave.sees("这是别人的专属红包")
    assert [town.balance(person) for person in (bob, carol, dave)] == [50, 50, 0]


@pytest.mark.coterie(plugins=[RedPacket, Identity])
def test_for_somebody_who_has_two_accounts(town: LiveTown) -> None:
    alice, bob, other = rich(town, "alice", "bob@telegram", "bob@discord")
    bob.says("hi")
    alice.says(f"/packet 100 1 for={bob.persona.who.platform}:{bob.persona.who.id}")
    link(town, other, bob)
    other.taps("Grab")
    assert town.balance(other) == 100


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/packet-for 100 @nobody", "I couldn’t find “nobody”"),
        ("/packet 100 3 for=@bob", "3 shares for 1 people"),
        ("/packet 100 3 min=40", "holds from 120 points to"),
        ("/packet 100 3 max=30", "holds from 3 points to 90 points"),
        ("/packet 100 3 shares=10,20", "Your 2 shares make 30 points"),
        ("/packet 100 2 shares=10,20", "Your 2 shares make 30 points"),
        ("/packet 100 2 tenure=long", "must be a length of time"),
        ("/packet 100 2 if=nothing>>3", "At character"),
        ("/packet 100 2 needs=luck", "I don’t know the condition “luck”"),
        (f"/packet 100 2 {'x' * 201}", "greeting can have at most 200 characters"),
        ("/packet-verify 7", "doesn’t exist any more"),
        ("/packet-ledger 7", "doesn’t exist any more"),
    ],
)
def test_what_is_refused(town_factory: TownFactory, words: str, answer: str) -> None:
    town = town_factory(plugins=[RedPacket])
    alice, _ = rich(town, "alice", "bob")
    town.person("bob").says("hi")
    alice.says(words)
    assert alice.sees(answer)
    assert (town.balance(alice), states(town)) == (1000, [])


# -- with words


def test_a_phrase_is_written_in_the_room_or_in_the_form(town: LiveTown) -> None:
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 10 1 without any phrase")
    alice.says("/packet-cancel")
    alice.says("/packet 10 1 without any phrase")
    alice.says('/packet-phrase 100 3 "open sesame" Come in')
    assert town.shows("Type: open sesame")
    for words in ("I do not know it", "", " \u200b "):
        bob.says(words)
    assert town.balance(bob) == 0
    bob.says("Open  Sesame")
    assert bob.sees("You got")
    carol.taps("Grab")
    carol.fills({"phrase": "close sesame"})
    assert carol.sees("That isn’t the phrase")
    carol.taps("Grab")
    carol.fills({"phrase": "OPEN SESAME"})
    assert carol.sees("You got")
    bob.says("open sesame")
    assert bob.sees("You already took")
    dave.in_dm("open sesame")
    assert town.balance(dave) == 0
    dave.says("open sesame")
    assert states(town) == [("cancelled", 0), ("open", 0), ("empty", 3)]
    bob.says("open sesame")
    assert bob.sees_not("red packet")


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"tries": 2}})
def test_a_question(town: LiveTown) -> None:
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    alice.says("/packet-new")
    alice.fills({"total": "60", "shares": "2", "question": 'The "red" planet?', "answer": "Mars | the red one"})
    assert alice.sees("Your red packet is on its way")
    assert town.shows("Question: The ”red” planet?")
    assert town.shows_not("Mars")
    for answer, left in (("Venus", "You have one answer left"), ("Pluto", "it was your last answer")):
        bob.taps("Grab")
        bob.fills({"answer": answer})
        assert bob.sees(left)
    bob.taps("Grab")
    assert bob.sees("You have no answers left")
    carol.taps("Grab")
    carol.fills({"answer": "MARS"})
    assert carol.sees("You got")
    alice.taps("Grab")
    alice.fills({"answer": "the red one"})
    assert town.shows("Answer: Mars / the red one")
    assert states(town) == [("empty", 2)]


def test_the_answer_does_not_stay_in_the_room(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 60 2 ask=“What is six by seven?” answer=42")
    assert town.shows_not("answer=42")
    bob.taps("Grab")
    bob.fills({"answer": "42"})
    assert bob.sees("You got")


def test_form_and_command_refuse_alike(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    alice.says("/packet-new")
    alice.fills({"total": "60", "shares": "2", "wishes": "equal nonsense"})
    assert alice.sees("I don’t know “nonsense”")
    alice.says("/packet-new")
    alice.fills({"total": "60", "shares": "2", "question": "Why?"})
    assert alice.sees("Please say what answer is")
    assert (town.balance(alice), states(town)) == (1000, [])


# -- drawn


def test_a_draw_gives_the_fast_no_advantage(town: LiveTown) -> None:
    alice, *crowd = rich(town, "alice", *(f"m{number}" for number in range(8)))
    alice.says("/packet 100 3 draw=5m Good luck")
    assert town.shows("drawn by lot")
    for person in crowd:
        person.taps("Join")
        person.taps("Join")
        assert person.sees("You’re in already")
    assert town.shows("Joined: 8")
    town.kill()
    assert sum(town.balance(person) for person in crowd) == 0
    town.wait(minutes=5)
    assert states(town) == [("empty", 3)]
    won = [person for person in crowd if town.balance(person)]
    assert len(won) == 3
    for person in won:
        assert person.sees(re.compile("You got .* in the draw of red packet 1"))
    town.wait(days=1)
    assert sum(town.balance(person) for person in crowd) == 100


def test_a_draw_that_few_or_nobody_joined(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 3 draw=5m")
    alice.says("/packet 50 1 draw=5m")
    bob.taps("Join")
    town.restart()
    town.wait(minutes=5)
    assert town.balance(bob) == 50
    assert town.balance(alice) == 950
    assert sorted(states(town)) == [("empty", 1), ("expired", 0)]
    assert alice.sees("are drawn: 100 points that nobody won came back to you")


@pytest.mark.coterie(plugins=[RedPacket, Identity])
def test_who_joined_a_draw_twice_and_became_one_person_wins_once(town: LiveTown) -> None:
    alice, bob, other = rich(town, "alice", "bob@telegram", "bob@discord")
    alice.says("/packet 100 2 draw=5m equal")
    bob.taps("Join")
    other.taps("Join")
    link(town, bob, other)
    town.wait(minutes=5)
    assert town.balance(bob) == 50
    assert states(town) == [("expired", 1)]


# -- conditions


def give(town: LiveTown, person: Any, *tags: str) -> None:
    """Put tags on somebody."""
    identifier = member_id(town, person)

    def tag(ctx: Any) -> None:
        for each in tags:
            ctx.tags.add(ctx.find_member(identifier), each)

    town.inside(tag)


def test_conditions_are_told_and_judged_one_by_one(town: LiveTown) -> None:
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    for person in (bob, carol):
        person.says("hi")
    town.wait(days=2)
    alice.says("/packet 100 3 tag=vip tenure=1d active=1d Well deserved")
    assert town.shows("Asks for: tag vip · here for 1d · wrote within 1d")
    bob.taps("Grab")
    assert bob.sees("This is for members with the tag “vip”")
    give(town, bob, "vip")
    bob.taps("Grab")
    assert bob.sees("who wrote something within the last 1d")
    bob.says("here I am")
    bob.taps("Grab")
    assert bob.sees("You got")
    dave = town.person("dave")
    dave.says("new here")
    give(town, dave, "vip")
    dave.taps("Grab")
    assert dave.sees("This is for members who have been here for 1d")
    assert states(town) == [("open", 1)]


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        ('if="tag:vip or tag:mod"', True),
        ("if=balance>=10", False),
        ("条件=tag:vip", True),
        ("标签：vip", True),
        ("role=gold", False),
        ('tag="vip" tag=mod', False),
        ('if="not tag:vip"', False),
    ],
)
def test_any_filter_is_a_condition(town_factory: TownFactory, wish: str, fits: bool) -> None:
    town = town_factory(plugins=[RedPacket], access={"gold": {"targets": [{"role": "r-gold"}]}})
    alice, bob = rich(town, "alice", "bob")
    bob.says("hi")
    give(town, bob, "vip")
    alice.says(f"/packet 100 3 {wish} Hi")
    bob.taps("Grab")
    assert bool(town.balance(bob)) == fits
    if not fits:
        assert bob.sees("This is for")


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"blocked": "tag:greedy"}})
def test_who_is_blocked(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    bob.says("hi")
    town.grant(bob, 50)
    give(town, bob, "greedy")
    alice.says("/packet 100 3")
    bob.taps("Grab")
    assert bob.sees("You can’t send or open red packets here at the moment")
    bob.says("/packet 50 1")
    assert bob.sees("You can’t send or open red packets here at the moment")
    assert (town.balance(bob), states(town)) == (50, [("open", 0)])


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"blocked": "tag:("}})
def test_a_wrong_filter_of_the_operator_lets_nobody_through(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    with town.failures() as failures:
        alice.says("/packet 100 3")
    assert "is no filter" in str(failures)
    assert states(town) == []


# -- faces


def test_thanks_are_counted_once_for_everybody_who_has_a_share(town: LiveTown) -> None:
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 100 2")
    bob.taps("Grab")
    carol.taps("Grab")
    for person in (bob, carol, dave, alice):
        person.taps("Thanks")
    assert town.shows("🙏 Thanks (2)")
    assert dave.sees("Only who got a share")
    assert alice.sees("Only who got a share")
    bob.taps("Thanks")
    assert bob.sees("You have said thank you already")


def test_the_luckiest_and_the_fastest(town: LiveTown) -> None:
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    alice.says("/packet 1000 2 shares=400,600")
    town.wait(seconds=4)
    bob.taps("Grab")
    town.wait(seconds=60)
    carol.taps("Grab")
    lucky = max((bob, carol), key=town.balance)
    assert town.shows(f"👑 {lucky.persona.name.title()}: 600 points, luckiest draw")
    assert town.shows("⚡ Bob was first, after 4 seconds")
    assert town.shows("every share is taken, after 1 minute, 4 seconds")


def test_an_unnamed_sender_stays_unnamed(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 2 匿名 Guess who")
    assert town.shows("Somebody’s red packet")
    assert town.shows_not("/packet")
    bob.taps("Grab")
    assert "Alice" not in card(town).shown()


@pytest.mark.coterie(plugins=[RedPacket], config={"redpacket": {"anonymous": False}})
def test_where_everybody_sees_who_gives(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    alice.says("/packet 100 2 anonymous")
    assert alice.sees("Here everybody sees who gives a red packet")
    assert states(town) == []


def test_a_cover(town: LiveTown) -> None:
    alice, _ = rich(town, "alice", "bob")
    alice.says("/packet 100 2 cover Look")
    assert town.shows("[A red envelope with a golden seal]")
    shown = card(town).card
    assert shown is not None
    assert shown.picture is not None


def test_the_cover_is_a_picture() -> None:
    from coterie.plugins.redpacket.drawing import HEIGHT, WIDTH, cover

    picture = cover()
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (WIDTH, HEIGHT)


def test_history(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    bob.says("/packets")
    assert bob.sees("None so far")
    for number in range(1, 11):
        alice.says(f"/packet {number * 10} 1")
        bob.taps("Grab")
    bob.says("/packets")
    assert bob.sees(re.compile(r"No\. 10 · .* · 100 points from Alice"))
    assert bob.sees("Got: 10: 550 points")
    assert bob.sees("Your best: 100 points")
    assert bob.sees_not("No. 2 ")
    bob.taps("Older")
    assert bob.sees(re.compile(r"No\. 2 · .* · 20 points from Alice"))
    alice.says("/packets")
    alice.taps("Given")
    assert alice.sees(re.compile(r"No\. 10 · .* · 100 points · all 1 taken"))
    alice.taps("Older")
    assert alice.sees(re.compile(r"No\. 1 · "))
    assert conserved(town)


def test_of_equals_the_earlier_one_is_luckier(town: LiveTown) -> None:
    alice, bob, carol, dave = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 30 3 shares=10,10,10")
    for person in (carol, bob, dave):
        person.taps("Grab")
    assert town.shows(re.compile(r"👑 Carol: 10 points, luckiest draw\nBob: 10 points\nDave: 10 points"))


def test_a_card_names_ten_and_counts_the_others(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    people = town.people(*(f"person{number:02}" for number in range(13)))
    alice.says(f"/packet 91 13 shares={','.join(map(str, range(1, 14)))}")
    for person in people[:12]:
        person.taps("Grab")
    assert town.shows(re.compile(r"Person02: \d+ points\n(?:.*\n){8}Person11: \d+ points\n…?.*\b2\b"))
    people[12].taps("Grab")
    shown = card(town).shown()
    amounts = [int(amount) for amount in re.findall(r"Person\d\d: (\d+) point", shown)]
    assert amounts == [*range(13, 3, -1)]
    assert "Person00 was first" in shown


@pytest.mark.coterie(
    plugins=[RedPacket],
    config={"redpacket": {"rooms": [{"platform": "sandbox", "id": f"room{n}", "space": "town"} for n in range(4)]}},
)
def test_in_many_rooms_the_cards_follow_once_a_second_and_the_end_at_once(town: LiveTown) -> None:
    alice, bob, carol, dave, erin = rich(town, "alice", "bob", "carol", "dave", "erin")
    alice.says("/packet 40 4")
    for person in (bob, carol):
        person.taps("Grab")
    assert town.shows("0 of 4", room="room3")
    town.wait(seconds=1)
    assert town.shows("2 of 4", room="room3")
    assert town.shows("2 of 4", room="general")
    dave.taps("Grab")
    assert town.shows("2 of 4", room="room0")
    town.restart()
    erin.taps("Grab")
    for room in ("general", *(f"room{number}" for number in range(4))):
        assert town.shows("every share is taken", room=room)
