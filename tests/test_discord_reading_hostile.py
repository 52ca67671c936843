"""Whatever comes in place of a payload: never an error, never more than one warning, only events that can be stored."""

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

from coterie.adapters.discord.reading import KINDS, Reader
from coterie.adapters.discord.reading.fields import MAX_TEXT
from coterie.core.doors import cleaned
from coterie.core.events import Event, MessagePosted, PlatformEvent, Who, decode_event
from tests.discord_reading_kit import (
    ADMINS,
    ALICE,
    APPLICATION,
    BOB,
    BOT,
    GENERAL,
    GUILD,
    JOINED,
    MARK,
    THREAD,
    Raw,
    guild,
    guilds,
    interaction,
    member,
    message,
    role,
)
from tests.hostile import COMMANDS, STRINGS

CARD: Raw = {"id": "42", "flags": 64, "interaction_metadata": {"id": "41"}}
VOTE: Raw = {"user_id": "777", "channel_id": GENERAL, "message_id": "42", "guild_id": GUILD, "answer_id": 2}
PARTY: Raw = {
    "id": "43",
    "guild_id": GUILD,
    "name": "Karaoke",
    "status": 1,
    "scheduled_start_time": JOINED,
    "scheduled_end_time": JOINED,
}
GUEST: Raw = {"guild_id": GUILD, "guild_scheduled_event_id": "43", "user_id": "777"}
PURCHASE: Raw = {"id": "61", "sku_id": "62", "user_id": "555", "deleted": False, "consumed": False, "ends_at": JOINED}
MUTE: Raw = {"key": "communication_disabled_until", "old_value": JOINED, "new_value": "2999-01-01T00:00:00+00:00"}
INPUTS: list[Raw] = [
    {"type": 18, "component": {"type": 4, "custom_id": "a", "value": "x"}},
    {"type": 18, "component": {"type": 3, "custom_id": "b", "values": ["x"]}},
    {"type": 18, "component": {"type": 21, "custom_id": "c", "value": "x"}},
    {"type": 18, "component": {"type": 23, "custom_id": "d", "value": True}},
    {"type": 1, "components": [{"type": 4, "custom_id": "e", "value": "x"}]},
]
OPTIONS: list[Raw] = [
    {"name": "who", "type": 6, "value": "777", "focused": True},
    {"name": "amount", "type": 4, "value": 5},
    {"name": "rate", "type": 10, "value": 0.5},
]
REQUEST: Raw = {
    "id": "71",
    "guild_id": GUILD,
    "user": ALICE,
    "created_at": JOINED,
    "form_responses": [
        {"field_type": "TEXT_INPUT", "label": "Why?", "response": "x"},
        {"field_type": "MULTIPLE_CHOICE", "label": "How?", "choices": ["a", "b"], "response": 1},
    ],
}
HIT: Raw = {
    "guild_id": GUILD,
    "user_id": "777",
    "rule_id": "9",
    "action": {"type": 1},
    "channel_id": GENERAL,
    "content": "buy",
    "matched_keyword": "buy",
    "matched_content": "buy",
}
VALID: tuple[tuple[str, Raw], ...] = (
    ("MESSAGE_CREATE", message(text="!tip <@777> 5", mentions=[{**BOB, "member": {"nick": "Bo"}}])),
    ("MESSAGE_CREATE", message(type=19, message_reference={"message_id": "42", "type": 0})),
    ("MESSAGE_CREATE", message(guild_id=None, channel_id="119")),
    ("MESSAGE_UPDATE", message(edited_timestamp=JOINED)),
    ("INTERACTION_CREATE", interaction(2, {"name": "tip", "type": 1, "options": OPTIONS})),
    ("INTERACTION_CREATE", interaction(2, {"name": "a", "options": [{"name": "b", "type": 1, "options": OPTIONS}]})),
    ("INTERACTION_CREATE", interaction(2, {"name": "tip"}, guild_id=None)),
    ("INTERACTION_CREATE", interaction(3, {"custom_id": "c:T", "component_type": 2}, message=CARD)),
    ("INTERACTION_CREATE", interaction(3, {"custom_id": "f:T", "component_type": 2}, message=CARD)),
    ("INTERACTION_CREATE", interaction(3, {"custom_id": "m", "values": ["c:T", "x:U"]}, message=CARD)),
    ("INTERACTION_CREATE", interaction(4, {"name": "tip", "type": 1, "options": OPTIONS})),
    ("INTERACTION_CREATE", interaction(5, {"custom_id": "f:T", "components": INPUTS}, message=CARD)),
    ("MESSAGE_REACTION_ADD", {**VOTE, "emoji": {"id": "7", "name": "yes"}, "member": {"user": ALICE, "nick": "Al"}}),
    ("MESSAGE_REACTION_REMOVE", {**VOTE, "emoji": {"id": None, "name": "👍"}}),
    ("MESSAGE_POLL_VOTE_ADD", VOTE),
    ("MESSAGE_POLL_VOTE_REMOVE", VOTE),
    ("GUILD_MEMBER_ADD", {**member(ADMINS), "guild_id": GUILD, "user": ALICE, "pending": False}),
    ("GUILD_MEMBER_UPDATE", {**member(ADMINS), "guild_id": GUILD, "user": ALICE, "pending": False}),
    ("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": ALICE}),
    ("GUILD_JOIN_REQUEST_CREATE", {"guild_id": GUILD, "status": "SUBMITTED", "request": REQUEST}),
    ("GUILD_JOIN_REQUEST_UPDATE", {**REQUEST, "application_status": "SUBMITTED", "user": None, "user_id": "555"}),
    (
        "GUILD_AUDIT_LOG_ENTRY_CREATE",
        {"id": "81", "guild_id": GUILD, "action_type": 24, "user_id": "1", "target_id": "2", "changes": [MUTE]},
    ),
    ("AUTO_MODERATION_ACTION_EXECUTION", HIT),
    ("GUILD_SCHEDULED_EVENT_CREATE", PARTY),
    ("GUILD_SCHEDULED_EVENT_UPDATE", PARTY),
    ("GUILD_SCHEDULED_EVENT_DELETE", PARTY),
    ("GUILD_SCHEDULED_EVENT_USER_ADD", GUEST),
    ("GUILD_SCHEDULED_EVENT_USER_REMOVE", GUEST),
    ("ENTITLEMENT_CREATE", PURCHASE),
    ("ENTITLEMENT_UPDATE", PURCHASE),
    ("ENTITLEMENT_DELETE", PURCHASE),
    ("GUILD_UPDATE", guild(owner_id="777")),
    ("GUILD_ROLE_UPDATE", {"guild_id": GUILD, "role": role(ADMINS, "Admins", 9, 0)}),
    ("GUILD_ROLE_DELETE", {"guild_id": GUILD, "role_id": ADMINS}),
)
"""One of each kind, with all the fields that are looked at."""
STRUCTURE: tuple[tuple[str, Raw], ...] = (
    ("GUILD_CREATE", guild()),
    ("GUILD_DELETE", {"id": GUILD}),
    ("CHANNEL_CREATE", {"id": "140", "guild_id": GUILD, "type": 0, "name": "x"}),
    ("CHANNEL_DELETE", {"id": GENERAL, "guild_id": GUILD, "type": 0, "name": "x"}),
    ("THREAD_CREATE", {"id": "141", "guild_id": GUILD, "type": 11, "name": "x", "parent_id": GENERAL}),
    ("THREAD_DELETE", {"id": THREAD, "guild_id": GUILD, "type": 11, "parent_id": GENERAL}),
    ("THREAD_LIST_SYNC", {"guild_id": GUILD, "channel_ids": [GENERAL], "threads": [{"id": "141", "type": 11}]}),
    ("AUTO_MODERATION_RULE_CREATE", {"id": "9", "guild_id": GUILD, "name": "no-ads"}),
    ("AUTO_MODERATION_RULE_UPDATE", {"id": "9", "guild_id": GUILD, "name": "no-ads"}),
    ("AUTO_MODERATION_RULE_DELETE", {"id": "9", "guild_id": GUILD, "name": "no-ads"}),
    ("GUILD_ROLE_CREATE", {"guild_id": GUILD, "role": role("139", "x", 1, 8)}),
)
"""What only :class:`Guilds` takes in."""

