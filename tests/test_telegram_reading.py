"""Messages of Telegram's as events: what, where, by whom."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from coterie.adapters.telegram.reading.fields import MAX_TEXT
from coterie.core.events import MessageEdited, MessagePosted, Where
from tests.telegram_reading_kit import (
    ALICE,
    ANONYMOUS,
    AT,
    BOB,
    BOT_ID,
    CHANNEL,
    DM,
    GROUP,
    NEWS,
    OURS,
    PRIVATE,
    ROBOT,
    ROOM,
    W_ALICE,
    key,
    message,
    one,
    reader,
    said,
    update,
)

PHOTO: list[dict[str, Any]] = [{"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90, "file_size": 1000}]


def test_a_message_in_a_group() -> None:
    assert one(update("message", message(text="hello"))) == MessagePosted(
        key=key(), at=AT * 1000, who=W_ALICE, where=ROOM, text="hello", message="77"
    )


def test_a_message_in_a_direct_chat_and_in_a_topic() -> None:
    direct = one(update("message", message(chat=PRIVATE, text="hello")))
    assert direct.where == DM
    topic = one(update("message", message(text="hello", is_topic_message=True, message_thread_id=9)))
    assert topic.where == Where("telegram", "-1001234567890/9", "-1001234567890", "thread", "A group")


def test_a_thread_of_replies_is_no_topic() -> None:
    assert one(update("message", message(text="hello", message_thread_id=9))).where == ROOM


def test_who_writes_in_a_thread_of_replies_may_comment_from_outside() -> None:
    places: list[dict[str, Any]] = [
        {"message_thread_id": 9},
        {"message_thread_id": 9, "is_topic_message": True},
        {},
    ]
    told = [one(update("message", message(text="hello", **more))) for more in places]
    assert [isinstance(each, MessagePosted) and each.comment for each in told] == [True, False, False]


def test_a_topic_of_a_direct_chat_is_the_direct_chat() -> None:
    raw = message(chat=PRIVATE, text="hello", is_topic_message=True, message_thread_id=9)
    assert one(update("message", raw)).where == DM


def test_a_reply_names_the_message_that_it_answers() -> None:
    found = one(update("message", message(text="yes", reply_to_message=message(OURS, text="well?", message_id=70))))
    assert isinstance(found, MessagePosted)
    assert found.reply_to == "70"


def test_in_a_topic_only_what_answers_a_message_is_a_reply() -> None:
    opening = message(forum_topic_created={"name": "Cats", "icon_color": 1}, message_id=9)
    there: dict[str, Any] = {"is_topic_message": True, "message_thread_id": 9}
    plain = one(update("message", message(text="hi", reply_to_message=opening, **there)))
    answer = one(update("message", message(text="hi", reply_to_message=message(BOB, message_id=12, text="x"), **there)))
    assert isinstance(plain, MessagePosted)
    assert isinstance(answer, MessagePosted)
    assert (plain.reply_to, answer.reply_to) == ("", "12")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"photo": PHOTO, "caption": "look"}, "look"),
        ({"photo": PHOTO}, ""),
        ({"sticker": {"file_id": "a", "emoji": "😀"}}, ""),
        ({"voice": {"file_id": "a", "duration": 3}, "caption": "hm"}, "hm"),
        ({"dice": {"emoji": "🎲", "value": 3}}, ""),
        ({"location": {"latitude": 1.5, "longitude": 2.5}}, ""),
        ({"poll": {"id": "1", "question": "?"}}, ""),
        ({"video_note": {"file_id": "a"}}, ""),
    ],
)
def test_what_is_no_text_has_its_caption_or_none(fields: dict[str, Any], text: str) -> None:
    found = one(update("message", message(**fields)))
    assert isinstance(found, MessagePosted)
    assert (found.text, found.who) == (text, W_ALICE)


@pytest.mark.parametrize(
    "fields",
    [
        {"pinned_message": message(text="x")},
        {"new_chat_title": "B"},
        {"new_chat_photo": PHOTO},
        {"delete_chat_photo": True},
        {"group_chat_created": True},
        {"supergroup_chat_created": True},
        {"forum_topic_created": {"name": "Cats", "icon_color": 1}},
        {"forum_topic_edited": {"name": "Dogs"}},
        {"forum_topic_closed": {}},
        {"forum_topic_reopened": {}},
        {"general_forum_topic_hidden": {}},
        {"gift": {"gift": {"id": "1", "star_count": 15}}},
        {"unique_gift": {"origin": "transfer"}},
        {"giveaway": {"chats": [CHANNEL], "winners_selection_date": AT, "winner_count": 3}},
        {"giveaway_created": {}},
        {"giveaway_winners": {"chat": CHANNEL, "winner_count": 1, "winners": [ALICE]}},
        {"giveaway_completed": {"winner_count": 1}},
        {"video_chat_started": {}},
        {"boost_added": {"boost_count": 1}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"proximity_alert_triggered": {"traveler": ALICE, "watcher": BOB, "distance": 3}},
        {"write_access_allowed": {}},
        {"users_shared": {"request_id": 1, "users": []}},
        {"something_of_2031": {"text": "x"}},
        {},
    ],
)
def test_what_a_chat_tells_of_itself_is_no_message(fields: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(update("message", message(**fields))) == []
    assert reader().read(update("edited_message", message(**fields))) == []
    assert caplog.records == []


def test_an_edit_has_the_time_of_the_edit() -> None:
    raw = message(text="hello!", edit_date=AT + 60)
    assert one(update("edited_message", raw)) == MessageEdited(
        key=key(), at=(AT + 60) * 1000, who=W_ALICE, where=ROOM, text="hello!", message="77"
    )
    caption = one(update("edited_message", message(photo=PHOTO, caption="new")))
    assert isinstance(caption, MessageEdited)
    assert (caption.text, caption.at) == ("new", AT * 1000)


def test_a_live_location_that_moves_is_no_edit() -> None:
    raw = message(location={"latitude": 1.0, "longitude": 2.0, "live_period": 900}, edit_date=AT)
    assert reader().read(update("edited_message", raw)) == []


def test_a_post_of_a_channel_is_nobodys() -> None:
    raw = message(None, CHANNEL, text="news", sender_chat=CHANNEL, author_signature="Alice")
    posted = one(update("channel_post", raw))
    assert posted == MessagePosted(key=key(), at=AT * 1000, where=NEWS, text="news", message="77")
    signed = one(update("channel_post", {**raw, "from": ALICE}))
    assert signed.who is None
    edited = one(update("edited_channel_post", raw))
    assert edited == MessageEdited(key=key(), at=AT * 1000, where=NEWS, text="news", message="77")


@pytest.mark.parametrize(
    "raw",
    [
        message(ANONYMOUS, text="x", sender_chat=GROUP, author_signature="boss"),
        message(ANONYMOUS, text="x"),
        message({"id": 136817688, "is_bot": True, "first_name": "Channel"}, text="x", sender_chat=CHANNEL),
        message(
            {"id": 777000, "is_bot": False, "first_name": "Telegram"},
            text="x",
            sender_chat=CHANNEL,
            is_automatic_forward=True,
            forward_origin={"type": "channel", "chat": CHANNEL, "message_id": 5, "date": AT},
        ),
        message({"id": 777000, "is_bot": False, "first_name": "Telegram"}, text="x", is_automatic_forward=True),
        message(None, text="x"),
    ],
)
def test_a_chat_that_writes_is_nobody(raw: dict[str, Any]) -> None:
    for kind in ("message", "edited_message"):
        found = one(update(kind, raw))
        assert (found.who, found.where) == (None, ROOM)


def test_our_own_messages_are_none_and_other_bots_are_bots() -> None:
    assert reader().read(update("message", message(OURS, text="x"))) == []
    assert reader().read(update("edited_message", message(OURS, text="x"))) == []
    found = one(update("message", message(ROBOT, text="x")))
    assert found.who is not None
    assert (found.who.id, found.who.bot) == ("888", True)


@pytest.mark.parametrize(
    "kind",
    [
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "inline_query",
        "chosen_inline_result",
        "shipping_query",
        "pre_checkout_query",
        "poll",
        "message_reaction_count",
        "chat_boost",
        "removed_chat_boost",
        "purchased_paid_media",
        "managed_bot",
        "something_of_2031",
    ],
)
def test_updates_that_say_nothing(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(update(kind, message(text="x"))) == []
    assert reader().read({"update_id": 1}) == []
    assert caplog.records == []


def test_what_people_write_to_a_channel_in_private_is_passed_over() -> None:
    inbox = {"id": -1005, "type": "supergroup", "title": "News", "is_direct_messages": True}
    assert reader().read(update("message", message(chat=inbox, text="x"))) == []
    assert reader().read(update("edited_message", message(chat=inbox, text="x"))) == []


def test_unknown_fields_change_nothing() -> None:
    known = message(text="hello")
    more = {
        **known,
        "new_thing": {"a": [1, 2]},
        "from": {**ALICE, "aura": 3},
        "chat": {**GROUP, "mood": None},
    }
    assert one({**update("message", more), "brand_new": 3}) == one(update("message", known))


@pytest.mark.parametrize(
    ("raw", "said_of_it"),
    [
        (update("message", {}), None),
        ({"message": message(text="x")}, "update_id is not a whole number"),
        ({"update_id": "7", "message": message(text="x")}, "update_id is not a whole number"),
        (update("message", message(text=5)), "message text is not a text"),
        (update("message", message(text=None)), "message text is not a text"),
        (update("message", message(photo=PHOTO, caption=["x"])), "message caption is not a text"),
        (update("message", message(text="x", message_id="77")), "message_id is not a whole number"),
        (update("message", message(text="x", message_id=True)), "message_id is not a whole number"),
        (update("message", message(text="x", message_id=1 << 64)), "message_id is not a whole number"),
        (update("message", message(text="x", chat={"id": 1.5, "type": "group"})), "chat.id is not a whole number"),
        (update("message", message(text="x", chat={"id": 1, "type": "sphere"})), "chat.type is none that is known"),
        (update("message", message(text="x", chat={"id": 1})), "chat.type is not a text"),
        (update("message", {**message(text="x"), "chat": []}), "chat is not an object"),
        (update("message", message({"id": 0}, text="x")), "the user's id is not a whole number"),
        (update("message", message({"id": "5"}, text="x")), "the user's id is not a whole number"),
        (update("message", {**message(text="x"), "from": []}), "the user is not an object"),
        ({"update_id": 42, "message": [1]}, "message is not an object"),
        ([], "AttributeError"),
    ],
)
def test_a_malformed_update_is_logged_once_and_passed_over(
    raw: Any, said_of_it: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert reader().read(raw) == []
    told = [record.getMessage() for record in caplog.records]
    if said_of_it is None:
        assert told == []
    else:
        (line,) = told
        assert said_of_it in line
        assert len(line) < 200
        if isinstance(raw, dict) and raw.get("update_id") == 42:
            assert line.startswith("update 42 was passed over: ")


def test_details_that_are_not_as_promised_count_as_absent() -> None:
    user = {"id": 555, "is_bot": "no", "first_name": 5, "last_name": ["x"], "username": {}, "language_code": 7}
    raw = message(user, {**GROUP, "title": 5}, text="x", date="today", reply_to_message={"message_id": "9"})
    found = one(update("message", raw))
    assert isinstance(found, MessagePosted)
    assert found.who is not None
    assert (found.who.name, found.who.locale, found.who.bot) == ("", "", False)
    assert (found.at, found.reply_to, found.where) == (0, "", Where("telegram", ROOM.channel, ROOM.space, "room"))


def test_a_text_of_a_megabyte_is_cut() -> None:
    found = one(said("字" * 1_000_000))
    assert isinstance(found, MessagePosted)
    assert found.text == "字" * MAX_TEXT


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    found = one(said("a\ud800b", {**ALICE, "first_name": "\udfff"}, chat={**GROUP, "title": "\ud83d\ude00"}))
    assert isinstance(found, MessagePosted)
    assert found.who is not None
    assert found.where is not None
    assert (found.text, found.who.name, found.where.title) == ("a\ufffdb", "\ufffd Smith", "😀")


def test_every_update_has_its_own_key() -> None:
    reading = reader()
    keys = {
        event.key for number in (1, 2, 3, 3) for event in reading.read(update("message", message(text="x"), number))
    }
    assert keys == {f"telegram:{BOT_ID}:{number}" for number in (1, 2, 3)}


def test_what_wants_an_answer_at_once_is_found_beside_the_events() -> None:
    reading, checkout = reader(), {"id": "9", "from": ALICE, "currency": "XTR", "total_amount": 5}
    assert reading.checkout_of(update("pre_checkout_query", checkout)) == checkout
    assert reading.query_of(update("callback_query", {"id": "7", "from": ALICE})) == "7"
    junk: list[Any] = [{}, [], None, 5, {"callback_query": 5, "pre_checkout_query": []}]
    for raw in (update("message", message(text="x")), *junk):
        assert reading.checkout_of(raw) is None
        assert reading.query_of(raw) == ""
    for bad in (5, "", None, "x" * 65, "é", ["7"]):
        assert reading.query_of(update("callback_query", {"id": bad})) == ""


def test_the_chat_that_an_update_is_about() -> None:
    reading = reader()
    assert reading.chat_of(update("message", message(text="x"))) == "-1001234567890"
    assert reading.chat_of(update("callback_query", {"id": "7", "message": message(text="x")})) == "-1001234567890"
    assert reading.chat_of(update("chat_member", {"chat": CHANNEL})) == "-1009876543210"
    nowhere: list[Any] = [update("poll_answer", {"poll_id": "1"}), {"message": {"chat": {"id": "x"}}}, [], None]
    for raw in nowhere:
        assert reading.chat_of(raw) == ""
