"""The sender: order, priorities, what requests need, counting."""

from __future__ import annotations

import asyncio
import logging

import pytest

from coterie.core.actions import DeclineJoin, EditMessage, SendMessage
from coterie.core.cards import Card
from coterie.core.cards import Picture as PictureOf
from coterie.core.engine.sender import Job, Proceed, Sender
from coterie.core.platform import Limits, Picture, Refused, RetryLater
from coterie.core.text import Span, Text
from tests.sender_kit import ALICE, ANSWER, BROADCAST, MODERATION, NORMAL, START, Desk, Fake, turn, where

pytestmark = pytest.mark.asyncio


async def test_rows_of_one_channel_go_in_order_and_one_at_a_time() -> None:
    desk = Desk()
    for ref in range(20):
        desk.send(ref)
    await desk.drain()
    assert desk.fake.texts() == [str(ref) for ref in range(20)]
    assert desk.fake.peak_in_channel == 1
    assert {result.state for result in desk.results} == {"sent"}
    assert [result.native for result in desk.results] == [f"n{number}" for number in range(1, 21)]
    assert [call.delivery.key for call in desk.fake.calls] == [str(row) for row in range(1, 21)]


async def test_no_more_requests_in_flight_than_the_limit_and_no_task_for_what_waits() -> None:
    desk = Desk(Limits(in_flight=3))
    desk.fake.gate.clear()
    for ref in range(50):
        desk.send(ref, channel=str(ref))
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    assert desk.fake.flying.total() == 3
    assert len(asyncio.all_tasks()) == 3 + 2
    assert desk.sender.next_due() is None, "only a finished request lets another one start"
    desk.fake.gate.set()
    await settling
    assert desk.fake.peak == 3
    assert len(desk.results) == 50


async def test_priorities() -> None:
    desk = Desk(Limits(in_flight=1))
    for channel, priority in (("a", BROADCAST), ("b", NORMAL), ("c", MODERATION), ("d", ANSWER), ("a", ANSWER)):
        desk.send(next(desk.ids), f"{channel}{priority}", channel, priority)
    await desk.drain()
    assert desk.fake.texts() == ["d0", "a0", "c1", "b2", "a3"]


@pytest.mark.parametrize("limits", [Limits(), Limits(overall_rate=30)])
async def test_a_broadcast_delays_an_answer_by_the_requests_in_flight_at_most(limits: Limits) -> None:
    desk = Desk(limits)
    running = asyncio.create_task(desk.sender.run())
    desk.sender.put(
        Job(row, 1, "p", SendMessage(where=where(str(row)), ref=row, card=Card(text="news")), BROADCAST)
        for row in range(10_000, 20_000)
    )
    desk.fake.gate.clear()
    for _ in range(100):
        await turn()
        if (wake := desk.clock.next_wake()) is not None:
            desk.clock.move_to(wake)
    assert desk.fake.flying.total() == limits.in_flight
    desk.send(1, "answer", "room", ANSWER)
    desk.fake.gate.set()
    begun = len(desk.fake.calls)
    while "answer" not in desk.fake.texts():
        await turn(1)
        if (wake := desk.clock.next_wake()) is not None:
            desk.clock.move_to(wake)
    assert desk.fake.texts().index("answer") <= begun, "the next request to start is the answer"
    await desk.sender.stop(0)
    await running


async def test_requests_that_hang_leave_places_for_answers() -> None:
    """As where opening a direct chat takes seconds, and somebody taps a button meanwhile."""
    desk = Desk(Limits(in_flight=8, answers_free=True))
    desk.fake.gate.clear()
    for ref in range(20):
        desk.send(ref, channel=str(ref), priority=BROADCAST)
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    assert desk.fake.flying.total() == 6
    assert desk.sender.next_due() is None, "only a finished request lets another one start"
    for ref in (30, 31, 32):
        desk.answer(ref, f"tap-{ref}")
    await turn()
    assert desk.fake.texts()[6:] == ["30", "31"]
    desk.fake.gate.set()
    await settling
    assert len(desk.results) == 23


