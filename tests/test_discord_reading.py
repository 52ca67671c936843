"""Messages, edits, reactions and votes on Discord, as the core hears of them."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from coterie.adapters.discord.reading import KINDS
from coterie.adapters.discord.reading.known import Recent
from coterie.core.commands import split_command
from coterie.core.events import (
    MessageEdited,
    MessagePosted,
    PollAnswered,
    ReactionAdded,
    ReactionRemoved,
    Where,
    Who,
)
from tests.discord_reading_kit import (
    ALICE,
    AT,
    BOB,
    BOT,
    DM,
    FORUM,
    GENERAL,
    GUILD,
    MARK,
    NEWS,
    OURS,
    ROBOT,
    ROOM,
    THREAD,
    W_ALICE,
    events,
    member,
    message,
    one,
    reader,
)

# -- messages


def test_a_message_has_its_author_place_time_and_a_key_of_its_own() -> None:
    raw = message(text="good morning")
    assert one("MESSAGE_CREATE", raw) == MessagePosted(
        key=f"dc:m:{raw['id']}", at=AT, who=W_ALICE, where=ROOM, text="good morning", message=raw["id"]
    )


def test_a_message_to_the_bot_stands_in_the_direct_chat_of_its_author() -> None:
    assert one("MESSAGE_CREATE", message(guild_id=None, channel_id="119")).where == DM


@pytest.mark.parametrize(
    ("user", "fields", "name"),
    [
        (ALICE, {"nick": "Captain"}, "Captain"),
        (ALICE, {}, "Alice Smith"),
        (BOB, {}, "bob"),
        (BOB, {"nick": 7}, "bob"),
        ({"id": "7", "username": None}, {}, ""),
    ],
)
def test_people_are_called_as_the_guild_calls_them(user: Any, fields: Any, name: str) -> None:
    who = one("MESSAGE_CREATE", message(user, member=member(**fields))).who
    assert who == Who("discord", user["id"], name)


@pytest.mark.parametrize(
    ("channel", "kind", "title"),
    [(THREAD, "thread", "a thread"), (NEWS, "broadcast", "news"), (FORUM, "room", "forum"), ("999", "room", "")],
)
def test_places_have_the_kind_of_their_channel(channel: str, kind: Any, title: str) -> None:
    found = one("MESSAGE_CREATE", message(channel_id=channel)).where
    assert found == Where("discord", channel, GUILD, kind, title)


@pytest.mark.parametrize("kind", [0, 19, 20, 23])
def test_what_people_write_is_a_message(kind: int) -> None:
    assert len(events("MESSAGE_CREATE", message(type=kind))) == 1


@pytest.mark.parametrize("kind", [1, 3, 6, 7, 8, 12, 18, 21, 24, 46, 99, None, "0"])
def test_what_discord_writes_itself_says_nothing(kind: Any) -> None:
    assert events("MESSAGE_CREATE", message(type=kind)) == []


def test_the_bot_and_webhooks_say_nothing_and_other_bots_are_bots() -> None:
    assert events("MESSAGE_CREATE", message(OURS)) == []
    assert events("MESSAGE_CREATE", message(webhook_id="4")) == []
    assert one("MESSAGE_CREATE", message(ROBOT)).who == Who("discord", "888", "robot", bot=True)


@pytest.mark.parametrize("fields", [{"attachments": [{"id": "1"}]}, {"sticker_items": [{"id": "1"}]}, {}])
def test_a_picture_or_a_sticker_is_a_message_without_words(fields: Any) -> None:
    found = one("MESSAGE_CREATE", message(text="", **fields))
    assert isinstance(found, MessagePosted)
    assert found.text == ""


def test_a_reply_names_what_it_answers_and_a_forwarded_message_does_not() -> None:
    reference = {"message_id": "42", "channel_id": GENERAL, "type": 0}
    replied = one("MESSAGE_CREATE", message(type=19, message_reference=reference))
    assert isinstance(replied, MessagePosted)
    assert replied.reply_to == "42"
    forwarded = one("MESSAGE_CREATE", message(type=0, message_reference={"message_id": "42", "type": 1}))
    assert isinstance(forwarded, MessagePosted)
    assert forwarded.reply_to == ""


# -- commands typed by hand


@pytest.mark.parametrize(
    ("prefix", "text", "read"),
    [
        ("", "/tip bob 5", "/tip bob 5"),
        ("!", "!tip bob 5", "/tip bob 5"),
        ("!", "/tip bob 5", "/tip bob 5"),
        ("!", "! tip", "! tip"),
        ("!", "!", "!"),
        ("!", "hello!", "hello!"),
        ("..", "..tip", "/tip"),
        ("", "!tip", "!tip"),
    ],
)
def test_a_prefix_stands_for_the_slash(prefix: str, text: str, read: str) -> None:
    found = one("MESSAGE_CREATE", message(text=text), reader(prefix))
    assert isinstance(found, MessagePosted)
    assert found.text == read


def test_a_mention_in_a_command_becomes_an_id_and_in_its_note_a_name() -> None:
    text = "/tip <@777> 5 thanks <@!555> and <@12>"
    found = one("MESSAGE_CREATE", message(text=text, mentions=[BOB, {**ALICE, "member": {"nick": "The  Captain"}}]))
    assert isinstance(found, MessagePosted)
    assert found.text == "/tip @777 5 thanks @The Captain and @12"
    assert split_command(found.text) == ("tip", "@777 5 thanks @The Captain and @12")


def test_a_mention_in_an_ordinary_message_stays_as_it_is() -> None:
    found = one("MESSAGE_CREATE", message(text="hi <@777>", mentions=[BOB]))
    assert isinstance(found, MessagePosted)
    assert found.text == "hi <@777>"


# -- edits

EDITED = "2026-09-21T12:55:00+00:00"


def test_an_edit_has_the_new_text_and_the_same_key_when_it_is_told_again() -> None:
    raw = message(text="better", edited_timestamp=EDITED)
    found = one("MESSAGE_UPDATE", raw)
    assert found == MessageEdited(
        key=f"dc:e:{raw['id']}:1789995300000",
        at=1789995300000,
        who=W_ALICE,
        where=ROOM,
        text="better",
        message=raw["id"],
    )
    assert one("MESSAGE_UPDATE", {**raw, "embeds": [{"type": "link"}]}, mark="session:8") == found


@pytest.mark.parametrize(
    "fields",
    [
        {"edited_timestamp": None},
        {"edited_timestamp": "soon"},
        {"edited_timestamp": EDITED, "content": ""},
        {"edited_timestamp": EDITED, "author": None},
        {"edited_timestamp": EDITED, "author": OURS},
        {"edited_timestamp": EDITED, "webhook_id": "4"},
        {"edited_timestamp": EDITED, "type": 18},
    ],
)
def test_what_is_no_edit_of_somebodys_words_says_nothing(fields: Any) -> None:
    assert events("MESSAGE_UPDATE", {**message(), **fields}) == []


# -- reactions


def reaction(emoji: Any, **fields: Any) -> dict[str, Any]:
    return {"user_id": "555", "channel_id": GENERAL, "message_id": "42", "guild_id": GUILD, "emoji": emoji, **fields}


@pytest.mark.parametrize(
    ("emoji", "told"),
    [
        ({"id": None, "name": "👍"}, "👍"),
        ({"id": "77", "name": "yes"}, "<:yes:77>"),
        ({"id": "77", "name": "yes", "animated": True}, "<:yes:77>"),
        ({"id": "77", "name": None}, "<:_:77>"),
    ],
)
def test_a_reaction_comes_and_goes_under_one_name(emoji: Any, told: str) -> None:
    added = one("MESSAGE_REACTION_ADD", reaction(emoji, member={"user": ALICE, "nick": "Captain", "roles": []}))
    who = Who("discord", "555", "Captain")
    assert added == ReactionAdded(key=f"dc:{MARK}", who=who, where=ROOM, message="42", emoji=told)
    gone = one("MESSAGE_REACTION_REMOVE", reaction(emoji))
    assert gone == ReactionRemoved(key=f"dc:{MARK}", who=Who("discord", "555"), where=ROOM, message="42", emoji=told)


def test_a_reaction_in_the_direct_chat_stands_there() -> None:
    raw = reaction({"id": None, "name": "👍"}, channel_id="119")
    del raw["guild_id"]
    assert one("MESSAGE_REACTION_ADD", raw).where == DM


def test_the_bots_own_reactions_say_nothing() -> None:
    raw = reaction({"id": None, "name": "👍"}, user_id=BOT)
    assert events("MESSAGE_REACTION_ADD", raw) == events("MESSAGE_REACTION_REMOVE", raw) == []


# -- votes


def vote(answer: int, user: str = "777", poll: str = "42") -> dict[str, Any]:
    return {"user_id": user, "channel_id": GENERAL, "message_id": poll, "guild_id": GUILD, "answer_id": answer}


def test_a_voters_choices_add_up() -> None:
    by = reader()
    steps = [("ADD", 3), ("ADD", 1), ("ADD", 1), ("REMOVE", 3), ("REMOVE", 1), ("REMOVE", 1)]
    told = [one(f"MESSAGE_POLL_VOTE_{what}", vote(answer), by, f"s:{i}") for i, (what, answer) in enumerate(steps)]
    assert [each.options for each in told if isinstance(each, PollAnswered)] == [(2,), (0, 2), (0, 2), (0,), (), ()]
    assert told[0] == PollAnswered(key="dc:s:0", who=Who("discord", "777"), where=ROOM, poll="42", options=(2,))


def test_voters_and_polls_are_kept_apart() -> None:
    by = reader()
    one("MESSAGE_POLL_VOTE_ADD", vote(1), by)
    for other in (vote(2, user="555"), vote(2, poll="43")):
        found = one("MESSAGE_POLL_VOTE_ADD", other, by)
        assert isinstance(found, PollAnswered)
        assert found.options == (1,)


@pytest.mark.parametrize("answer", [0, -1, 101, "1", None, True])
def test_a_vote_for_no_answer_is_passed_over(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert events("MESSAGE_POLL_VOTE_ADD", vote(answer)) == []
    assert len(caplog.records) == 1


def test_the_oldest_memories_go_first() -> None:
    recent: Recent[int, int] = Recent(2)
    for key in (1, 2, 1, 3):
        recent.put(key, key)
    assert (recent.get(1), recent.get(2), recent.get(3), len(recent)) == (1, None, 3, 2)


# -- what says nothing


@pytest.mark.parametrize("kind", ["TYPING_START", "PRESENCE_UPDATE", "SUBSCRIPTION_UPDATE", "INVITE_CREATE", "", "ÿ"])
def test_unknown_kinds_say_nothing(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    assert events(kind, {"id": "1"}) == []
    assert caplog.records == []


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("data", [None, 5, "x", [], [{}]])
def test_what_is_no_object_is_told_of_once(kind: str, data: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert events(kind, data) == []
    assert [each.getMessage() for each in caplog.records] == [f"{kind} {MARK} was passed over: it is not an object"]
