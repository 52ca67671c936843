"""Requests to the Bot API: what the library raises becomes what the sender understands, whatever a server does."""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
import telegram
from aiohttp import web
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, Conflict, NetworkError, TelegramError

from coterie.adapters.telegram.calls import NOT_MODIFIED, Calls, Closed, Moved
from coterie.adapters.telegram.http import Request, Stopped
from coterie.adapters.telegram.queries import REMEMBERED, Queries
from coterie.adapters.telegram.refusals import LONGEST_OUTAGE_WAIT, TOKEN_WAIT, Translator
from coterie.core.platform import PlatformError, Refused, RetryLater, Uncertain

TOKEN: Final = "123456:SECRET-of-the-bot"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
pytestmark = pytest.mark.asyncio


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def says(status: int, description: str = "", *, result: Any = True, **parameters: Any) -> Answer:
    """A Bot API server's ordinary answer."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        if status == 200:
            return web.json_response({"ok": True, "result": result})
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            body["parameters"] = parameters
        return web.json_response(body, status=status)

    return answer


def writes(status: int, body: bytes) -> Answer:
    """Whatever else a server or a proxy writes."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body)

    return answer


class Server:
    """Answers each request as the test has it, and keeps what was asked."""

    def __init__(self) -> None:
        self.answer: Answer = says(200)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        fields: dict[str, Any] = {
            name: (value.filename, value.content_type, value.file.read()) if isinstance(value, web.FileField) else value
            for name, value in (await request.post()).items()
        }
        self.asked.append((request.path.rpartition("/")[2], fields))
        return await self.answer(request)


def bot_at(port: int, *, pool: int = 8, patience: float = 5.0) -> telegram.Bot:
    request = Request(connections=pool, patience=patience)
    return telegram.Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request)


