"""What cannot wait for a lane: payments about to be made, and applicants at the door."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from coterie.adapters.telegram.checkout import answer_checkout, refusal
from coterie.adapters.telegram.invoices import payload_of
from coterie.adapters.telegram.joins import JoinQueries
from coterie.adapters.telegram.served import Served
from coterie.core.events import JoinRequested, Who
from coterie.core.platform import PlatformError, Refused, RetryLater
from tests.telegram_connection_kit import (
    GROUP,
    KEY,
    Bench,
    FakeCalls,
    asked_to_join,
    checkout,
    said,
    until,
)

pytestmark = pytest.mark.asyncio
NEVER = 1000.0
"""Seconds that no test waits."""


async def test_a_payment_is_confirmed_without_any_lane() -> None:
    bench = Bench()
    bench.inbox.hold = True
    waiting = asyncio.create_task(bench.intake.take(said(1)))
    await bench.intake.take(checkout(2, payload_of("shop:1", "7", 50, "XTR", KEY)))
    await until(lambda: bench.calls.of("answerPreCheckoutQuery"))
    assert bench.calls.of("answerPreCheckoutQuery") == [{"pre_checkout_query_id": "co", "ok": True}]
    assert not waiting.done()
    bench.inbox.commit(0)
    await waiting


@pytest.mark.parametrize(
    ("update", "why"),
    [
        (checkout(1, payload_of("shop:1", "7", 50, "XTR", KEY), who=8), "another payer"),
        (checkout(1, payload_of("shop:1", "7", 50, "XTR", KEY), amount=49), "another amount"),
        (checkout(1, payload_of("shop:1", "7", 50, "XTR", b"other")), "another bot's"),
        (checkout(1, "shop:1"), "no proof"),
        (checkout(1, ""), "empty"),
    ],
)
async def test_a_payment_for_something_else_is_refused(update: dict[str, Any], why: str) -> None:
    bench = Bench()
    await bench.intake.take(update)
    await until(lambda: bench.calls.of("answerPreCheckoutQuery"))
    (answer,) = bench.calls.of("answerPreCheckoutQuery")
    assert answer["ok"] is False, why
    assert "You were not charged" in answer["error_message"]


async def test_the_refusal_is_in_the_payers_language() -> None:
    told = {tag: refusal({"language_code": tag}) for tag in ("zh", "zh-hans", "zh-TW", "zh_Hant_HK", "de", "")}
    assert told["zh"] == told["zh-hans"] != told["zh-TW"] == told["zh_Hant_HK"]
    assert told["de"] == told[""]
    assert refusal(None) == refusal({"language_code": 3}) == told[""]


@pytest.mark.parametrize("junk", [{"from": 3}, {"total_amount": "50"}, {"currency": None}, {"invoice_payload": 7}])
async def test_a_malformed_payment_is_refused(junk: dict[str, Any]) -> None:
    calls = FakeCalls()
    query = checkout(1, payload_of("shop:1", "7", 50, "XTR", KEY))["pre_checkout_query"] | junk
    assert await answer_checkout(calls, query, KEY)
    assert calls.of("answerPreCheckoutQuery")[0]["ok"] is False


async def test_a_payment_without_an_id_cannot_be_answered() -> None:
    calls = FakeCalls()
    for junk in ({}, {"id": 5}, {"id": ""}):
        assert not await answer_checkout(calls, junk, KEY)
    assert calls.calls == []


async def test_confirming_a_payment_is_tried_again_while_there_is_time() -> None:
    calls = FakeCalls()
    calls.script["answerPreCheckoutQuery"] = [RetryLater(0), PlatformError("5xx"), True]
    query = checkout(1, payload_of("shop:1", "7", 50, "XTR", KEY))["pre_checkout_query"]
    assert await answer_checkout(calls, query, KEY)
    calls.script["answerPreCheckoutQuery"] = [Refused("query is too old")]
    assert not await answer_checkout(calls, query, KEY)
    calls.otherwise["answerPreCheckoutQuery"] = RetryLater(0)
    assert not await answer_checkout(calls, query, KEY, due=0.05)


# -- applicants


async def test_an_applicant_whom_nobody_decides_about_is_left_to_the_administrators() -> None:
    bench = Bench(queue_after=0)
    await bench.intake.take(asked_to_join(1, "jq"))
    assert [type(event) for event in bench.inbox.events] == [JoinRequested]
    await until(lambda: bench.calls.of("answerChatJoinRequestQuery"))
    assert bench.calls.of("answerChatJoinRequestQuery") == [{"chat_join_request_query_id": "jq", "result": "queue"}]


async def test_who_decides_first_answers_the_query() -> None:
    joins = JoinQueries()
    bench = Bench(joins=joins, queue_after=NEVER, queue_at_last=2 * NEVER)
    await bench.intake.take(asked_to_join(1, "jq"))
    assert joins.take(str(GROUP), "7") == "jq"
    await bench.intake.finish()
    assert bench.calls.of("answerChatJoinRequestQuery") == []


async def test_an_applicant_waits_no_longer_than_the_platform_does() -> None:
    bench = Bench(queue_after=0, queue_at_last=0.01)
    bench.inbox.hold = True
    taking = asyncio.create_task(bench.intake.take(asked_to_join(1, "jq")))
    await until(lambda: bench.calls.of("answerChatJoinRequestQuery"))
    assert not taking.done(), "the lane is still busy"
    bench.inbox.commit(0)
    await taking


async def test_an_applicant_in_a_foreign_chat_is_left_to_the_administrators_at_once() -> None:
    bench = Bench(served=Served(["-1"]), queue_after=NEVER, queue_at_last=2 * NEVER)
    await bench.intake.take(asked_to_join(1, "jq"))
    await until(lambda: bench.calls.of("answerChatJoinRequestQuery"))


async def test_an_applicant_without_a_query_is_not_answered() -> None:
    bench = Bench(queue_after=0)
    update = asked_to_join(1)
    del update["chat_join_request"]["query_id"]
    await bench.intake.take(update)
    await bench.intake.finish()
    assert bench.calls.calls == []
    assert isinstance(bench.inbox.events[0].who, Who)


async def test_finishing_waits_only_so_long() -> None:
    bench = Bench()
    hung: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    bench.calls.script["answerPreCheckoutQuery"] = [hung]
    await bench.intake.take(checkout(1, "x"))
    await bench.intake.finish(patience=0)
    assert hung.cancelled()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