@pytest.mark.parametrize("same_channel", [False, True])
async def test_nothing_starves(same_channel: bool) -> None:
    desk = Desk(Limits(in_flight=1))
    desk.send(1, "patient", "c" if same_channel else "quiet", BROADCAST)
    for ref in range(2, 102):
        desk.send(ref, "urgent", "c", ANSWER)
    await desk.drain()
    assert 10 <= desk.fake.texts().index("patient") <= 20


async def test_channels_of_one_priority_take_turns() -> None:
    desk = Desk(Limits(in_flight=1))
    for ref in range(10):
        desk.send(ref, "loud", "loud")
    desk.send(10, "quiet", "quiet")
    await desk.drain()
    assert desk.fake.texts().index("quiet") == 1


async def test_answers_with_a_live_handle_do_not_queue_behind_each_other() -> None:
    desk = Desk()
    desk.fake.gate.clear()
    for ref in range(5):
        desk.answer(ref, f"tap{ref}")
    desk.answer(5, "tap0")
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    assert desk.fake.texts() == ["0", "1", "2", "3", "4"], "the second answer to the same tap waits for the first"
    desk.fake.gate.set()
    await settling
    assert desk.fake.texts()[5] == "5"


async def test_known_rows_are_ignored() -> None:
    desk = Desk()
    job = Job(7, 1, "p", SendMessage(where=where("c"), ref=1, card=Card(text="once")), NORMAL)
    desk.sender.put([job, job])
    desk.sender.put([job])
    await desk.drain()
    desk.sender.put([job])
    await desk.drain()
    assert desk.fake.texts() == ["once"]
    desk.fake.errors.append(Refused("no"))
    failing = desk.send(2)
    await desk.drain()
    action = SendMessage(where=where("c"), ref=2, card=Card(text="again"))
    desk.sender.put([Job(failing, 1, "p", action, NORMAL)])
    await desk.drain()
    assert desk.fake.texts() == ["once", "2", "again"], "what failed may be put again"


async def test_a_row_put_with_a_later_instant_waits_for_it() -> None:
    desk = Desk()
    desk.send(1, not_before=START + 500)
    assert desk.sender.next_due() == START + 500
    await desk.sender.settle()
    assert desk.fake.calls == []
    await desk.drain()
    assert desk.fake.calls[0].at == START + 500
    assert desk.sender.next_due() is None


async def test_pictures_and_mentions_are_there_before_the_request() -> None:
    desk = Desk()
    desk.drawing = lambda job: Picture(b"png", "image/png", "a cat")
    text = Text((Span("hello "), Span("Bob", member=7)))
    card = Card(text=text, picture=PictureOf("cat", "a cat"), pings=(8,))
    desk.put(SendMessage(where=where("c"), ref=1, card=card))
    await desk.drain()
    delivery = desk.fake.calls[0].delivery
    assert delivery.picture == Picture(b"png", "image/png", "a cat")
    assert delivery.mentions == {7: "native-7", 8: "native-8"}


async def test_a_card_whose_picture_cannot_be_drawn_goes_without_it(caplog: pytest.LogCaptureFixture) -> None:
    def broken(job: Job) -> Picture:
        raise OSError("no font")

    desk = Desk()
    desk.drawing = broken
    row = desk.put(SendMessage(where=where("c"), ref=1, card=Card(text="hi", picture=PictureOf("cat", "a cat"))))
    with caplog.at_level(logging.ERROR, "coterie.sender"):
        await desk.drain()
    assert desk.fake.calls[0].delivery.picture is None
    assert desk.fates() == {row: "sent"}
    assert "cat" in caplog.text


async def test_what_is_tried_again_is_drawn_again() -> None:
    def draw(job: Job) -> Picture:
        assert isinstance(job.action, SendMessage)
        assert job.action.card.picture is not None
        return Picture(job.action.card.picture.draw.encode(), "image/png", "")

    desk = Desk()
    desk.drawing = draw
    desk.fake.errors.append(RetryLater(1))
    old, new = (Card(text=name, picture=PictureOf(name, name)) for name in ("old", "new"))
    desk.put(SendMessage(where=where("c"), ref=1, card=old))
    await desk.sender.settle()
    desk.put(EditMessage(where=where("c"), ref=1, card=new))
    await desk.drain()
    pictures = [call.delivery.picture.data for call in desk.fake.calls if call.delivery.picture is not None]
    assert pictures == [b"old", b"new"]