@asynccontextmanager
async def api(
    *, pool: int = 8, patience: float = 10.0, pool_patience: float = 5.0
) -> AsyncIterator[tuple[Server, Calls, Clock]]:
    """A server on a free port, and requests to it."""
    server, clock = Server(), Clock()
    app = web.Application()
    app.router.add_post("/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    bot = bot_at(port, pool=pool, patience=pool_patience)
    try:
        yield server, Calls(bot, clock=clock, patience=patience), clock
    finally:
        await bot.request.shutdown()
        await runner.cleanup()


async def trouble(calls: Calls, method: str = "sendMessage", chat: int | None = 7) -> PlatformError:
    """What a request raises."""
    with pytest.raises(PlatformError) as caught:
        await calls.call(method, {"chat_id": chat, "text": "the words of a member"})
    assert TOKEN not in caught.value.reason
    assert "words of a member" not in caught.value.reason
    return caught.value


# -- what is asked


async def test_a_request_carries_its_parameters_and_gives_the_raw_result() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(200, result={"message_id": 5, "unheard_of": [1]})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sent = await calls.call(
                "sendMessage",
                {
                    "chat_id": -5,
                    "text": "é",
                    "entities": [{"type": "bold"}],
                    "reply_markup": None,
                    "quiet": True,
                    "kind": telegram.Poll.QUIZ,
                    "style": {"of": telegram.Poll.QUIZ},
                },
            )
        assert sent == {"message_id": 5, "unheard_of": [1]}
        [(method, fields)] = server.asked
        assert method == "sendMessage"
        assert json.loads(fields.pop("entities")) == [{"type": "bold"}]
        assert json.loads(fields.pop("style")) == {"of": "quiz"}
        assert fields == {"chat_id": "-5", "text": "é", "quiet": "true", "kind": "quiz"}


async def test_a_method_that_the_library_does_not_know_is_asked_like_any() -> None:
    async with api() as (server, calls, _clock):
        assert await calls.call("answerChatJoinRequestQuery", {"query_id": "1"}) is True
        assert server.asked == [("answerChatJoinRequestQuery", {"query_id": "1"})]


async def test_a_file_travels_under_the_name_of_its_parameter() -> None:
    async with api() as (server, calls, _clock):
        file = telegram.InputFile(b"\x89PNG", "picture.png")
        await calls.call("sendPhoto", {"chat_id": 5, "caption": "c"}, {"photo": file})
        [(_method, fields)] = server.asked
        assert fields == {"chat_id": "5", "caption": "c", "photo": ("picture.png", "image/png", b"\x89PNG")}


# -- wait


async def test_too_fast_in_one_chat_lets_that_chat_wait() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(429, "Too Many Requests: retry after 7", retry_after=7)
        for _ in range(5):
            error = await trouble(calls)
            assert isinstance(error, RetryLater)
            assert (error.seconds, error.everywhere) == (7, False)


async def test_the_library_may_count_in_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with api() as (server, calls, _clock):
        server.answer = says(429, "Too Many Requests: retry after 7", retry_after=7)
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert error.seconds == 7


async def test_too_fast_in_several_chats_within_seconds_lets_everything_wait() -> None:
    async with api() as (server, calls, clock):
        server.answer = says(429, "Too Many Requests: retry after 3", retry_after=3)
        said = []
        for chat in (1, 2, 3):
            error = await trouble(calls, chat=chat)
            assert isinstance(error, RetryLater)
            said.append(error.everywhere)
        assert said == [False, False, True]
        clock.now += 5.1
        error = await trouble(calls, chat=4)
        assert isinstance(error, RetryLater)
        assert not error.everywhere


async def test_too_fast_about_no_chat_or_without_a_number_is_waited_for_too() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(429, "Too Many Requests: retry after 2", retry_after=2)
        error = await trouble(calls, "getUpdates", None)
        assert isinstance(error, RetryLater)
        assert (error.seconds, error.everywhere) == (2, True)
        for answer in (says(429, "Too Many Requests"), writes(429, b"<html>slow down</html>")):
            server.answer = answer
            error = await trouble(calls)
            assert isinstance(error, RetryLater)
            assert (error.seconds, error.everywhere) == (1, False)


# -- no


@pytest.mark.parametrize(
    ("status", "description", "kind", "reason"),
    [
        (400, "Bad Request: MESSAGE_TOO_LONG", Refused, "message_too_long"),
        (400, "Bad Request: chat not found", Closed, "chat not found"),
        (400, "Bad Request: PEER_ID_INVALID", Closed, "peer_id_invalid"),
        (400, "Bad Request: button 'the words of a member' is wrong", Refused, "button … is wrong"),
        (400, "Bad Request: message can't be edited", Refused, "message can't be edited"),
        (403, "Forbidden: bot was blocked by the user", Closed, "bot was blocked by the user"),
        (403, "Forbidden: bot can't initiate conversation with a user", Closed, None),
        (413, "Request Entity Too Large", Refused, "the request is too large"),
    ],
)
async def test_a_no_has_a_short_plain_reason(status: int, description: str, kind: type, reason: str | None) -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(status, description)
        error = await trouble(calls)
        assert type(error) is kind
        assert reason is None or error.reason == reason


async def test_what_is_so_already_is_success_where_the_caller_says_so() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(400, "Bad Request: message is not modified: specified new content is the same")
        assert await calls.call("editMessageText", {"chat_id": 1}, fine=NOT_MODIFIED) is None
        assert type(await trouble(calls, "editMessageText")) is Refused


async def test_a_group_that_became_a_supergroup_tells_its_new_id() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009)
        error = await trouble(calls)
        assert isinstance(error, Moved)
        assert error.to == -1009


@given(st.text(max_size=500))
async def test_a_reason_is_one_short_line_without_the_token(description: str) -> None:
    for text in (description, f"{description}{TOKEN}{description}"):
        reason = Translator(TOKEN, Clock()).translate(BadRequest(text), "sendMessage", 1).reason
        assert TOKEN not in reason
        assert 0 < len(reason) <= 160
        assert "\n" not in reason


# -- the token


async def test_a_token_that_is_refused_stops_everything_and_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with api() as (server, calls, clock):
        server.answer = says(401, "Unauthorized")
        for _ in range(3):
            error = await trouble(calls)
            assert isinstance(error, RetryLater)
            assert (error.seconds, error.everywhere) == (TOKEN_WAIT, True)
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
        clock.now += TOKEN_WAIT
        await trouble(calls)
        assert len(caplog.records) == 2
        assert TOKEN not in caplog.text


