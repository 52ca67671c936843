"""Flood limits and faults."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from coterie.adapters.telegram.fake.limits import Limits
from tests.telegram_fake_kit import Clock, post, raw, served, updates

pytestmark = [
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:telegram.warnings.PTBDeprecationWarning"),
]


@pytest.mark.asyncio
async def test_one_chat_takes_three_at_once_and_then_one_a_second() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat, other = fake.private("alice"), fake.private("bob")
        fake.limits.enforced = True
        for number in range(3):
            await bot.send_message(chat.id, str(number))
        status, body = await post(fake, "sendMessage", json={"chat_id": chat.id, "text": "4"})
        assert (status, body["parameters"], body["description"]) == (
            429, {"retry_after": 1}, "Too Many Requests: retry after 1",
        )  # fmt: skip
        await bot.send_message(other.id, "goes on")
        await bot.edit_message_text("edits are not counted", chat.id, 1)
        clock.advance(1)
        await bot.send_message(chat.id, "4")
        assert (fake.limits.taken, fake.limits.refused) == (5, {"chat": 1})


@pytest.mark.asyncio
async def test_a_group_takes_twenty_in_any_minute() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        group = fake.group("Town")
        fake.limits.enforced = True
        for number in range(20):
            await bot.send_message(group.id, str(number))
            clock.advance(1)
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(group.id, "21")
        assert refused.value._retry_after.total_seconds() == 40
        clock.advance(40)
        await bot.send_message(group.id, "21")
        assert fake.limits.refused == {"group": 1}


def test_thirty_a_second_overall_and_a_thousand_where_it_is_paid_for() -> None:
    clock = Clock()
    limits = Limits(clock)
    assert [limits.take(number) for number in range(40)] == [0] * 40, "nothing is enforced by itself"
    limits.enforced = True
    assert [limits.take(number) for number in range(31)] == [0] * 30 + [1]
    assert limits.take(99, paid=True) == 0
    clock.advance(0.5)
    assert [limits.take(100 + number) for number in range(16)] == [0] * 15 + [1]
    limits.reset()
    assert limits.take(1) == 0
    assert limits.refused == {"overall": 2}


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 10)), max_size=80))
def test_whoever_waits_as_told_gets_through_and_no_window_is_overfull(calls: list[tuple[int, int]]) -> None:
    clock = Clock()
    limits = Limits(clock)
    limits.enforced = True
    sent: list[float] = []
    for pause, count in calls:
        clock.advance(pause / 1000)
        tries = 0
        while seconds := limits.take(-5, count):
            clock.advance(seconds)
            tries += 1
            assert tries < 5
        sent += [clock.now] * count
    for index, at in enumerate(sent):
        assert sum(at <= other < at + 60 for other in sent[index:]) <= 20


@pytest.mark.asyncio
async def test_calls_fail_by_method_and_chat_and_so_many_times() -> None:
    async with served() as (fake, bot):
        alice, bob = fake.private("alice"), fake.private("bob")
        fake.faults.fail(2, method="SendMessage", chat=alice.id, status=429, parameters={"retry_after": 9})
        await bot.send_message(bob.id, "fine")
        await bot.send_chat_action(alice.id, "typing")
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await bot.send_message(alice.id, "no")
        await bot.send_message(alice.id, "yes")
        assert [message.text for message in alice.messages] == ["yes"]
        fake.faults.fail(status=400, parameters={"migrate_to_chat_id": -1005})
        with pytest.raises(ChatMigrated):
            await bot.send_message(alice.id, "no")
        fake.faults.fail(status=400, description="Bad Request: weather")
        with pytest.raises(BadRequest, match="Weather"):
            await bot.send_message(alice.id, "no")
        fake.faults.fail(5)
        fake.faults.clear()
        await bot.send_message(alice.id, "again")


@pytest.mark.asyncio
@pytest.mark.parametrize("after", [False, True])
async def test_a_connection_that_is_cut_before_or_after_the_deed(after: bool) -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        fake.faults.reset(method="sendMessage", after=after)
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "maybe")
        assert len(chat.messages) == after


@pytest.mark.asyncio
async def test_a_slow_answer_comes_after_the_deed() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        fake.faults.slow(30, method="sendMessage")
        call = asyncio.create_task(bot.send_message(chat.id, "maybe", read_timeout=0.5))
        await fake.until(lambda: chat.messages)
        with pytest.raises(TimedOut):
            await call
        assert [message.text for message in chat.messages] == ["maybe"]
        fake.faults.slow(0, method="sendMessage")
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(chat.id, "")


@pytest.mark.asyncio
async def test_updates_twice_turned_around_and_junk() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        first, second = fake.says("alice", chat, "1"), fake.says("alice", chat, "2")
        fake.faults.duplicate()
        assert [update["update_id"] for update in await updates(bot)] == [first, first, second]
        fake.faults.reorder()
        assert [update["update_id"] for update in await updates(bot)] == [second, first]
        fake.faults.junk(b'{"ok":true,"result":[', times=2)
        for _ in range(2):
            with pytest.raises(TelegramError, match="Invalid server response"):
                await raw(bot, "getUpdates")
        assert [update["update_id"] for update in await updates(bot)] == [first, second]
        fake.faults.junk(b"<html>", method="getMe", status=502)
        with pytest.raises(NetworkError):
            await bot.get_me()
        assert fake.sends({"update_id": 7, "message": {}}) == 7
        assert [update["update_id"] for update in await updates(bot)] == [first, second, 7]


@pytest.mark.asyncio
async def test_what_one_client_does_not_read_holds_up_nobody() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        waiting = [asyncio.create_task(updates(bot, timeout=50))]
        await fake.until(lambda: fake.called("getUpdates"))
        waiting[0].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        number = fake.says("alice", chat, "x")
        assert [update["update_id"] for update in await updates(bot, timeout=1)] == [number]
        request = HTTPXRequest(connection_pool_size=4)
        async with request:
            code, body = await request.do_request(f"{fake.base_url}{fake.token}/getMe", "GET")
        assert (code, b'"ok": true' in body) == (200, True)
