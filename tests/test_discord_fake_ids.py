"""Ids, shards and what a session keeps, for whatever comes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.fake.sessions import shard_of
from coterie.adapters.discord.fake.snowflakes import Snowflakes, iso, made_at, seconds_of
from coterie.adapters.discord.fake.world import World

TIMES = st.floats(0, 4_000_000_000)


@given(st.lists(TIMES, min_size=1, max_size=50))
def test_ids_rise_whatever_the_clock_does(times: list[float]) -> None:
    moments = iter(times)
    snowflakes = Snowflakes(lambda: next(moments))
    ids = [int(snowflakes.make()) for _ in times]
    assert ids == sorted(set(ids))


@given(st.floats(1_420_070_400, 4_000_000_000))
def test_an_id_and_a_written_time_hold_their_moment(moment: float) -> None:
    assert abs(made_at(Snowflakes(lambda: moment).make()) - moment) < 0.002
    assert abs(seconds_of(iso(moment)) - moment) < 0.000_01
    assert seconds_of("2026-01-01T00:00:00") == seconds_of("2026-01-01T00:00:00+00:00")


@given(st.integers(0, 2**63 - 1), st.integers(1, 64))
def test_every_server_has_one_shard(guild: int, count: int) -> None:
    assert shard_of(str(guild), count) == (guild >> 22) % count
    assert shard_of("", count) == 0


class _Line:
    def __init__(self) -> None:
        self.frames: list[str] = []

    def push(self, frame: str) -> None:
        self.frames.append(frame)


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 12))
def test_what_a_line_missed_is_kept_up_to_the_size_of_the_buffer(connected: list[bool], size: int) -> None:
    world = World("token", lambda: 1_700_000_000.0)
    world.sessions.buffer = size
    line = _Line()
    session = world.sessions.open((0, 1), 0, 50, line)
    for number, there in enumerate(connected):
        if there and session.line is None:
            missed = world.sessions.after(session, _last(line))
            if missed is None:
                assert session.sequence - _last(line) > size
                return
            line.frames.extend(missed)
            session.line = line
        elif not there:
            world.sessions.lost(session, line, ended=False)
        world.sessions.dispatch("ANYTHING", {"n": number})
    assert len(session.buffer) <= size
    numbers = [json.loads(frame)["s"] for frame in line.frames]
    assert numbers == list(range(1, len(numbers) + 1))


def _last(line: _Line) -> int:
    return int(json.loads(line.frames[-1])["s"]) if line.frames else 0
