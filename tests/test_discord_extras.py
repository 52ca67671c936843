"""Polls, pins and threads on Discord."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.doubts import REMEMBERED, Doubts
from coterie.adapters.discord.extras import newest
from coterie.adapters.discord.reading.fields import EPOCH
from coterie.core.actions import ClosePoll, CloseTopic, OpenTopic, Pin, SendPoll, Unpin
from coterie.core.events import Where
from coterie.core.platform import Delivery, Refused, RetryLater, Uncertain
from tests.discord_extras_kit import (
    DELIVERY,
    DIRECT,
    FORUM_PLACE,
    HOME,
    NEWS_PLACE,
    TOPIC,
    Verbs,
    refused,
    sent,
)
from tests.discord_reading_kit import BOT, FORUM, GENERAL, GUILD, NEWS, THREAD

pytestmark = pytest.mark.asyncio

POST = f"POST /channels/{GENERAL}/messages"
THREADS = f"POST /channels/{GENERAL}/threads"
ACTIVE = f"/guilds/{GUILD}/threads/active"


def poll(**fields: Any) -> SendPoll:
    known: dict[str, Any] = {"where": HOME, "ref": 1, "question": "Tea?", "options": ("Yes", "No")}
    return SendPoll(**{**known, **fields})


# -- polls


async def test_a_poll_is_sent_and_named_by_its_message() -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/messages", {"id": "55"})
    assert await platform.send_poll(poll(several=True, closes_in=7200), DELIVERY) == "55"
    assert platform.script.body(POST) == {
        "poll": {
            "question": {"text": "Tea?"},
            "answers": [{"poll_media": {"text": "Yes"}}, {"poll_media": {"text": "No"}}],
            "duration": 2,
            "allow_multiselect": True,
            "layout_type": 1,
        },
        "allowed_mentions": {"parse": []},
        "nonce": "7001",
        "enforce_nonce": True,
    }


@pytest.mark.parametrize(
    ("seconds", "hours"), [(0, 768), (5, 1), (3600, 1), (3601, 2), (30 * 86_400, 720), (768 * 3600, 768)]
)
async def test_a_poll_is_open_for_whole_hours(seconds: int, hours: int) -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/messages", {"id": "55"})
    await platform.send_poll(poll(closes_in=seconds), DELIVERY)
    assert platform.script.body(POST)["poll"]["duration"] == hours


async def test_a_quiz_is_a_poll_that_does_not_say_what_is_right() -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/messages", {"id": "55"})
    await platform.send_poll(poll(correct=(1,), explanation="No is right"), DELIVERY)
    assert "right" not in str(platform.script.log)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"anonymous": True}, "no anonymous polls"),
        ({"question": ""}, "1 to 300 characters"),
        ({"question": "x" * 301}, "1 to 300 characters"),
        ({"options": ()}, "1 to 10 options"),
        ({"options": ("x",) * 11}, "1 to 10 options"),
        ({"options": ("x", "y" * 56)}, "1 to 55 characters"),
        ({"options": ("x", "")}, "1 to 55 characters"),
        ({"closes_in": 33 * 86_400}, "at most 32 days"),
    ],
)
async def test_what_discord_cannot_show_is_refused_without_asking(fields: Any, why: str) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match=why):
        await platform.send_poll(poll(**fields), DELIVERY)
    assert platform.script.log == []


async def test_a_poll_that_cannot_be_is_told_in_plain_words() -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/messages", refused(50013))
    with pytest.raises(Refused) as caught:
        await platform.send_poll(poll(), DELIVERY)
    assert caught.value.reason == "the bot needs the permission “Create Polls” there"


@pytest.mark.parametrize("answer", [None, {}, {"id": 5}, {"id": "x"}, []])
async def test_a_poll_without_a_name_may_have_been_sent(answer: Any) -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/messages", answer)
    with pytest.raises(Uncertain):
        await platform.send_poll(poll(), DELIVERY)


@pytest.mark.parametrize("code", [10008, 520001])
async def test_a_poll_that_is_over_or_gone_is_closed(code: int) -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/polls/55/expire", refused(code))
    assert await platform.close_poll(ClosePoll(where=HOME, ref=1), sent("55")) == ""


# -- pins


@pytest.mark.parametrize(
    ("native", "channel", "message"),
    [("10", GENERAL, "10"), ("10,11", GENERAL, "10"), ("150:10,11", "150", "10"), ("u:555:10", "119", "10")],
)
async def test_pins_and_polls_are_found_by_what_sending_returned(native: str, channel: str, message: str) -> None:
    platform = Verbs()
    platform.script.answer("POST", "/users/@me/channels", {"id": "119"})
    await platform.pin(Pin(where=HOME, ref=1), sent(native))
    await platform.unpin(Unpin(where=HOME, ref=1), sent(native))
    await platform.close_poll(ClosePoll(where=HOME, ref=1), sent(native))
    asked = [each for each in platform.script.asked if "@me" not in each]
    assert asked == [
        f"PUT /channels/{channel}/messages/pins/{message}",
        f"DELETE /channels/{channel}/messages/pins/{message}",
        f"POST /channels/{channel}/polls/{message}/expire",
    ]


@pytest.mark.parametrize("native", ["", "x", "e:41:42", "-1", "1" * 30, "u:x:1"])
async def test_what_names_no_message_that_all_see_is_refused(native: str) -> None:
    platform = Verbs()
    for asked in (
        platform.pin(Pin(where=HOME, ref=1), sent(native)),
        platform.unpin(Unpin(where=HOME, ref=1), sent(native)),
        platform.close_poll(ClosePoll(where=HOME, ref=1), sent(native)),
    ):
        with pytest.raises(Refused):
            await asked
    assert platform.script.log == []


async def test_a_message_that_is_gone_has_no_pin() -> None:
    platform = Verbs()
    platform.script.answer("DELETE", f"/channels/{GENERAL}/messages/pins/10", refused(10008))
    assert await platform.unpin(Unpin(where=HOME, ref=1), sent("10")) == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (50013, "the bot needs the permission “Pin Messages” there"),
        (30003, "the channel has as many pins as Discord allows: take one off first"),
        (10008, "the message to pin is gone"),
        (1, "Discord refused it"),
    ],
)
async def test_a_pin_that_cannot_be_is_told(code: int, said: str) -> None:
    platform = Verbs()
    platform.script.answer("PUT", f"/channels/{GENERAL}/messages/pins/10", refused(code))
    with pytest.raises(Refused) as caught:
        await platform.pin(Pin(where=HOME, ref=1, loud=True), sent("10"))
    assert caught.value.reason == said


# -- threads


def topic(where: Where = HOME, title: str = "Who brings what") -> OpenTopic:
    return OpenTopic(where=where, ref=1, title=title)


@pytest.mark.parametrize(
    ("where", "channel", "kind"), [(HOME, GENERAL, 11), (NEWS_PLACE, NEWS, 10), (TOPIC, GENERAL, 11)]
)
async def test_a_topic_is_a_thread_of_its_channel(where: Where, channel: str, kind: int) -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{channel}/threads", {"id": "160"})
    assert await platform.open_topic(topic(where), DELIVERY) == "160"
    body = {"name": "Who brings what", "auto_archive_duration": 10080, "type": kind}
    assert platform.script.log == [(f"POST /channels/{channel}/threads", body)]


async def test_a_topic_of_a_forum_begins_with_its_title_and_pings_nobody() -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{FORUM}/threads", {"id": "160"})
    assert await platform.open_topic(topic(FORUM_PLACE, "@everyone come"), DELIVERY) == "160"
    assert platform.script.body(f"POST /channels/{FORUM}/threads") == {
        "name": "@everyone come",
        "auto_archive_duration": 10080,
        "message": {"content": "@everyone come", "allowed_mentions": {"parse": []}},
    }


async def test_a_channel_that_is_not_known_is_looked_at_first() -> None:
    platform = Verbs()
    platform.script.answer("GET", "/channels/170", {"id": "170", "type": 16})
    platform.script.answer("POST", "/channels/170/threads", {"id": "171"})
    await platform.open_topic(topic(Where("discord", "170", GUILD)), DELIVERY)
    assert "message" in platform.script.body("POST /channels/170/threads")


async def test_a_thread_that_is_not_known_leads_to_its_channel() -> None:
    platform = Verbs()
    platform.script.answer("GET", "/channels/170", {"id": "170", "type": 11, "parent_id": FORUM})
    platform.script.answer("POST", f"/channels/{FORUM}/threads", {"id": "171"})
    assert await platform.open_topic(topic(Where("discord", "170", GUILD, "thread")), DELIVERY) == "171"
    platform.script.answer("GET", "/channels/170", {"id": "170", "type": 11})
    with pytest.raises(Refused, match="in which channel"):
        await platform.open_topic(topic(Where("discord", "170", GUILD, "thread")), DELIVERY)


async def test_a_long_title_is_cut_and_an_empty_one_refused() -> None:
    platform = Verbs()
    platform.script.answer("POST", f"/channels/{GENERAL}/threads", {"id": "160"})
    await platform.open_topic(topic(title="x " * 80), DELIVERY)
    assert len(platform.script.body(THREADS)["name"]) <= 100
    with pytest.raises(Refused, match="must have a title"):
        await platform.open_topic(topic(title="  "), DELIVERY)
    with pytest.raises(Refused, match="no Discord server"):
        await platform.open_topic(topic(DIRECT), DELIVERY)


async def test_a_thread_of_which_nobody_knows_is_looked_for_before_another_is_made() -> None:
    platform = Verbs()
    path = f"/channels/{GENERAL}/threads"
    platform.script.answer("POST", path, Uncertain("no answer"), {"id": "162"})
    for _ in range(1):
        with pytest.raises(Uncertain):
            await platform.open_topic(topic(), DELIVERY)
    fresh = str((4_000_000_000_000 - EPOCH) << 22)
    thread = {"id": fresh, "name": "Who brings what", "parent_id": GENERAL, "owner_id": BOT}
    others = [{**thread, "owner_id": "1"}, {**thread, "name": "x"}, {**thread, "id": "5"}, {**thread, "id": 5}, None]
    platform.script.answer("GET", ACTIVE, {"threads": [*others, thread]})
    assert await platform.open_topic(topic(), DELIVERY) == fresh
    assert platform.script.asked == [f"POST {path}", f"GET {ACTIVE}"]


async def test_a_thread_that_was_not_made_is_made() -> None:
    platform = Verbs()
    path = f"/channels/{GENERAL}/threads"
    platform.script.answer("POST", path, Uncertain("no answer"), {"id": "162"}, {"id": "163"})
    with pytest.raises(Uncertain):
        await platform.open_topic(topic(), DELIVERY)
    platform.script.answer("GET", ACTIVE, {"threads": []})
    assert await platform.open_topic(topic(), DELIVERY) == "162"
    assert await platform.open_topic(topic(), Delivery("7009")) == "163"
    assert platform.script.asked == [f"POST {path}", f"GET {ACTIVE}", f"POST {path}", f"POST {path}"]


async def test_a_thread_is_closed_and_locked_and_one_that_is_gone_is_done() -> None:
    platform = Verbs()
    assert await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY) == ""
    assert platform.script.log == [(f"PATCH /channels/{THREAD}", {"archived": True, "locked": True})]
    platform.script.answer("PATCH", f"/channels/{THREAD}", refused(10003), refused(50013), RetryLater(1))
    assert await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY) == ""
    with pytest.raises(Refused, match="Manage Threads"):
        await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY)
    with pytest.raises(RetryLater):
        await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY)
    with pytest.raises(Refused, match="no thread"):
        await platform.close_topic(CloseTopic(where=HOME), DELIVERY)


# -- what may have been made


async def test_doubts_are_about_the_moment_before_the_first_request() -> None:
    now, looked = [100.0], list[int]()
    doubts = Doubts(lambda: now[0])

    async def make() -> str:
        raise Uncertain("no answer")

    async def find(since: int) -> str:
        looked.append(since)
        return ""

    for moment in (100.0, 200.0, 300.0):
        now[0] = moment
        with pytest.raises(Uncertain):
            await doubts.once("a", make, find)
    assert looked == [95_000, 95_000]


async def test_doubts_are_few() -> None:
    doubts = Doubts()

    async def make() -> str:
        raise Uncertain("no answer")

    async def find(since: int) -> str:
        raise AssertionError("nobody should look")

    for number in range(REMEMBERED + 1):
        with pytest.raises(Uncertain):
            await doubts.once(str(number), make, find)
    with pytest.raises(Uncertain):
        await doubts.once("0", make, find)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=3), x)
    )
)
async def test_whatever_stands_in_a_list_is_no_thread(raw: Any) -> None:
    assert newest(raw, {"name": "x"}, 0) == ""
    assert newest([raw], {"name": "x"}, 0) == ""