async def test_not_found_is_about_the_token_until_it_was_good_once_and_about_the_method_then() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(404, "Not Found")
        assert isinstance(await trouble(calls), RetryLater)
        server.answer = says(200)
        await calls.call("getMe", {})
        server.answer = says(404, "Not Found: method not found")
        error = await trouble(calls, "sendRichMessage")
        assert type(error) is Refused
        assert error.reason == "this Bot API server does not know sendRichMessage"
        server.answer = says(401, "Unauthorized")
        assert isinstance(await trouble(calls), RetryLater)


async def test_a_second_reader_of_updates_is_told_apart() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(409, "Conflict: terminated by other getUpdates request")
        error = await trouble(calls, "getUpdates")
        assert type(error) is PlatformError
        assert "reads this bot's updates" in error.reason
        assert isinstance(error.__cause__, Conflict)


# -- nobody knows


SENT_TWICE: Final = ("sendMessage", "copyMessage", "createChatInviteLink")
HARMLESS: Final = ("editMessageText", "deleteMessage", "banChatMember", "getUpdates")


@pytest.mark.parametrize(
    "answer",
    [
        says(500, "Internal Server Error: restart"),
        writes(502, b"<html>the words of a member</html>"),
        writes(504, b""),
        writes(200, b"<html>the words of a member</html>"),
    ],
)
async def test_a_server_that_fails_inside_is_asked_again_only_where_that_is_harmless(answer: Answer) -> None:
    async with api() as (server, calls, _clock):
        server.answer = answer
        for method in SENT_TWICE:
            assert type(await trouble(calls, method)) is Uncertain
        for method in HARMLESS:
            error = await trouble(calls, method)
            assert isinstance(error, RetryLater)
            assert not error.everywhere


@pytest.mark.parametrize(
    "answer",
    [
        writes(200, b"[1,2]"),
        writes(200, b'{"ok":true}'),
        writes(200, b"[" * 100_000),
        says(500, ["not", "words"]),  # type: ignore[arg-type]  # servers may say anything
        says(429, "Too Many Requests", retry_after="soon"),
    ],
)
async def test_an_answer_of_another_form_is_no_reason_to_send_twice_or_to_wait_for_ever(answer: Answer) -> None:
    async with api() as (server, calls, _clock):
        server.answer = answer
        for method in SENT_TWICE:
            assert type(await trouble(calls, method)) is Uncertain
        for method in HARMLESS:
            assert type(await trouble(calls, method)) is PlatformError


async def test_a_connection_that_breaks_after_the_request_left_is_uncertain() -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with api() as (server, calls, _clock):
        server.answer = reset
        for method in (SENT_TWICE[0], HARMLESS[0]):
            assert type(await trouble(calls, method)) is Uncertain
        assert len(server.asked) == 2


async def test_an_answer_that_does_not_come_is_uncertain_in_bounded_time() -> None:
    stop = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        """Something now and then, so that no single read takes long."""
        response = web.StreamResponse()
        await response.prepare(request)
        while not stop.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    async def silent(_request: web.Request) -> web.StreamResponse:
        await stop.wait()
        return web.Response()

    async with api(patience=0.3) as (server, calls, _clock):
        for answer in (drip, silent):
            server.answer = answer
            async with asyncio.timeout(5):
                assert type(await trouble(calls)) is Uncertain
        with pytest.raises(Uncertain):
            await calls.call("getUpdates", {}, timeout=0.1)
        stop.set()


# -- never left


