"""The fake's REST side on a bad day, and its limits, as the unmodified discord.py and plain clients see them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.fake.limits import GLOBAL, Limits
from tests.discord_fake_kit import addressed, rest

ME = "/users/@me"


async def me(fake: FakeDiscord, times: int = 1) -> list[int]:
    """Ask so often who the bot is; returns the statuses."""
    return [(await rest(fake, "GET", ME))[0] for _ in range(times)]


class Library:
    """The library's HTTP client alone."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._addressed = addressed(fake)
        self._fake = fake
        self._client = discord.Client(intents=discord.Intents.none())

    async def __aenter__(self) -> discord.Client:
        self._addressed.__enter__()
        await self._client.login(self._fake.token)
        self._fake.calls.clear()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        self._addressed.__exit__(None, None, None)


async def ask(client: discord.Client) -> Any:
    """One call of the library."""
    return await client.http.request(discord.http.Route("GET", ME))


@pytest.mark.asyncio
async def test_answers_are_json_and_nothing_else() -> None:
    async with FakeDiscord() as fake, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {fake.token}"}
        async with session.get(fake.rest_url + ME, headers=headers) as answer:
            assert answer.headers["Content-Type"] == "application/json"
            assert (await answer.json())["id"] == fake.bot_id
        for given_headers in ({}, {"Authorization": "Bot wrong"}, {"Authorization": fake.token}):
            async with session.get(fake.rest_url + ME, headers=given_headers) as answer:
                assert (answer.status, await answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})
        async with session.get(fake.rest_url + "/nowhere/at/all", headers=headers) as answer:
            assert (answer.status, await answer.json()) == (404, {"message": "404: Not Found", "code": 0})
        assert [call.path for call in fake.calls] == [ME] * 4 + ["/nowhere/at/all"]


@pytest.mark.asyncio
async def test_the_bots_own_calls() -> None:
    async with FakeDiscord() as fake:
        fake.person("ann")
        fake.world.shards = 3
        status, body = await rest(fake, "GET", "/gateway/bot")
        assert (status, body["url"], body["shards"]) == (200, fake.gateway_url, 3)
        assert body["session_start_limit"]["max_concurrency"] == 1
        assert (await rest(fake, "GET", "/gateway"))[1] == {"url": fake.gateway_url}
        for path in ("/oauth2/applications/@me", "/applications/@me"):
            status, body = await rest(fake, "GET", path)
            assert (body["id"], body["owner"]["username"]) == (fake.application_id, "ann")
        status, body = await rest(fake, "PATCH", "/applications/@me", {"description": "For towns", "id": "17"})
        assert (body["description"], body["id"]) == ("For towns", fake.application_id)


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 50_000])
async def test_bodies_that_cannot_be_read_are_refused(body: bytes) -> None:
    async with FakeDiscord() as fake:
        json = {"Content-Type": "application/json"}
        status, answer = await rest(fake, "PATCH", "/applications/@me", data=body, headers=json)
        assert (status, answer["code"]) == (400, 50109)
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        status, answer = await rest(fake, "PATCH", "/applications/@me", data=body, headers=form)
        assert status == 400


@pytest.mark.asyncio
async def test_a_body_that_is_too_large_is_refused() -> None:
    async with FakeDiscord() as fake:
        json = {"Content-Type": "application/json"}
        large = b" " * (27 * 1024 * 1024)
        status, answer = await rest(fake, "PATCH", "/applications/@me", data=large, headers=json)
        assert (status, answer["code"]) == (413, 40005)
        form = aiohttp.FormData()
        form.add_field("files[0]", large, filename="large.bin")
        assert (await rest(fake, "PATCH", "/applications/@me", data=form))[0] == 413


@pytest.mark.asyncio
async def test_a_429_with_via_is_retried_by_the_library_and_one_without_is_not() -> None:
    async with FakeDiscord() as fake, Library(fake) as client:
        fake.faults.fail(status=429, retry_after=0.01)
        fake.faults.fail(status=429, retry_after=0.01, scope="shared")
        fake.faults.fail(status=429, retry_after=0.01, scope="global")
        assert (await ask(client))["id"] == fake.bot_id
        assert len(fake.called("GET", ME)) == 4
        fake.faults.fail(status=429, retry_after=0.01, via=False)
        with pytest.raises(discord.HTTPException) as refused:
            await ask(client)
        assert (refused.value.status, refused.value.text) == (429, "error code: 1015")
        assert len(fake.called("GET", ME)) == 5


@pytest.mark.asyncio
async def test_server_errors_become_the_librarys_exceptions_or_are_retried() -> None:
    async with FakeDiscord() as fake, Library(fake) as client:
        fake.faults.fail(status=502)
        assert (await ask(client))["id"] == fake.bot_id
        fake.faults.fail(status=503)
        with pytest.raises(discord.DiscordServerError):
            await ask(client)
        fake.faults.fail(status=403, code=50013)
        with pytest.raises(discord.Forbidden) as refused:
            await ask(client)
        assert (refused.value.code, refused.value.text) == (50013, "Missing Permissions")
        fake.faults.fail(status=400, code=30046, message="Too old")
        with pytest.raises(discord.HTTPException, match="Too old"):
            await ask(client)


@pytest.mark.asyncio
async def test_connections_are_cut_before_and_after_the_deed() -> None:
    async with FakeDiscord() as fake:
        for after, description in ((False, ""), (True, "new")):
            fake.faults.reset(method="PATCH", after=after)
            with pytest.raises(aiohttp.ClientError):
                await rest(fake, "PATCH", "/applications/@me", {"description": "new"})
            assert fake.world.application["description"] == description
            assert await me(fake) == [200]


