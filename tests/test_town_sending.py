"""The in-memory town as a platform: what is sent becomes messages, what goes wrong does so as on real platforms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coterie.core import text
from coterie.core.actions import (
    ApproveJoin,
    DeclineJoin,
    DeleteMessage,
    SendMessage,
)
from coterie.core.cards import Card, Field, Picture
from coterie.core.events import (
    JoinRequested,
    MemberJoined,
    Where,
)
from coterie.core.platform import VERBS, Limits, Refused, RetryLater, Uncertain
from coterie.core.testing import Message, Room
from tests.town_kit import Stand, grab, shown


@pytest.fixture
def stand() -> Iterator[Stand]:
    stand = Stand()
    with stand.runner:
        yield stand


def test_what_is_deleted_is_gone_for_everybody_and_for_edits(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    message = stand.send("oops")
    where = town.room("general").where
    stand.run(town.platform.delete(DeleteMessage(where=where, ref=1), stand.delivery(message.id)))
    assert (town.visible(alice), town.seen_since(alice, 0)) == ([], [])
    with pytest.raises(Refused, match="gone"):
        stand.edit(message, "again")


def test_an_applicant_is_let_in_or_told_no(stand: Stand) -> None:
    town, erin = stand.town, stand.town.persona("erin")
    event = stand.act("ask_to_join", erin, "let me in")
    assert isinstance(event, JoinRequested)
    assert (event.text, erin.present) == ("let me in", False)
    stand.run(town.platform.decline_join(DeclineJoin(where=town.home.where, to=erin.who), stand.delivery()))
    assert shown(town.visible(erin)) == ["Erin was not let in"]
    assert shown(town.visible(town.persona("bob"))) == []
    approve = ApproveJoin(where=town.home.where, to=erin.who)
    for _ in range(2):
        stand.run(town.platform.approve_join(approve, stand.delivery()))
    joins = [event for event in stand.inbox.events if isinstance(event, MemberJoined)]
    assert (erin.present, len(joins)) == (True, 1)
    assert "Erin was let in" in shown(town.visible(town.persona("bob")))


def test_faults_strike_the_next_verbs_and_then_no_more(stand: Stand) -> None:
    stand.town.faults.fail_next(RetryLater(3), times=2)
    for _ in range(2):
        with pytest.raises(RetryLater, match="rate limited"):
            stand.send("hi")
    stand.send("hi")
    stand.town.faults.fail_next(Refused("no rights"), verb="edit")
    message = stand.send("ho")
    with pytest.raises(Refused, match="no rights"):
        stand.edit(message, "hum")
    assert shown(stand.town.room("general").messages) == ["hi", "ho"]


@pytest.mark.parametrize(("honoured", "messages"), [(True, ["hi"]), (False, ["hi", "hi"])])
def test_a_lost_answer_leaves_a_message_which_its_key_finds_again(
    stand: Stand, honoured: bool, messages: list[str]
) -> None:
    stand.town.faults.honour_keys = honoured
    stand.town.faults.fail_next(Uncertain("timed out"), happened=True)
    action = SendMessage(where=stand.town.room("general").where, ref=1, card=Card("hi"))
    delivery = stand.delivery()
    with pytest.raises(Uncertain):
        stand.run(stand.town.platform.send(action, delivery))
    stand.run(stand.town.platform.send(action, delivery))
    assert shown(stand.town.room("general").messages) == messages


def test_a_closed_direct_chat_and_another_space_are_refused(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    town.faults.closed_dms.add("alice")
    with pytest.raises(Refused, match="Alice does not take direct messages"):
        stand.send("psst", "dm:alice")
    stand.act("leave", alice)
    with pytest.raises(Refused, match="direct messages"):
        stand.whisper(alice, "psst")
    action = SendMessage(where=Where("sandbox", "general", "elsewhere"), ref=1, card=Card("hi"))
    with pytest.raises(Refused, match="no space 'elsewhere'"):
        stand.run(town.platform.send(action, stand.delivery()))


def test_limits_are_those_given() -> None:
    stand = Stand(Limits(text_length=10, private_length=5, buttons_per_row=2))
    with stand.runner:
        check_limits(stand)


def check_limits(stand: Stand) -> None:
    assert stand.town.platform.limits.text_length == 10
    with pytest.raises(Refused, match="too long: 11 of 10"):
        stand.send("x" * 11)
    with pytest.raises(Refused, match="too long: 6 of 5"):
        stand.whisper(stand.town.persona("alice"), "x" * 6)
    with pytest.raises(Refused, match="3 of 2"):
        stand.send(Card("x", buttons=((grab("a"), grab("b"), grab("c")),)))
    assert stand.send("x" * 10).shown() == "x" * 10


def test_only_those_named_in_pings_are_notified(stand: Stand) -> None:
    town = stand.town
    for name in ("alice", "bob@telegram", "carol"):
        town.persona(name)
    words = text.Text((text.Span("Bob", member=2), text.Span(" and "), text.Span("@Alice", member=1)))
    card = Card(words, pings=(2, 3))
    message = stand.send(card, mentions={1: "alice", 2: "telegram:bob", 3: "carol"})
    assert message.shown() == "@Bob and @Alice"
    assert town.pings == {"bob@telegram": [message], "carol": [message]}


def test_a_card_is_shown_with_all_its_parts(stand: Stand) -> None:
    card = Card(
        text.bold("Ends soon") + " " + text.link("rules", "https://e.example/r"),
        title="Auction",
        fields=(Field("Top bid", "12"),),
        picture=Picture("chart", "a rising line"),
        buttons=((grab("Bid"), grab("Leave")), (grab("Help"),)),
        footer="3 bids",
    )
    message = stand.send(card)
    assert message.shown().splitlines() == [
        "Auction",
        "Ends soon rules (https://e.example/r)",
        "Top bid: 12",
        "[a rising line]",
        "3 bids",
        "[Bid] [Leave]",
        "[Help]",
    ]


def test_listeners_hear_every_change(stand: Stand) -> None:
    heard: list[str] = []
    stand.town.listeners.append(lambda message: heard.append(message.shown() if message else "people"))
    alice = stand.town.persona("alice")
    message = stand.send("0/3")
    stand.edit(message, "1/3")
    stand.act("leave", alice)
    assert heard == ["people", "0/3", "1/3", "people", "Alice left"]


def test_the_town_offers_every_verb_and_rooms_are_made_on_first_use(stand: Stand) -> None:
    assert stand.town.platform.capabilities() == frozenset(VERBS.values())
    assert isinstance(stand.send("first", "news"), Message)
    assert isinstance(stand.town.rooms["news"], Room)