async def test_a_server_that_is_not_there_is_waited_for_longer_and_longer(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    bot = bot_at(unused_port())
    calls = Calls(bot, clock=clock)
    waits = []
    for _ in range(6):
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert error.everywhere
        waits.append(error.seconds)
    assert waits == [1, 2, 4, 8, LONGEST_OUTAGE_WAIT, LONGEST_OUTAGE_WAIT]
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 1
    await bot.request.shutdown()


async def test_pauses_are_short_again_when_something_went_through() -> None:
    translator = Translator(TOKEN, Clock())

    def refused() -> float:
        error = NetworkError("x")
        error.__cause__ = Stopped("x")
        found = translator.translate(error, "sendMessage", 1)
        assert isinstance(found, RetryLater)
        return found.seconds

    assert [refused(), refused()] == [1, 2]
    translator.answered()
    assert refused() == 1


async def test_a_request_that_found_no_free_connection_never_left() -> None:
    stop, there = asyncio.Event(), asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        there.set()
        await stop.wait()
        return web.json_response({"ok": True, "result": True})

    async with api(pool=1, pool_patience=0.05) as (server, calls, _clock):
        server.answer = silent
        first = asyncio.create_task(calls.call("sendMessage", {"chat_id": 1}))
        async with asyncio.timeout(5):
            await there.wait()
        assert isinstance(await trouble(calls), RetryLater)
        stop.set()
        assert await first is True
        assert len(server.asked) == 1


async def test_a_client_that_was_shut_down_is_a_plain_error() -> None:
    async with api() as (_server, calls, _clock):
        await calls.bot.request.shutdown()
        assert type(await trouble(calls)) is PlatformError


async def test_media_reach_the_api_as_they_are() -> None:
    async with api() as (server, calls, _clock):
        await calls.call("editMessageMedia", {"media": {"type": "photo", "media": "x"}})
        assert json.loads(server.asked[0][1]["media"]) == {"type": "photo", "media": "x"}


async def test_errors_without_any_cause_are_taken_for_the_servers() -> None:
    translator = Translator(TOKEN, Clock())
    assert type(translator.translate(NetworkError("strange"), "sendMessage", 1)) is Uncertain
    assert type(translator.translate(TelegramError("strange"), "deleteMessage", 1)) is RetryLater


# -- taps


class Recorder:
    """Stands in for :class:`Calls`."""

    def __init__(self) -> None:
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.result: Any = True

    async def call(self, method: str, data: dict[str, Any], **_options: Any) -> Any:
        self.log.append((method, data))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def queries() -> tuple[Queries, Recorder, Clock]:
    recorder, clock = Recorder(), Clock()
    return Queries(recorder, clock), recorder, clock  # type: ignore[arg-type]  # it only calls


async def test_a_tap_is_answered_once_by_whoever_takes_it_first() -> None:
    taps, recorder, _clock = queries()
    taps.opened("1")
    assert taps.take("1")
    assert not taps.take("1")
    assert await taps.answer("1", "hello", alert=True)
    await taps.close("1")
    taps.opened("1")  # the update came a second time
    await taps.close("1")
    assert recorder.log == [
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "hello", "show_alert": True}),
    ]


async def test_a_tap_that_nobody_took_is_closed_with_nothing() -> None:
    taps, recorder, _clock = queries()
    taps.opened("1")
    await taps.close("1")
    assert recorder.log == [("answerCallbackQuery", {"callback_query_id": "1"})]
    assert not taps.take("1")


async def test_a_tap_that_an_earlier_run_read_can_be_taken_once() -> None:
    taps, _recorder, _clock = queries()
    assert taps.take("old")
    assert not taps.take("old")
    assert not taps.take("")


async def test_a_tap_that_is_too_old_is_nobodys() -> None:
    taps, recorder, clock = queries()
    taps.opened("1")
    clock.now += 100
    taps.opened("1")  # the update came a second time
    clock.now += 50
    assert not taps.take("1")
    recorder.result = None  # what Calls returns for "query is too old"
    assert not await taps.answer("2", url="https://t.me/bot?start=hello")
    assert recorder.log[-1][1] == {"callback_query_id": "2", "url": "https://t.me/bot?start=hello"}


async def test_closing_never_raises() -> None:
    taps, recorder, _clock = queries()
    for error in (RetryLater(5), Refused("no"), Uncertain("?"), PlatformError("broken")):
        recorder.result = error
        taps.opened(f"{error!r}")
        await taps.close(f"{error!r}")
    assert len(recorder.log) == 4


async def test_the_memory_of_taps_is_bounded() -> None:
    taps, _recorder, _clock = queries()
    for number in range(REMEMBERED + 10):
        taps.opened(str(number))
        taps.take(f"taken {number}")
    assert taps.take("taken 0")  # forgotten, as old as it is
    assert len(taps) == REMEMBERED
