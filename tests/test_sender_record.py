"""The sender: what the store hears, and how sending ends."""

from __future__ import annotations

import asyncio

import pytest

from coterie.core.engine.sender import Job, Proceed
from coterie.core.platform import Limits, RetryLater
from tests.sender_kit import START, Desk, turn

pytestmark = pytest.mark.asyncio


async def test_results_are_recorded_in_groups() -> None:
    desk = Desk()
    desk.record_gate.clear()
    for ref in range(40):
        desk.send(ref, channel=str(ref))
    settling = asyncio.create_task(desk.sender.settle())
    await turn(50)
    desk.record_gate.set()
    await settling
    assert len(desk.results) == 40
    assert len(desk.batches) <= 3, "what gathers during a call goes together in the next"


async def test_nothing_is_lost_while_the_store_is_away() -> None:
    desk = Desk()
    desk.store_away = 3
    for ref in range(5):
        desk.send(ref)
    await desk.sender.settle()
    assert desk.results == []
    due = desk.sender.next_due()
    assert due is not None
    assert due > START
    await desk.drain()
    assert [result.id for result in desk.results] == [1, 2, 3, 4, 5]
    assert desk.fake.texts() == ["0", "1", "2", "3", "4"]


async def test_sending_pauses_while_too_much_is_unrecorded() -> None:
    desk = Desk()
    desk.record_gate.clear()
    for ref in range(3000):
        desk.send(ref, channel=str(ref % 100))
    settling = asyncio.create_task(desk.sender.settle())
    await turn(1500)
    assert 1000 < len(desk.fake.calls) <= 1016 + 1
    assert desk.sender.stats.unrecorded == len(desk.fake.calls)
    desk.record_gate.set()
    await settling
    assert len(desk.results) == 3000


async def test_stop_waits_for_what_is_in_flight_and_takes_nothing_new() -> None:
    desk = Desk(Limits(in_flight=1))
    running = asyncio.create_task(desk.sender.run())
    desk.fake.gate.clear()
    first, _ = desk.send(1, channel="a"), desk.send(2, channel="b")
    await turn()
    stopping = asyncio.create_task(desk.sender.stop())
    await turn()
    desk.send(3)
    assert not stopping.done()
    desk.fake.gate.set()
    await stopping
    await running
    assert desk.fake.texts() == ["1"]
    assert desk.fates() == {first: "sent"}, "the others stay in the store, for the next start"


async def test_stop_records_as_unknown_what_does_not_come_back() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.sender.run())
    known = desk.send(9, channel="b")
    await turn()
    desk.fake.gate.clear()
    sent, _ = desk.send(1), desk.edit(9, "repeatable", channel="b")
    await turn()
    await desk.sender.stop(0.01)
    await running
    assert desk.fates() == {known: "sent", sent: "unknown"}, "an edit is simply done again after the restart"


async def test_stop_leaves_to_the_next_run_what_never_left() -> None:
    async def stuck(job: Job, proceed: Proceed) -> str:
        await asyncio.Event().wait()
        return await proceed(job)

    desk = Desk(around=(stuck,))
    running = asyncio.create_task(desk.sender.run())
    desk.send(1)
    await turn()
    await desk.sender.stop(0.01)
    await running
    assert desk.results == []


async def test_stop_flushes_what_the_store_did_not_take() -> None:
    desk = Desk()
    desk.store_away = 2
    row = desk.send(1)
    await desk.sender.settle()
    assert desk.results == []
    await desk.sender.stop()
    assert desk.fates() == {row: "sent"}


async def test_stop_ends_although_the_store_stays_away(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.store_away = 1000
    desk.send(1)
    await desk.sender.settle()
    await desk.sender.stop(0.05)
    assert "1 results could not be recorded" in caplog.text


async def test_drop_ends_like_a_killed_process() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.sender.run())
    desk.record_gate.clear()
    desk.send(1, channel="a")
    await turn()
    desk.fake.gate.clear()
    desk.send(2, channel="b")
    await turn()
    desk.sender.drop()
    desk.record_gate.set()
    desk.fake.gate.set()
    await turn()
    await running
    assert desk.fake.texts() == ["1", "2"]
    assert desk.results == []
    assert len(asyncio.all_tasks()) == 1


async def test_run_wakes_for_what_is_due_and_survives_being_cancelled() -> None:
    desk = Desk()
    running = asyncio.create_task(desk.sender.run())
    desk.fake.errors.append(RetryLater(3))
    row = desk.send(1)
    await turn()
    assert desk.clock.next_wake() == START + 3000
    desk.clock.move_to(START + 3000)
    await turn()
    assert desk.fates() == {row: "sent"}
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    desk.send(2)
    await desk.sender.settle()
    assert desk.fake.texts() == ["1", "1", "2"]
