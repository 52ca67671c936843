"""What the sender does when a platform says no, not now, or nothing at all."""

from __future__ import annotations

import asyncio
import logging

import pytest

from coterie.core.actions import ApproveJoin, SendInvoice
from coterie.core.engine.pacing import backoff
from coterie.core.engine.sender import Job, Proceed
from coterie.core.platform import Limits, PlatformError, Refused, RetryLater, Uncertain
from tests.sender_kit import ALICE, ANSWER, BROADCAST, NORMAL, START, Call, Desk, Fake, KeyedFake, turn, where

pytestmark = pytest.mark.asyncio

DAY = 24 * 60 * 60 * 1000


async def test_a_channel_that_must_wait_holds_up_no_other() -> None:
    desk = Desk(Limits(in_flight=1))
    desk.fake.errors.append(RetryLater(2.5))
    desk.send(1, channel="slow", priority=ANSWER)
    desk.send(2, channel="slow", priority=BROADCAST)
    desk.send(3, channel="fast")
    await desk.drain()
    assert [(call.at - START, call.text) for call in desk.fake.calls] == [(0, "1"), (0, "3"), (2500, "1"), (2500, "2")]
    retry = desk.results[0]
    assert (retry.state, retry.attempts, retry.not_before) == ("retry", 0, START + 2500)


async def test_what_was_given_up_is_not_sent_and_what_depends_on_it_ends() -> None:
    desk = Desk()
    desk.fake.errors.append(RetryLater(60, everywhere=True, down=True))
    given_up, edit, other = desk.send(1, "farewell"), desk.edit(1, "changed"), desk.send(2, "news")
    await desk.sender.settle()
    desk.sender.withdraw(given_up)
    await desk.drain()
    assert desk.fake.texts() == ["changed", "news"], "the first of them was asked for and put off"
    assert desk.fates() == {given_up: "cancelled", edit: "cancelled", other: "sent"}


async def test_nothing_is_written_down_of_what_was_given_up_while_its_request_was_out() -> None:
    desk = Desk()
    desk.fake.gate.clear()
    row = desk.send(1)
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    desk.sender.withdraw(row)
    desk.fake.gate.set()
    await settling
    assert desk.fake.texts() == ["1"]
    assert (desk.result(row).state, desk.result(row).native) == ("cancelled", "")
    again = desk.send(2)
    await desk.drain()
    assert desk.result(again).state == "sent"


async def test_a_wait_for_the_whole_token_holds_everything_and_keeps_priorities() -> None:
    desk = Desk(Limits(in_flight=1, answers_free=True))
    desk.fake.errors.append(RetryLater(2, everywhere=True))
    desk.send(1, channel="a", priority=BROADCAST)
    desk.send(2, channel="b", priority=BROADCAST)
    await desk.sender.settle()
    assert desk.sender.next_due() == START + 2000
    desk.send(3, channel="c", priority=NORMAL)
    desk.answer(4, "tap")
    await desk.advance(1999)
    assert desk.fake.texts() == ["1"]
    await desk.drain()
    assert desk.fake.texts()[:3] == ["1", "4", "3"]
    assert {call.at for call in desk.fake.calls[1:]} == {START + 2000}


async def test_waiting_costs_no_attempts_and_ends_after_a_day() -> None:
    desk = Desk()

    def always(call: Call) -> None:
        raise RetryLater(3600)

    desk.fake.rule = always
    row = desk.send(1)
    await desk.drain()
    result = desk.result(row)
    assert (result.state, result.attempts) == ("failed", 0)
    assert "rate limited" in result.reason
    assert len(desk.fake.calls) == 1 + 24
    assert desk.clock.now() <= START + DAY


async def test_the_age_of_a_row_counts_from_its_creation() -> None:
    desk = Desk()
    desk.fake.errors.append(RetryLater(60))
    row = desk.send(1, created=START - DAY)
    await desk.drain()
    assert desk.fates() == {row: "failed"}


async def test_a_platform_that_asks_for_no_pause_gets_a_short_one() -> None:
    desk = Desk()
    desk.fake.errors.extend([RetryLater(0), RetryLater(-5), RetryLater(float("nan"))])
    desk.send(1)
    await desk.drain()
    assert [call.at - START for call in desk.fake.calls] == [0, 100, 200, 300]


