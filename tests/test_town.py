"""The in-memory town: what people do becomes events, and each sees what is theirs to see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coterie.core.actions import (
    CloseForm,
    SendInvoice,
)
from coterie.core.cards import Button, Card
from coterie.core.events import (
    ButtonTapped,
    FormSubmitted,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    ReactionAdded,
    StandingChanged,
    Where,
    Who,
)
from coterie.core.testing import NoInvoice, NoOpenForm, NoSuchButton, NotConnected, Town
from tests.town_kit import Recorder, Stand, grab, shown


@pytest.fixture
def stand() -> Iterator[Stand]:
    stand = Stand()
    with stand.runner:
        yield stand


def test_three_flavours_of_one_name_are_three_accounts_in_the_same_room(stand: Stand) -> None:
    town = stand.town
    people = [town.persona("carol"), town.persona("carol", "telegram"), town.persona("Carol@discord")]
    assert [person.key for person in people] == ["carol", "carol@telegram", "carol@discord"]
    assert [(p.who.platform, p.who.id) for p in people] == [
        ("sandbox", "carol"),
        ("telegram", "carol"),
        ("discord", "carol"),
    ]
    stand.send("Welcome")
    assert [shown(town.visible(person)) for person in people] == [["Welcome"]] * 3
    assert town.persona("carol@telegram") is people[1]
    assert town.person_of(Who("telegram", "carol")) is people[1]


def test_places_are_named_as_adapters_name_them(stand: Stand) -> None:
    town = stand.town
    assert town.room("#market").where == Where("sandbox", "market", "town", "room", "#market")
    assert town.room("market") is town.room("#market")
    dm = town.dm(town.persona("alice@telegram"))
    assert dm.where == Where("sandbox", "dm:alice@telegram", kind="dm")
    assert (dm.kind, town.room("dm:alice@telegram")) == ("dm", dm)
    assert town.platform.direct(Who("telegram", "alice")) == dm.id
    assert town.platform.direct(Who("sandbox", "erin")) == "dm:erin"


def test_a_post_is_shown_and_handed_in_with_a_key_of_its_own(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    event = stand.act("post", alice, "#general", "hello")
    message = town.room("general").messages[0]
    assert isinstance(event, MessagePosted)
    assert (event.text, event.message, event.at, event.who) == ("hello", message.id, stand.clock.now(), alice.who)
    again = stand.act("post", alice, town.dm(alice), "hello", "m1")
    assert (again.where.kind, again.reply_to) == ("dm", "m1")
    assert [e.key for e in stand.inbox.events] == ["sandbox:1", "sandbox:2"]
    assert town.last_event == {"alice": again}


def test_a_new_run_never_repeats_keys_or_message_ids(stand: Stand) -> None:
    async def first_key(run: str) -> tuple[str, str]:
        town, inbox = Town(stand.clock, run=run), Recorder()
        await town.platform.start(inbox)
        await town.post(town.persona("alice"), "general", "hi")
        return inbox.events[0].key, next(iter(town.messages))

    assert stand.run(first_key("")) == ("sandbox:1", "m1")
    assert stand.run(first_key("r2")) == ("sandbox:r2-1", "r2-m1")


def test_nobody_can_act_while_nobody_listens(stand: Stand) -> None:
    stand.run(stand.town.platform.stop())
    with pytest.raises(NotConnected, match="start an App"):
        stand.act("post", stand.town.persona("alice"), "general", "hi")


def test_a_private_answer_is_seen_by_its_reader_alone(stand: Stand) -> None:
    town = stand.town
    alice, bob = town.persona("alice"), town.persona("bob")
    message = stand.whisper(alice, "only for you")
    assert (message.room, message.private_to) == ("general", "alice")
    assert (shown(town.visible(alice)), town.visible(bob)) == (["only for you"], [])


def test_a_direct_chat_is_seen_by_its_owner_alone(stand: Stand) -> None:
    town = stand.town
    alice, other = town.persona("alice"), town.persona("alice@telegram")
    stand.send("psst", "dm:alice")
    assert (shown(town.visible(alice)), town.visible(other)) == (["psst"], [])


def test_outside_the_town_only_the_direct_chat_can_be_seen(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    stand.send("in the room")
    stand.send("in the chat", "dm:alice")
    assert isinstance(stand.act("leave", alice), MemberLeft)
    assert shown(town.visible(alice)) == ["in the chat"]
    message = stand.whisper(alice, "why did you go?")
    assert message.room == "dm:alice", "nobody can be answered in a room they are not in"
    event = stand.act("join", alice)
    assert isinstance(event, MemberJoined)
    assert event.where is not None
    assert event.where.space == "town"
    assert "in the room" in shown(town.visible(alice))


def test_seen_since_gives_each_change_once_in_its_newest_state(stand: Stand) -> None:
    town = stand.town
    alice, bob = town.persona("alice"), town.persona("bob")
    message = stand.send("0/3")
    stand.act("post", alice, "general", "/packet")
    stand.send("other", "market")
    stand.edit(message, "1/3")
    stand.edit(message, "2/3")
    assert shown(town.seen(alice)) == ["other", "2/3"], "own lines are not news"
    assert shown(town.seen_since(bob, 0)) == ["/packet", "other", "2/3"]
    assert town.seen_since(bob, town.seq) == []
    assert (message.edits, message.seq) == (2, town.seq)


def test_a_button_is_found_on_the_newest_message_and_an_exact_label_wins(stand: Stand) -> None:
    town, bob = stand.town, stand.town.persona("bob")
    stand.send(Card("old", buttons=((grab("Grab", "old"),),)))
    newest = stand.send(Card("new", buttons=((grab("10", "ten"), grab("1", "one")), (grab("Grab now", "new"),))))
    assert town.find_button(bob, "grab") == (newest, newest.card.buttons[1][0])  # type: ignore[union-attr]
    assert town.find_button(bob, "1")[1].token == "one"
    event = stand.act("tap", bob, *town.find_button(bob, "Grab"))
    assert isinstance(event, ButtonTapped)
    assert (event.token, event.message, event.handle) == ("new", newest.id, event.key)


def test_a_button_that_is_not_there_tells_what_is(stand: Stand) -> None:
    town, bob = stand.town, stand.town.persona("bob")
    stand.send(Card("a packet", buttons=((grab("Grab"), Button("Rules", url="https://e.example")),)))
    stand.send("elsewhere", "market")
    with pytest.raises(NoSuchButton, match=r"Bob has no button 'Sell' in #general.*\na packet\n\[Grab\] \[Rules\]$"):
        town.find_button(bob, "Sell", "general")
    with pytest.raises(NoSuchButton, match=r"opens https://e\.example"):
        stand.act("tap", bob, *town.find_button(bob, "Rules"))
    assert stand.inbox.events == []


def test_a_forged_token_is_handed_in_as_it_is(stand: Stand) -> None:
    event = stand.act("tap_token", stand.town.persona("mallory"), "general", "forged")
    assert (event.token, event.message, event.where.channel) == ("forged", "", "general")


def test_a_form_is_filled_by_label_and_comes_back_with_its_errors(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    native = stand.form(alice)
    event = stand.act("fill", alice, {"Why?": "Curious", "age": "x"})
    assert isinstance(event, FormSubmitted)
    assert (event.token, event.answers) == ("f1", {"why": "Curious", "age": "x"})
    assert stand.form(alice, answers={"why": "Curious"}, errors={"age": "a whole number"}) == native
    assert town.open_form(alice).shown() == "Hello\nWhy?: Curious\nAge: ____ ! a whole number"
    assert stand.act("fill", alice, {"Age": "30"}).answers == {"why": "Curious", "age": "30"}
    assert town.visible(town.persona("bob")) == []
    stand.run(town.platform.close_form(CloseForm(where=town.home.where, token="f1", to=alice.who), stand.delivery()))
    with pytest.raises(NoOpenForm, match="Alice has no open form"):
        stand.act("fill", alice, {"Age": "30"})


def test_a_form_refuses_questions_that_it_does_not_ask_and_can_be_cancelled(stand: Stand) -> None:
    alice = stand.town.persona("alice")
    stand.form(alice)
    with pytest.raises(NoOpenForm, match=r"does not ask 'Name'; it asks 'Why\?', 'Age'"):
        stand.act("fill", alice, {"Name": "A"})
    event = stand.act("cancel_form", alice)
    assert (event.cancelled, event.answers) == (True, {})


def test_an_invoice_is_paid_once_and_for_its_amount(stand: Stand) -> None:
    town, bob = stand.town, stand.town.persona("bob")
    action = SendInvoice(
        where=town.home.where, ref=1, to=bob.who, invoice="inv-7", title="Gold", description="A month", amount=500,
        currency="XTR",
    )  # fmt: skip
    message = town.messages[stand.run(town.platform.send_invoice(action, stand.delivery()))]
    with pytest.raises(NoInvoice, match="over 400 XTR; open: 500 XTR"):
        stand.act("pay", bob, 400, "XTR")
    event = stand.act("pay", bob, 500, "XTR")
    assert isinstance(event, PaymentReceived)
    assert (event.invoice, event.amount, event.currency) == ("inv-7", 500, "XTR")
    assert event.charge
    assert message.shown() == "Gold\nA month\n500 XTR (paid)"
    with pytest.raises(NoInvoice, match="open: none"):
        stand.act("pay", bob, 500, "XTR")


def test_standing_reactions_and_edited_posts_are_events(stand: Stand) -> None:
    town, alice = stand.town, stand.town.persona("alice")
    event = stand.act("set_standing", alice, "operator")
    assert isinstance(event, StandingChanged)
    assert (event.standing, alice.standing) == ("operator", "operator")
    message = stand.send("nice?")
    event = stand.act("react", alice, message, "👍")
    assert isinstance(event, ReactionAdded)
    assert (event.message, message.reactions) == (message.id, {"👍": {"alice"}})
    stand.act("post", alice, "general", "helo")
    post = town.room("general").messages[-1]
    event = stand.act("edit_post", alice, post, "hello")
    assert isinstance(event, MessageEdited)
    assert (event.text, event.message, post.text, post.edits) == ("hello", post.id, "hello", 1)


def test_an_event_can_come_twice(stand: Stand) -> None:
    alice = stand.town.persona("alice")
    event = stand.act("post", alice, "general", "hi")
    stand.act("redeliver", event)
    stand.town.faults.duplicates = 1
    stand.act("post", alice, "general", "ho")
    stand.act("post", alice, "general", "hum")
    assert [e.key for e in stand.inbox.events] == ["sandbox:1"] * 2 + ["sandbox:2"] * 2 + ["sandbox:3"]