SCALARS: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([1 << 63, -(1 << 63), 1 << 64, 10**400, 10, 15]),
    st.floats(),
    st.sampled_from(["", "5", "0", BOT, GUILD, GENERAL, "9" * 20, "9" * 21, "٣", "²", "/tip", "!x", "f:", "c:", "x:"]),
    st.sampled_from([JOINED, "0001-01-01", "9999-12-31T23:59:59-23:00", "SUBMITTED", "😀" * 90]),
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


ALL = (*VALID, *STRUCTURE)
PLACES = [(number, path) for number, (_, raw) in enumerate(ALL) for path in paths(raw)]


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

    log, ear = logging.getLogger("coterie.adapters.discord.reading"), Ear()
    log.addHandler(ear)
    try:
        yield heard
    finally:
        log.removeHandler(ear)


def experienced() -> Reader:
    """A reader that knows a guild, an operator of it, somebody who has yet to agree to its rules, and a vote."""
    by = Reader(BOT, APPLICATION, guilds(features=["MEMBER_VERIFICATION_GATE_ENABLED"]), "!")
    by.set_operator(GUILD, "500", [ADMINS])
    by.read("GUILD_MEMBER_ADD", {**member(), "guild_id": GUILD, "user": ALICE, "pending": True}, "s:1")
    by.read("MESSAGE_POLL_VOTE_ADD", VOTE, "s:2")
    return by


