"""Whatever comes in place of an update: never an error, never more than one warning, only events that can be stored."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.telegram import marks
from coterie.adapters.telegram.invoices import payload_of
from coterie.adapters.telegram.reading.fields import MAX_TEXT
from coterie.core.doors import cleaned
from coterie.core.events import Event, FormSubmitted, MessagePosted, PlatformEvent, decode_event
from tests.hostile import COMMANDS, STRINGS
from tests.telegram_reading_kit import (
    ALICE,
    AT,
    BOB,
    CHANNEL,
    GROUP,
    KEY,
    OURS,
    PRIVATE,
    change,
    key,
    member,
    message,
    one,
    payment,
    reader,
    said,
    update,
)

TOKEN = "AbC-123_token"
CHOICE = marks.choice_data(TOKEN, 0, 0)
QUESTION = message(
    OURS,
    text=f"Why?{marks.MARK}",
    entities=[marks.mark_of(TOKEN, "why", 4)],
    reply_markup={"inline_keyboard": [[{"text": "Red", "callback_data": CHOICE}]]},
)
MENTION = {"type": "text_mention", "offset": 5, "length": 3, "user": BOB}
PAYLOAD = payload_of("tipjar:9", "555", 500, "XTR", KEY)
TAP = {"id": "7", "from": ALICE, "chat_instance": "1", "data": TOKEN, "message": message(OURS, text="x")}
LINK = {"invite_link": "https://t.me/+AbC", "creator": OURS, "is_primary": False, "is_revoked": False}
VALID: tuple[dict[str, Any], ...] = (
    update("message", message(text="hi", reply_to_message=message(BOB, text="?"), is_topic_message=True)),
    update("message", message(text="/pay Bob 10", entities=[MENTION])),
    update("message", message(photo=[{"file_id": "a"}], caption="/pay Bob 10", caption_entities=[MENTION])),
    update("message", message(text="Because", reply_to_message=QUESTION)),
    update("message", message(text="x", is_topic_message=True, message_thread_id=9)),
    update("edited_message", message(text="x", edit_date=AT)),
    update("channel_post", message(None, CHANNEL, text="x", sender_chat=CHANNEL)),
    update("edited_channel_post", message(None, CHANNEL, text="x", sender_chat=CHANNEL, edit_date=AT)),
    update("message", message(BOB, new_chat_members=[ALICE, BOB])),
    update("message", message(BOB, left_chat_member=ALICE)),
    update("message", message(BOB, migrate_to_chat_id=-1005)),
    update("message", message(BOB, migrate_from_chat_id=-5)),
    update("message", message(ALICE, PRIVATE, successful_payment=payment(PAYLOAD))),
    update("message", message(OURS, PRIVATE, refunded_payment=payment(PAYLOAD))),
    update("callback_query", TAP),
    update("callback_query", {**TAP, "data": CHOICE, "message": QUESTION}),
    update("callback_query", {**TAP, "message": {"chat": GROUP, "message_id": 5, "date": 0}}),
    update("chat_member", change(member(ALICE, "left"), member(ALICE, "administrator"), invite_link=LINK)),
    update("chat_member", change(member(ALICE, "restricted", is_member=True), member(ALICE, "kicked", until_date=0))),
    update("my_chat_member", change(member(OURS, "member"), member(OURS, "kicked"), PRIVATE)),
    update("my_chat_member", change(member(OURS, "member"), member(OURS, "administrator"))),
    update(
        "chat_join_request", {"chat": GROUP, "from": ALICE, "user_chat_id": 5, "date": AT, "bio": "x", "query_id": "q"}
    ),
    update(
        "message_reaction",
        {
            "chat": GROUP,
            "message_id": 7,
            "user": ALICE,
            "date": AT,
            "old_reaction": [{"type": "emoji", "emoji": "👍"}],
            "new_reaction": [{"type": "custom_emoji", "custom_emoji_id": "5"}, {"type": "paid"}],
        },
    ),
    update("poll_answer", {"poll_id": "1", "user": ALICE, "option_ids": [0, 1], "option_persistent_ids": ["a", "b"]}),
    update("pre_checkout_query", {"id": "9", "from": ALICE, "currency": "XTR", "total_amount": 5}),
)
"""One of each kind, with all the fields that are looked at."""

SCALARS: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([1 << 63, -(1 << 63), 1 << 64, 10**400, AT, 1087968824, 777000, 123456]),
    st.floats(),
    st.sampled_from(["", "/pay@OurBot", "/cancel", "f:c", "f:s", "private", "channel", "left", "creator", "😀" * 90]),
    st.sampled_from([each for each in STRINGS if len(each) < 5000]),
    st.text(max_size=20),
)
JSON: Any = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value inside a value stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*before, step)
        yield from paths(each, (*before, step))


PLACES = [(number, path) for number, raw in enumerate(VALID) for path in paths(raw)]


def changed(raw: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value somewhere; where the path is gone by now, nothing changes."""
    found = copied = copy.deepcopy(raw)
    for step in path[:-1]:
        if not isinstance(found, dict | list) or (isinstance(found, list) and not isinstance(step, int)):
            return copied
        if (isinstance(found, dict) and step not in found) or (isinstance(found, list) and step >= len(found)):
            return copied
        found = found[step]
    if isinstance(found, dict) or (isinstance(found, list) and isinstance(path[-1], int) and path[-1] < len(found)):
        found[path[-1]] = value
    return copied