@pytest.mark.parametrize("error", [OSError("reset"), PlatformError("odd")])
async def test_an_unexpected_error_is_tried_five_times(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def fail(call: Call) -> None:
        if call.text == "1":
            raise error

    desk = Desk()
    desk.fake.rule = fail
    row, other = desk.send(1), desk.send(2, channel="other")
    await desk.drain()
    waits = [backoff(attempt, row) for attempt in range(1, 5)]
    times = [call.at - START for call in desk.fake.calls if call.text == "1"]
    assert times == [sum(waits[:number]) for number in range(5)]
    assert [result.attempts for result in desk.results if result.id == row] == [1, 2, 3, 4, 5]
    assert desk.result(row).state == "failed"
    assert str(error) in desk.result(row).reason
    assert desk.fates()[other] == "sent"
    assert caplog.text.count("went wrong") == 5
    assert desk.sender.stats.retried == 4


async def test_attempts_go_on_where_an_earlier_run_left_them() -> None:
    desk = Desk()
    desk.fake.errors.append(OSError("reset"))
    row = desk.send(1, attempts=4)
    await desk.drain()
    assert (desk.result(row).state, desk.result(row).attempts) == ("failed", 5)


async def test_a_row_that_is_tried_again_keeps_its_place() -> None:
    desk = Desk()
    desk.fake.errors.append(OSError("reset"))
    for ref in (1, 2, 3):
        desk.send(ref)
    await desk.drain()
    assert desk.fake.texts() == ["1", "1", "2", "3"]


async def test_an_urgent_row_to_be_tried_again_goes_first_as_soon_as_it_is_due() -> None:
    desk = Desk(Limits(overall_rate=1))
    desk.fake.errors.append(OSError("reset"))
    row = desk.send(1, "urgent", priority=ANSWER)
    for ref in range(2, 12):
        desk.send(ref, "later")
        desk.send(100 + ref, "others", channel=str(ref))
    await desk.drain()
    second = desk.fake.texts().index("urgent", 1)
    assert desk.fake.calls[second].at - START - backoff(1, row) <= 1031


async def test_a_newer_edit_waits_as_long_as_the_one_it_replaces() -> None:
    desk = Desk()
    desk.send(1)
    await desk.drain()
    desk.fake.errors.append(OSError("reset"))
    old = desk.edit(1, "v1")
    await desk.sender.settle()
    desk.edit(1, "v2")
    desk.send(2, "other", priority=ANSWER)
    await desk.drain()
    seen = [(call.text, call.at - START) for call in desk.fake.calls[1:]]
    assert seen == [("v1", 0), ("other", 0), ("v2", backoff(1, old))]


async def test_a_refusal_is_final() -> None:
    desk = Desk()
    desk.fake.errors.append(Refused("the chat is closed"))
    row = desk.send(1)
    await desk.drain()
    assert (desk.result(row).state, desk.result(row).reason) == ("failed", "the chat is closed")
    assert len(desk.fake.calls) == 1


@pytest.mark.parametrize(("platform", "tries"), [(Fake, 1), (KeyedFake, 2)])
async def test_an_uncertain_message_is_repeated_once_where_a_key_makes_that_safe(
    platform: type[Fake], tries: int
) -> None:
    desk = Desk(platform=platform)
    desk.fake.errors.extend([Uncertain("time-out")] * 2)
    row = desk.send(1)
    await desk.drain()
    assert (desk.result(row).state, desk.result(row).reason) == ("unknown", "time-out")
    assert [call.delivery.key for call in desk.fake.calls] == [str(row)] * tries
    assert desk.sender.stats.unknown == 1


async def test_a_refused_repetition_says_nothing_about_the_first_request() -> None:
    desk = Desk(platform=KeyedFake)
    desk.fake.errors.extend([Uncertain("time-out"), Refused("no")])
    row = desk.send(1)
    await desk.drain()
    assert desk.fates() == {row: "unknown"}


async def test_an_uncertain_invoice_is_never_repeated() -> None:
    desk = Desk(platform=KeyedFake)
    desk.fake.errors.append(Uncertain("time-out"))
    invoice = SendInvoice(
        where=where("c"), ref=1, to=ALICE, invoice="i", title="t", description="d", amount=1, currency="XTR"
    )
    row = desk.put(invoice)
    await desk.drain()
    assert desk.fates() == {row: "unknown"}
    assert len(desk.fake.calls) == 1


async def test_what_is_safe_to_repeat_is_repeated() -> None:
    desk = Desk()
    desk.send(1)
    await desk.drain()
    for act in ("edit", "delete"):
        desk.fake.errors.append(Uncertain("time-out"))
        row = desk.edit(1, "new") if act == "edit" else desk.delete(1)
        await desk.drain()
        assert (desk.result(row).state, desk.result(row).attempts) == ("sent", 1)
    desk.fake.approve_join = desk.fake.send  # type: ignore[method-assign, assignment]
    desk.fake.errors.extend([Uncertain("time-out")] * 5)
    row = desk.put(ApproveJoin(where=where("c"), to=ALICE))
    await desk.drain()
    assert (desk.result(row).state, desk.result(row).attempts) == ("unknown", 5)


async def test_a_request_that_breaks_off_by_itself_is_uncertain() -> None:
    desk = Desk()

    def broken_off(call: Call) -> None:
        raise asyncio.CancelledError

    desk.fake.rule = broken_off
    row = desk.send(1)
    await desk.drain()
    assert desk.fates() == {row: "unknown"}


async def test_a_middleware_cannot_stop_the_process(caplog: pytest.LogCaptureFixture) -> None:
    async def rude(job: Job, proceed: Proceed) -> str:
        raise SystemExit(1)

    desk = Desk(around=(rude,))
    row = desk.send(1)
    with caplog.at_level(logging.CRITICAL):
        await desk.drain()
    assert desk.fates() == {row: "failed"}
    assert desk.fake.calls == []


async def test_nothing_is_sent_while_frozen_even_by_run() -> None:
    desk = Desk(Limits(overall_rate=30, in_flight=4))
    running = asyncio.create_task(desk.sender.run())
    desk.fake.errors.append(RetryLater(5, everywhere=True))
    for ref in range(3):
        desk.send(ref, channel=str(ref))
    await turn()
    for _ in range(3):
        assert desk.clock.next_wake() == START + 5000
        desk.send(99, channel="late")
        await turn()
    assert desk.fake.texts() == ["0"]
    await desk.sender.stop()
    await running