def check(kind: str, raw: Any, by: Reader | None = None) -> list[Event]:
    """What holds for any payload; gives its events."""
    by = by or experienced()
    with warnings() as heard:
        by._known.guilds.learn(kind, raw)
    assert len(heard) <= 1
    with warnings() as heard:
        events = by.read(kind, raw, MARK)
    assert isinstance(events, list)
    assert len(heard) <= (0 if events else 1)
    assert all(len(record.getMessage()) < 2000 for record in heard)
    assert len({event.key for event in events}) == len(events)
    for event in events:
        assert isinstance(event, get_args(PlatformEvent))
        assert decode_event(msgspec.json.encode(event)) == event
        assert len(event.key) <= 200
        assert event.at >= 0
        assert decode_event(msgspec.json.encode(cleaned(event))).key == event.key
        assert event.where is None or event.where.adapter == "discord"
    handle = by.handle_of(kind, raw)
    assert handle == "" or handle.isascii()
    typed = by.typing(raw)
    assert typed is None or decode_event(msgspec.json.encode(typed[0])) == typed[0]
    return events


def test_every_kind_is_here() -> None:
    assert {kind for kind, _ in VALID} == KINDS


def test_the_valid_payloads_are_valid() -> None:
    silent = {kind for kind in KINDS if "ROLE" in kind}
    for kind, raw in ALL:
        with warnings() as heard:
            events = check(kind, raw)
        assert heard == []
        assert events or kind in silent or kind not in KINDS or raw.get("type") == 4


def test_one_reader_takes_all_of_them_in_any_order() -> None:
    by = experienced()
    for kind, raw in (*ALL, *reversed(ALL), *ALL[::3]):
        check(kind, raw, by)


@settings(max_examples=100)
@given(JSON)
def test_anything_at_all(value: Any) -> None:
    for kind, _ in ALL:
        check(kind, value)


@settings(max_examples=1500)
@given(st.sampled_from(PLACES), JSON)
def test_any_value_in_place_of_any_field(place: tuple[int, tuple[Any, ...]], value: Any) -> None:
    number, path = place
    kind, raw = ALL[number]
    check(kind, changed(raw, path, value))


@settings(max_examples=500)
@given(st.integers(0, len(ALL) - 1), st.data())
def test_several_fields_at_once(number: int, data: st.DataObject) -> None:
    kind, raw = ALL[number]
    own = [path for each, path in PLACES if each == number]
    for path, value in data.draw(st.lists(st.tuples(st.sampled_from(own), JSON), min_size=2, max_size=5)):
        raw = changed(raw, path, value)
    check(kind, raw)


def test_every_field_left_out_or_of_every_type() -> None:
    wrong: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**400, "", "x", "\ud800", [], [[]], {}, {"id": []}, [{}])
    for number, path in PLACES:
        kind, raw = ALL[number]
        by = experienced()
        for value in wrong:
            check(kind, changed(raw, path, value), by)


def test_values_nested_a_hundred_thousand_deep() -> None:
    deep: Any = []
    for turn in range(100_000):
        deep = [deep] if turn % 2 else {"options": deep}
    by = experienced()
    for number, path in PLACES:
        kind, valid = ALL[number]
        raw = copy.deepcopy(valid)
        found: Any = raw
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = deep
        by._known.guilds.learn(kind, raw)
        assert isinstance(by.read(kind, raw, MARK), list)
        by.typing(raw)


@pytest.mark.parametrize("text", [*STRINGS, *COMMANDS], ids=range(len(STRINGS) + len(COMMANDS)))
def test_naughty_strings_are_only_text(text: str) -> None:
    user = {**ALICE, "global_name": text, "username": text}
    (event,) = check("MESSAGE_CREATE", message(user, text, member=member(nick=text), mentions=[user]))
    assert isinstance(event, MessagePosted)
    assert len(event.text) <= MAX_TEXT * 2
    assert isinstance(event.who, Who)
    assert len(event.who.name) <= 256
    words = ("content", "name", "nick", "global_name", "username", "value", "custom_id", "title", "reason", "label")
    by = experienced()
    for kind, raw in ALL:
        for path in paths(raw):
            if path[-1] in words or path[-1] in ("id", "locale", "token", "response", "joined_at", "ends_at"):
                check(kind, changed(raw, path, text), by)


def test_huge_lists_are_read_in_one_go() -> None:
    many = [{**BOB, "id": str(number)} for number in range(50_000)]
    check("MESSAGE_CREATE", message(text="/tip " + "<@5> " * 3_000, mentions=many))
    inputs = [{"type": 18, "component": {"type": 4, "custom_id": str(each), "value": "x"}} for each in range(50_000)]
    check("INTERACTION_CREATE", interaction(5, {"custom_id": "f:T", "components": inputs}))
    check("INTERACTION_CREATE", interaction(3, {"custom_id": "m", "values": ["c:T"] * 50_000}))
    roles = [str(number) for number in range(50_000)]
    check("GUILD_MEMBER_UPDATE", {**member(*roles), "guild_id": GUILD, "user": ALICE})
    channels = [{"id": str(number), "type": 11, "parent_id": GENERAL} for number in range(1, 50_000)]
    check("GUILD_CREATE", guild(channels=channels, roles=[role(each, "x", 1, 8) for each in roles]))
