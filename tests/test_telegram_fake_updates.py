"""How updates reach the bot: offsets, kinds, privacy, their lives, and the webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram.error import BadRequest

from coterie.adapters.telegram.fake import FakeTelegram, NotPossible
from tests.telegram_fake_kit import Clock, raw, served, updates

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]
EVERYTHING = json.dumps(["message", "chat_member", "message_reaction", "my_chat_member", "unheard_of"])


def ids(found: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in found]


async def test_an_offset_acknowledges_what_is_before_it() -> None:
    async with served() as (fake, bot):
        numbers = [fake.says("alice", fake.private("alice"), str(number)) for number in range(4)]
        assert ids(await updates(bot)) == numbers
        assert ids(await updates(bot, limit=2)) == numbers[:2]
        assert ids(await updates(bot, offset=numbers[2])) == numbers[2:]
        await fake.confirmed(numbers[1])
        with pytest.raises(TimeoutError):
            await fake.confirmed(numbers[2], within=0.01)
        assert ids(await updates(bot)) == numbers[2:]
        assert ids(await updates(bot, offset=-1)) == numbers[3:]
        assert ids(await updates(bot)) == numbers[3:]


async def test_limit_is_brought_into_its_range() -> None:
    async with served() as (fake, bot):
        numbers = [fake.says("alice", fake.private("alice"), str(number)) for number in range(105)]
        assert ids(await updates(bot, limit=0)) == numbers[:1]
        assert ids(await updates(bot, limit=1000)) == numbers[:100]
        assert ids(await raw(bot, "getUpdates", offset="x", limit="y")) == numbers[:1]


async def test_a_long_poll_wakes_for_an_update_and_a_short_one_does_not_wait() -> None:
    async with served() as (fake, bot):
        assert await updates(bot) == []
        waiting = asyncio.create_task(updates(bot, timeout=4))
        await fake.until(lambda: len(fake.called("getUpdates")) == 2)
        number = fake.says("alice", fake.private("alice"), "hello")
        assert ids(await waiting) == [number]


async def test_repeated_polls_are_held_back_where_that_is_wanted() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        numbers = [fake.says("alice", fake.private("alice"), str(number)) for number in range(3)]
        fake.limits.repeats = True
        assert ids(await updates(bot)) == numbers
        assert ids(await updates(bot)) == numbers[:1]
        clock.advance(1)
        assert ids(await updates(bot)) == numbers


async def test_the_usual_kinds_and_those_asked_for() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        assert fake.says("alice", group, "hello") > 0
        assert fake.reacts("alice", group, 1, "👍") == 0
        service = fake.joins("bob", group)
        await updates(bot, allowed_updates=EVERYTHING)
        reaction, come = fake.reacts("alice", group, 1, "👎"), fake.leaves("bob", group)
        found = await updates(bot, offset=service + 1)
        assert [next(reversed(update)) for update in found] == ["message_reaction", "chat_member", "message"]
        assert (found[0]["update_id"], found[2]["update_id"]) == (reaction, come)
        assert found[0]["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
        tap = await raw(bot, "sendMessage", chat_id=group.id, text="x", reply_markup=KEYBOARD)
        assert fake.taps("alice", tap["message_id"], group, "go") == 0, "not asked for, so not queued"
        await updates(bot, allowed_updates="[]")
        assert fake.taps("alice", tap["message_id"], group, "go") > 0
        assert fake.reacts("alice", group, 1) == 0


KEYBOARD = json.dumps({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]})


async def test_updates_are_kept_for_a_day_and_taps_for_150_seconds() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat = fake.private("alice")
        await bot.send_message(chat.id, "x", reply_markup=None)
        await raw(bot, "sendMessage", chat_id=chat.id, text="x", reply_markup=KEYBOARD)
        said, tapped = fake.says("alice", chat, "hello"), fake.taps("alice", 2, chat, "go")
        clock.advance(149)
        assert ids(await updates(bot)) == [said, tapped]
        clock.advance(1)
        assert ids(await updates(bot)) == [said]
        with pytest.raises(LookupError):
            await fake.confirmed(tapped)
        fake.sends({"inline_query": {"id": "1"}})
        clock.advance(30)
        assert ids(await updates(bot)) == [said]
        with pytest.raises(TypeError):
            fake.sends({"message": b"no JSON"})
        clock.advance(86_220)
        assert await updates(bot) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [("hello", False), ("/go", True), ("/go@coteriebot now", True), ("/go@otherbot", False), ("see /go", True)],
)
async def test_privacy_mode_in_a_group(text: str, seen: bool) -> None:
    async with FakeTelegram() as fake:
        group = fake.group("Town", admin=False)
        assert bool(fake.says("alice", group, text)) is seen
        fake.bot["can_read_all_group_messages"] = True
        assert fake.says("alice", group, text) > 0
        fake.bot["can_read_all_group_messages"] = False
        assert fake.says("alice", fake.group("Other", admin=True), text) > 0
        assert fake.says("alice", fake.private("alice"), text) > 0


async def test_privacy_mode_lets_replies_and_service_messages_through() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town", admin=False)
        sent = await bot.send_message(group.id, "question")
        assert fake.says("alice", group, "answer", reply_to=sent.message_id) > 0
        own = group.messages[-1].message_id
        assert fake.says("bob", group, "no", reply_to=own) == 0
        assert fake.edits("bob", group, group.messages[-1].message_id, "still no") == 0
        assert fake.joins("carol", group) > 0
        assert fake.reacts("alice", group, own, "👍") == 0
        fake.stands(bot.id, group, "left")
        assert fake.says("alice", group, "/go") == 0


async def test_chat_member_updates_need_an_administrator() -> None:
    async with served() as (fake, bot):
        await updates(bot, allowed_updates='["chat_member","my_chat_member"]')
        group = fake.group("Town", admin=False)
        assert fake.joins("alice", group) == 0
        promoted = fake.stands(bot.id, group, "administrator", rights=["can_invite_users"])
        left = fake.leaves("alice", group)
        assert 0 < promoted < left
        mine = (await updates(bot))[0]["my_chat_member"]
        assert (mine["old_chat_member"]["status"], mine["new_chat_member"]["can_invite_users"]) == ("member", True)
        blocked = fake.blocks("alice")
        with pytest.raises(NotPossible):
            fake.says("alice", fake.user("alice")["id"], "hello?")
        unblocked = fake.unblocks("alice")
        statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in await updates(bot, blocked)]
        assert statuses == ["kicked", "member"]
        assert unblocked == blocked + 1


@asynccontextmanager
async def hook(statuses: list[int], headers: dict[str, str] | None = None) -> AsyncIterator[tuple[str, list[Any]]]:
    """A server that answers with these statuses in turn, then with 200; yields its address and what came."""
    came: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        came.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        status = statuses.pop(0) if statuses else 200
        return web.Response(status=status, headers=headers if status != 200 else None)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", came
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them() -> None:
    async with hook([500, 503]) as (url, came), served(webhook_pace=0.0) as (fake, bot):
        before = fake.says("alice", fake.private("alice"), "early")
        await bot.set_webhook(url, secret_token="a_B-9", max_connections=3)
        await fake.confirmed(before)
        assert [secret for secret, _ in came] == ["a_B-9"] * 3
        assert fake.webhook.attempts == [(before, 500), (before, 503), (before, 200)]
        assert {update["update_id"] for _, update in came} == {before}
        info = await bot.get_webhook_info()
        assert (info.last_error_message, info.max_connections) == ("Wrong response from the webhook: 503", 3)
        assert info.pending_update_count == 0
        assert await fake.pushes(b"anything", secret="wrong") == 500, "the hook reads JSON"


async def test_a_webhook_keeps_the_order_within_a_chat_and_lets_others_pass() -> None:
    async with hook([500] * 5) as (url, _), served(webhook_pace=0.0) as (fake, bot):
        await bot.set_webhook(url)
        mine = [fake.says("alice", fake.private("alice"), str(number)) for number in range(3)]
        others = [fake.says("bob", fake.private("bob"), str(number)) for number in range(3)]
        for number in (*mine, *others):
            await fake.confirmed(number)
        taken = [number for number, status in fake.webhook.attempts if status == 200]
        assert [number for number in taken if number in mine] == mine
        assert [number for number in taken if number in others] == others


async def test_a_webhook_gets_an_update_twice_when_told_so() -> None:
    async with hook([]) as (url, came), served() as (fake, bot):
        await bot.set_webhook(url)
        fake.faults.duplicate()
        twice, once = (fake.says(name, fake.private(name), "x") for name in ("alice", "bob"))
        await fake.confirmed(twice)
        await fake.confirmed(once)
        assert sorted(body["update_id"] for _, body in came) == [twice, twice, once]


async def test_pauses_of_the_webhook_grow_and_an_answer_may_ask_for_its_own() -> None:
    fake = FakeTelegram()
    pause = fake.webhook._pause
    assert [pause(failures, 0) for failures in range(1, 9)] == [0, 2, 4, 8, 16, 32, 60, 60]
    assert (pause(3, 17), pause(1, 10_000)) == (17, 3600)


async def test_a_webhook_that_nobody_serves_and_one_that_is_taken_away() -> None:
    clock = Clock()
    async with served(webhook_pace=0.001, clock=clock) as (fake, bot):
        await bot.set_webhook("http://127.0.0.1:1/hook")
        number = fake.says("alice", fake.private("alice"), "x")
        await fake.until(lambda: len(fake.webhook.attempts) > 1)
        assert fake.webhook.attempts[0] == (number, 0)
        await bot.delete_webhook()
        assert ids(await updates(bot)) == [number]
        await bot.set_webhook("http://127.0.0.1:1/hook", drop_pending_updates=True)
        with pytest.raises(LookupError):
            await fake.confirmed(number)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"url": "ftp://x/y"}, "Invalid webhook url specified"),
        ({"url": "https://"}, "Invalid webhook url specified"),
        ({"url": "https://[::1"}, "Invalid webhook url specified"),
        ({"url": "https://x.test/", "secret_token": "s" * 257}, "Secret token is too long"),
        ({"url": "https://x.test/", "secret_token": "no spaces"}, "Secret token contains unallowed characters"),
    ],
)
async def test_what_a_webhook_must_look_like(data: dict[str, str], words: str) -> None:
    async with served() as (fake, bot):
        with pytest.raises(BadRequest) as refused:
            await raw(bot, "setWebhook", **data)
        assert refused.value.message.lower() == words.lower()
        assert fake.webhook.url == ""