@contextmanager
def warnings() -> Iterator[list[logging.LogRecord]]:
    """What the reader logs meanwhile."""
    heard: list[logging.LogRecord] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    log, ear = logging.getLogger("coterie.adapters.telegram.reading"), Ear()
    log.addHandler(ear)
    try:
        yield heard
    finally:
        log.removeHandler(ear)


def check(raw: Any) -> list[Event]:
    """What holds for any update; gives its events."""
    reading = reader()
    with warnings() as heard:
        events = reading.read(raw)
    assert isinstance(events, list)
    assert len([record for record in heard if "passed over" in record.getMessage()]) <= (0 if events else 1)
    assert all(len(record.getMessage()) < 2000 for record in heard)
    assert len({event.key for event in events}) == len(events)
    for event in events:
        assert isinstance(event, get_args(PlatformEvent))
        assert decode_event(msgspec.json.encode(event)) == event
        assert len(event.key) <= 200
        assert event.at >= 0
        assert decode_event(msgspec.json.encode(cleaned(event))).key == event.key
    assert isinstance(reading.query_of(raw), str)
    assert isinstance(reading.chat_of(raw), str)
    assert reading.checkout_of(raw) is None or isinstance(reading.checkout_of(raw), dict)
    return events


def test_the_valid_updates_are_valid() -> None:
    silent = {"my_chat_member", "pre_checkout_query"}
    for raw in VALID:
        with warnings() as heard:
            events = check(raw)
        assert heard == []
        assert events or silent.intersection(raw)


@settings(max_examples=100)
@given(JSON)
def test_anything_at_all(value: Any) -> None:
    check(value)
    for raw in VALID:
        kind = next(name for name in raw if name != "update_id")
        check(update(kind, value))


@settings(max_examples=1500)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_in_place_of_any_field(place: tuple[int, tuple[Any, ...]], value: Any) -> None:
    number, path = place
    check(changed(VALID[number], path, value))


@settings(max_examples=500)
@given(st.integers(0, len(VALID) - 1), st.data())
def test_several_fields_at_once(number: int, data: st.DataObject) -> None:
    raw: Any = VALID[number]
    own = [path for each, path in PLACES if each == number]
    for path, value in data.draw(st.lists(st.tuples(st.sampled_from(own), JSON), min_size=2, max_size=5)):
        raw = changed(raw, path, value)
    check(raw)


def test_every_field_left_out_or_of_every_type() -> None:
    wrong: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**400, "", "x", "\ud800", [], [[]], {}, {"id": []}, [{}])
    for number, path in PLACES:
        for value in wrong:
            check(changed(VALID[number], path, value))


def test_values_nested_a_hundred_thousand_deep() -> None:
    deep: Any = []
    for turn in range(100_000):
        deep = [deep] if turn % 2 else {"message": deep}
    for number, path in PLACES:
        raw = copy.deepcopy(VALID[number])
        found: Any = raw
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = deep
        assert isinstance(reader().read(raw), list)


@pytest.mark.parametrize("text", [*STRINGS, *COMMANDS], ids=range(len(STRINGS) + len(COMMANDS)))
def test_naughty_strings_are_only_text(text: str) -> None:
    user = {**ALICE, "first_name": text, "last_name": text, "username": text, "language_code": text}
    for event in check(said(text, user, chat={**GROUP, "title": text})):
        assert isinstance(event, MessagePosted)
        assert len(event.text) <= MAX_TEXT
        assert event.who is not None
        assert len(event.who.name) <= 513
    for raw in VALID:
        for path in paths(raw):
            if path[-1] in ("text", "first_name", "title", "emoji", "data", "bio", "invite_payload", "id", "url"):
                check(changed(raw, path, text))


def test_a_mark_with_half_a_surrogate_pair() -> None:
    entities = [{"type": "text_link", "offset": 4, "length": 1, "url": f"https://coterie.invalid/f/{TOKEN}/a\ud800"}]
    (event,) = check(update("message", message(text="Because", reply_to_message={**QUESTION, "entities": entities})))
    assert isinstance(event, FormSubmitted)
    assert event.answers == {"a\ufffd": "Because"}
    tap = {**TAP, "data": CHOICE, "message": {**QUESTION, "entities": entities}}
    (event,) = check(update("callback_query", tap))
    assert isinstance(event, FormSubmitted)
    assert event.answers == {"a\ufffd": "Red"}


def test_huge_lists_are_read_in_one_go() -> None:
    many = [{"type": "emoji", "emoji": str(number)} for number in range(5_000)]
    body = {"chat": GROUP, "message_id": 7, "user": ALICE, "date": AT, "old_reaction": many, "new_reaction": many}
    assert check(update("message_reaction", body)) == []
    rows = [[{"text": "x", "callback_data": "y"}] * 50] * 5_000
    asked = {**QUESTION, "reply_markup": {"inline_keyboard": rows}}
    assert check(update("callback_query", {**TAP, "data": CHOICE, "message": asked})) == []
    entities = [{"type": "mention", "offset": 5, "length": 2}] * 100_000
    assert one(said("/pay @b 10", entities=entities)).key.startswith(key()[:12])
