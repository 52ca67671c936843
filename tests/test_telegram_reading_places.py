"""Places: what a request names, and what follows a group's move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.telegram.places import Places, target_of, where_of
from coterie.core.events import Where
from coterie.core.platform import Refused
from tests.telegram_reading_kit import CHANNEL, GROUP, PRIVATE

CHATS: Any = st.builds(
    lambda kind, number: {"id": number, "type": kind},
    st.sampled_from(["private", "group", "supergroup", "channel"]),
    st.integers(-(10**18), 10**18),
)


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("-1001234567890", (-1001234567890, None)),
        ("-1001234567890/9", (-1001234567890, 9)),
        ("555", (555, None)),
        ("@some_channel", ("@some_channel", None)),
    ],
)
def test_what_a_channel_id_names(channel: str, target: tuple[int | str, int | None]) -> None:
    assert target_of(channel) == target


@pytest.mark.parametrize("channel", ["", "general", "5/", "/5", "5/x", "5/6/7", "1" * 20, "@", "٣", "5\n", "-", "--5"])
def test_what_names_no_chat_is_refused(channel: str) -> None:
    with pytest.raises(Refused, match="names no Telegram chat"):
        target_of(channel)


@given(CHATS, st.none() | st.integers(1, 2**31 - 1))
def test_every_place_leads_back_to_its_chat(chat: dict[str, Any], topic: int | None) -> None:
    raw = None if topic is None else {"is_topic_message": True, "message_thread_id": topic}
    where = where_of(chat, raw)
    group = chat["type"] in ("group", "supergroup")
    assert target_of(where.channel) == (chat["id"], topic if group else None)
    assert where.space == ("" if chat["type"] == "private" else str(chat["id"]))


def test_what_a_request_names() -> None:
    places = Places()
    topic = where_of(GROUP, {"is_topic_message": True, "message_thread_id": 9})
    assert places.target(topic) == {"chat_id": GROUP["id"], "message_thread_id": 9}
    assert places.target(where_of(GROUP, None)) == {"chat_id": GROUP["id"]}
    assert places.target(where_of(PRIVATE, None)) == {"chat_id": 555}
    assert places.target(Where("telegram", "", str(CHANNEL["id"]))) == {"chat_id": CHANNEL["id"]}
    assert (places.chat(topic), places.chat(where_of(PRIVATE, None))) == (GROUP["id"], 555)
    with pytest.raises(Refused):
        places.target(Where("telegram", "general", "town"))


def test_moves_are_followed() -> None:
    places, old = Places(), where_of({"id": -5, "type": "group"}, None)
    places.moved(-5, -1005)
    assert (places.chat(old), places.target(old)) == (-1005, {"chat_id": -1005})
    places.moved("-1005", "-1006")
    assert places.chat(old) == -1006
    assert places.chat(where_of({"id": -7, "type": "group"}, None)) == -7
    with pytest.raises(Refused):
        places.moved("x", -5)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=30))
def test_moves_never_lead_in_a_circle(moves: list[tuple[int, int]]) -> None:
    places = Places()
    for old, new in moves:
        places.moved(old, new)
        assert places.chat(Where("telegram", str(old), str(old))) == new
    for chat in range(1, 6):
        end = places.chat(Where("telegram", str(chat), str(chat)))
        assert places.chat(Where("telegram", str(end), str(end))) == end
