"""Pacing: published limits are used nearly whole and never exceeded."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.actions import SendMessage
from coterie.core.cards import Card
from coterie.core.cards import Picture as PictureOf
from coterie.core.clock import MovableClock
from coterie.core.engine.pacing import HEADROOM, LONGEST_BACKOFF, Pace, Pacer, backoff
from coterie.core.platform import Delivery, Limits, Meter, RetryLater
from tests.sender_kit import BROADCAST, MODERATION, START, Call, Desk, Fake, where


def fullest(instants: list[int], window: int = 1000) -> int:
    """The most instants that lie within any span shorter than a window."""
    return max(bisect_left(instants, start + window) - number for number, start in enumerate(instants))


def run_pacer(limit: float, lateness: list[int], messages: int) -> list[int]:
    """When messages leave, if whoever sends them wakes up late by the given milliseconds in turn."""
    pacer, now, instants = Pacer(limit), START, []
    for number in range(messages):
        now = max(now, pacer.opens(now)) + lateness[number % len(lateness)]
        pacer.take(now)
        instants.append(now)
    return instants


@given(st.sampled_from([1, 5, 30, 49, 50, 1000]), st.lists(st.integers(0, 400), min_size=1, max_size=20))
def test_no_second_holds_more_than_the_limit_however_late_the_loop_wakes(limit: int, lateness: list[int]) -> None:
    assert fullest(run_pacer(limit, lateness, 200)) <= limit


@pytest.mark.parametrize("lateness", [[0, 2, 9, 1], [0] * 100 + [200]])
def test_lateness_is_made_up(lateness: list[int]) -> None:
    instants = run_pacer(30, lateness, 600)
    assert 600 / (instants[-1] - instants[0]) * 1000 / 30 >= 0.955


def test_a_long_pause_is_not() -> None:
    pacer = Pacer(10)
    pacer.take(START)
    pacer.rest(START + 60_000)
    pacer.take(START + 60_000)
    assert pacer.opens(START + 60_000) > START + 60_050


def test_no_limit_means_no_waiting() -> None:
    pacer = Pacer(0)
    for _ in range(100):
        assert pacer.opens(START) <= START
        pacer.take(START)
    assert Pace.of(0) is None


def test_complaints_slow_down_once_a_burst_and_the_rate_creeps_back() -> None:
    pacer, now = Pacer(30), START
    full = pacer.rate
    pacer.freeze(now, now + 1000)
    pacer.freeze(now + 20, now + 2000)
    slowed = pacer.rate
    assert slowed == pytest.approx(full * 0.9)
    assert pacer.opens(now + 50) == now + 2000
    now += 2000
    rates = []
    for _ in range(4000):
        now = max(now, pacer.opens(now))
        pacer.take(now)
        rates.append(pacer.rate)
    assert rates == sorted(rates)
    assert rates[0] == slowed
    assert rates[-1] == full


def test_a_platform_that_is_away_was_not_asked_too_fast() -> None:
    pacer = Pacer(30)
    for number in range(50):
        pacer.freeze(START + number * 2000, START + number * 2000 + 1000, slower=False)
    assert pacer.rate == Pacer(30).rate
    assert pacer.opens(START) == START + 99_000


def test_the_rate_never_falls_to_nothing() -> None:
    pacer = Pacer(40)
    for number in range(100):
        pacer.freeze(START + number * 2000, START + number * 2000 + 1000)
    assert pacer.rate == 10


def test_a_clock_that_is_set_back_does_not_stop_anything() -> None:
    pacer = Pacer(10)
    pacer.take(START)
    assert pacer.opens(START - 3_600_000) <= START - 3_600_000 + 104
    pace = Pace.of(1)
    assert pace is not None
    due = pace.clip(pace.after(0, START), START - 3_600_000)
    assert pace.opens(due) <= START - 3_600_000 + 1031


@given(st.floats(0.1, 100), st.integers(1, 10))
def test_a_pace_allows_its_burst_and_then_its_rate(rate: float, burst: int) -> None:
    pace = Pace.of(rate, burst)
    assert pace is not None
    due, now, instants = 0.0, START, []
    for _ in range(burst * 3):
        now = max(now, pace.opens(pace.clip(due, now)))
        due = pace.after(due, now)
        instants.append(now)
    assert instants[burst - 1] == START
    interval = 1000 / (rate * HEADROOM)
    assert instants[-1] - START == pytest.approx(interval * 2 * burst, abs=2)


@given(st.integers(1, 60), st.integers(0, 2**63))
def test_backoff_doubles_with_a_jitter_of_its_own(attempt: int, seed: int) -> None:
    wait = backoff(attempt, seed)
    assert wait == backoff(attempt, seed)
    assert 0.75 * min(1000 * 2 ** (attempt - 1), LONGEST_BACKOFF) <= wait <= 1.25 * LONGEST_BACKOFF
    assert backoff(1, seed) <= 1250


@pytest.mark.asyncio
@pytest.mark.parametrize("limit", [30, 49])
@pytest.mark.parametrize("sliding", [False, True])
async def test_a_broadcast_uses_nearly_the_whole_limit_without_a_complaint(limit: int, sliding: bool) -> None:
    desk = Desk(Limits(overall_rate=limit, in_flight=10))
    accepted: list[int] = []

    def enforce(call: Call) -> None:
        start = call.at - 999 if sliding else call.at // 1000 * 1000
        if len(accepted) - bisect_left(accepted, start) >= limit:
            raise RetryLater(1, everywhere=True)
        accepted.append(call.at)

    desk.fake.rule = enforce
    for ref in range(1000):
        desk.send(ref, channel=str(ref), priority=BROADCAST)
    await desk.drain()
    assert len(accepted) == 1000
    assert desk.sender.stats.retried == 0
    assert 1000 / limit * 1000 / (desk.clock.now() - START) >= 0.96


@pytest.mark.asyncio
async def test_a_real_limit_below_the_published_one_is_found() -> None:
    desk = Desk(Limits(overall_rate=30))
    accepted: list[int] = []

    def enforce(call: Call) -> None:
        if len(accepted) - bisect_left(accepted, call.at - 999) >= 20:
            raise RetryLater(1, everywhere=True)
        accepted.append(call.at)

    desk.fake.rule = enforce
    for ref in range(2000):
        desk.send(ref, channel=str(ref), priority=BROADCAST)
    await desk.drain()
    assert len(accepted) == 2000
    assert desk.sender.stats.retried < 60
    assert 2000 / 20 * 1000 / (desk.clock.now() - START) >= 0.75


@pytest.mark.asyncio
async def test_each_channel_has_its_own_pace() -> None:
    desk = Desk(Limits(channel_rate=2))
    for ref in range(40):
        desk.send(ref, channel="ab"[ref % 2])
    await desk.drain()
    for channel in "ab":
        instants = [call.at for call in desk.fake.calls if call.channel == channel]
        assert fullest(instants) <= 2
    assert desk.clock.now() - START <= 19 * 500 / HEADROOM + 20


@pytest.mark.asyncio
async def test_a_space_shares_its_pace_among_channels_and_allows_a_burst() -> None:
    desk = Desk(Limits(space_rate=0.25, burst=5))
    for ref in range(20):
        card = Card(text=str(ref))
        desk.put(SendMessage(where=where(f"topic{ref % 4}", "group"), ref=ref, card=card))
        desk.put(SendMessage(where=where(f"dm{ref}"), ref=100 + ref, card=card))
    await desk.drain()
    group = [call.at for call in desk.fake.calls if call.channel.startswith("topic")]
    assert group[4] == START
    assert group[5] > START
    assert fullest(group, 60_000) <= 20
    assert {call.at for call in desk.fake.calls if call.channel.startswith("dm")} == {START}


@pytest.mark.asyncio
async def test_taking_a_message_away_does_not_wait_behind_chatter() -> None:
    desk = Desk(Limits(channel_rate=0.1))
    desk.send(1)
    await desk.sender.settle()
    desk.send(2)
    desk.delete(1, priority=MODERATION)
    await desk.sender.settle()
    assert [(call.verb, call.at) for call in desk.fake.calls] == [("send", START), ("delete", START)]


@pytest.mark.asyncio
@pytest.mark.parametrize("free", [False, True])
async def test_answers_with_a_live_handle_skip_the_overall_rate_where_the_platform_says_so(free: bool) -> None:
    desk = Desk(Limits(overall_rate=10, answers_free=free, in_flight=50))
    for ref in range(20):
        desk.send(ref, channel=str(ref))
        desk.answer(100 + ref, f"tap{ref}")
    await desk.drain()
    calls = Counter(call.verb for call in desk.fake.calls if call.at == START)
    assert calls["private"] == (20 if free else 1)
    assert calls["send"] == (1 if free else 0)


@pytest.mark.asyncio
async def test_drawing_takes_no_slot_of_the_pace() -> None:
    desk = Desk(Limits(overall_rate=10))
    for ref in range(10):
        card = Card(text=str(ref), picture=PictureOf("cat", "a cat"))
        desk.put(SendMessage(where=where(str(ref)), ref=ref, card=card))
    await desk.drain()
    instants = [call.at for call in desk.fake.calls]
    assert len(set(instants)) == 10
    assert instants[-1] - START <= 9 * 104
    assert desk.fake.texts() == [str(ref) for ref in range(10)]


class Chatty(Fake):
    """Asks two things besides the message itself, and every request counts."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__(clock)
        self.meter = Meter()
        self.asked: list[int] = []

    def ask(self) -> None:
        """One request."""
        assert self.meter is not None
        self.meter.asked()
        self.asked.append(self.clock.now())

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        for _ in range(3):
            self.ask()
        return await super().send(action, delivery)


@pytest.mark.asyncio
async def test_what_an_adapter_asks_besides_its_messages_uses_up_the_same_limit() -> None:
    desk = Desk(Limits(overall_rate=30), platform=Chatty)
    assert isinstance(desk.fake, Chatty)
    desk.fake.ask()
    for ref in range(200):
        desk.send(ref, channel=str(ref))
    await desk.drain()
    assert len(desk.fake.asked) == 601
    assert fullest(desk.fake.asked) <= 30 * 1.2  # 87 if nobody counted: messages that leave together bring their own
