"""The connection with the real library over HTTP: up, reading, through trouble, and down without leaving anything."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from coterie.adapters.telegram import TelegramAdapter, refusals
from coterie.adapters.telegram.client import build_bot, close_bot
from coterie.adapters.telegram.decoding import decode_answer, decode_update
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.adapters.telegram.polling import Poller
from coterie.adapters.telegram.surroundings import Surroundings
from coterie.core.events import MessagePosted, StandingChanged
from coterie.core.platform import CommandMenu, PlatformError
from tests.telegram_connection_kit import (
    BOT,
    GROUP,
    STORE_DOWN,
    TOKEN,
    BotServer,
    FakeInbox,
    bot_server,
    config,
    said,
    spin,
    until,
)

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def running(server: BotServer, inbox: FakeInbox, **values: Any) -> AsyncIterator[TelegramPlatform]:
    """A started platform; afterwards nothing of it may be left."""
    before = asyncio.all_tasks()
    platform = TelegramAdapter(config(api_base_url=server.address, **values)).platform
    platform.connection._pause = lambda _tries: 0.01
    await platform.start(inbox)
    try:
        yield platform
    finally:
        await platform.stop()
        await platform.close()
        assert server.held == 0 or await closed(server), "a long poll was left open"
        assert not [task for task in asyncio.all_tasks() - before if task.get_name().startswith("telegram")]


async def closed(server: BotServer) -> bool:
    await until(lambda: server.held == 0)
    return True


async def test_updates_come_in_and_are_confirmed() -> None:
    async with bot_server() as server:
        inbox = FakeInbox()
        async with running(server, inbox) as platform:
            inbox.hold = True
            server.tell(said(8, "one"), said(9, "two"))
            await until(lambda: len(inbox.submitted) == 2)
            assert (platform.me.id, platform.me.username) == (BOT, "our_bot")
            assert platform.calls.bot.username == "our_bot", "the library's own client is ready for others"
            assert server.offset == 0
            inbox.commit(0)
            inbox.commit(1)
            await until(lambda: server.offset == 10)
        assert server.of("deleteWebhook") == [{"drop_pending_updates": "false"}]
        assert json.loads(server.of("getUpdates")[0]["allowed_updates"])[0] == "message"


async def test_the_end_confirms_what_was_committed_last() -> None:
    async with bot_server() as server:
        inbox = FakeInbox()
        inbox.hold = True
        async with running(server, inbox):
            server.tell(said(8))
            await until(lambda: inbox.submitted)
            asyncio.get_running_loop().call_later(0.02, inbox.commit, 0)
        last = server.of("getUpdates")[-1]
        assert (last["offset"], last["timeout"]) == ("9", "0")


async def test_a_store_that_fails_and_recovers_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = Poller.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "again", 0.01)
    monkeypatch.setitem(defaults, "pause", lambda _tries: 0.01)
    async with bot_server() as server:
        inbox = FakeInbox()
        inbox.errors = [STORE_DOWN]
        async with running(server, inbox):
            server.tell(said(8))
            await until(lambda: server.offset == 9)
        assert [event.key for event in inbox.events] == [f"telegram:{BOT}:8"] * 2


async def test_an_update_nested_without_end_costs_only_itself() -> None:
    async with bot_server() as server:
        inbox = FakeInbox()
        deep = b"[" * 20_000 + b"]" * 20_000
        good = json.dumps(said(7, "before")).encode(), json.dumps(said(9, "behind")).encode()
        server.raw = [b'{"ok":true,"result":[%s,{"update_id":8,"x":%s},%s]}' % (good[0], deep, good[1])]
        async with running(server, inbox):
            await until(lambda: server.offset == 10)
        assert [event.key[-1] for event in inbox.events] == ["7", "9"]


async def test_the_application_starts_without_a_network(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "BROKEN_WAIT", 0.01)
    async with bot_server() as server:
        ours = server.answers.pop("getMe")
        server.answers["getMe"] = [(502, "Bad Gateway"), (500, "Internal"), ours]
        inbox = FakeInbox()
        with caplog.at_level(logging.INFO):
            async with running(server, inbox):
                server.tell(said(8))
                await until(lambda: server.offset == 9)
        said_once = [line for line in caplog.messages if "could not ask who the bot is" in line]
        assert len(said_once) == 1
        assert any("@our_bot (42) is connected and asks for updates" in line for line in caplog.messages)


async def test_another_program_that_polls_is_told_and_outlived(caplog: pytest.LogCaptureFixture) -> None:
    async with bot_server() as server:
        conflict = (409, "Conflict: terminated by other getUpdates request")
        server.answers["getUpdates"] = [conflict, conflict, [said(8)], []]
        inbox = FakeInbox()
        async with running(server, inbox) as platform:
            await until(lambda: platform.connection._poller is not None)
            assert platform.connection._poller is not None
            platform.connection._poller._pause = lambda _tries: 0.01
            await until(lambda: inbox.submitted)
        assert sum("another program reads this bot's updates" in line for line in caplog.messages) == 1


async def test_the_token_is_in_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with bot_server() as server:
        server.answers["getMe"] = [(401, "Unauthorized"), server.answers["getMe"]]
        with caplog.at_level(logging.INFO):
            platform = TelegramAdapter(config(api_base_url=server.address)).platform
            platform.connection._pause = lambda _tries: 0.01
            await platform.start(FakeInbox())
            await until(lambda: any("refuses the bot token" in line for line in caplog.messages))
            await platform.stop()
            await platform.close()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("coterie", "telegram"))]
    assert not any(TOKEN in line for line in ours)


async def test_a_menu_that_is_refused_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with bot_server() as server:
        server.answers["setMyCommands"] = (400, "Bad Request: BOT_COMMAND_INVALID")
        inbox = FakeInbox()
        async with running(server, inbox) as platform:
            await platform.show_commands([CommandMenu("help", {"en": "Help"}, "/help", "member")])
            server.tell(said(8))
            await until(lambda: server.offset == 9)
            await until(lambda: len(server.of("setMyCommands")) >= 4)
        assert "menu of commands could not be shown" in caplog.text


async def test_a_menu_that_is_wanted_before_the_start_is_shown() -> None:
    async with bot_server() as server:
        platform = TelegramAdapter(config(api_base_url=server.address)).platform
        await platform.show_commands([CommandMenu("red-packet", {"en": "Money"}, "/x", "member")])
        assert server.calls == []
        await platform.start(FakeInbox())
        await until(lambda: len(server.of("setMyCommands")) == 4)
        await platform.stop()
        await platform.close()
        assert json.loads(server.of("setMyCommands")[0]["commands"]) == [
            {"command": "red_packet", "description": "Money"}
        ]


async def test_a_webhook_is_set_at_the_start_and_left_at_the_end() -> None:
    async with bot_server() as server:
        inbox = FakeInbox()
        async with running(server, inbox, mode="webhook", webhook={"url": "https://x.example"}) as platform:
            await until(lambda: server.of("setWebhook"))
            hook = platform.connection.webhook
            assert hook.intake is not None
            assert server.of("setWebhook")[0]["url"] == hook.url
            await hook.intake.take(said(5))
            assert len(inbox.events) == 1
        assert hook.intake is None
        assert server.of("deleteWebhook") == []
        assert server.of("getUpdates") == []


async def test_chats_are_looked_at_before_anything_is_read() -> None:
    async with bot_server() as server:
        boss = {"id": 5, "is_bot": False, "first_name": "Olga"}
        us = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Coterie"}
        both = [{"status": "creator", "user": boss}, {"status": "administrator", "user": us}]
        server.answers["getChatAdministrators"] = [both]
        inbox = FakeInbox()
        platform = TelegramAdapter(config(api_base_url=server.address)).platform
        platform.connection.inform(Surroundings((str(GROUP),)))
        server.tell(said(8), said(9, where=-100999))
        await platform.start(inbox)
        await until(lambda: server.offset == 10)
        await platform.stop()
        await platform.close()
        assert [data["chat_id"] for data in server.of("getChatAdministrators")] == [str(GROUP)]
        methods = [method for method, _ in server.calls]
        assert methods.index("getChatAdministrators") < methods.index("getUpdates")
        assert [event.where and event.where.space for event in inbox.events] == [str(GROUP), str(GROUP)]
        runs, wrote = inbox.events
        assert isinstance(runs, StandingChanged)
        assert (runs.who and runs.who.id, runs.standing) == ("5", "operator"), "who runs the group did so before us"
        assert isinstance(wrote, MessagePosted)


async def test_a_mistake_of_our_own_does_not_end_reading(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Poller.run
    failures: list[int] = []

    async def stumbles(self: Poller) -> None:
        if not failures:
            failures.append(1)
            raise LookupError("a mistake")
        await real(self)

    monkeypatch.setattr(Poller, "run", stumbles)
    async with bot_server() as server:
        inbox = FakeInbox()
        async with running(server, inbox):
            server.tell(said(8))
            await until(lambda: server.offset == 9)
    assert "the connection broke off and is made again" in caplog.text


async def test_starting_again_after_a_stop_and_after_a_check() -> None:
    async with bot_server() as server:
        server.answers["getWebhookInfo"] = {"url": ""}
        inbox = FakeInbox()
        platform = TelegramAdapter(config(api_base_url=server.address)).platform
        assert len(await platform.check()) == 1, "no chat is named"
        for number in (8, 9):
            await platform.start(inbox)
            server.tell(said(number))
            await until(lambda expected=number + 1: server.offset == expected)  # type: ignore[misc]
            await platform.stop()
            await platform.close()
        assert len(inbox.events) == 2


# -- the client


async def test_the_built_client_is_the_librarys_own_and_not_started() -> None:
    async with bot_server() as server:
        bot = build_bot(config(api_base_url=server.address, api_file_url="http://127.0.0.1:1/files/bot"))
        assert server.calls == []
        async with bot:
            assert (await bot.get_me()).username == "our_bot"
        assert bot.base_file_url == f"http://127.0.0.1:1/files/bot{TOKEN}"


async def test_closing_waits_for_what_is_on_its_way_and_takes_nothing_new() -> None:
    async with bot_server() as server:
        platform = TelegramPlatform(config(api_base_url=server.address))
        bot = platform.calls.bot
        server.answers["getUpdates"] = [[]]
        gate = server.gates["sendMessage"] = asyncio.Event()
        on_its_way = asyncio.create_task(platform.calls.call("sendMessage", {"chat_id": 1, "text": "x"}))
        await until(lambda: server.of("sendMessage"))
        closing = asyncio.create_task(close_bot(bot))
        await spin()
        assert not closing.done()
        gate.set()
        await closing
        assert await on_its_way is True
        with pytest.raises(PlatformError) as caught:
            await platform.calls.call("sendMessage", {"chat_id": 1, "text": "y"})
        assert [data["text"] for data in server.of("sendMessage")] == ["x"]
        assert "Stopped" in caught.value.reason


# -- bytes


async def test_odd_bytes_are_read_or_refused() -> None:
    assert decode_update(b'{"a":"\\ud800"}') == {"a": "\ud800"}
    assert decode_update(b'{"a":"\xff"}') == {"a": "\ufffd"}
    for junk in (b"", b"[]", b"{", b"null", b'{"a":' * 50_000):
        with pytest.raises(ValueError, match=r"."):
            decode_update(junk)


async def test_only_what_cannot_be_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    deep = b"[" * 9000 + b"]" * 9000
    found = decode_answer(
        b'{"ok":true,"result":[{"update_id":1,"t":"],{\\""},{"x":%s,"update_id":2},%s]}' % (deep, deep)
    )
    assert found == {"ok": True, "result": [{"update_id": 1, "t": '],{"'}, {}, {}]}
    assert "is skipped" in caplog.text
    found = decode_answer(b'{"ok":true,"result":[{"update_id":2,"x":%s}]}' % deep)
    assert found["result"] == [{"update_id": 2}]
    for cut in (b'{"ok":true,"result":[{"update_id":1}', b'{"result":[%s' % deep, b"<html>"):
        with pytest.raises(ValueError, match=r"."):
            decode_answer(cut)
