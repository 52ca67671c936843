"""Long polling: the offset moves when, and only when, all before it is committed; trouble holds up nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from coterie.adapters.telegram import polling
from coterie.adapters.telegram.polling import ALLOWED_UPDATES, NAMELESS
from tests.telegram_connection_kit import FakeCalls, spin, until
from tests.telegram_polling_kit import Server, Takes, reading

pytestmark = pytest.mark.asyncio


async def test_an_update_is_confirmed_after_its_commit_and_not_before() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes):
        server.tell(10, 11, 12)
        await until(lambda: takes.begun == [10, 11, 12])
        takes.commit(11, 12)
        asked = len(server.calls)
        await until(lambda: len(server.calls) > asked + 3)
        assert server.offset == 0, "10 is not committed"
        assert takes.begun == [10, 11, 12], "what waits or is done is not taken again"
        takes.commit(10)
        await until(lambda: server.offset == 13)


async def test_what_comes_behind_a_stuck_update_is_taken() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes) as poller:
        server.tell(1)
        await until(lambda: takes.begun == [1])
        server.tell(2, 3)
        await until(lambda: takes.begun == [1, 2, 3])
        takes.commit(2)
        takes.commit(3)
        await spin()
        assert poller.offset == 0
        takes.commit(1)
        await until(lambda: server.offset == 4)


async def test_no_more_than_a_hundred_are_being_handled() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes):
        server.tell(*range(1, 301))
        await until(lambda: len(takes.begun) == 100)
        asked = len(server.calls)
        await until(lambda: len(server.calls) > asked + 3)
        assert takes.begun == list(range(1, 101))
        takes.auto = True
        takes.commit(*range(1, 101))
        await until(lambda: server.offset == 301)
        assert takes.begun == list(range(1, 301))


async def test_a_failed_update_is_taken_again_until_the_store_is_back(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto, takes.broken = True, {5}
    async with reading(server, takes):
        server.tell(4, 5, 6)
        await until(lambda: takes.begun.count(5) >= 3)
        assert server.offset == 5, "4 is done, and nothing behind 5 is confirmed"
        assert takes.begun.count(6) == 1
        takes.broken.clear()
        await until(lambda: server.offset == 7)
    assert caplog.text.count("update 5 could not be handled") == 1


async def test_pauses_between_tries_of_one_update_grow() -> None:
    server, takes, paused = Server(), Takes(), []
    takes.auto, takes.broken = True, {1}

    def pause(tries: int) -> float:
        paused.append(tries)
        return 0.0

    async with reading(server, takes, pause=pause):
        server.tell(1)
        await until(lambda: len(paused) >= 4)
        assert paused[:4] == [1, 2, 3, 4]
        takes.broken.clear()


async def test_an_update_that_alone_fails_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto, takes.broken = True, {1}
    async with reading(server, takes):
        server.tell(1, 2)
        await until(lambda: server.offset == 3)
    assert takes.begun.count(1) == polling.TRIES
    assert f"update 1 failed {polling.TRIES} times while others did not: it is given up" in caplog.text


async def test_while_everything_fails_nothing_is_given_up() -> None:
    server, takes = Server(), Takes()
    takes.auto, takes.broken = True, {1, 2}
    async with reading(server, takes):
        server.tell(1, 2)
        await until(lambda: takes.begun.count(1) > polling.TRIES + 5)
        assert server.offset == 0
        takes.broken.clear()
        await until(lambda: server.offset == 3)


async def test_an_update_that_expires_meanwhile_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto, takes.broken = True, {1}
    async with reading(server, takes):
        server.tell(1, 2)
        await until(lambda: takes.begun.count(1) >= 2)
        del server.updates[0]
        await until(lambda: server.offset == 3)
    assert "Telegram does not keep it any longer" in caplog.text


async def test_junk_between_updates_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    async with reading(server, takes):
        junk: list[Any] = [None, 7, "x", [], {}, {"update_id": True}, {"update_id": "9"}, {"update_id": -1}]
        server.updates += junk
        server.tell(4, 5)
        await until(lambda: server.offset == 6)
        assert takes.begun == [4, 5]
    assert "things that are no updates came in and are skipped" in caplog.text


async def test_junk_alone_is_stepped_over_when_it_stays() -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    async with reading(server, takes) as poller:
        poller.offset = 5
        server.script["getUpdates"] = [[{"update": "without a number"}] for _ in range(2 * NAMELESS)]
        server.tell(7)
        await until(lambda: server.offset == 8)
        assert takes.begun == [7]
        offsets = [data["offset"] for data in server.of("getUpdates")]
        assert offsets[: 2 * NAMELESS + 1] == [5] * NAMELESS + [6] * NAMELESS + [7]


@pytest.mark.parametrize("junk", [{"update": "without a number"}, {"update_id": 10**30}, {"update_id": -1}, None])
async def test_junk_that_passes_costs_no_update(junk: Any) -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    async with reading(server, takes) as poller:
        poller.offset = 5
        server.script["getUpdates"] = [[junk] for _ in range(NAMELESS - 1)]
        server.tell(5)
        await until(lambda: server.offset == 6)
        assert takes.begun == [5]


async def test_junk_alone_at_the_very_start_is_no_hot_loop() -> None:
    server, takes = Server(), Takes()
    server.updates = [{}]
    async with reading(server, takes, again=1000.0):
        await until(lambda: server.calls)
        await spin(200)
        assert len(server.calls) == 1


async def test_a_server_that_does_not_hold_questions_is_not_flooded() -> None:
    calls = FakeCalls()
    calls.otherwise["getUpdates"] = []
    async with reading(calls, Takes(), again=1000.0, together=0.25):
        await until(lambda: calls.calls)
        await spin(200)
        assert len(calls.calls) == 1


async def test_an_answer_that_is_no_list_is_none() -> None:
    calls = FakeCalls()
    calls.script["getUpdates"] = [True, {"a": 1}, None]
    takes = Takes()
    async with reading(calls, takes):
        calls.otherwise["getUpdates"] = []
        await until(lambda: len(calls.calls) > 3)
        assert takes.begun == []


async def test_numbers_may_begin_anew_after_a_long_silence() -> None:
    server, takes = Server(), Takes()
    takes.auto = True
    async with reading(server, takes):
        server.tell(900)
        await until(lambda: server.offset == 901)
        server.script["getUpdates"] = [[]]
        server.more.set()
        await until(lambda: server.of("getUpdates")[-1]["offset"] == 0)
        server.tell(17)
        await until(lambda: takes.begun == [900, 17])


async def test_an_update_that_comes_twice_is_taken_once_while_it_waits() -> None:
    server, takes = Server(), Takes()
    async with reading(server, takes):
        server.tell(3, 3, 2, 3)
        await until(lambda: len(takes.begun) == 2)
        takes.commit(3, 2)
        await until(lambda: server.offset == 4)
        assert takes.begun == [3, 2]


async def test_everything_that_telegram_knows_is_asked_for() -> None:
    server = Server()
    async with reading(server, Takes()):
        await until(lambda: server.calls)
    first = server.of("getUpdates")[0]
    assert first["limit"] == 100
    assert first["timeout"] == 50
    assert set(ALLOWED_UPDATES) == set(map(str, Update.ALL_TYPES))
    assert {"chat_member", "message_reaction", "chat_join_request"} <= set(first["allowed_updates"])
