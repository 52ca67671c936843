"""The webhook on the wire: the fake delivers to the application's own web pages, and hears yes after the commit."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from coterie.adapters.telegram import webhook
from coterie.core.events import Who
from coterie.plugins.wallet import Wallet
from coterie.storage.engine import LaneConnection
from coterie.storage.faults import StoreUnavailable
from tests.telegram_wire_kit import OPERATOR, Wire, wire

pytestmark = pytest.mark.asyncio

JSON = {"Content-Type": "application/json"}


async def rich(town: Wire, *names: str) -> None:
    """People with 100 points each, whom the application knows."""
    for name in names:
        await town.says(name, "hello")
        await town.app.grant(account(town, name), 100, "points", "test", name)


def account(town: Wire, name: str) -> Who:
    return Who("telegram", str(town.fake.user(name)["id"]), name)


async def balances(town: Wire, *names: str) -> list[int]:
    await town.settled()
    return [await town.app.balance(account(town, name)) for name in names]


def tries(town: Wire, update: int) -> list[int]:
    """What each delivery of an update was answered with."""
    return [status for number, status in town.fake.webhook.attempts if number == update]


def pays(town: Wire, name: str, to: str, amount: int) -> int:
    """Somebody pays somebody; the id of the update."""
    words = f"/pay {to} {amount}"
    mention = {"type": "text_mention", "offset": 5, "length": len(to), "user": town.fake.user(to)}
    command = {"type": "bot_command", "offset": 0, "length": 4}
    return town.fake.says(name, town.group, words, entities=[command, mention])


async def test_an_update_is_acknowledged_only_after_its_commit() -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        held = await town.hold()
        paid = pays(town, "alice", "bob", 30)
        elsewhere = town.fake.says("bob", town.dm("bob"), "/ping bob")
        # Nothing tells that something is *not* answered; what the lane does afterwards shows it.
        for _ in range(20):
            await town.fake.updates.change(0.01)
        waiting = {update.id for update in town.fake.updates.waiting()}
        assert {held, paid, elsewhere} <= waiting
        assert tries(town, held) == []
        town.release()
        for update in (held, paid, elsewhere):
            await town.fake.confirmed(update)
            assert tries(town, update) == [200]
        await town.sees(town.dm("bob"), "pong bob")
        assert await balances(town, "alice", "bob") == [70, 130]


async def test_what_is_delivered_twice_counts_once() -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        town.fake.faults.duplicate(3)
        paid = [pays(town, "alice", "bob", amount) for amount in (1, 2, 4)]
        for update in paid:
            await town.fake.confirmed(update)
            assert tries(town, update) == [200, 200]
        assert await balances(town, "alice", "bob") == [93, 107]


async def test_deliveries_in_the_wrong_order_and_at_once() -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        bodies = await unsent(town, [pays(town, "alice", "bob", amount) for amount in (1, 2, 4, 8)])
        answers = await asyncio.gather(*(town.fake.pushes(body) for body in [*reversed(bodies), *bodies]))
        assert answers == [200] * 8
        assert await balances(town, "alice", "bob") == [85, 115]


async def unsent(town: Wire, updates: list[int]) -> list[bytes]:
    """The bodies of updates that Telegram then does not deliver itself."""
    found = [json.dumps(update.body).encode() for update in town.fake.updates.waiting() if update.id in updates]
    for update in updates:
        town.fake.updates.acknowledge(update)
    assert len(found) == len(updates)
    return found


@pytest.mark.parametrize("secret", ["wrong", "", "ü"])
async def test_only_who_knows_the_secret_is_heard(secret: str) -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        (body,) = await unsent(town, [pays(town, "alice", "bob", 30)])
        assert await town.fake.pushes(body, secret=secret) == 403
        assert await post(town, body, {}) == 403
        assert await balances(town, "alice", "bob") == [100, 100]
        assert await town.fake.pushes(body) == 200
        assert await balances(town, "alice", "bob") == [70, 130]


async def post(town: Wire, body: Any, headers: dict[str, str]) -> int:
    """What a request of anybody to the webhook's address is answered with."""
    url = town.fake.webhook.url
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=JSON | headers) as answer:
        await answer.read()
        return answer.status


async def test_the_address_without_its_secret_end_is_no_page() -> None:
    async with wire(pages=True) as town:
        address = town.fake.webhook.url.rpartition("/")[0]
        async with aiohttp.ClientSession() as session:
            for path in ("", "/", "/webhook"):
                async with session.post(address + path, data=b"{}") as answer:
                    assert answer.status == 404
            async with session.get(town.fake.webhook.url) as answer:
                assert answer.status == 405


async def test_a_body_that_is_too_large_is_not_read() -> None:
    async with wire(pages=True) as town:
        fits = b'{"update_id": 1, "x": "' + b"x" * (webhook.LARGEST_BODY - 25) + b'"}'
        assert len(fits) == webhook.LARGEST_BODY
        assert await town.fake.pushes(fits) == 200
        assert await town.fake.pushes(fits + b" ") == 413
        assert await town.fake.pushes(b'{"update_id": 2, "x": "' + b"x" * 10_000_000 + b'"}') == 413
        assert await post(town, endless(), town.fake.webhook.headers()) == 413
        await town.still_answers("after")


async def endless() -> Any:
    """A body that does not say how long it is: 10 MB."""
    for _ in range(160):
        yield b"x" * 65_536


@pytest.mark.parametrize("committed", [False, True], ids=["nothing was committed", "only the answer was lost"])
async def test_a_store_that_fails_has_the_update_delivered_again(
    monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        await town.settled()
        broken = [True]
        break_store(monkeypatch, broken, committed)
        for worker in town.app.lanes.workers():
            monkeypatch.setattr(worker, "_sleep", lambda seconds: None)
        paid = pays(town, "alice", "bob", 30)
        await town.until(lambda: len(tries(town, paid)) >= 2)
        broken.clear()
        await town.fake.confirmed(paid)
        *before, last = tries(town, paid)
        assert set(before) == {503}
        assert last == 200
        assert await balances(town, "alice", "bob") == [70, 130]
        assert await town.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        await town.still_answers("after")


def break_store(monkeypatch: pytest.MonkeyPatch, broken: list[bool], committed: bool) -> None:
    """As long as ``broken`` holds something no transaction succeeds, or (``committed``) none is heard to."""
    real = LaneConnection.transaction

    @contextlib.contextmanager
    def transaction(self: LaneConnection) -> Iterator[None]:
        with real(self):
            yield
            if broken and not committed:
                raise StoreUnavailable("the disk is full")
        if broken:
            raise StoreUnavailable("the connection is lost")

    monkeypatch.setattr(LaneConnection, "transaction", transaction)


async def test_what_is_delivered_while_it_restarts_is_not_lost() -> None:
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        await town.stop()
        paid = pays(town, "alice", "bob", 30)
        await town.until(lambda: tries(town, paid))
        assert set(tries(town, paid)) <= {0, 503}
        await town.start()
        await town.fake.confirmed(paid)
        assert tries(town, paid)[-1] == 200
        assert await balances(town, "alice", "bob") == [70, 130]
        await town.still_answers("after", OPERATOR)


async def test_a_stop_while_an_update_is_under_way_has_it_delivered_again() -> None:
    """Whatever is acknowledged is committed, whatever is not comes again: one effect."""
    async with wire([Wallet], pages=True) as town:
        await rich(town, "alice", "bob")
        await town.hold()
        paid = pays(town, "alice", "bob", 30)
        await town.restart()
        await town.fake.confirmed(paid)
        assert await balances(town, "alice", "bob") == [70, 130]
