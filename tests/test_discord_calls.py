"""Requests to Discord: what the library raises becomes what the sender understands, whatever a server does."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Any, Final

import discord
import pytest
from aiohttp.test_utils import unused_port
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.breaker import CALM, MOST, SPAN, Breaker
from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.refusals import (
    BAN_WAIT,
    BROKEN_WAIT,
    LONGEST_OUTAGE_WAIT,
    TOKEN_WAIT,
    Closed,
    Denied,
    Gone,
    Translator,
)
from coterie.core.platform import PlatformError, Refused, RetryLater, Uncertain
from tests.discord_calls_kit import TOKEN, Clock, api, cuts, hangs, refuses, says, writes

MESSAGES: Final = "/channels/{channel_id}/messages"
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
HOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"


async def post(calls: Calls, channel: str = "7", **more: Any) -> Any:
    return await calls.call("POST", MESSAGES, {"content": "words of a member"}, ids={"channel_id": channel}, **more)


async def trouble(calls: Calls, **more: Any) -> PlatformError:
    """What posting a message raises."""
    with pytest.raises(PlatformError) as caught:
        await post(calls, **more)
    assert TOKEN not in caught.value.reason
    assert "words of a member" not in caught.value.reason
    return caught.value


async def edit_trouble(calls: Calls) -> PlatformError:
    """What an edit raises, which may be asked twice."""
    with pytest.raises(PlatformError) as caught:
        await calls.call("PATCH", MESSAGE, {"content": "x"}, ids={"channel_id": "7", "message_id": "8"})
    return caught.value


# -- what is asked


@pytest.mark.asyncio
async def test_a_request_carries_its_parameters_and_gives_the_raw_result() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(200, {"id": "5", "unheard_of": [1]})
        sent = await post(calls, "70", params={"wait": "true"}, reason="coterie:é 7")
        assert sent == {"id": "5", "unheard_of": [1]}
        [asked] = server.asked
        assert (asked.method, asked.path) == ("POST", "/channels/70/messages")
        assert (asked.body, asked.query) == ({"content": "words of a member"}, {"wait": "true"})
        assert asked.headers["Authorization"] == f"Bot {TOKEN}"
        assert asked.headers["X-Audit-Log-Reason"] == "coterie%3A%C3%A9 7"


@pytest.mark.asyncio
async def test_all_but_interactions_and_their_follow_ups_count_against_the_limit_over_all() -> None:
    async with api() as (server, calls, _clock):
        await post(calls)
        assert server.counted == 1
        ids = {"webhook_id": "5", "webhook_token": "tap"}
        await calls.call("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", ids=ids)
        await calls.call("POST", "/interactions/{webhook_id}/{webhook_token}/callback", {"type": 5}, ids=ids)
        assert (server.counted, len(server.asked)) == (1, 3)


@pytest.mark.asyncio
async def test_an_answer_without_a_body_is_none() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(204)
        ids = {"channel_id": "7", "message_id": "8"}
        assert await calls.call("DELETE", MESSAGE, ids=ids) is None


@pytest.mark.asyncio
async def test_files_travel_beside_what_names_them_and_may_be_sent_again() -> None:
    async with api() as (server, calls, _clock):
        file = discord.File(io.BytesIO(b"\x89PNG"), "picture.png")
        for _ in range(2):
            await calls.call(
                "POST", MESSAGES, {"attachments": [file.to_dict(0)]}, ids={"channel_id": "7"}, files=[file]
            )
        for asked in server.asked:
            assert asked.body == {"attachments": [{"id": 0, "filename": "picture.png"}]}
            assert asked.files == {"files[0]": ("picture.png", b"\x89PNG")}


@pytest.mark.asyncio
async def test_what_was_done_already_is_fine() -> None:
    async with api() as (server, calls, _clock):
        server.answer = refuses(404, 10008, "Unknown Message")
        ids = {"channel_id": "7", "message_id": "8"}
        assert await calls.call("DELETE", MESSAGE, ids=ids, fine=(10008,)) is None


# -- wait


@pytest.mark.asyncio
async def test_too_fast_in_one_bucket_is_told_at_once_and_lets_that_channel_wait() -> None:
    async with api() as (server, calls, _clock):
        body = {"message": "You are being rate limited.", "retry_after": 7.25, "global": False}
        server.answer = says(429, body, Retry_After="8", Via="1.1 google", X_RateLimit_Scope="user")
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert (error.seconds, error.everywhere) == (7.25, False)
        assert len(server.asked) == 1
        server.answer = says(200, {"id": "1"})
        assert await post(calls) == {"id": "1"}


@pytest.mark.asyncio
@pytest.mark.parametrize("by_header", [True, False])
async def test_too_fast_everywhere_lets_everything_wait_but_answers_to_interactions(by_header: bool) -> None:
    async with api() as (server, calls, clock):
        body = {"message": "x", "retry_after": 3, "global": not by_header}
        server.turns = [says(429, body, Via="1.1 google", X_RateLimit_Scope="global" if by_header else "user")]
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert (error.seconds, error.everywhere, error.down) == (3, True, False)
        clock.now += 1
        error = await trouble(calls, channel="9")  # not even asked
        assert isinstance(error, RetryLater)
        assert (error.seconds, error.everywhere) == (2, True)
        assert len(server.asked) == 1
        await calls.call("POST", HOOK, {}, ids={"webhook_id": "1", "webhook_token": "t"})
        clock.now += 2
        await post(calls)
        assert len(server.asked) == 3


@pytest.mark.asyncio
async def test_an_address_that_is_turned_away_asks_nothing_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    async with api() as (server, calls, _clock):
        server.answer = writes(429, b"<html>banned</html>")
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert (error.seconds, error.everywhere, error.down) == (BAN_WAIT, True, True)
        assert "turns this address away" in caplog.text


@pytest.mark.asyncio
async def test_a_refused_token_lets_everything_wait_and_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with api() as (server, calls, clock):
        server.answer = says(401, {"message": "401: Unauthorized", "code": 0})
        for _ in range(3):
            error = await trouble(calls)
            assert isinstance(error, RetryLater)
            assert (error.everywhere, error.down) == (True, True)
        assert len(server.asked) == 1
        clock.now += TOKEN_WAIT + 1
        await trouble(calls)
        lines = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert len(lines) == len(server.asked) == 2
        assert TOKEN not in caplog.text


@pytest.mark.asyncio
async def test_the_token_of_an_interaction_that_ran_out_is_no_trouble_with_the_bots_own() -> None:
    async with api() as (server, calls, _clock):
        server.answer = refuses(401, 50027, "Invalid Webhook Token")
        with pytest.raises(Gone):
            await calls.call("POST", HOOK, {}, ids={"webhook_id": "1", "webhook_token": "t"})
        server.answer = says(200, {"id": "1"})
        assert await post(calls) == {"id": "1"}


@pytest.mark.asyncio
@pytest.mark.parametrize("code", [40003, 20028, 130000])
async def test_later_in_a_code_of_its_own_is_waited_for(code: int) -> None:
    async with api() as (server, calls, _clock):
        server.answer = refuses(400, code, "You are opening direct messages too fast.")
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert error.seconds > 1


@pytest.mark.asyncio
async def test_nothing_is_asked_before_the_bot_is_signed_in() -> None:
    async with api(login=False) as (server, calls, _clock):
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert (error.everywhere, error.down) == (True, True)
        assert server.asked == []


@pytest.mark.asyncio
async def test_where_nobody_listens_everything_waits_longer_and_longer(caplog: pytest.LogCaptureFixture) -> None:
    async with api() as (server, calls, _clock), signed_in_elsewhere(calls):
        waits = []
        for _ in range(6):
            error = await trouble(calls)
            assert isinstance(error, RetryLater)
            assert (error.everywhere, error.down) == (True, True)
            waits.append(error.seconds)
        assert waits == [1, 2, 4, 8, LONGEST_OUTAGE_WAIT, LONGEST_OUTAGE_WAIT]
        assert server.asked == []
        assert len([record for record in caplog.records if record.name.startswith("coterie")]) == 1


class signed_in_elsewhere:  # noqa: N801  # reads as a verb
    """Requests go to a port at which nobody listens."""

    def __init__(self, _calls: Calls) -> None:
        self._base = discord.http.Route.BASE

    async def __aenter__(self) -> None:
        discord.http.Route.BASE = f"http://127.0.0.1:{unused_port()}/api/v10"

    async def __aexit__(self, *_: object) -> None:
        discord.http.Route.BASE = self._base


@pytest.mark.asyncio
async def test_a_closed_connection_lets_everything_wait() -> None:
    async with api() as (_server, calls, _clock):
        await calls.client.http.close()
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert error.down


# -- no


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(404, 10003, Gone), (404, 10008, Gone), (403, 50007, Closed), (403, 50278, Closed), (403, 50013, Denied)],
)
async def test_a_refusal_says_in_plain_words_why(status: int, code: int, kind: type[Denied]) -> None:
    async with api() as (server, calls, _clock):
        server.answer = refuses(status, code, "Some Words")
        error = await trouble(calls)
        assert type(error) is kind
        assert isinstance(error, Denied)
        assert error.code == code
        assert error.reason[0].islower()
        assert "Some Words" not in error.reason


@pytest.mark.asyncio
async def test_a_refusal_without_words_of_ours_names_the_field_and_no_value() -> None:
    async with api() as (server, calls, _clock):
        wrong = {"code": "X", "message": f'Value "words of a member" with {TOKEN} is too long'}
        body = {"code": 50035, "message": "Invalid Form Body", "errors": {"content": {"_errors": [wrong]}}}
        server.answer = says(400, body)
        error = await trouble(calls)
        assert isinstance(error, Refused)
        assert "content" in error.reason
        assert "50035" in error.reason


@pytest.mark.asyncio
async def test_edits_of_old_messages_that_are_rationed_are_a_refusal_in_either_form() -> None:
    async with api() as (server, calls, _clock):
        for status in (400, 429):
            server.answer = refuses(status, 30046, "Maximum number of edits reached", Via="1.1 google")
            error = await edit_trouble(calls)
            assert isinstance(error, Denied)
            assert error.code == 30046


@pytest.mark.asyncio
async def test_a_refusal_that_the_library_cannot_read_is_one_all_the_same() -> None:
    async with api() as (server, calls, _clock):
        server.answer = says(400, {"code": 50035, "message": "x", "errors": {"content": {"_errors": 5}}})
        assert isinstance(await trouble(calls), Refused)


# -- nobody knows


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
async def test_a_server_that_fails_inside_is_asked_once_and_again_only_where_that_does_no_harm(status: int) -> None:
    async with api() as (server, calls, _clock):
        server.answer = writes(status, b"<html>oops</html>")
        assert isinstance(await trouble(calls), Uncertain)
        for error in (await edit_trouble(calls), await trouble(calls, repeatable=True)):
            assert isinstance(error, RetryLater)
            assert (error.seconds, error.everywhere) == (BROKEN_WAIT, False)
        assert len(server.asked) == 3


@pytest.mark.asyncio
async def test_a_connection_that_ends_or_hangs_after_the_request_left_leaves_doubt() -> None:
    async with api(patience=0.2) as (server, calls, _clock):
        for answer in (cuts, hangs):
            server.answer = answer
            assert isinstance(await trouble(calls), Uncertain)
            assert isinstance(await edit_trouble(calls), RetryLater)


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_a_success_that_nobody_can_read_leaves_doubt(kind: str) -> None:
    async with api() as (server, calls, _clock):
        server.answer = writes(200, b"{oops", kind)
        assert isinstance(await trouble(calls), Uncertain)


# -- the library's buckets


@pytest.mark.asyncio
async def test_an_answer_that_empties_its_bucket_comes_at_once_and_the_next_request_waits_for_the_bucket() -> None:
    async with api(patience=0.3) as (server, calls, _clock):
        bucket = {"X_RateLimit_Limit": "1", "X_RateLimit_Remaining": "0", "X_RateLimit_Bucket": "b"}
        server.answer = says(200, {"id": "1"}, X_RateLimit_Reset_After="60", X_RateLimit_Reset="9", **bucket)
        assert await post(calls) == {"id": "1"}
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert not error.everywhere
        assert len(server.asked) == 1
        assert await post(calls, "8") == {"id": "1"}  # another channel has a bucket of its own


@pytest.mark.asyncio
async def test_buckets_of_interactions_are_not_heaped_up() -> None:
    async with api() as (server, calls, _clock):
        limits = {"X_RateLimit_Limit": "5", "X_RateLimit_Remaining": "4", "X_RateLimit_Reset_After": "1"}
        server.answer = says(200, {"id": "1"}, X_RateLimit_Bucket="b", X_RateLimit_Reset="9", **limits)
        before = len(calls.client.http._buckets)
        for number in range(20):
            await calls.call("POST", HOOK, {}, ids={"webhook_id": "1", "webhook_token": f"t{number}"})
        assert len(calls.client.http._buckets) == before


@pytest.mark.asyncio
async def test_a_request_that_is_broken_off_leaves_nothing_behind() -> None:
    async with api() as (server, calls, _clock):
        server.answer = hangs
        task = asyncio.create_task(post(calls))
        await server.arrival.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.answer = says(200, {"id": "2"})
        assert await post(calls, "8") == {"id": "2"}


# -- the breaker


def test_asking_stops_long_before_discord_shuts_the_address_out(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for number in range(MOST - 1):
        breaker.saw((401, 403, 429)[number % 3])
        clock.now += 0.1
    breaker.check()
    for _ in range(100):
        breaker.saw(200)
        breaker.saw(404)
        breaker.saw(429, "shared")
    breaker.check()
    breaker.saw(403)
    with pytest.raises(RetryLater) as caught:
        breaker.check()
    assert (caught.value.everywhere, caught.value.down) == (True, True)
    assert breaker.figures().refused == MOST
    assert f"refused {MOST} requests" in caplog.text
    clock.now += caught.value.seconds
    breaker.check()
    assert breaker.figures().refused <= CALM
    clock.now += SPAN + 2
    assert breaker.figures() == type(breaker.figures())(0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 200), st.integers(1, 400)), max_size=40))
def test_the_breaker_never_lets_more_pass_than_it_should(steps: list[tuple[float, int]]) -> None:
    """Whoever asks only while the breaker allows it is never refused more often than so within ten minutes."""
    clock = Clock()
    breaker = Breaker(clock)
    refused: list[float] = []
    for pause, count in steps:
        clock.now += pause
        for _ in range(count):
            waits = breaker.figures().waits
            assert 0 <= waits <= SPAN + 2
            if waits:
                break
            breaker.check()
            breaker.saw(403)
            refused.append(clock.now)
        assert sum(clock.now - SPAN < each for each in refused) <= MOST


@pytest.mark.asyncio
async def test_a_stopped_breaker_stops_requests() -> None:
    async with api() as (server, calls, _clock):
        for _ in range(MOST):
            calls.breaker.saw(403)
        error = await trouble(calls)
        assert isinstance(error, RetryLater)
        assert (error.everywhere, server.asked) == (True, [])


# -- anything at all


@given(
    st.integers(300, 599),
    st.dictionaries(st.sampled_from(["Retry-After", "X-RateLimit-Scope"]), st.text(max_size=8)),
    st.one_of(
        st.text(max_size=20),
        st.dictionaries(
            st.sampled_from(["code", "message", "retry_after", "global"]),
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.just(TOKEN)),
        ),
    ),
)
def test_whatever_is_answered_becomes_an_error_of_the_core(status: int, headers: dict[str, str], data: Any) -> None:
    translator = Translator(lambda: TOKEN, Clock())
    for repeatable in (True, False):
        error = translator.translate(status, headers, data, repeatable=repeatable)
        assert isinstance(error, PlatformError)
        assert TOKEN not in error.reason
        assert "\n" not in error.reason
        if isinstance(error, RetryLater):
            assert error.seconds >= 0 or error.seconds != error.seconds
