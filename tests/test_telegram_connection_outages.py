"""Long polling while the network is down or another program polls, and how it ends."""

from __future__ import annotations

import asyncio
import logging

import pytest

from coterie.adapters.telegram.polling import pause_after
from coterie.core.platform import PlatformError, RetryLater, Uncertain
from tests.telegram_connection_kit import until
from tests.telegram_polling_kit import Server, Takes, reading

pytestmark = pytest.mark.asyncio


async def test_an_outage_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    server.script["getUpdates"] = [PlatformError("no route"), Uncertain("no answer"), RetryLater(0, "down")]
    with caplog.at_level(logging.INFO, "coterie.adapters.telegram"):
        async with reading(server, takes):
            server.tell(1)
            await until(lambda: server.offset == 2)
    assert caplog.messages == ["no updates can be read: no route; trying again", "updates come in again"]


async def test_pauses_grow_with_each_failure_and_begin_anew() -> None:
    paused: list[int] = []
    server = Server()
    server.script["getUpdates"] = [*[PlatformError("x")] * 3, [], PlatformError("x")]

    def pause(tries: int) -> float:
        paused.append(tries)
        return 0.0

    async with reading(server, Takes(), pause=pause, together=0.0):
        await until(lambda: len(paused) == 4)
    assert paused == [1, 2, 3, 1]


async def test_another_poller_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    conflict = PlatformError("somebody else reads this bot's updates (another process, or a webhook)")
    server = Server()
    server.script["getUpdates"] = [conflict] * 20
    async with reading(server, Takes()):
        await until(lambda: not server.script["getUpdates"])
    assert sum("another program reads this bot's updates" in line for line in caplog.messages) == 1


async def test_pauses_are_bounded_and_jittered() -> None:
    for tries in (1, 2, 5, 50, 5000):
        found = [pause_after(tries) for _ in range(50)]
        middle = min(30, 2 ** min(tries - 1, 10))
        assert min(found) >= middle * 0.8
        assert max(found) <= middle * 1.2
    assert len({pause_after(3) for _ in range(20)}) > 1


# -- the end


async def test_the_end_breaks_the_long_poll_off_and_confirms_what_is_done() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes):
        server.tell(1, 2, 3)
        await until(lambda: takes.begun == [1, 2, 3])
        takes.commit(1, 2)
        asyncio.get_running_loop().call_later(0.01, takes.commit, 3)
    last = server.of("getUpdates")[-1]
    assert (last["offset"], last["timeout"], last["limit"]) == (4, 0, 1)


async def test_what_is_not_committed_at_the_end_comes_again() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes) as poller:
        server.tell(1, 2)
        await until(lambda: takes.begun == [1, 2])
        takes.commit(1)
        await until(lambda: poller.offset == 2)
    assert server.offset == 2
    assert [each["update_id"] for each in server.updates] == [2]
    assert takes.futures[2].cancelled()


async def test_an_end_without_network_is_an_end(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    with caplog.at_level(logging.INFO, "coterie.adapters.telegram"):
        async with reading(server, takes) as poller:
            server.tell(1)
            await until(lambda: poller.offset == 2)
            await until(lambda: server.offset == 2)
            poller.offset = 2
            server.script["getUpdates"] = [PlatformError("gone")] * 100
    assert "will come again: gone" in caplog.text
