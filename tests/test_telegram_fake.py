"""The unmodified python-telegram-bot against the fake: its client, its polling application, its errors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import (
    CallbackQueryHandler,
    ChatJoinRequestHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    PreCheckoutQueryHandler,
    filters,
)

from coterie.adapters.telegram.fake import FakeTelegram
from tests.telegram_fake_kit import application, client, png, post, raw, recorder, served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:telegram.warnings.PTBDeprecationWarning"),
]


async def test_get_me_and_the_first_words() -> None:
    async with served() as (fake, bot):
        assert bot.username == fake.bot["username"]
        alice = fake.private("alice")
        sent = await bot.send_message(alice.id, "Hello 👋", reply_markup=ForceReply(selective=True))
        assert sent.chat.first_name == "alice"
        assert sent.from_user is not None
        assert sent.from_user.id == bot.id
        message = alice.messages[0]
        assert (message.message_id, message.text, message.own) == (sent.message_id, "Hello 👋", True)
        assert fake.called("sendMessage")[0]["reply_markup"] == {"force_reply": True, "selective": True}


async def test_an_application_polls_commands_and_answers_taps() -> None:
    async with FakeTelegram() as fake, application(fake) as app:
        seen: list[Any] = []

        async def start(update: Update, context: Any) -> None:
            seen.append(context.args)
            keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
            await update.effective_message.reply_text("hi", reply_markup=keyboard)  # type: ignore[union-attr]

        async def tap(update: Update, context: Any) -> None:
            assert update.callback_query is not None
            await update.callback_query.answer("done", show_alert=True)
            await update.callback_query.edit_message_text("gone")

        app.add_handler(CommandHandler("start", start))
        app.add_handler(CallbackQueryHandler(tap))
        heard: list[tuple[str, Any]] = []
        fake.listeners.append(lambda kind, what: heard.append((kind, what)))
        chat = fake.private("alice", started=False)
        await fake.confirmed(fake.starts("alice", "deep-link"))
        await fake.until(lambda: len(chat.messages) == 2)
        assert seen == [["deep-link"]]
        await fake.confirmed(fake.taps("alice", 2, chat, "go"))
        await fake.until(lambda: chat.messages[1].text == "gone")
        alert = next(what for kind, what in heard if kind == "alert")
        assert (alert["text"], alert["show_alert"]) == ("done", True)
        assert chat.messages[1].edits == 1
        assert chat.messages[1].buttons == []
        methods = [name for name, _ in fake.calls]
        assert methods[:2] == ["getMe", "deleteWebhook"]


async def test_an_application_approves_a_join_request_and_sees_the_member_come() -> None:
    async with FakeTelegram() as fake, application(fake) as app:
        group = fake.group("Town")
        seen: list[Any] = []

        async def approve(update: Update, context: Any) -> None:
            request = update.chat_join_request
            assert request is not None
            await context.bot.send_message(request.user_chat_id, "Welcome?")
            await request.approve()

        app.add_handler(ChatJoinRequestHandler(approve))
        app.add_handler(
            ChatMemberHandler(
                recorder(seen, lambda update: update.chat_member.new_chat_member.status),  # type: ignore[union-attr]
                ChatMemberHandler.CHAT_MEMBER,
            )
        )
        bob = fake.user("bob")
        await fake.confirmed(fake.asks_to_join("bob", group, bio="hello"))
        await fake.until(lambda: seen)
        assert seen == ["member"]
        assert group.members[bob["id"]].inside
        assert fake.chat(bob["id"]).messages[0].text == "Welcome?"


async def test_an_application_takes_a_payment() -> None:
    async with FakeTelegram() as fake, application(fake) as app:
        seen: list[Any] = []

        async def check(update: Update, context: Any) -> None:
            assert update.pre_checkout_query is not None
            await update.pre_checkout_query.answer(ok=True)

        app.add_handler(PreCheckoutQueryHandler(check))
        app.add_handler(
            MessageHandler(
                filters.SUCCESSFUL_PAYMENT,
                recorder(seen, lambda update: update.message.successful_payment),  # type: ignore[union-attr]
            )
        )
        chat = fake.private("carol")
        await app.bot.send_invoice(chat.id, "Tier", "A month", "order-1", "XTR", [LabeledPrice("Tier", 50)])
        fake.pays("carol", chat.messages[0])
        await fake.until(lambda: seen)
        assert (seen[0].invoice_payload, seen[0].total_amount, seen[0].currency) == ("order-1", 50, "XTR")
        assert fake.charges[0].id == seen[0].telegram_payment_charge_id


async def test_an_application_without_an_updater_is_fed_by_hand() -> None:
    async with FakeTelegram() as fake, application(fake, polling=False) as app:
        seen: list[Any] = []
        app.add_handler(CommandHandler("hi", recorder(seen, lambda update: update.update_id)))
        number = fake.says("alice", fake.private("alice"), "/hi")
        for body in await raw(app.bot, "getUpdates"):
            await app.process_update(Update.de_json(body, app.bot))
        assert seen == [number]


async def test_errors_become_the_librarys_exceptions() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        fake.faults.fail(status=429, parameters={"retry_after": 7})
        with pytest.raises(RetryAfter) as slow:
            await bot.send_message(chat.id, "x")
        assert slow.value._retry_after.total_seconds() == 7
        fake.faults.fail(status=502)
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "x")
        fake.blocks("alice")
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(chat.id, "x")
        with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
            await bot.send_message(fake.user("stranger")["id"], "x")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(424242, "x")
        assert chat.messages == []


async def test_a_group_that_was_upgraded_names_its_new_id() -> None:
    async with served() as (fake, bot):
        group = fake.group("Old", supergroup=False)
        told = fake.upgrades(group)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(group.id, "x")
        assert moved.value.new_chat_id == group.upgraded_to
        first, second = await raw(bot, "getUpdates")
        assert first["update_id"] == told
        assert first["message"]["migrate_to_chat_id"] == second["message"]["chat"]["id"] == group.upgraded_to
        assert second["message"]["migrate_from_chat_id"] == group.id
        await bot.send_message(group.upgraded_to, "here")
        assert fake.chat(group.upgraded_to).messages[-1].text == "here"


async def test_a_second_poller_ends_the_first() -> None:
    async with served() as (fake, bot), client(fake) as other:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        await fake.until(lambda: len(fake.called("getUpdates")) == 1)
        second = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        number = fake.says("alice", fake.private("alice"), "hello")
        assert [update.update_id for update in await second] == [number]


async def test_polling_and_a_webhook_exclude_each_other() -> None:
    async with served() as (fake, bot):
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await fake.until(lambda: fake.called("getUpdates"))
        await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s3cret")
        with pytest.raises(Conflict, match="terminated by setWebhook"):
            await waiting
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/hook"
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


@pytest.mark.parametrize("junk", [{"message": 17}, {"message": {"message_id": "x"}}, {"new_type": {"a": [1]}}])
async def test_a_malformed_update_reaches_a_raw_reader(junk: dict[str, Any]) -> None:
    async with served() as (fake, bot):
        number = fake.sends(junk)
        assert await raw(bot, "getUpdates") == [{"update_id": number} | junk]
        if "message" in junk:
            with pytest.raises((AttributeError, KeyError, TypeError, TelegramError)):
                await bot.get_updates()
        assert await raw(bot, "getUpdates", offset=number + 1) == []
        await fake.confirmed(number)


async def test_bodies_of_every_kind() -> None:
    async with FakeTelegram() as fake:
        chat = fake.private("alice")
        entities = [{"type": "bold", "offset": 0, "length": 2}]
        as_json = {"chat_id": chat.id, "text": "hi", "entities": entities}
        as_form = {"chat_id": str(chat.id), "text": "hi", "entities": json.dumps(entities)}
        for how in ({"json": as_json}, {"data": as_form}, {"params": as_form}, {"json": as_form}):
            status, body = await post(fake, "SENDmessage", **how)
            assert (status, body["ok"], body["result"]["entities"]) == (200, True, entities)
        picture = aiohttp.FormData({"chat_id": str(chat.id), "caption": "look"})
        picture.add_field("photo", png(), filename="a.png", content_type="image/png")
        status, body = await post(fake, "sendPhoto", data=picture)
        assert (status, body["result"]["caption"]) == (200, "look")
        assert body["result"]["photo"][0]["width"] == 8
        for number in range(1, 5):
            assert chat.messages[number - 1].entities == entities


async def test_hostile_bodies_get_an_answer() -> None:
    async with FakeTelegram() as fake:
        chat = fake.private("alice")
        as_json = {"Content-Type": "application/json"}
        for body in (b"[1]", b"{", b'"x"', b"\xff\xfe\x00", b'{"chat_id":' + b"[" * 100_000, b'{"text":"\\ud800"}'):
            status, answer = await post(fake, "sendMessage", data=body, headers=as_json)
            assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
        deep = {"chat_id": str(chat.id), "text": "x", "reply_markup": "[" * 100_000}
        status, answer = await post(fake, "sendMessage", data=deep)
        assert answer["description"] == "Bad Request: can't parse reply keyboard markup JSON object"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = await post(fake, "sendMessage", data=b"chat_id=1&text=%ff%fe\xff", headers=form)
        assert status == 400
        status, answer = await post(fake, "sendMessage", data=b"x" * (53 * 1024 * 1024), headers=form)
        assert (status, answer["error_code"]) == (413, 413)
        assert chat.messages == []


async def test_tokens_and_methods_that_are_not_there() -> None:
    async with FakeTelegram() as fake:
        assert await post(fake, "getMe", token="1:other") == (
            401, {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )  # fmt: skip
        assert (await post(fake, "getMe", token="nonsense"))[0] == 404
        status, body = await post(fake, "getNothing")
        assert (status, body["description"]) == (404, "Not Found: method not found")
        status, body = await post(fake, "sendSticker")
        assert (status, body["description"]) == (501, "Not Implemented: this fake has no sendSticker")
        with pytest.raises(InvalidToken):
            await Bot("1:other", base_url=fake.base_url).get_me()