@pytest.mark.asyncio
async def test_slow_and_senseless_answers() -> None:
    async with FakeDiscord() as fake:
        fake.faults.slow(30, path="/applications/@me")
        slow = asyncio.create_task(rest(fake, "PATCH", "/applications/@me", {"description": "done"}))
        await fake.until(lambda: fake.world.application["description"] == "done")
        assert not slow.done()
        slow.cancel()
        fake.faults.junk(b"[[", path=ME)
        async with aiohttp.ClientSession() as session, session.get(fake.rest_url + ME) as answer:
            assert (answer.status, await answer.read()) == (200, b"[[")
        assert await me(fake) == [200]


@pytest.mark.asyncio
async def test_faults_wait_for_their_calls_and_are_forgotten_on_demand() -> None:
    async with FakeDiscord() as fake:
        fake.faults.fail(2, method="get", path=ME, status=500)
        assert (await rest(fake, "GET", "/gateway"))[0] == 200
        assert await me(fake, 3) == [500, 500, 200]
        fake.faults.fail(100)
        fake.faults.clear()
        assert await me(fake) == [200]


@pytest.mark.asyncio
async def test_limits_stand_in_the_headers_of_every_answer() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {fake.token}"}
        async with session.get(fake.rest_url + ME, headers=headers) as answer:
            assert "X-RateLimit-Limit" not in answer.headers
        fake.limits.enforced = True
        fake.limits.rates["GET", ME] = (2, 5.0)
        seen = []
        for later in (0, 1, 1):
            moment[0] += later
            async with session.get(fake.rest_url + ME, headers=headers) as answer:
                body = await answer.json()
                given_headers = answer.headers
                seen.append((answer.status, given_headers["X-RateLimit-Remaining"]))
        assert seen == [(200, "1"), (200, "0"), (429, "0")]
        assert body == {"message": "You are being rate limited.", "retry_after": 3.0, "global": False}
        assert (given_headers["Retry-After"], given_headers["X-RateLimit-Reset-After"]) == ("3.000", "3.000")
        assert (given_headers["X-RateLimit-Limit"], given_headers["X-RateLimit-Scope"]) == ("2", "user")
        assert given_headers["X-RateLimit-Reset"] == f"{moment[0] + 3:.3f}"
        assert given_headers["Via"]
        moment[0] += 3
        assert await me(fake) == [200]
        assert fake.limits.refused == {"user": 1}


@pytest.mark.asyncio
async def test_the_library_holds_itself_to_the_headers() -> None:
    async with FakeDiscord() as fake, Library(fake) as client:
        fake.limits.enforced = True
        fake.limits.rates["GET", ME] = (3, 0.2)
        await asyncio.gather(*(ask(client) for _ in range(12)))
        assert len(fake.called("GET", ME)) >= 12
        assert fake.limits.refused["user"] <= 1


@pytest.mark.asyncio
async def test_too_many_calls_of_all_kinds_in_a_second_are_refused_globally() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake:
        fake.limits.enforced = True
        fake.limits.rates["GET", ME] = (1000, 1.0)
        assert await me(fake, 51) == [200] * 50 + [429]
        status, body = await rest(fake, "GET", "/gateway")
        assert (status, body["global"]) == (429, True)
        assert (await rest(fake, "DELETE", "/webhooks/5/tap/messages/@original"))[0] == 404  # interactions are exempt
        moment[0] += 1
        assert await me(fake) == [200]


@pytest.mark.asyncio
async def test_too_many_invalid_requests_bring_a_block_at_the_edge() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake:
        fake.limits.enforced = True
        fake.limits.most_invalid = 4
        for status in (401, 403):
            fake.faults.fail(status=status)
        fake.faults.fail(status=429)
        fake.faults.fail(2, status=429, scope="shared")
        fake.faults.fail(status=404)
        assert await me(fake, 6) == [401, 403, 429, 429, 429, 404]
        assert fake.limits.invalid == 3
        fake.faults.fail(status=401)
        await me(fake)
        async with aiohttp.ClientSession() as session, session.get(fake.rest_url + ME) as answer:
            assert (answer.status, await answer.text()) == (429, "error code: 1015")
            assert "Via" not in answer.headers
        moment[0] += 600
        assert await me(fake) == [200]


@given(
    steps=st.lists(st.floats(0, 3), max_size=GLOBAL // 2),  # two calls each: more would meet the limit over all
    most=st.integers(1, 6),
    seconds=st.floats(0.5, 5),
)
def test_no_bucket_passes_more_than_it_holds(steps: list[float], most: int, seconds: float) -> None:
    moment = 1000.0
    limits = Limits(lambda: moment)
    limits.enforced = True
    limits.rates["POST", "/x/{channel_id}"] = (most, seconds)
    passed: list[float] = []
    waits = []
    for step in steps:
        moment += step
        verdict = limits.take("POST", "/x/{channel_id}", {"channel_id": "1"})
        if verdict.wait:
            waits.append(verdict.wait)
        else:
            passed.append(moment)
        assert (
            limits.take("POST", "/x/{channel_id}", {"channel_id": str(len(steps) + len(waits) + len(passed))}).wait == 0
        )
    assert all(0 < wait < seconds + 1e-6 for wait in waits)  # a sum and a difference of floats are not the same
    for start in passed:
        # A window begins with its first call, so that a stretch of its length meets two windows at most.
        assert len([one for one in passed if start <= one < start + seconds]) <= 2 * most
