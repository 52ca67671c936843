"""The way through an export: every record comes out, around whatever is damaged, and damage is told with its place."""

from __future__ import annotations

import io
import json
import re
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.history import DiscordExport
from coterie.adapters.telegram.history import Message, TelegramExport
from coterie.core.importing import window
from coterie.core.importing.mending import Unreadable, mended
from coterie.core.importing.pieces import ChatBegins, Damage, NotJson, Piece, Record
from coterie.core.importing.walk import Walk
from coterie.core.importing.window import nested_end
from tests.import_kit import discord_channel, discord_message, telegram_account, telegram_chat, telegram_message

DECODER = msgspec.json.Decoder(Message)
NASTY = [
    '{"id": 1, "type": "message"',
    '"',
    "\\",
    "]}",
    '\\"id\\": 3,',
    "[{",
    "\u2028",
    "\x00\x1f",
    "👍🏽",
    "נָא",
    "x" * 300,
]
texts = st.one_of(
    st.text(max_size=20), st.sampled_from(NASTY), st.lists(st.sampled_from(NASTY), max_size=3).map("".join)
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of a few bytes: every border between two readings is met."""
    monkeypatch.setattr(window, "_READ", 61)


def pieces(data: bytes, shape: Any = TelegramExport.shape) -> list[Piece]:
    """Everything that comes out of a file."""
    return list(Walk(io.BytesIO(data), shape, DECODER))


def ids(found: list[Piece]) -> list[int]:
    """The ids of the records."""
    return [piece.value.id for piece in found if isinstance(piece, Record)]


def damage(found: list[Piece]) -> list[Damage]:
    """What could not be read."""
    return [piece for piece in found if isinstance(piece, Damage)]


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, list[list[int]]]:
    """An export in any layout, and the ids in each of its chats."""
    chats = []
    for chat in range(draw(st.integers(1, 3))):
        count = draw(st.integers(0, 5))
        messages = [
            telegram_message(100 * chat + number, 1, text=draw(texts), extra=draw(values)) for number in range(count)
        ]
        if draw(st.booleans()):  # another program has written them in another order
            messages = [dict(reversed(message.items())) for message in messages]
        chats.append(telegram_chat(messages, chat=chat + 1, more=draw(values)))
    whole = chats[0] if len(chats) == 1 and draw(st.booleans()) else telegram_account(*chats)
    layout: dict[str, Any] = draw(
        st.sampled_from([{"indent": 1}, {"separators": (",", ":")}, {"indent": "\t"}, {"ensure_ascii": False}])
    )
    mark = draw(st.sampled_from(["", "\ufeff"]))
    data = (mark + json.dumps(whole, **layout)).encode("utf-8", "replace")
    return data, [[message["id"] for message in chat["messages"]] for chat in chats]


@given(documents())
@settings(max_examples=150, deadline=None)
def test_everything_comes_out_in_order(drawn: tuple[bytes, list[list[int]]]) -> None:
    data, wanted = drawn
    found = pieces(data)
    assert ids(found) == [identifier for chat in wanted for identifier in chat]
    assert not damage(found)
    assert sum(isinstance(piece, ChatBegins) for piece in found) == len(wanted)
    assert all(data[piece.position : piece.position + 1] == b"{" for piece in found if isinstance(piece, Record))


@given(documents(), st.data())
@settings(max_examples=100, deadline=None)
def test_it_goes_on_from_anywhere(drawn: tuple[bytes, list[list[int]]], data: st.DataObject) -> None:
    document, _ = drawn
    whole = pieces(document)
    stop = data.draw(st.integers(0, len(whole)))
    first = Walk(io.BytesIO(document), TelegramExport.shape, DECODER)
    before = [piece for piece, _ in zip(first, range(stop), strict=False)]
    if not first.frames:
        return
    frames = msgspec.json.decode(msgspec.json.encode(first.frames), type=type(first.frames) and list[Any])
    kept = msgspec.convert(frames, list[type(first.frames[0])])  # type: ignore[misc]
    # zip has taken one more than it gave.
    taken = before + ([whole[len(before)]] if len(before) == stop < len(whole) else [])
    rest = list(Walk(io.BytesIO(document), TelegramExport.shape, DECODER, position=first.position, frames=kept))
    assert ids(taken) + ids(rest) == ids(whole)


ALONE = telegram_chat([telegram_message(number, number % 3 + 1, text=f"number {number}") for number in range(8)])
SEVERAL = telegram_account(ALONE, telegram_chat([telegram_message(50)], chat=2))
CHANNEL = discord_channel(discord_message(number) for number in range(5))


def starts(data: bytes) -> list[tuple[int, int]]:
    """Where each record of a sound file begins and ends."""
    found = [piece.position for piece in pieces(data) if isinstance(piece, Record)]
    return [(begin, nested_end(data, begin)) for begin in found]


@pytest.mark.parametrize("document", [ALONE, SEVERAL], ids=["chat", "account"])
@pytest.mark.parametrize("indent", [1, None], ids=["lines", "compact"])
@given(st.data())
@settings(max_examples=120, deadline=None)
def test_one_wrong_byte_costs_one_record(document: Any, indent: int | None, data: st.DataObject) -> None:
    sound = json.dumps(document, indent=indent).encode()
    places = starts(sound)
    hit = data.draw(st.integers(places[0][0], places[7][1] - 1))
    wrong = data.draw(st.sampled_from(list(b'"{}[]\\,:x0- \xff\x00\n')))
    broken = sound[:hit] + bytes([wrong]) + sound[hit + 1 :]
    touched = {number for number, (begin, end) in enumerate(places[:8]) if begin <= hit < end}
    found = pieces(broken)
    missing = set(range(8)) - set(ids(found))
    assert missing <= touched
    assert 50 in ids(found) or document is ALONE
    if len(ids(found)) < len(places):  # else it reads as another record, which nobody can know
        (number,) = missing
        begin, end = places[number]
        assert any(begin - 1 <= each.position <= end for each in damage(found)), damage(found)
    assert not any(each.ends for each in damage(found)) or hit >= places[7][0]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_file_that_is_cut_off_gives_all_before(data: st.DataObject) -> None:
    sound = json.dumps(data.draw(st.sampled_from([ALONE, SEVERAL])), indent=1).encode()
    places = starts(sound)
    cut = data.draw(st.integers(places[0][0], len(sound) - 2))
    found = pieces(sound[:cut])
    assert ids(found)[: sum(end <= cut for _, end in places)] == ids(pieces(sound))[: len(ids(found))]
    (last,) = [each for each in damage(found) if each.ends]
    assert last.position + last.length == cut or sound[last.position : cut].strip(b" \n,") == b""


@given(st.binary(max_size=200), st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_makes_it_stumble(noise: bytes, data: st.DataObject) -> None:
    sound = json.dumps(data.draw(st.sampled_from([ALONE, SEVERAL, CHANNEL])), indent=1).encode()
    begin = data.draw(st.integers(2, len(sound)))  # behind what tells the encoding
    end = data.draw(st.integers(begin, len(sound)))
    shape = data.draw(st.sampled_from([TelegramExport.shape, DiscordExport.shape]))
    found = pieces(sound[:begin] + noise + sound[end:], shape)
    places = [(each.position, each.length) for each in damage(found)]
    assert places == sorted(places)


@given(st.binary(max_size=60))
def test_whatever_a_file_holds_is_told(noise: bytes) -> None:
    with suppress(NotJson):
        assert not ids(pieces(noise))


def test_what_a_person_typed_is_no_record() -> None:
    forged = json.dumps(telegram_chat([telegram_message(666)]))
    document = telegram_chat([telegram_message(1, text=forged), telegram_message(2, text="\\" + forged)])
    assert ids(pieces(json.dumps(document).encode())) == [1, 2]


def test_a_chat_behind_damage_is_found_again() -> None:
    sound = json.dumps(SEVERAL, indent=1).encode()
    header = sound.index(b'"name": "Chat 1"')
    broken = sound[:header] + b"#" + sound[header + 1 :]
    found = pieces(broken)
    assert ids(found) == [50]
    assert [each.header["id"] for each in found if isinstance(each, ChatBegins)] == [2]
    (lost,) = damage(found)
    assert lost.position <= header + 40 < lost.position + lost.length


def test_records_of_a_chat_that_nobody_knows_belong_to_none() -> None:
    """They could be of a direct chat: better lost and told than given to the chat before."""
    sound = json.dumps(SEVERAL, indent=1).encode()
    second = sound.index(b'"name": "Chat 2"')
    messages = sound.index(b'"messages"', second)
    found = pieces(sound[: second - 5] + b"###" + sound[messages + 13 :])
    assert 50 not in ids(found)
    assert ids(found) == list(range(8))
    assert damage(found)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"hello", "not JSON"),
        ('{"messages": []}'.encode("utf-16"), "UTF-16"),
        ('{"messages": []}'.encode("utf-32-le"), "UTF-16"),
        (b"<html></html>", "not JSON"),
    ],
)
def test_what_is_no_export_is_told(data: bytes, told: str) -> None:
    with pytest.raises(NotJson, match=told):
        pieces(data)


def chat_with(record: bytes) -> bytes:
    """Three records, of which the middle one is as given."""
    first, last = (json.dumps(telegram_message(number)).encode() for number in (1, 3))
    return b'{"name": "x", "type": "private_group", "id": 1, "messages": [' + b",".join((first, record, last)) + b"]}"


@pytest.mark.parametrize(
    "record",
    [
        b'{"id": 2, "type": "message", "text": "tab \\x09, bell \\x07"}',
        b'{"id": 2, "type": "message", "text": "a raw \x07 bell and\x00null"}',
        b'{"id": 2, "type": "message", "text": "caf\xe9 in Latin-1"}',
        b'{"id": 2, "type": "message", "from": "caf\xe9"}',
        b'{"id": 2, "type": "message", "text": "half \\ud83d of a pair"}',
        b'{"id": 2, "type": "message", "size": NaN, "width": -Infinity}',
        b'{"id": "2", "type": "message"}',
        b'{"id": 1, "id": 2, "type": "message"}',
    ],
)
def test_what_can_be_understood_is(record: bytes) -> None:
    found = pieces(chat_with(record))
    assert ids(found) == [1, 2, 3]
    assert not damage(found)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (b'{"id": 2, "type": "message", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
        (b'{"id": 2, "type": "message", "x": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "nested too deeply"),
        (b'{"type": "message"}', "missing required field `id`"),
        (b'{"id": [2], "type": "message"}', "Expected `int`"),
        (b'{"id": 2, "type": "message" "text": 1}', "not JSON"),
        (b'{"id": 2, "type": "message", "date_unixtime": ' + b"9" * 5000 + b"}", "digits|out of range"),
        (b"null", "a record was expected"),
        (b"17", "a record was expected"),
        (b"}", "a record was expected"),
        (b"]", "a record was expected"),
        (b'"just a string"', "a record was expected"),
        (b"[1, 2]", "a record was expected"),
        (b'{"id": 2, "type": "message"', "does not end"),
        (b'{"id": 2, "type": "message", "text": "open}', "does not end|not JSON"),
    ],
)
def test_what_cannot_be_understood_is_told_and_costs_nothing_else(record: bytes, why: str) -> None:
    found = pieces(chat_with(record))
    assert ids(found) == [1, 3]
    told = damage(found)
    assert len(told) == 1
    assert told[0].position == chat_with(record).index(b"," + record + b",") + 1

    assert re.search(why, told[0].reason)


def test_a_record_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.core.importing.walk.MAX_VALUE", 1000)
    monkeypatch.setattr(window, "MAX_VALUE", 1000)
    found = pieces(chat_with(b'{"id": 2, "type": "message", "text": "' + b"x" * 5000 + b'"}'))
    assert ids(found) == [1, 3]
    assert [each.reason for each in damage(found)] == ["it is longer than 0 MiB"]


@given(st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_the_end_of_a_value_is_found(value: Any) -> None:
    data = json.dumps([value]).encode()
    assert nested_end(data + b', "]"', 0) == len(data)
    assert nested_end(data[:-1], 0) == -1


def test_a_deep_value_has_an_end() -> None:
    data = b"[" * 500 + b"]" * 500
    assert nested_end(data + b"]", 0) == 1000


def test_mending_says_what_is_wrong() -> None:
    with pytest.raises(Unreadable, match="expected"):
        mended(b'{"id": {}}', Message)