async def test_middlewares_wrap_the_request_and_may_change_or_refuse_it() -> None:
    seen: list[str] = []

    async def outer(job: Job, proceed: Proceed) -> str:
        seen.append("outer")
        native = await proceed(job)
        seen.append(f"outer {native}")
        return native

    async def inner(job: Job, proceed: Proceed) -> str:
        seen.append("inner")
        assert isinstance(job.action, SendMessage)
        if str(job.action.card.text) == "bad":
            raise Refused("not here")
        card = Card(text="changed", pings=(3,))
        action = SendMessage(where=job.action.where, ref=job.action.ref, card=card)
        return await proceed(Job(job.id, job.community, job.plugin, action, job.priority))

    desk = Desk(around=(outer, inner))
    good, bad = desk.send(1, "good"), desk.send(2, "bad")
    await desk.drain()
    assert desk.fake.texts() == ["changed"]
    assert desk.fake.calls[0].delivery.mentions == {3: "native-3"}
    assert seen == ["outer", "inner", "outer n1", "outer", "inner"]
    assert desk.fates() == {good: "sent", bad: "failed"}
    assert desk.result(bad).reason == "not here"


async def test_channels_in_which_nothing_happens_are_forgotten() -> None:
    desk = Desk(Limits(channel_rate=1))
    for ref in range(5000):
        desk.send(ref, channel=str(ref))
        if ref % 100 == 0:
            await desk.advance(1000)
    assert len(desk.sender._queue._lines) <= 2000


async def test_a_verb_that_the_platform_lacks_fails_at_once() -> None:
    desk = Desk()
    row = desk.put(DeclineJoin(where=where("c"), to=ALICE))
    await desk.drain()
    assert desk.result(row).state == "failed"
    assert "decline-join" in desk.result(row).reason


async def test_stats() -> None:
    desk = Desk(Limits(in_flight=1))
    desk.fake.errors.extend([None, Refused("no"), RetryLater(1)])
    for priority, ref in enumerate((1, 2, 3, 4)):
        desk.send(ref, priority=priority)
    desk.clock.move_to(START + 250)
    assert desk.sender.stats.queued == [1, 1, 1, 1]
    assert desk.sender.stats.oldest == 250
    await desk.drain()
    stats = desk.sender.stats
    assert (stats.sent, stats.failed, stats.retried, stats.queued, stats.oldest) == (3, 1, 1, [0, 0, 0, 0], 0)
    assert (stats.in_flight, stats.unrecorded, stats.rate) == (0, 0, 0)


@pytest.mark.parametrize("channels", [1, 100_000])
async def test_a_hundred_thousand_rows(channels: int) -> None:
    desk = Desk()
    desk.sender.put(
        Job(row, 1, "p", SendMessage(where=where(str(row % channels)), ref=row, card=Card()), BROADCAST)
        for row in range(100_000)
    )
    assert desk.sender.stats.queued == [0, 0, 0, 100_000]
    desk.fake.gate.clear()
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    assert len(asyncio.all_tasks()) <= 16 + 2
    desk.fake.gate.set()
    await turn(100)
    await desk.sender.stop(1)
    await settling
    assert len(desk.fake.calls) >= min(channels, 90)


async def test_a_sender_uses_the_limits_of_its_platform_by_itself() -> None:
    desk = Desk()

    async def nothing(*_: object) -> None:
        return None

    class Slow(type(desk.fake)):  # type: ignore[misc]
        limits = Limits(overall_rate=10)

    sender = Sender(
        Slow(desk.clock),
        clock=desk.clock,
        record=nothing,
        locate=nothing,  # type: ignore[arg-type]
        draw=nothing,
        mentions=nothing,  # type: ignore[arg-type]
    )
    assert sender.stats.rate == pytest.approx(9.7)


async def test_a_platform_is_told_at_once_for_whom_an_answer_waits() -> None:
    told: list[str] = []

    class Listening(Fake):
        def answering(self, handle: str) -> None:
            told.append(handle)

    desk = Desk(platform=Listening)
    desk.send(1)
    desk.answer(2, "tap")
    assert told == ["tap"]
    assert desk.fake.calls == []
    await desk.drain()
    assert (told, len(desk.fake.calls)) == (["tap"], 2)
