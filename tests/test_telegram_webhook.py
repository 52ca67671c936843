"""The webhook, over HTTP: who may deliver, what is taken, and that yes means committed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web

from coterie.adapters.telegram import TelegramAdapter
from coterie.adapters.telegram.webhook import LARGEST_BODY, SECRET_HEADER, Webhook
from coterie.core.platform import PlatformError
from tests.telegram_connection_kit import STORE_DOWN, TOKEN, Bench, FakeCalls, config, said, until

pytestmark = pytest.mark.asyncio

HOOK = {"url": "https://bot.example.org/"}


class Door:
    """A webhook that is served, and a client in front of it."""

    def __init__(self, webhook: Webhook, bench: Bench, session: ClientSession, address: str) -> None:
        self.webhook = webhook
        self.bench = bench
        self.session = session
        self.address = address

    async def post(self, body: Any, *, secret: str | None = None, path: str = "") -> tuple[int, dict[str, str]]:
        """Deliver something; the status and the headers of the answer."""
        shown = self.webhook.secret if secret is None else secret
        data = body if isinstance(body, bytes) or hasattr(body, "__aiter__") else json.dumps(body)
        headers = {SECRET_HEADER: shown} if shown else {}
        async with self.session.post(self.address + (path or self.webhook.path), data=data, headers=headers) as found:
            await found.read()
            return found.status, dict(found.headers)


@asynccontextmanager
async def served(**hook: Any) -> AsyncIterator[Door]:
    webhook, bench = Webhook(config(mode="webhook", webhook=HOOK | hook)), Bench()
    webhook.intake = bench.intake
    app = web.Application(client_max_size=LARGEST_BODY)
    for method, path, handler in webhook.routes():
        app.router.add_route(method, path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with ClientSession() as session:
            yield Door(webhook, bench, session, f"http://{host}:{port}")
    finally:
        await runner.cleanup()


async def test_yes_means_committed() -> None:
    async with served() as door:
        door.bench.inbox.hold = True
        posting = asyncio.create_task(door.post(said(1)))
        await until(lambda: door.bench.inbox.submitted)
        assert not posting.done()
        door.bench.inbox.commit(0)
        assert (await posting)[0] == 200


async def test_deliveries_overlap_and_may_come_in_any_order() -> None:
    async with served() as door:
        door.bench.inbox.hold = True
        first = asyncio.create_task(door.post(said(2)))
        await until(lambda: len(door.bench.inbox.submitted) == 1)
        second = asyncio.create_task(door.post(said(1)))
        await until(lambda: len(door.bench.inbox.submitted) == 2)
        door.bench.inbox.commit(1)
        assert (await second)[0] == 200
        assert not first.done()
        door.bench.inbox.commit(0)
        assert (await first)[0] == 200


async def test_a_second_delivery_has_the_same_key() -> None:
    async with served() as door:
        for _ in range(2):
            assert (await door.post(said(1)))[0] == 200
        assert len({event.key for event in door.bench.inbox.events}) == 1


async def test_a_failing_store_asks_for_the_update_again() -> None:
    async with served() as door:
        door.bench.inbox.errors = [STORE_DOWN]
        status, headers = await door.post(said(1))
        assert status == 503
        assert int(headers["Retry-After"]) > 0
        assert (await door.post(said(1)))[0] == 200


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 256, "é", "a" * 5000])
async def test_a_wrong_secret_gets_nowhere(secret: str) -> None:
    async with served() as door:
        assert (await door.post(said(1), secret=secret))[0] == 403
        assert door.bench.inbox.events == []


async def test_another_path_is_not_there() -> None:
    async with served(path="p4th") as door:
        assert door.webhook.path == "/telegram/p4th"
        assert (await door.post(said(1), path="/telegram/other"))[0] == 404
        assert (await door.post(said(1)))[0] == 200


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"nonsense"]
)
async def test_junk_is_refused(junk: bytes) -> None:
    async with served() as door:
        assert (await door.post(junk))[0] == 400
        assert door.bench.inbox.events == []


@pytest.mark.parametrize(
    "odd", [{}, {"update_id": "x"}, {"update_id": 1, "message": "no"}, {"update_id": 1, "new_in_2030": {"a": [1]}}]
)
async def test_an_update_that_says_nothing_is_taken(odd: Any) -> None:
    async with served() as door:
        assert (await door.post(odd))[0] == 200, "it would come again for ever"


async def test_a_body_that_is_too_large_is_not_read() -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    async with served() as door:
        assert (await door.post(b"x" * (LARGEST_BODY + 1)))[0] == 413
        assert (await door.post(drops()))[0] == 413, "without a length in its head"
        large = said(1, "x" * (LARGEST_BODY - 1000))
        assert (await door.post(large))[0] == 200


async def test_while_nothing_runs_updates_wait_at_telegram() -> None:
    async with served() as door:
        door.webhook.intake = None
        status, headers = await door.post(said(1))
        assert (status, "Retry-After" in headers) == (503, True)


async def test_telegram_is_asked_to_deliver_here() -> None:
    calls = FakeCalls()
    webhook = Webhook(config(mode="webhook", webhook=HOOK | {"path": "way", "secret": "word", "max_connections": 7}))
    await webhook.ask(calls)
    (asked,) = calls.of("setWebhook")
    assert asked["url"] == "https://bot.example.org/telegram/way"
    assert asked["secret_token"] == "word"
    assert asked["max_connections"] == 7
    assert asked["drop_pending_updates"] is False
    assert "chat_member" in asked["allowed_updates"]
    calls.script["setWebhook"] = [PlatformError("down")]
    with pytest.raises(PlatformError):
        await webhook.ask(calls)


async def test_secrets_that_are_left_out_are_made_from_the_token() -> None:
    one = Webhook(config(mode="webhook", webhook=HOOK))
    same = Webhook(config(mode="webhook", webhook=HOOK))
    other = Webhook(config(mode="webhook", webhook=HOOK, token="43:BBB"))
    assert (one.path, one.secret) == (same.path, same.secret)
    assert len({one.path, one.secret, other.path, other.secret}) == 4
    assert one.secret not in one.path
    assert len(one.secret) == 64
    assert TOKEN not in one.path + one.secret


async def test_the_adapter_serves_it_only_where_it_is_wanted() -> None:
    hooked = TelegramAdapter(config(mode="webhook", webhook=HOOK))
    ((method, path, _),) = hooked.contribute_routes()
    assert (method, path) == ("POST", hooked.platform.connection.webhook.path)
    assert list(TelegramAdapter(config()).contribute_routes()) == []
    assert list(TelegramAdapter(config(webhook=HOOK)).contribute_routes()) == []


async def test_the_log_says_what_happened_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with served() as door:
            await door.post(b"{")
            door.bench.inbox.errors = [STORE_DOWN]
            await door.post(said(77))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("coterie.adapters.telegram")]
    assert any("update 77 could not be handled" in line for line in ours)
    assert not any(door.webhook.secret in line or door.webhook.path in line or TOKEN in line for line in ours)
